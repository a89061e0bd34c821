-- Takes operations that are due, for a lease: fair over tenants, within budget, in order per person. Of each it says all that
-- a worker needs.
WITH RECURSIVE busy AS (
    -- The tenants with open operations, by hopping through the index: most have none.
    (SELECT o.tenant FROM operations o WHERE o.state = 'open' ORDER BY o.tenant LIMIT 1)
    UNION ALL
    SELECT (SELECT o.tenant FROM operations o WHERE o.state = 'open' AND o.tenant > busy.tenant
        ORDER BY o.tenant LIMIT 1)
    FROM busy WHERE busy.tenant IS NOT NULL),
mine AS MATERIALIZED (
    SELECT l.*, $2 - coalesce(h.n, 0) AS room
    FROM busy CROSS JOIN LATERAL (SELECT * FROM lanes WHERE lanes.tenant = busy.tenant LIMIT 1) l
    LEFT JOIN unnest($3::text[], $4::bigint[]) AS h(tenant, n) ON h.tenant = l.tenant
    WHERE (SELECT 1 FROM operations o WHERE o.tenant = l.tenant AND o.begun = ANY ('{true, false}')
        AND o.state = 'open' AND o.not_before <= now() AND o.kind = ANY($5::text[]) LIMIT 1) IS NOT NULL),
turns AS MATERIALIZED (
    -- An import takes up to eight calls and more. Begun side by side with fewer for each, all of them would read
    -- again in every window what they had read in the one before, and write next to nothing.
    SELECT l.tenant, greatest(l.calls / 8 - hands.n,
        (NOT hands.ours AND l.calls > CASE WHEN hands.n > 0 THEN 3 ELSE 0 END)::int) AS room
    FROM mine l JOIN tenants t ON t.tenant = l.tenant
    -- Of all tenants whose calls are counted together.
    CROSS JOIN LATERAL (SELECT coalesce(sum(n), 0)::bigint AS n, coalesce(bool_or(tenant = ANY($3::text[])), false) AS ours
        FROM client_hands WHERE client_hands.client = l.client) hands
    -- Under the lock this looks at the row as it is now: a claim that came in between has left its mark there,
    -- and what it took is not among the hands seen.
    WHERE l.metered AND t.last_served = l.last_served
    FOR UPDATE OF t SKIP LOCKED),
due AS (
    SELECT o.id, o.begun, l.connection, l.revision, l.settings, l.tenant, l.last_served, l.metered, l.client, s.share,
        turns.room, row_number() OVER (PARTITION BY l.tenant ORDER BY o.begun DESC, o.not_before, o.id) AS turn
    FROM mine l LEFT JOIN turns ON turns.tenant = l.tenant
    CROSS JOIN LATERAL (SELECT greatest(0, CASE WHEN l.metered THEN least(l.room, coalesce(turns.room, 0))
        ELSE l.room END) AS share) s
    -- First what is begun, then the rest, each in the index's order until there is enough for the tenant and for
    -- the claim: what is locked is not much more than what is chosen. The time is one that the index can be asked
    -- for, so that what rests is not looked at.
    CROSS JOIN LATERAL (
        SELECT o.* FROM (VALUES (true), (false)) AS rank(begun)
        CROSS JOIN LATERAL (
            SELECT o.id, o.begun, o.not_before FROM operations o
            WHERE o.tenant = l.tenant AND o.begun = rank.begun AND o.state = 'open'
              AND o.not_before <= now() AND o.kind = ANY($5::text[])
              -- Whether an older one stands before it: one look per key. As NOT EXISTS it may be planned as an
              -- anti-join of all keys with all keys, and with a plain `operation_id` as a scan of all that are
              -- older, by statistics that say that there are none yet.
              AND (SELECT 1 FROM operation_keys mine CROSS JOIN LATERAL (
                  SELECT 1 FROM operation_keys older WHERE older.key = mine.key
                    AND older.operation_id + 0 < mine.operation_id AND NOT older.waits LIMIT 1) ahead
                WHERE mine.operation_id = o.id LIMIT 1) IS NULL
            ORDER BY o.not_before, o.id
            LIMIT least(s.share, $1)
            FOR UPDATE SKIP LOCKED) o
        LIMIT least(s.share, $1)) o),
placed AS (
    SELECT due.*, row_number() OVER (PARTITION BY client ORDER BY begun DESC, turn, last_served, id) AS place FROM due),
-- What the calls can carry is the room of all tenants whose calls are counted together, so they take turns with it too.
chosen AS (SELECT *, turn >= share OR metered AND place >= room AS uses_up FROM placed WHERE NOT metered OR place <= room
    ORDER BY turn, last_served, id LIMIT $1),
-- Another claim that is marking some of the same tenants is not waited for: it might wait for this one. Those
-- that had to be locked are locked above.
served AS (
    UPDATE tenants t SET last_served = clock_timestamp()
    FROM (SELECT t.tenant FROM (SELECT DISTINCT tenant, metered FROM chosen) s
        JOIN tenants t ON t.tenant = s.tenant
        WHERE s.metered OR t.last_served < clock_timestamp() - interval '5 milliseconds'
        FOR NO KEY UPDATE OF t SKIP LOCKED) free
    WHERE t.tenant = free.tenant)
UPDATE operations o
SET lease = gen_random_uuid(), begun = true, not_before = clock_timestamp() + make_interval(secs => $6)
FROM chosen WHERE o.id = chosen.id
RETURNING o.id, o.lease AS "lease!", o.tenant, chosen.connection AS "connection!",
    chosen.revision AS "revision!", chosen.settings AS "settings!",
    chosen.uses_up AS "uses_up!", o.kind, o.business_key, o.payload, o.trace, o.attempts,
    o.occurred_at, o.created_at, clock_timestamp() AS "now!",
    (SELECT jsonb_agg(to_jsonb(s)) FROM steps s WHERE s.operation_id = o.id) AS steps,
    (SELECT array_agg(p.greenhouse_id ORDER BY p.candidate_id NULLS LAST, p.updated_at DESC)
        FROM operation_keys k
        -- One look-up by key each: as a plain join it is planned as a scan of everybody ever imported.
        CROSS JOIN LATERAL (SELECT * FROM person_keys p WHERE p.key = k.key LIMIT 1) p
        WHERE k.operation_id = o.id AND NOT k.orders_only) AS known,
    EXISTS (SELECT 1 FROM operation_keys k JOIN erased_people e ON e.key = k.key
        WHERE k.operation_id = o.id AND NOT k.orders_only) AS "erased_before!",
    (SELECT 1 FROM operation_keys k CROSS JOIN LATERAL (
        SELECT 1 FROM operation_keys w WHERE w.key = k.key AND w.waits LIMIT 1) aside
        WHERE k.operation_id = o.id LIMIT 1) IS NOT NULL AS "aside_for_it!"
