//! Which of an application's stage visits are news.

use chrono::{DateTime, Utc};

use super::{Observation, Snapshot, Status, Visit};
use crate::ids::{JobStageId, StageId};

/// The part of the history that is not told yet.
#[derive(Default)]
pub(super) struct News<'a> {
    /// The last visit that is told already, if the history shows it.
    pub(super) resume: Option<&'a Visit>,
    /// The visits after it, in order.
    pub(super) visits: Vec<&'a Visit>,
    /// Stages left before, which an application cannot be back in without a new visit.
    left: Vec<JobStageId>,
}

impl News<'_> {
    /// Whether the history proves that the application is not in `stage`, whatever the application itself says:
    /// anonymising may put it back to the first stage.
    pub(super) fn refutes(&self, stage: JobStageId) -> bool {
        let resumed = self.resume.is_some_and(|visit| visit.job_stage_id == stage);
        self.visits.is_empty() && !resumed && self.left.contains(&stage)
    }
}

/// Finds what is new in the observation's history for somebody who knows `previous`.
pub(super) fn news<'a>(previous: &Snapshot, observation: &'a Observation) -> News<'a> {
    if observation.anonymised {
        return News::default();
    }
    let history = in_order(&observation.history);
    let shown = |there| history.iter().any(|visit| visit.id == there);
    let complete = observation.visit.is_none_or(shown);
    let (told, new) = history.split_at(count_told(previous, &history, complete));
    let Some((resume, before)) = told.split_last() else {
        let visits = not_newer(new, &[], observation);
        return News {
            visits,
            ..News::default()
        };
    };
    // A visit that the history lacks may be a return, which nothing refutes.
    let left: &[&Visit] = if complete { before } else { &[] };
    News {
        resume: Some(*resume),
        visits: not_newer(new, told, observation),
        left: left.iter().map(|visit| visit.job_stage_id).collect(),
    }
}

/// The newest visit of a history that is seen for the first time.
pub(super) fn newest(observation: &Observation) -> Option<&Visit> {
    not_newer(&in_order(&observation.history), &[], observation).pop()
}

/// The whole history of an application that began under our eyes: its first visit as the one that is told already.
pub(super) fn since_the_start(observation: &Observation) -> Option<News<'_>> {
    if !observation.from_start || observation.anonymised || observation.snapshot.prospect {
        return None;
    }
    let visits = not_newer(&in_order(&observation.history), &[], observation);
    let (first, later) = visits.split_first()?;
    Some(News {
        resume: Some(*first),
        visits: later.to_vec(),
        left: Vec::new(),
    })
}

/// The visits that took place, oldest first. Rows without any time are stages never entered.
fn in_order(history: &[Visit]) -> Vec<&Visit> {
    let took_place =
        |visit: &&Visit| visit.current || visit.entered_at.or(visit.exited_at).is_some();
    let mut visits: Vec<&Visit> = history.iter().filter(took_place).collect();
    visits.sort_by_key(|visit| visit.id);
    visits.dedup_by_key(|visit| visit.id);
    visits.sort_by_key(|visit| position(visit));
    visits
}

/// When a visit began. Where that is missing, the end puts it just before the one that follows.
fn began(visit: &Visit) -> DateTime<Utc> {
    let time = visit.entered_at.or(visit.exited_at);
    time.unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Of visits that began in one tick of the clock, those that ended first came first.
fn position(visit: &Visit) -> (DateTime<Utc>, bool, DateTime<Utc>, StageId) {
    let lasts = visit.current.then_some(DateTime::<Utc>::MAX_UTC);
    let end = lasts.or(visit.exited_at).unwrap_or(began(visit));
    (began(visit), visit.entered_at.is_some(), end, visit.id)
}

/// How many visits were visible in what we know. `complete`: the history shows the visit that the application names.
fn count_told(previous: &Snapshot, history: &[&Visit], complete: bool) -> usize {
    let stage = previous.stage.as_ref().map(|stage| stage.job_stage_id);
    let last_stay = |visits: &[&Visit]| {
        let there = |visit: &&Visit| Some(visit.job_stage_id) == stage;
        visits.iter().rposition(there)
    };
    let Some(as_of) = previous.as_of else {
        // Up to the last stay in the stage we know. This may hide visits, but tells none twice.
        return match last_stay(history) {
            Some(stay) => stay + 1,
            None if previous.prospect => 0,
            None => history.len(),
        };
    };
    // A clock may tell whole seconds, so what began in the tick of the last known time may be later than what we know: it
    // is told as far as the last stay in the stage we know. A return that the history lacks may have come after all of it.
    let tick = history.partition_point(|visit| began(visit) < as_of);
    let end = history.partition_point(|visit| began(visit) <= as_of);
    let from = tick.saturating_sub(1);
    match last_stay(&history[from..end]) {
        Some(stay) if complete => from + stay + 1,
        _ => end,
    }
}

/// Leaves out what happened after the application was read: the next observation tells it.
fn not_newer<'a>(
    visits: &[&'a Visit],
    told: &[&Visit],
    observation: &Observation,
) -> Vec<&'a Visit> {
    let seen = &observation.snapshot;
    let is_there = |visit: &&Visit| Some(visit.id) == observation.visit;
    if let Some(there) = visits.iter().position(&is_there) {
        return visits[..=there].to_vec();
    }
    if told.iter().any(is_there) {
        return Vec::new();
    }
    let rejected_at = observation
        .rejected_at
        .filter(|_| seen.status == Status::Rejected);
    let last = rejected_at.or(observation.updated_at);
    let too_late =
        |visit: &&Visit| last.is_some_and(|last| visit.entered_at.is_some_and(|at| at > last));
    let end = visits.iter().position(too_late).unwrap_or(visits.len());
    // A visit that the application names and the history lacks comes after all of these.
    let stage = seen.stage.as_ref().map(|stage| stage.job_stage_id);
    let Some(stage) = stage.filter(|_| observation.visit.is_none()) else {
        return visits[..end].to_vec();
    };
    let end = match visits[..end]
        .iter()
        .rposition(|visit| visit.job_stage_id == stage)
    {
        Some(there) => there + 1,
        None if told.last().is_some_and(|visit| visit.job_stage_id == stage) => 0,
        None => end,
    };
    visits[..end].to_vec()
}
