-- When a webhook last told of an application or a person. What tells of jobs only says nothing about whether changes of
-- statuses are told, and polls of them must not become rarer by it.
ALTER TABLE webhook_seen ADD COLUMN told_at timestamptz;
