-- Which record was merged into which; believed for an hour and swept every night: an answer of Greenhouse that is older than a merge shows the record that is
-- gone, and must not be taken for a merge back into it.
CREATE TABLE merged_candidates (
    tenant      text        NOT NULL,
    id          bigint      NOT NULL,
    merged_into bigint      NOT NULL,
    merged_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, id)
);
