-- Whether what Greenhouse shows is read: jobs, statuses, what webhooks and requests name. A connection that is paused is read
-- on while all that it was refused is needed for writes alone.
CREATE FUNCTION is_read(c connections) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT c.state IN ('active', 'degraded')
        OR c.state = 'paused' AND c.held_reason IS NULL
            AND c.findings @> '[{"stops": "writing"}]' AND NOT c.findings @> '[{"stops": "all"}]'
$$;
