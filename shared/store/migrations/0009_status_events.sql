-- What happened to followed applications besides moving, and a copy of every status event for those who ask for it.

ALTER TABLE applications
    ADD COLUMN converted_from bigint,       -- the prospect's application whose place it took
    ADD COLUMN origin         jsonb,        -- where that one stood
    ADD COLUMN erasure        text CHECK (erasure IN ('anonymised', 'deleted')),  -- what became of the person in Greenhouse
    ADD COLUMN missed_at      timestamptz;  -- since when Greenhouse does not show it
CREATE INDEX applications_by_greenhouse ON applications (tenant, greenhouse_id);
CREATE INDEX applications_by_candidate ON applications (tenant, candidate_id, id);

ALTER TABLE polls
    ADD COLUMN audited_at        timestamptz NOT NULL DEFAULT now(),        -- last look at a sample of everything
    ADD COLUMN webhook_missed_at timestamptz NOT NULL DEFAULT '-infinity';  -- last time a poll found what no webhook had told

-- Status events in an order in which no row ever appears behind one that was read: the transaction that wrote it, then
-- the id. Whoever reads stops before the oldest transaction that is still open (see feed.rs).
CREATE TABLE status_events (
    tx         xid8        NOT NULL DEFAULT pg_current_xact_id(),
    id         bigint      GENERATED ALWAYS AS IDENTITY,
    tenant     text        NOT NULL,
    body       bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tx, id)
);
CREATE INDEX status_events_by_tenant ON status_events (tenant, tx, id);
CREATE INDEX status_events_age ON status_events USING brin (created_at);

-- Whoever announces: an event is in the feed if and only if it is in the outbox.
CREATE FUNCTION copy_status_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO status_events (tenant, body) VALUES (NEW.tenant, NEW.body);
    RETURN NULL;
END $$;
CREATE TRIGGER outbox_status_event AFTER INSERT ON outbox FOR EACH ROW
WHEN (NEW.routing_key IN ('intrro.events.v1.CandidateStatusChanged', 'intrro.events.v1.CandidateMerged',
    'intrro.events.v1.CandidateErased'))
EXECUTE FUNCTION copy_status_event();

-- StatusRefreshRequested that are not answered yet.
CREATE TABLE status_refreshes (
    id                 bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant             text        NOT NULL,
    request_id         text        NOT NULL,
    everybody          boolean     NOT NULL,
    candidate_ids      text[]      NOT NULL,
    trace              text,
    reached            bigint      NOT NULL DEFAULT 0,     -- the last application that was looked at, by id
    followed           int         NOT NULL DEFAULT 0,
    read               int         NOT NULL DEFAULT 0,
    changed            int         NOT NULL DEFAULT 0,
    failures           int         NOT NULL DEFAULT 0,
    lease              uuid,                               -- the fence: a new one for every claim
    not_before         timestamptz NOT NULL DEFAULT now(), -- while leased: when the lease ends
    created_at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX status_refreshes_due ON status_refreshes (not_before, id);
