-- A batch of verified deliveries: dedupe, fan out, note that the connection was heard of. One statement,
-- so one round trip and one commit for all of them.
-- Returns those whose secrets are still the ones they were verified with, and whether they are new.
WITH incoming AS MATERIALIZED (
    SELECT d.place, d.connection, d.event_id, d.action, d.ping, c.tenant
    FROM unnest($1::int[], $2::uuid[], $3::bytea[], $4::text[], $5::text[], $6::bool[])
        AS d(place, connection, seal, event_id, action, ping)
    JOIN connections c ON c.id = d.connection AND sha256(c.webhook_sealed) = d.seal
    -- A connection that is being removed is gone for us, rather than an error for the whole batch.
    FOR KEY SHARE OF c),
-- In the same order everywhere, so that two processes with the same deliveries wait for each other in line.
taken AS (
    INSERT INTO webhook_deliveries (connection, event_id, action)
    SELECT connection, event_id, action FROM incoming ORDER BY connection, event_id
    ON CONFLICT DO NOTHING RETURNING connection, event_id),
fresh AS (
    SELECT i.place, i.connection, i.tenant FROM incoming i
    JOIN taken t ON t.connection = i.connection AND t.event_id = i.event_id),
tasks AS (
    INSERT INTO webhook_tasks (consumer, connection, tenant, kind, ids)
    SELECT n.consumer, f.connection, f.tenant, n.kind, n.ids
    FROM unnest($7::int[], $8::text[], $9::text[], $10::jsonb[]) AS n(place, consumer, kind, ids)
    JOIN fresh f ON f.place = n.place
    ORDER BY n.place),
seen AS (
    INSERT INTO webhook_seen AS s (connection, delivered_at, pinged_at, told_at)
    SELECT connection, clock_timestamp(), CASE WHEN bool_or(ping) THEN clock_timestamp() END,
        CASE WHEN bool_or(place IN (SELECT n.place FROM unnest($7::int[], $8::text[]) AS n(place, consumer)
            WHERE n.consumer = 'statuses')) THEN clock_timestamp() END
    FROM incoming GROUP BY connection ORDER BY connection
    ON CONFLICT (connection) DO UPDATE SET delivered_at = excluded.delivered_at,
        pinged_at = coalesce(excluded.pinged_at, s.pinged_at), told_at = coalesce(excluded.told_at, s.told_at))
SELECT i.place AS "place!", (f.place IS NOT NULL) AS "new!"
FROM incoming i LEFT JOIN fresh f ON f.place = i.place
