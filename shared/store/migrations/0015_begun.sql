-- Whether an operation is or was in somebody's hand, and if it was given back, whether anything was written by then. Such
-- a one goes on before its tenant's others begin: else each window of a small limit is spent on beginnings, and what waits
-- for its last call waits behind everybody who has come since.
ALTER TABLE operations ADD COLUMN begun boolean NOT NULL DEFAULT false;
DROP INDEX operations_claimable;
CREATE INDEX operations_claimable ON operations (tenant, begun, not_before, id) WHERE state = 'open';
UPDATE operations o SET begun = true
WHERE state = 'open' AND (lease IS NOT NULL OR EXISTS (SELECT FROM steps s WHERE s.operation_id = o.id));

-- Per tenant, so that whoever asks for one counts only what is begun of that one, and not all that is open of everybody.
-- Until the last replica of before is gone, what those take in hand is missing here.
CREATE OR REPLACE VIEW hands AS
    SELECT t.tenant, h.n
    FROM tenants t
    CROSS JOIN LATERAL (
        SELECT count(*) AS n FROM operations o
        WHERE o.tenant = t.tenant AND o.begun AND o.state = 'open' AND o.lease IS NOT NULL
            AND o.not_before > statement_timestamp()) h
    WHERE h.n > 0;
