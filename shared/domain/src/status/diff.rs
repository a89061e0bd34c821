//! The pure difference between what was known and what is seen, as changes in the order in which they happened.

use chrono::{DateTime, TimeDelta, Utc};

use super::visits::{News, newest, news, since_the_start};
use super::{Change, DetectedBy, Observation, Quality, Rejection, Snapshot, Stage, Status, Visit};
use crate::ids::JobStageId;

/// A change that is seen later than this was missed when it happened: longer than any poll interval that we choose.
const LATE: TimeDelta = TimeDelta::hours(1);

/// What has happened since `previous`, oldest first; empty if nothing a consumer would see.
///
/// The first observation of an application is one change from nothing to where it stands; of one that began under our eyes,
/// from nothing to where it began, and then all that follows. Later ones are: the return from a terminal status, the stage
/// visits since the last known one, anything the history does not explain, and last a rejection, hire or conversion, or for
/// a rejection a reason of another type. Blank stages and jobs, renamed stages and whatever anonymising does are no changes.
#[must_use]
pub fn diff(previous: Option<&Snapshot>, observation: &Observation) -> Vec<Change> {
    replay(previous, observation).0
}

/// What to remember after `observation`, whether or not [`diff`] found changes: stage names and the time accounted for may be newer.
#[must_use]
pub fn next_snapshot(previous: Option<&Snapshot>, observation: &Observation) -> Snapshot {
    replay(previous, observation).1
}

fn replay(previous: Option<&Snapshot>, observation: &Observation) -> (Vec<Change>, Snapshot) {
    let Some(previous) = previous else {
        return first(observation);
    };
    if as_of(observation).is_some_and(|time| Some(time) < previous.as_of) {
        return (Vec::new(), previous.clone());
    }
    let replay = Replay {
        observation,
        now: previous.clone(),
        changes: Vec::new(),
    };
    replay.run(&news(previous, observation))
}

fn first(observation: &Observation) -> (Vec<Change>, Snapshot) {
    let told = from_start(observation);
    told.unwrap_or_else(|| where_it_stands(observation))
}

/// What has happened since the application began; none where that is not known, or nothing has.
fn from_start(observation: &Observation) -> Option<(Vec<Change>, Snapshot)> {
    let news = since_the_start(observation)?;
    let begin = news.resume?;
    let now = Snapshot {
        status: Status::InProcess,
        stage: Some(stage_of(begin)),
        job_id: begin.job_id.or(observation.snapshot.job_id),
        prospect: false,
        as_of: None,
        withdrawn: false,
        rejection: None,
    };
    let (occurred_at, quality) = entered(begin, observation);
    let change = Change {
        previous: None,
        current: now.clone(),
        rejection: None,
        occurred_at,
        quality,
        backfilled: true,
    };
    let replay = Replay {
        observation,
        now,
        changes: vec![change],
    };
    Some(replay.run(&news)).filter(|(changes, _)| changes.len() > 1)
}

fn where_it_stands(observation: &Observation) -> (Vec<Change>, Snapshot) {
    let newest = newest(observation);
    let seen = &observation.snapshot;
    let stage = seen.stage.clone().or_else(|| newest.map(stage_of));
    let known = Snapshot {
        stage: stage.filter(|_| !seen.prospect),
        as_of: as_of(observation),
        ..seen.clone()
    };
    let current = at_status(&known, seen.status);
    let current = Snapshot {
        withdrawn: withdrawn(observation, &current),
        rejection: rejection(observation, &current),
        ..current
    };
    let (occurred_at, quality) = arrival(observation, &current, newest);
    let change = Change {
        previous: None,
        current: current.clone(),
        rejection: rejection(observation, &current),
        occurred_at,
        quality,
        backfilled: false,
    };
    (vec![change], current)
}

/// When a state seen for the first time was reached.
fn arrival(
    observation: &Observation,
    current: &Snapshot,
    newest: Option<&Visit>,
) -> (DateTime<Utc>, Quality) {
    let entered = newest.filter(|visit| {
        current
            .stage
            .as_ref()
            .is_some_and(|stage| stage.job_stage_id == visit.job_stage_id)
    });
    match (current.status, entered.and_then(|visit| visit.entered_at)) {
        (Status::InProcess, Some(entered_at)) => (entered_at, Quality::Exact),
        _ => status_time(observation, current.status),
    }
}

