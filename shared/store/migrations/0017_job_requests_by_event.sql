-- A request for jobs is told apart by its event (tenant, source, id: `inbox`), as one for statuses is, and no longer by the id
-- that its asker chose: an event that uses an id again is a request of its own, and gets an answer of its own.
--
-- Dropping the constraint would break the replicas of before: until the last one is gone they write with ON CONFLICT
-- (tenant, request_id), which PostgreSQL refuses where nothing is unique by just these two. So the column that they know
-- keeps its constraint and becomes one that only they fill, and what they call job_requests is a view of their own rows.
-- New replicas read and answer both kinds. An event of which a replica of before died between commit and acknowledgement is
-- not in `inbox`: it counts as new, and is answered a second time.
ALTER TABLE job_requests RENAME TO job_refresh_requests;
ALTER INDEX job_requests_open RENAME TO job_refresh_requests_open;
ALTER TABLE job_refresh_requests RENAME COLUMN request_id TO once;
ALTER TABLE job_refresh_requests
    ALTER COLUMN once DROP NOT NULL,        -- the id that the asker chose, where a replica of before stored it
    ADD COLUMN request_id text,             -- where any other did
    ADD CHECK (num_nonnulls(once, request_id) = 1);

CREATE VIEW job_requests AS
    SELECT id, tenant, once AS request_id, whole, trace, asked_at, answered_at
    FROM job_refresh_requests WHERE once IS NOT NULL;
