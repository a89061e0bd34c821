-- What a ledger with hundreds of thousands of operations needs. Tables in the order in which a batch locks them.

-- What tells entries apart comes first. Behind the tenant, every step of a look-up compares the tenant as well.
ALTER TABLE inbox DROP CONSTRAINT inbox_pkey, ADD PRIMARY KEY (message_id, tenant, source);

-- What a command became, also one that told the same as an earlier one: whoever asks with the id of an event is answered
-- without reading every operation. None where it is no operation, and for repeats from before this.
ALTER TABLE inbox ADD COLUMN operation_id bigint;

DROP INDEX operations_by_subject;
CREATE INDEX operations_by_subject ON operations (subject, tenant);

-- Requests to forget somebody are looked for twice a second: without reading everything else that waits.
CREATE INDEX operations_erasing ON operations (id) WHERE kind = 'candidate_erasure_requested' AND state = 'open';

UPDATE inbox SET operation_id = o.id FROM operations o WHERE o.message_id = inbox.message_id AND o.tenant = inbox.tenant;
