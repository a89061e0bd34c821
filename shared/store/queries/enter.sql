-- A batch becomes durable: deliveries that nobody has seen, the operations they make, and whom those concern. One
-- statement, so one round trip. Returns per unseen delivery its place in the batch, from 1, its operation, or none where
-- the intent was known, and why nothing of its tenant begins, if so. No delivery may be in the batch twice, and no key twice at a
-- place; one that only orders ($16) says nothing about who the person is. Where one of the people ($13) has asked to be forgotten nothing is entered, and place 0 says so.
--
-- A hand may be free for the only operation of a batch ($14: its lease, $15: for how many seconds; else null). Then it is
-- entered as claimed, if a claim right after it would choose it and nothing else: the tenant may begin, nothing of it is
-- due, no open operation shares a person with it, nobody asked to be forgotten, and where Greenhouse limits calls there is
-- room for two and it is nobody else's turn.
WITH forgotten AS MATERIALIZED (SELECT 1 FROM erased_people WHERE key = ANY ((SELECT $13::uuid[])::uuid[]) LIMIT 1),
tenants_here AS MATERIALIZED (SELECT DISTINCT t AS tenant FROM unnest($1::text[]) t),
new_tenants AS (
    INSERT INTO tenants (tenant) SELECT tenant FROM tenants_here
    WHERE NOT EXISTS (SELECT 1 FROM tenants t WHERE t.tenant = tenants_here.tenant)
    -- In one order, so that the two halves of a batch do not wait for each other.
    ORDER BY tenant ON CONFLICT DO NOTHING),
idle AS MATERIALIZED (
    SELECT tenant, CASE WHEN c.id IS NULL THEN 'not_connected' ELSE coalesce(c.reason, 'connection_paused') END AS code
    FROM tenants_here LEFT JOIN connections c USING (tenant)
    WHERE c.state IN ('active', 'degraded') IS NOT TRUE),
lane AS MATERIALIZED (
    SELECT * FROM lanes WHERE $14::uuid IS NOT NULL AND tenant = ($1::text[])[1]
        AND (SELECT 1 FROM operations o WHERE o.tenant = ($1::text[])[1] AND o.begun = ANY ('{true, false}')
            -- Not now(): this transaction may have waited for another one's batch.
            AND o.state = 'open' AND o.not_before <= statement_timestamp() LIMIT 1) IS NULL
        AND (SELECT 1 FROM unnest($11::uuid[]) AS mine(key) CROSS JOIN LATERAL (
            SELECT 1 FROM operation_keys other WHERE other.key = mine.key LIMIT 1) open LIMIT 1) IS NULL
        AND (SELECT 1 FROM erased_people WHERE key = ANY ((SELECT $11::uuid[])::uuid[]) LIMIT 1) IS NULL),
turn AS MATERIALIZED (
    SELECT t.tenant FROM lane JOIN tenants t ON t.tenant = lane.tenant
    -- Of all tenants whose calls are counted together.
    CROSS JOIN LATERAL (SELECT coalesce(sum(n), 0)::bigint AS n FROM client_hands WHERE client_hands.client = lane.client) hands
    WHERE lane.metered AND lane.calls / 8 - hands.n > 1
      AND t.last_served = lane.last_served
    FOR UPDATE OF t SKIP LOCKED),
served AS (UPDATE tenants t SET last_served = clock_timestamp() FROM turn WHERE t.tenant = turn.tenant),
begun AS MATERIALIZED (
    SELECT lane.*, $14::uuid AS lease, clock_timestamp() + make_interval(secs => $15::float8) AS lease_ends FROM lane
    WHERE NOT lane.metered OR EXISTS (SELECT 1 FROM turn)),
fresh AS (
    INSERT INTO inbox (tenant, message_id, source, operation_id)
    SELECT tenant, message_id, source, nextval('operations_id_seq')
    FROM unnest($1::text[], $2::text[], $3::text[]) AS a(tenant, message_id, source)
    WHERE NOT EXISTS (SELECT 1 FROM forgotten)
    ON CONFLICT (tenant, message_id, source) DO NOTHING RETURNING tenant, message_id, source, operation_id),
unseen AS MATERIALIZED (
    SELECT arrived.*, fresh.operation_id AS id
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::bytea[],
        $9::text[], $10::timestamptz[]) WITH ORDINALITY AS arrived(tenant, message_id, source, kind, business_key, subject,
        content_hash, payload, trace, occurred_at, place)
    JOIN fresh USING (message_id, tenant, source) ORDER BY place),
created AS (
    INSERT INTO operations (id, tenant, kind, business_key, subject, message_id, content_hash, payload, trace, occurred_at,
        lease, begun, not_before)
    OVERRIDING SYSTEM VALUE
    SELECT u.id, u.tenant, u.kind, u.business_key, u.subject, u.message_id, u.content_hash, u.payload, u.trace, u.occurred_at,
        begun.lease, begun.lease IS NOT NULL, coalesce(begun.lease_ends, now())
    FROM unseen u LEFT JOIN begun ON true
    ON CONFLICT (business_key, tenant, kind) DO NOTHING RETURNING id),
-- Not a join: that is planned as a loop in a loop, because a batch is expected to have a single row.
entered AS MATERIALIZED (
    SELECT place, tenant, CASE WHEN id IN (SELECT created.id FROM created) THEN id END AS id FROM unseen),
concerned AS (
    INSERT INTO operation_keys (key, operation_id, orders_only)
    SELECT k.key, entered.id, k.orders_only FROM unnest($11::uuid[], $12::bigint[], $16::boolean[]) AS k(key, place, orders_only)
    JOIN entered USING (place)
    WHERE entered.id IS NOT NULL)
SELECT place AS "place!", id AS "id?", (SELECT code FROM idle WHERE idle.tenant = entered.tenant) AS idle,
    begun.connection AS "connection?", begun.revision AS "revision?", begun.settings AS "settings?", now() AS "created_at!",
    clock_timestamp() AS "now!",
    CASE WHEN begun.connection IS NOT NULL THEN (
        SELECT array_agg(p.greenhouse_id ORDER BY p.candidate_id NULLS LAST, p.updated_at DESC)
        FROM unnest($11::uuid[], $16::boolean[]) AS mine(key, orders_only)
        CROSS JOIN LATERAL (SELECT * FROM person_keys p WHERE p.key = mine.key LIMIT 1) p
        WHERE NOT mine.orders_only) END AS known
FROM entered LEFT JOIN begun ON entered.id IS NOT NULL
UNION ALL
SELECT 0, NULL, NULL, NULL, NULL, NULL, now(), now(), NULL FROM forgotten
ORDER BY 1
