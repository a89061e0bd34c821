-- When what is stored was asked for, by the database's clock: an answer that was asked for before does not replace it.
ALTER TABLE jobs ADD COLUMN asked_at timestamptz;
ALTER TABLE job_parts ADD COLUMN asked_at timestamptz;

-- Parts that an answer showed to be gone: one that was asked for before does not bring them back. Kept for an hour.
CREATE TABLE removed_job_parts (
    tenant   text        NOT NULL,
    kind     text        NOT NULL,
    id       bigint      NOT NULL,
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, kind, id)
);
