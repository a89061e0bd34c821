-- A batch becomes durable: deliveries that nobody has seen, the operations they make, and whom those concern. One
-- statement, so one round trip. Returns per unseen delivery its place in the batch, from 1, its operation, or none where
-- the intent was known, and whether its tenant is connected. No delivery may be in the batch twice, and no key twice at a
-- place. Where one of the people ($13) has asked to be forgotten nothing is entered, and place 0 says so.
WITH forgotten AS MATERIALIZED (SELECT 1 FROM erased_people WHERE key = ANY ((SELECT $13::uuid[])::uuid[]) LIMIT 1),
tenants_here AS MATERIALIZED (SELECT DISTINCT t AS tenant FROM unnest($1::text[]) t),
new_tenants AS (
    INSERT INTO tenants (tenant) SELECT tenant FROM tenants_here
    WHERE NOT EXISTS (SELECT 1 FROM tenants t WHERE t.tenant = tenants_here.tenant)
    ON CONFLICT DO NOTHING),
connected AS MATERIALIZED (SELECT tenant FROM tenants_here JOIN connections USING (tenant)),
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
    INSERT INTO operations (id, tenant, kind, business_key, subject, message_id, content_hash, payload, trace, occurred_at)
    OVERRIDING SYSTEM VALUE
    SELECT id, tenant, kind, business_key, subject, message_id, content_hash, payload, trace, occurred_at FROM unseen
    ON CONFLICT (business_key, tenant, kind) DO NOTHING RETURNING id),
-- Not a join: that is planned as a loop in a loop, because a batch is expected to have a single row.
entered AS MATERIALIZED (
    SELECT place, tenant, CASE WHEN id IN (SELECT created.id FROM created) THEN id END AS id FROM unseen),
concerned AS (
    INSERT INTO operation_keys (key, operation_id)
    SELECT k.key, entered.id FROM unnest($11::uuid[], $12::bigint[]) AS k(key, place) JOIN entered USING (place)
    WHERE entered.id IS NOT NULL)
SELECT place AS "place!", id AS "id?", tenant IN (SELECT connected.tenant FROM connected) AS "connected!" FROM entered
UNION ALL
SELECT 0, NULL, false FROM forgotten
ORDER BY 1
