-- What was looked at and could not be told is looked at again, however old it is. Replicas of before know nothing of it: they
-- look again at what was never seen, a minute later.
ALTER TABLE applications ADD COLUMN look_again_at timestamptz; -- null: there is no need, or it was never seen and its age tells
CREATE INDEX applications_look_again ON applications (tenant, id) WHERE look_again_at IS NOT NULL;
