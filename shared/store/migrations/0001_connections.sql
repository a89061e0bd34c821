-- Who may be worked for: tenants, their connection to Greenhouse, its request budget, and what was read there before.

CREATE TABLE tenants (
    tenant      text        PRIMARY KEY,
    last_served timestamptz NOT NULL DEFAULT '-infinity',  -- fairness: who had a turn longest ago is next
    created_at  timestamptz NOT NULL DEFAULT now()
);

-- One account of Greenhouse per tenant. Secrets are sealed with a master key; tenant and id are bound into the seal.
CREATE TABLE connections (
    id              uuid        PRIMARY KEY,
    tenant          text        NOT NULL UNIQUE REFERENCES tenants,
    api             text        NOT NULL CHECK (api IN ('v3', 'v1')),
    auth_kind       text        NOT NULL CHECK (auth_kind IN ('client_credentials', 'api_key')),
    sealed          bytea       NOT NULL,                    -- the credential
    key_id          text        NOT NULL,                    -- master key of `sealed`
    webhook_sealed  bytea,                                   -- webhook secrets; null: none
    webhook_key_id  text,                                    -- master key of `webhook_sealed`
    acting_user_id  bigint,
    state           text        NOT NULL CHECK (state IN ('active', 'degraded', 'reauthorise', 'paused')),
    reason          text,                                    -- why it is not active (domain::Code)
    findings        jsonb       NOT NULL DEFAULT '[]',
    settings        jsonb       NOT NULL DEFAULT '{}',
    revision        bigint      NOT NULL DEFAULT 1,          -- grows with every credential and every verification
    verified_at     timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);

-- The current window of a connection's request limit, shared by all processes. See budget.rs for the rules.
CREATE TABLE budgets (
    connection      uuid        PRIMARY KEY REFERENCES connections ON DELETE CASCADE,
    window_seconds  int         NOT NULL DEFAULT 30,         -- longest that a window can last
    quota           int,                                     -- calls per window; null: never told
    metered         boolean,                                 -- null: no answer seen yet; false: Greenhouse tells no limit
    remaining       int         NOT NULL DEFAULT 0,          -- calls that anybody may still take
    reserved        int         NOT NULL DEFAULT 0,          -- calls kept for proof reads
    carried         int         NOT NULL DEFAULT 0,          -- calls that may have to be counted in the next window too
    confirmed       boolean     NOT NULL DEFAULT false,      -- whether an answer told when this window ends
    window_started  timestamptz NOT NULL DEFAULT 'epoch',
    safe_until      timestamptz NOT NULL DEFAULT 'epoch',    -- until then a call certainly arrives within this window
    window_ends     timestamptz NOT NULL DEFAULT 'epoch',    -- the latest moment at which this window can end
    previous_end    timestamptz NOT NULL DEFAULT 'epoch',
    longest_reset   float8      NOT NULL DEFAULT 0,          -- seconds; the longest rest of a window ever told
    blocked_until   timestamptz NOT NULL DEFAULT '-infinity' -- throttled until then
);

-- What was read from Greenhouse and may be believed for a while.
CREATE TABLE remote_cache (
    tenant     text        NOT NULL,
    kind       text        NOT NULL,
    key        text        NOT NULL,
    value      jsonb       NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, kind, key)
);
CREATE INDEX remote_cache_expiry ON remote_cache (expires_at);