/// Where the application is, with blanks filled from what was known; and whether the observation shows all moves so far.
fn target(previous: &Snapshot, observation: &Observation, news: &News<'_>) -> (Snapshot, bool) {
    let mut target = observation.snapshot.clone();
    if observation.anonymised {
        target = at_status(previous, target.status);
    }
    let place = target.stage.as_ref().map(id_of);
    let refuted = place.is_some_and(|stage| news.refutes(stage));
    if refuted {
        (target.stage, target.job_id) = (None, previous.job_id);
    }
    let blank = target.status == Status::InProcess && !target.prospect && place.is_none();
    let trusted = !refuted && (!blank || !observation.history.is_empty());
    if !target.prospect {
        target.job_id = target.job_id.or(previous.job_id);
    }
    (target, trusted)
}

struct Replay<'a> {
    observation: &'a Observation,
    now: Snapshot,
    changes: Vec<Change>,
}

impl Replay<'_> {
    fn run(mut self, news: &News<'_>) -> (Vec<Change>, Snapshot) {
        let (observation, known) = (self.observation, self.now.as_of);
        let (target, trusted) = target(&self.now, observation, news);
        self.reopen(&target, news);
        self.moves(&target, news);
        self.arrive(target);
        let (changes, now) = self.finish();
        let as_of = if trusted {
            known.max(as_of(observation))
        } else {
            known
        };
        (changes, Snapshot { as_of, ..now })
    }

    /// Back from rejected, hired or converted, where that is needed to explain what follows.
    fn reopen(&mut self, target: &Snapshot, news: &News<'_>) {
        let goes_on = target.status == Status::InProcess || !news.visits.is_empty();
        if self.now.status == Status::InProcess || !goes_on {
            return;
        }
        let stage = self.now.stage.clone();
        let Some(stage) = stage.or_else(|| news.resume.map(stage_of)) else {
            return;
        };
        let (time, quality) = touched(self.observation);
        let reopened = Snapshot {
            status: Status::InProcess,
            stage: Some(stage),
            ..self.now.clone()
        };
        self.push(reopened, time, quality);
    }

    fn moves(&mut self, target: &Snapshot, news: &News<'_>) {
        for (index, visit) in news.visits.iter().enumerate() {
            let last = index + 1 == news.visits.len();
            let job_id = visit
                .job_id
                .or(if last { target.job_id } else { self.now.job_id });
            let current = Snapshot {
                status: Status::InProcess,
                stage: Some(stage_of(visit)),
                job_id,
                prospect: target.prospect,
                as_of: None,
                withdrawn: false,
                rejection: None,
            };
            let (time, quality) = entered(visit, self.observation);
            self.push(current, time, quality);
        }
    }

    /// Whatever the visits did not explain, then the end of the process if it has ended.
    fn arrive(&mut self, target: Snapshot) {
        let (time, quality) = touched(self.observation);
        let stage = self.place(&target);
        let here = Snapshot { stage, ..target };
        let ends = self.now.status == Status::InProcess
            && matches!(here.status, Status::Rejected | Status::Hired);
        if ends && here.stage.is_some() {
            self.push(at_status(&here, Status::InProcess), time, quality);
        }
        if self.now.status == here.status {
            // Entering a reason need not count as activity.
            let edited = self.observation.updated_at;
            let edited = edited.filter(|_| here.status == Status::Rejected);
            let (time, quality) = edited.map_or((time, quality), |at| (at, Quality::Approximate));
            return self.push(at_status(&here, here.status), time, quality);
        }
        let (time, quality) = status_time(self.observation, here.status);
        self.push(at_status(&here, here.status), time, quality);
    }

    /// The stage that was seen, else the last known one of the same job; with the best name known.
    fn place(&self, target: &Snapshot) -> Option<Stage> {
        let known = self.now.stage.as_ref();
        match &target.stage {
            _ if target.prospect => None,
            None => known.filter(|_| target.job_id == self.now.job_id).cloned(),
            Some(seen) => {
                let known = known.filter(|known| known.job_stage_id == seen.job_stage_id);
                let name = seen.name.clone().or_else(|| known?.name.clone());
                Some(Stage {
                    name,
                    ..seen.clone()
                })
            }
        }
    }

    /// Goes on to `current`, which is a change only if a consumer would see a difference.
    fn push(&mut self, current: Snapshot, occurred_at: DateTime<Utc>, quality: Quality) {
        let previous = std::mem::replace(&mut self.now, current);
        let why = rejection(self.observation, &self.now);
        if previous.same_state(&self.now) && !self.is_reconsidered(&previous, why.as_ref()) {
            // Who said no stays as it was told. What was told by a version that did not remember why is no news now.
            self.now.withdrawn = previous.withdrawn;
            self.now.rejection = previous.rejection.or(why);
        } else {
            self.now.withdrawn = withdrawn(self.observation, &self.now);
            self.now.rejection.clone_from(&why);
            self.changes.push(Change {
                previous: Some(previous),
                current: self.now.clone(),
                rejection: why,
                occurred_at,
                quality,
                backfilled: true,
            });
        }
    }

    fn is_reconsidered(&self, previous: &Snapshot, why: Option<&Rejection>) -> bool {
        let told = previous.rejection.as_ref();
        let why = why.filter(|_| !self.observation.anonymised);
        told.zip(why)
            .is_some_and(|(told, why)| why.says_otherwise(told))
    }

    /// Brings the times that are not exact into order with their neighbours; the last change is the one
    /// that was observed, unless it is history itself that was looked at.
    fn finish(mut self) -> (Vec<Change>, Snapshot) {
        let mut later = DateTime::<Utc>::MAX_UTC;
        for change in self.changes.iter_mut().rev() {
            if change.quality != Quality::Exact {
                change.occurred_at = change.occurred_at.min(later);
            }
            later = change.occurred_at;
        }
        let mut earlier = DateTime::<Utc>::MIN_UTC;
        for change in &mut self.changes {
            if change.quality != Quality::Exact {
                change.occurred_at = change.occurred_at.max(earlier);
            }
            earlier = change.occurred_at;
        }
        if let Some(last) = self.changes.last_mut() {
            last.backfilled = self.observation.detected_by == DetectedBy::StageHistory
                || self.observation.observed_at - last.occurred_at > LATE;
        }
        (self.changes, self.now)
    }
}

