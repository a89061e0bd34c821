-- What becomes true when operations end or are given back, for those whose lease still holds; returns them, what is
-- handed over to a relay, and whether anybody waited for their people.
-- One statement, so one round trip and one commit for everything in the batch.
WITH held AS MATERIALIZED (
    SELECT o.id, o.tenant, entry.state
    FROM operations o
    JOIN unnest($1::bigint[], $2::uuid[], $3::text[]) AS entry(id, lease, state)
        ON o.id = entry.id AND o.lease = entry.lease
    -- In one order, so that nobody who locks several waits for this one.
    WHERE o.state = 'open' ORDER BY o.id FOR NO KEY UPDATE OF o),
left_behind AS (
    UPDATE operations o SET state = u.state, lease = NULL, code = u.code, field = u.field,
        outcome = coalesce(u.outcome, o.outcome), attempts = o.attempts + u.counts::int,
        begun = u.state = 'open' AND (SELECT 1 FROM steps s WHERE s.operation_id = o.id LIMIT 1) IS NOT NULL,
        not_before = CASE WHEN u.state = 'open' THEN clock_timestamp() + make_interval(secs => u.delay) ELSE o.not_before END,
        settled_at = CASE WHEN u.state = 'open' THEN NULL ELSE clock_timestamp() END
    FROM unnest($1::bigint[], $3::text[], $4::float8[], $5::bool[], $6::text[], $7::text[], $8::jsonb[])
        AS u(id, state, delay, counts, code, field, outcome)
    JOIN held ON held.id = u.id
    WHERE o.id = u.id),
freed AS (
    DELETE FROM operation_keys k USING held WHERE k.operation_id = held.id AND held.state <> 'open' RETURNING k.key),
people AS (
    INSERT INTO person_keys AS p (key, tenant, greenhouse_id, candidate_id)
    SELECT DISTINCT ON (u.key) u.key, held.tenant, u.greenhouse_id, u.candidate_id
    FROM unnest($9::bigint[], $10::uuid[], $11::bigint[], $12::text[]) AS u(operation_id, key, greenhouse_id, candidate_id)
    JOIN held ON held.id = u.operation_id
    ORDER BY u.key, u.operation_id DESC
    ON CONFLICT (key) DO UPDATE SET greenhouse_id = EXCLUDED.greenhouse_id, updated_at = now()
    WHERE p.greenhouse_id <> EXCLUDED.greenhouse_id),
followed AS (
    INSERT INTO applications AS a (tenant, id, greenhouse_id, candidate_id, job_id, introduction_ids, sequence, snapshot)
    -- One application may be where several introductions of the batch led to.
    SELECT DISTINCT ON (held.tenant, u.id) held.tenant, u.id, u.greenhouse_id, u.candidate_id, u.job_id,
        array_agg(u.introduction) OVER (PARTITION BY held.tenant, u.id),
        coalesce(before.sequence, u.events), CASE WHEN before.sequence IS NULL THEN u.snapshot END
    FROM unnest($13::bigint[], $14::bigint[], $15::bigint[], $16::text[], $17::bigint[], $18::text[], $19::bigint[],
        $20::jsonb[])
        AS u(operation_id, id, greenhouse_id, candidate_id, job_id, introduction, events, snapshot)
    JOIN held ON held.id = u.operation_id
    -- Followed before its person was erased: its numbers go on, with what a look at Greenhouse shows.
    LEFT JOIN LATERAL (SELECT e.sequence FROM erased_applications e WHERE e.tenant = held.tenant AND e.id = u.id LIMIT 1) before
        ON true
    ORDER BY held.tenant, u.id, u.operation_id
    ON CONFLICT (tenant, id) DO UPDATE SET introduction_ids = a.introduction_ids
        || ARRAY(SELECT n FROM unnest(EXCLUDED.introduction_ids) n WHERE n <> ALL (a.introduction_ids))
    RETURNING a.tenant, a.id, a.xmax = 0 AND a.snapshot IS NOT NULL AS seen),
