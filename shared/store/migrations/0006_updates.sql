-- Updates of people who were introduced, and people who asked to be forgotten.

-- An update that came before its introduction waits without holding anybody else up: claims pass over the key until
-- the introduction's settlement gives it its place in the line back.
ALTER TABLE operation_keys ADD COLUMN waits boolean NOT NULL DEFAULT false;
CREATE INDEX operation_keys_waiting ON operation_keys (key, operation_id) WHERE waits;

-- When the last update that was written to Greenhouse had happened: an earlier one that arrives later changes nothing.
CREATE TABLE update_marks (
    key        uuid        NOT NULL,                  -- the Intrro candidate, hashed as in operation_keys
    kind       text        NOT NULL,                  -- kind of operation
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (key, kind)
);

-- Who asked to be forgotten, hashed. What tells of a time before that is neither stored nor performed.
CREATE TABLE erased_people (
    key       uuid        PRIMARY KEY,
    tenant    text        NOT NULL,
    erased_at timestamptz NOT NULL                    -- by Intrro's clock: when it was asked for
);

-- Sequences of applications that are no longer followed, so that no number is ever given out twice.
CREATE TABLE erased_applications (
    tenant   text   NOT NULL,
    id       bigint NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- Everything about one person.
CREATE INDEX operations_by_subject ON operations (tenant, subject);
