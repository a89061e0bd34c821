-- What was published and belongs to no operation is removed after a while, the oldest first.
CREATE INDEX outbox_published ON outbox (published_at) WHERE operation_id IS NULL AND published_at IS NOT NULL;
