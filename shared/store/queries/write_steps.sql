-- Step states of operations whose lease still holds; returns those operations. Nothing is written of those whose person is to
-- be forgotten: what is written here is about to be sent.
WITH held AS MATERIALIZED (
    SELECT o.id, o.code IS NOT DISTINCT FROM 'person_erased' AS barred FROM operations o
    JOIN unnest($1::bigint[], $2::uuid[]) AS entry(id, lease) ON o.id = entry.id AND o.lease = entry.lease
    -- In one order, so that nobody who locks several waits for this one.
    WHERE o.state = 'open' ORDER BY o.id FOR NO KEY UPDATE OF o),
written AS (
    INSERT INTO steps AS s
        (operation_id, name, kind, state, remote_id, person, code, sends, first_sent_at, last_sent_at, settled_at)
    SELECT u.operation_id, u.name, u.kind, u.state, u.remote_id, u.person, u.code, u.sending::int,
        CASE WHEN u.sending THEN clock_timestamp() END,
        -- What was sent several times under one intent was sent until now.
        CASE WHEN u.sending OR u.state = 'unknown' THEN clock_timestamp() END,
        CASE WHEN NOT u.sending THEN clock_timestamp() END
    FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::bool[],
        $10::bigint[]) AS u(operation_id, name, kind, state, remote_id, code, sending, person)
    JOIN held ON held.id = u.operation_id AND NOT held.barred
    ON CONFLICT (operation_id, name) DO UPDATE SET state = EXCLUDED.state,
        remote_id = coalesce(EXCLUDED.remote_id, s.remote_id), person = coalesce(EXCLUDED.person, s.person), code = EXCLUDED.code,
        sends = s.sends + EXCLUDED.sends, first_sent_at = coalesce(s.first_sent_at, EXCLUDED.first_sent_at),
        last_sent_at = coalesce(EXCLUDED.last_sent_at, s.last_sent_at), settled_at = EXCLUDED.settled_at
    WHERE s.state <> 'confirmed')
SELECT id, barred AS "barred!" FROM held
