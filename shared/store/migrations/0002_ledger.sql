-- The ledger: what arrived, what we intend, what we wrote to Greenhouse, what we have to announce.
-- No foreign keys between the hot tables: every row is written by a statement that has just checked the parent's lease.

-- Every delivery ever accepted; a second one with the same identity has no effect.
CREATE TABLE inbox (
    tenant      text        NOT NULL,
    message_id  text        NOT NULL,
    source      text        NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, message_id, source)
);

-- One intent: (tenant, kind, business key). Ids are handed out under a lock per tenant, so that within a tenant
-- a lower id is always visible before a higher one.
CREATE TABLE operations (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant       text        NOT NULL,
    kind         text        NOT NULL,
    business_key text        NOT NULL,
    subject      text        NOT NULL,
    message_id   text        NOT NULL,
    content_hash bytea       NOT NULL,
    payload      bytea       NOT NULL,
    trace        text,
    state        text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'failed', 'parked')),
    not_before   timestamptz NOT NULL DEFAULT now(),  -- while leased: when the lease ends
    lease        uuid,                                -- the fence: a new one for every claim
    attempts     int         NOT NULL DEFAULT 0,
    code         text,                                -- why it waits, failed or is parked (domain::Code)
    field        text,
    outcome      jsonb,
    occurred_at  timestamptz NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    settled_at   timestamptz,
    UNIQUE (business_key, tenant, kind)               -- business key first: that is what people ask with
);
CREATE INDEX operations_claimable ON operations (tenant, not_before, id) WHERE state = 'open';
CREATE INDEX operations_parked ON operations (tenant, id) WHERE state = 'parked';

-- Whom an open operation concerns: the Intrro candidate and each e-mail address, hashed together with the tenant.
-- An operation waits for every older open one that shares a key. Rows go when the operation settles.
CREATE TABLE operation_keys (
    key          uuid   NOT NULL,
    operation_id bigint NOT NULL,
    PRIMARY KEY (key, operation_id)
);
CREATE INDEX operation_keys_by_operation ON operation_keys (operation_id);

-- One remote write inside an operation: recovery point and audit trail.
CREATE TABLE steps (
    operation_id  bigint      NOT NULL,
    name          text        NOT NULL,
    kind          text        NOT NULL,
    state         text        NOT NULL CHECK (state IN ('planned', 'sending', 'confirmed', 'unknown', 'rejected', 'parked')),
    remote_id     bigint,
    code          text,
    sends         int         NOT NULL DEFAULT 0,
    first_sent_at timestamptz,
    last_sent_at  timestamptz,
    settled_at    timestamptz,
    PRIMARY KEY (operation_id, name)
);

-- Intrro candidate or e-mail address (same hash as operation_keys) → Greenhouse candidate.
CREATE TABLE person_keys (
    key          uuid        PRIMARY KEY,
    tenant       text        NOT NULL,
    greenhouse_id bigint     NOT NULL,
    candidate_id text,                                -- the Intrro candidate; null on an e-mail's row
    updated_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX person_keys_by_greenhouse ON person_keys (tenant, greenhouse_id);

-- Applications whose progress is followed.
CREATE TABLE applications (
    tenant           text        NOT NULL,
    id               bigint      NOT NULL,
    greenhouse_id    bigint      NOT NULL,
    candidate_id     text        NOT NULL,
    job_id           bigint,
    introduction_ids text[]      NOT NULL,
    snapshot         jsonb,                           -- last known state; null until first observed
    sequence         bigint      NOT NULL DEFAULT 0,
    observed_at      timestamptz,
    created_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, id)
);

-- Events to announce, written in the transaction that makes them true.
CREATE TABLE outbox (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id   uuid        NOT NULL,
    tenant       text        NOT NULL,
    ordering_key text        NOT NULL,
    routing_key  text        NOT NULL,
    operation_id bigint,
    trace        text,
    body         bytea       NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    not_before   timestamptz NOT NULL DEFAULT now(),  -- while a relay has it: when its lease ends
    attempts     int         NOT NULL DEFAULT 0,
    published_at timestamptz,
    parked       text
);
CREATE INDEX outbox_pending ON outbox (id) WHERE published_at IS NULL AND parked IS NULL;
CREATE INDEX outbox_order ON outbox (tenant, ordering_key, id) WHERE published_at IS NULL AND parked IS NULL;
CREATE INDEX outbox_by_operation ON outbox (operation_id) WHERE operation_id IS NOT NULL;

-- Messages that went to the dead letters at first sight, so that `bridge why` can say so.
CREATE TABLE refusals (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id text,
    tenant     text,
    type       text,
    reason     text        NOT NULL,
    path       text,
    refused_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX refusals_by_message ON refusals (message_id);
