-- Whose operations may begin: connected tenants that Greenhouse has not told to wait. For those whose calls are limited
-- (`metered`) with how many calls are left in the window.
CREATE VIEW lanes AS
    SELECT t.tenant, t.last_served, c.id AS connection, c.revision, c.settings,
        coalesce(b.metered AND b.quota IS NOT NULL, false) AS metered,
        CASE WHEN b.window_ends <= clock_timestamp() THEN b.quota ELSE b.remaining END AS calls
    FROM tenants t
    JOIN connections c ON c.tenant = t.tenant AND c.state IN ('active', 'degraded')
    LEFT JOIN budgets b ON b.connection = c.id
    WHERE coalesce(b.blocked_until, '-infinity') <= clock_timestamp();

-- How many operations of a tenant are in hand, over all processes.
CREATE VIEW hands AS
    SELECT tenant, count(*) AS n FROM operations
    WHERE state = 'open' AND lease IS NOT NULL AND not_before > clock_timestamp()
    GROUP BY tenant;
