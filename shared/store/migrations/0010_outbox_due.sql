-- Answers what is due, and nothing else: the old index also fitted the question for the oldest row of a key, and while
-- statistics say that the table is empty it looked as good for that as the index by key, reading all that is pending.
DROP INDEX outbox_pending;
CREATE INDEX outbox_due ON outbox (id) WHERE published_at IS NULL AND parked IS NULL AND not_before > '-infinity';
