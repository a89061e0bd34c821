//! The pure difference between what was known and what is seen, as changes in the order in which they happened.

use chrono::{DateTime, Utc};

use super::reading::{as_of, at_status, entered, rejection, stage_of, status_time, withdrawn};
use super::replay::Replay;
use super::visits::{newest, news, since_the_start};
use super::{Change, Observation, Quality, Snapshot, Status, Visit};

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
