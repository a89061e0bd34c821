-- In a transaction of its own: whoever reads `lanes` locks the view first and `budgets`, which 0029 changes, after it.

-- As before, and with whose calls are counted together.
CREATE OR REPLACE VIEW lanes AS
    SELECT t.tenant, t.last_served, c.id AS connection, c.revision, c.settings,
        coalesce(b.metered AND b.quota IS NOT NULL, false) AS metered,
        CASE WHEN b.window_ends <= clock_timestamp() THEN b.quota ELSE b.remaining END AS calls,
        coalesce(b.client, c.id) AS client
    FROM tenants t
    JOIN connections c ON c.tenant = t.tenant AND c.state IN ('active', 'degraded')
    LEFT JOIN budgets b ON b.connection = c.id
    WHERE coalesce(b.blocked_until, '-infinity') <= clock_timestamp()
        AND (SELECT 1 FROM outages o WHERE o.connection = c.id
            AND o.next_look > clock_timestamp() - interval '5 minutes' LIMIT 1) IS NULL;

-- How many operations of each tenant of a client are in hand, over all processes; as `hands`, which is for replicas of before.
CREATE VIEW client_hands AS
    SELECT coalesce(b.client, b.connection) AS client, c.tenant, h.n
    FROM budgets b
    JOIN connections c ON c.id = b.connection
    CROSS JOIN LATERAL (
        SELECT count(*) AS n FROM operations o
        WHERE o.tenant = c.tenant AND o.begun AND o.state = 'open' AND o.lease IS NOT NULL
            AND o.not_before > statement_timestamp()) h;