-- What was seen of an application is told only where nobody followed it before. All of it is taken for a relay of this
-- process in the same stroke where it is the oldest of its key that is not published.
news AS MATERIALIZED (
    SELECT u.*, held.tenant, u.application IS NOT NULL AS in_feed, $35::float8 IS NOT NULL
        AND row_number() OVER (PARTITION BY held.tenant, u.ordering_key ORDER BY u.place) = 1
        AND (SELECT 1 FROM outbox ahead WHERE ahead.tenant = held.tenant AND ahead.ordering_key = u.ordering_key
            AND ahead.published_at IS NULL AND ahead.parked IS NULL LIMIT 1) IS NULL AS handed
    FROM unnest($21::bigint[], $22::uuid[], $23::text[], $24::text[], $25::text[], $26::bytea[], $27::bigint[]) WITH ORDINALITY
        AS u(operation_id, message_id, ordering_key, routing_key, trace, body, application, place)
    JOIN held ON held.id = u.operation_id
    LEFT JOIN followed ON followed.tenant = held.tenant AND followed.id = u.application
    WHERE u.application IS NULL OR followed.seen
    ORDER BY u.place),
-- What the trigger would do, row by row, for whoever does not.
copied AS (INSERT INTO status_events (tenant, body) SELECT tenant, body FROM news WHERE in_feed ORDER BY place),
announced AS (
    INSERT INTO outbox (message_id, tenant, ordering_key, routing_key, operation_id, trace, body, attempts, not_before, in_feed)
    SELECT message_id, tenant, ordering_key, routing_key, CASE WHEN NOT in_feed THEN operation_id END, trace, body, handed::int,
        CASE WHEN handed THEN clock_timestamp() + make_interval(secs => $35) ELSE now() END, in_feed
    FROM news ORDER BY place
    RETURNING id, message_id, attempts),
written AS (
    INSERT INTO steps AS s
        (operation_id, name, kind, state, remote_id, person, code, sends, first_sent_at, last_sent_at, settled_at)
    SELECT u.operation_id, u.name, u.kind, u.state, u.remote_id, u.person, u.code, u.sending::int,
        CASE WHEN u.sending THEN clock_timestamp() END,
        -- What was sent several times under one intent was sent until now.
        CASE WHEN u.sending OR u.state = 'unknown' THEN clock_timestamp() END,
        CASE WHEN NOT u.sending THEN clock_timestamp() END
    FROM unnest($28::bigint[], $29::text[], $30::text[], $31::text[], $32::bigint[], $33::text[], $34::bool[],
        $36::bigint[]) AS u(operation_id, name, kind, state, remote_id, code, sending, person)
    JOIN held ON held.id = u.operation_id
    ON CONFLICT (operation_id, name) DO UPDATE SET state = EXCLUDED.state,
        remote_id = coalesce(EXCLUDED.remote_id, s.remote_id), person = coalesce(EXCLUDED.person, s.person), code = EXCLUDED.code,
        sends = s.sends + EXCLUDED.sends, first_sent_at = coalesce(s.first_sent_at, EXCLUDED.first_sent_at),
        last_sent_at = coalesce(EXCLUDED.last_sent_at, s.last_sent_at), settled_at = EXCLUDED.settled_at
    WHERE s.state <> 'confirmed')
SELECT held.id AS "held?", NULL::bigint AS "outbox?", NULL::uuid AS "message?" FROM held
UNION ALL
-- Taken once: by the relay that they are handed to.
SELECT NULL, announced.id, announced.message_id FROM announced WHERE announced.attempts = 1
UNION ALL
-- Somebody waited for one of these people, and may go on.
(SELECT NULL, NULL, NULL FROM freed CROSS JOIN LATERAL (
    SELECT 1 FROM operation_keys waiting WHERE waiting.key = freed.key AND waiting.operation_id <> ALL ($1::bigint[]) LIMIT 1) one
LIMIT 1)
