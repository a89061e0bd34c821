-- What a connection needs beyond a credential: history of its settings, holds, authorisation by the tenant's admin, tokens.

ALTER TABLE connections
    DROP CONSTRAINT connections_auth_kind_check,
    ADD CONSTRAINT connections_auth_kind_check
        CHECK (auth_kind IN ('client_credentials', 'api_key', 'authorization_code')),
    ADD COLUMN held_reason text,                             -- somebody stopped the work; null: nobody did
    ADD COLUMN held_until  timestamptz;                      -- the hold ends by itself then; null: when somebody ends it

-- The listing goes by age.
CREATE INDEX connections_by_age ON connections (created_at, id);

-- Every change of settings, kept over disconnecting.
CREATE TABLE settings_changes (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant     text        NOT NULL,
    connection uuid        NOT NULL,
    changes    jsonb       NOT NULL,                         -- as asked for; a null put a setting back to its default
    changed_by text        NOT NULL,                         -- role of who asked
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX settings_changes_by_connection ON settings_changes (connection, id);

-- Admins on their way to Greenhouse and back. Only hashes: whoever reads this table cannot take their place.
CREATE TABLE authorisations (
    secret     bytea       PRIMARY KEY,                      -- hash of the ticket, or of the state
    kind       text        NOT NULL CHECK (kind IN ('ticket', 'state')),
    tenant     text        NOT NULL,
    browser    bytea,                                        -- hash of the cookie that the state belongs to
    expires_at timestamptz NOT NULL
);
CREATE INDEX authorisations_expiry ON authorisations (expires_at);

-- Tokens of connections that an admin authorised. One process renews them at a time.
CREATE TABLE tokens (
    connection      uuid        PRIMARY KEY REFERENCES connections ON DELETE CASCADE,
    sealed          bytea       NOT NULL,                    -- access token and refresh token
    key_id          text        NOT NULL,                    -- master key of `sealed`
    generation      bigint      NOT NULL DEFAULT 1,          -- grows with every pair of tokens
    renewed_at      timestamptz NOT NULL DEFAULT now(),
    access_expires  timestamptz NOT NULL,
    refresh_expires timestamptz NOT NULL,
    lease           uuid,                                    -- who is renewing: the fence
    lease_until     timestamptz NOT NULL DEFAULT '-infinity',
    sent_at         timestamptz                              -- a renewal left and no answer was stored yet
);
