-- How many announcements wait for a human is asked every few seconds.
CREATE INDEX outbox_parked ON outbox (id) WHERE parked IS NOT NULL;
