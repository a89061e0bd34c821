-- Whether an operation is or was in somebody's hand, and if it was given back, whether anything was written by then. Such
-- a one goes on before its tenant's others begin: else each window of a small limit is spent on beginnings, and what waits
-- for its last call waits behind everybody who has come since.
ALTER TABLE operations ADD COLUMN begun boolean NOT NULL DEFAULT false;
DROP INDEX operations_claimable;
CREATE INDEX operations_claimable ON operations (tenant, begun, not_before, id) WHERE state = 'open';
