-- When the page was asked for that did not show it, by the database's clock: what a later answer showed is not removed.
ALTER TABLE job_gone ADD COLUMN asked_at timestamptz; -- null: a replica of before noted it
