-- A function called per row costs more than the row. The statement that enqueues copies status events itself, all of a batch
-- in one stroke, and says so; the trigger remains for whoever does not: replicas of before, and statements to come.
ALTER TABLE outbox ADD COLUMN in_feed boolean NOT NULL DEFAULT false;
DROP TRIGGER outbox_status_event ON outbox;
CREATE TRIGGER outbox_status_event AFTER INSERT ON outbox FOR EACH ROW
WHEN (NOT NEW.in_feed AND NEW.routing_key IN ('intrro.events.v1.CandidateStatusChanged', 'intrro.events.v1.CandidateMerged',
    'intrro.events.v1.CandidateErased'))
EXECUTE FUNCTION copy_status_event();
