-- The jobs of Greenhouse as last seen, and the import that keeps them fresh. Written by the jobs service.

-- One row per connection: schedule, lease, and the import under way. Any replica takes it.
CREATE TABLE job_refreshes (
    connection   uuid        PRIMARY KEY REFERENCES connections ON DELETE CASCADE,
    tenant       text        NOT NULL,
    watermark    timestamptz,                              -- everything changed before it has been read; null: nothing was
    refreshed_at timestamptz NOT NULL DEFAULT '-infinity', -- begin of the last import that ended
    full_at      timestamptz NOT NULL DEFAULT '-infinity', -- begin of the last full import that ended
    edition      bigint      NOT NULL DEFAULT 0,           -- grows whenever a document changes
    run          jsonb,                                    -- the import under way; null: none
    not_before   timestamptz NOT NULL DEFAULT '-infinity', -- rests until then: out of budget, or Greenhouse is away
    failures     int         NOT NULL DEFAULT 0,           -- since the last import that ended well
    lease        uuid,                                     -- the fence: a new one for every claim
    lease_until  timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE INDEX job_refreshes_by_tenant ON job_refreshes (tenant);

-- Who wants the jobs fresh; each is answered once.
CREATE TABLE job_requests (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant      text        NOT NULL,
    request_id  text        NOT NULL,
    whole       boolean     NOT NULL,                      -- a full import is wanted
    trace       text,
    asked_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    answered_at timestamptz,
    UNIQUE (tenant, request_id)
);
CREATE INDEX job_requests_open ON job_requests (tenant, id) WHERE answered_at IS NULL;

-- A job: its own record, and the document made of it and everything around it. Deleted ones stay, without their parts:
-- the number of the last event about them must not be given twice.
CREATE TABLE jobs (
    tenant         text        NOT NULL,
    id             bigint      NOT NULL,
    content        jsonb       NOT NULL,                   -- the job's own record
    document       jsonb,                                  -- intrro.events.v1.Job as last announced; null: not put together
    status         text,                                   -- of the document
    confidential   boolean     NOT NULL DEFAULT false,     -- of the document
    department_ids bigint[],                               -- its department and those above
    office_ids     bigint[],
    words          text        NOT NULL DEFAULT '',        -- what a search looks at, in lower case
    sequence       bigint      NOT NULL DEFAULT 0,         -- number of the last event about it
    dirty          boolean     NOT NULL DEFAULT true,      -- something belonging to it changed since the document was made
    deleted_at     timestamptz,
    stored_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant, id)
);
CREATE INDEX jobs_dirty ON jobs (tenant, id) WHERE dirty;
CREATE INDEX jobs_shown ON jobs (tenant, status, id) WHERE deleted_at IS NULL;

-- What belongs to jobs: posts and their locations, stages, openings, people; and what jobs refer to: departments, offices,
-- reasons for closing. Which is said by `kind` (store::jobs::Kind).
CREATE TABLE job_parts (
    tenant    text        NOT NULL,
    kind      text        NOT NULL,
    id        bigint      NOT NULL,
    job_id    bigint,                                      -- its job
    parent_id bigint,                                      -- a location's post; the department above
    content   jsonb       NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant, kind, id)
);
CREATE INDEX job_parts_by_job ON job_parts (tenant, job_id) WHERE job_id IS NOT NULL;
CREATE INDEX job_parts_by_parent ON job_parts (tenant, kind, parent_id) WHERE parent_id IS NOT NULL;

-- What the import under way did not meet where it should have been; removed only after the last page.
CREATE TABLE job_gone (
    connection uuid   NOT NULL REFERENCES job_refreshes ON DELETE CASCADE,
    kind       text   NOT NULL,
    id         bigint NOT NULL,
    PRIMARY KEY (connection, kind, id)
);
