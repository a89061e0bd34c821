//! What an observation says about a place, a time and a reason.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Observation, Quality, Rejection, Snapshot, Stage, Status, Visit};

/// The same place under another status; the hired, the converted and the deleted are in no stage.
pub(super) fn at_status(snapshot: &Snapshot, status: Status) -> Snapshot {
    let in_a_stage = matches!(status, Status::InProcess | Status::Rejected);
    Snapshot {
        status,
        stage: snapshot.stage.clone().filter(|_| in_a_stage),
        ..snapshot.clone()
    }
}

pub(super) fn stage_of(visit: &Visit) -> Stage {
    Stage {
        job_stage_id: visit.job_stage_id,
        name: visit.name.clone(),
    }
}

pub(super) fn rejection(observation: &Observation, current: &Snapshot) -> Option<Rejection> {
    if current.status == Status::Rejected {
        observation.rejection.clone()
    } else {
        None
    }
}

pub(super) fn withdrawn(observation: &Observation, current: &Snapshot) -> bool {
    rejection(observation, current).is_some_and(|why| why.is_withdrawal())
}

pub(super) fn entered(visit: &Visit, observation: &Observation) -> (DateTime<Utc>, Quality) {
    match (visit.entered_at, visit.exited_at) {
        (Some(entered), _) => (entered, Quality::Exact),
        (None, Some(exited)) => (exited, Quality::Approximate),
        (None, None) => touched(observation),
    }
}

/// Only rejections carry a time of their own. When something went is not known.
pub(super) fn status_time(observation: &Observation, status: Status) -> (DateTime<Utc>, Quality) {
    match (status, observation.rejected_at) {
        (Status::Rejected, Some(rejected)) => (rejected, Quality::Exact),
        (Status::Deleted, _) => (observation.observed_at, Quality::Unknown),
        _ => touched(observation),
    }
}

/// How much less than the truth a clock may show that is told in whole seconds.
const FRACTION: TimeDelta = TimeDelta::seconds(1);

/// Up to when the observation shows what has happened. That something is gone shows it all, up to the moment, which
/// Greenhouse tells in whole seconds.
pub(super) fn as_of(observation: &Observation) -> Option<DateTime<Utc>> {
    if observation.snapshot.status == Status::Deleted {
        let gone_at = observation.updated_at.unwrap_or(observation.observed_at);
        return Some(gone_at + FRACTION);
    }
    observation.updated_at.or(observation.last_activity_at)
}

/// When something last happened to the application.
pub(super) fn touched(observation: &Observation) -> (DateTime<Utc>, Quality) {
    match observation.last_activity_at.or(observation.updated_at) {
        Some(time) => (time, Quality::Approximate),
        None => (observation.observed_at, Quality::Unknown),
    }
}
