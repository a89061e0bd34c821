-- Whom a refused message names, as far as it can be read: introduction, candidate and subject. What people ask with.
ALTER TABLE refusals ADD COLUMN names text[] NOT NULL DEFAULT '{}';
CREATE INDEX refusals_by_name ON refusals USING gin (names);
