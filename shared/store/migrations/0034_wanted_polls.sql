-- In v1 what webhooks told takes a call for each application. Where many change at once they are left to a poll, which is then
-- due whatever its interval. Replicas of before know nothing of it; whoever waits for a poll that does not come looks itself.
ALTER TABLE polls ADD COLUMN wanted_at timestamptz NOT NULL DEFAULT '-infinity'; -- a poll that begins after it is waited for
