-- Connections whose Greenhouse does not answer: nobody begins work there until a look at it is answered. `looks` counts
-- those that were not; whoever takes one puts `next_look` off, so that a process that dies with it is followed by another.
CREATE TABLE outages (
    connection uuid PRIMARY KEY REFERENCES connections ON DELETE CASCADE,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    looks integer NOT NULL DEFAULT 0,
    next_look timestamptz NOT NULL);

-- As before, but for these. Where nobody has looked for five minutes, nobody is there who would, as with replicas of an
-- earlier version after a rollback: then work itself finds out.
CREATE OR REPLACE VIEW lanes AS
    SELECT t.tenant, t.last_served, c.id AS connection, c.revision, c.settings,
        coalesce(b.metered AND b.quota IS NOT NULL, false) AS metered,
        CASE WHEN b.window_ends <= clock_timestamp() THEN b.quota ELSE b.remaining END AS calls
    FROM tenants t
    JOIN connections c ON c.tenant = t.tenant AND c.state IN ('active', 'degraded')
    LEFT JOIN budgets b ON b.connection = c.id
    WHERE coalesce(b.blocked_until, '-infinity') <= clock_timestamp()
        AND (SELECT 1 FROM outages o WHERE o.connection = c.id
            AND o.next_look > clock_timestamp() - interval '5 minutes' LIMIT 1) IS NULL;
