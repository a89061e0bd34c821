-- What Greenhouse tells by webhook: deliveries taken, what is still to be looked at, and when a connection last heard
-- something. No bodies: ids, words and times only. Everything goes with its connection.

-- Deliveries that were taken; a second one with the same identity has no effect. Kept for a while only.
CREATE TABLE webhook_deliveries (
    connection  uuid        NOT NULL REFERENCES connections ON DELETE CASCADE,
    event_id    text        NOT NULL,                      -- Greenhouse-Event-ID, or 'sha256:…' of the body where it is missing
    action      text        NOT NULL,                      -- domain::webhook::Action
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (connection, event_id)
);
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (received_at);

-- A queue: what a service has yet to look at. Rows go when they are settled.
CREATE TABLE webhook_tasks (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer    text        NOT NULL CHECK (consumer IN ('statuses', 'jobs')),
    connection  uuid        NOT NULL REFERENCES connections ON DELETE CASCADE,
    tenant      text        NOT NULL,
    kind        text        NOT NULL,                      -- domain::webhook::Notice
    ids         jsonb       NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    not_before  timestamptz NOT NULL DEFAULT clock_timestamp(),  -- while leased: when the lease ends
    lease       uuid,                                      -- the fence: a new one for every claim
    attempts    int         NOT NULL DEFAULT 0             -- looks that failed
);
CREATE INDEX webhook_tasks_due ON webhook_tasks (connection, consumer, not_before, id);

-- When a connection was last heard of, and why the last delivery that was not taken was refused.
CREATE TABLE webhook_seen (
    connection   uuid        PRIMARY KEY REFERENCES connections ON DELETE CASCADE,
    delivered_at timestamptz,                              -- any delivery with a right signature, pings among them
    pinged_at    timestamptz,                              -- Greenhouse pings when a webhook is made or changed
    refused_at   timestamptz,
    refusal      text                                      -- domain::webhook::Refusal
);