/// The same place under another status; the hired, the converted and the deleted are in no stage.
fn at_status(snapshot: &Snapshot, status: Status) -> Snapshot {
    let in_a_stage = matches!(status, Status::InProcess | Status::Rejected);
    Snapshot {
        status,
        stage: snapshot.stage.clone().filter(|_| in_a_stage),
        ..snapshot.clone()
    }
}

fn id_of(stage: &Stage) -> JobStageId {
    stage.job_stage_id
}

fn stage_of(visit: &Visit) -> Stage {
    Stage {
        job_stage_id: visit.job_stage_id,
        name: visit.name.clone(),
    }
}

fn rejection(observation: &Observation, current: &Snapshot) -> Option<Rejection> {
    if current.status == Status::Rejected {
        observation.rejection.clone()
    } else {
        None
    }
}

fn withdrawn(observation: &Observation, current: &Snapshot) -> bool {
    rejection(observation, current).is_some_and(|why| why.is_withdrawal())
}

fn entered(visit: &Visit, observation: &Observation) -> (DateTime<Utc>, Quality) {
    match (visit.entered_at, visit.exited_at) {
        (Some(entered), _) => (entered, Quality::Exact),
        (None, Some(exited)) => (exited, Quality::Approximate),
        (None, None) => touched(observation),
    }
}

/// Only rejections carry a time of their own.
fn status_time(observation: &Observation, status: Status) -> (DateTime<Utc>, Quality) {
    match (status, observation.rejected_at) {
        (Status::Rejected, Some(rejected)) => (rejected, Quality::Exact),
        _ => touched(observation),
    }
}

/// Up to when the observation shows what has happened. That something is gone shows it all.
fn as_of(observation: &Observation) -> Option<DateTime<Utc>> {
    if observation.snapshot.status == Status::Deleted {
        return Some(observation.observed_at);
    }
    observation.updated_at.or(observation.last_activity_at)
}

/// When something last happened to the application.
fn touched(observation: &Observation) -> (DateTime<Utc>, Quality) {
    match observation.last_activity_at.or(observation.updated_at) {
        Some(time) => (time, Quality::Approximate),
        None => (observation.observed_at, Quality::Unknown),
    }
}
