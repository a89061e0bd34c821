-- A poll goes on where the request limit stopped it: within a window that has more pages than Greenhouse allows calls at a
-- time, and within the nightly audit. Replicas of before know neither. They read a window from its first page and leave the
-- page of ours behind, which counts no longer once their watermark is beyond `page_to`; and they audit in one go.
ALTER TABLE polls
    ADD COLUMN page          text,                   -- where the window under way goes on; null: at its first page
    ADD COLUMN page_revision bigint,                 -- the connection's: a page belongs to the credential that was shown it
    ADD COLUMN page_to       timestamptz,            -- everything changed before it has been read after the last page
    ADD COLUMN compared      int NOT NULL DEFAULT 0; -- how many the audit under way has compared
