//! From what was known to what is seen, change by change.

use chrono::{DateTime, TimeDelta, Utc};

use super::reading::{
    as_of, at_status, entered, rejection, stage_of, status_time, touched, withdrawn,
};
use super::visits::News;
use super::{Change, DetectedBy, Observation, Quality, Rejection, Snapshot, Stage, Status};

/// A change that is seen later than this was missed when it happened: longer than any poll interval that we choose.
const LATE: TimeDelta = TimeDelta::hours(1);

/// What is known and told so far, on the way to what was observed.
pub(super) struct Replay<'a> {
    pub(super) observation: &'a Observation,
    pub(super) now: Snapshot,
    pub(super) changes: Vec<Change>,
}

impl Replay<'_> {
    /// The changes until then, and what to remember.
    pub(super) fn run(mut self, news: &News<'_>) -> (Vec<Change>, Snapshot) {
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

/// Where the application is, with blanks filled from what was known; and whether the observation shows all moves so far.
fn target(previous: &Snapshot, observation: &Observation, news: &News<'_>) -> (Snapshot, bool) {
    let mut target = observation.snapshot.clone();
    if observation.anonymised {
        target = at_status(previous, target.status);
    }
    let place = target.stage.as_ref().map(|stage| stage.job_stage_id);
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
