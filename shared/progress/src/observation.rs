//! What Greenhouse answers, as the observation that the status diff understands. Pure.

use chrono::{DateTime, Datelike, Utc};
use domain::status::{DetectedBy, Observation, Rejection, Snapshot, Stage, Status, Visit};
use domain::{JobId, JobStageId};
use harvest::Application;

/// What was read about one application besides itself.
#[derive(Debug, Default)]
pub struct Background {
    /// Its stage visits, in any order.
    pub history: Vec<Visit>,
    /// Why it was turned down.
    pub rejection: Option<Rejection>,
    /// The stage of the plan that the application's stage name means; only where the history does not show the visit.
    pub planned: Option<JobStageId>,
    /// When.
    pub rejected_at: Option<DateTime<Utc>>,
}

/// The observation. `status` is the application's own, known to be one the bridge understands.
#[must_use]
pub fn observation(
    application: &Application,
    status: Status,
    mut background: Background,
    now: DateTime<Utc>,
) -> Observation {
    for visit in &mut background.history {
        visit.entered_at = tellable(visit.entered_at);
        visit.exited_at = tellable(visit.exited_at);
    }
    let stage = stage(application, &background);
    if let Some(stage) = &stage {
        call_alike(stage, &mut background.history);
    }
    let rejected = status == Status::Rejected;
    let unexplained = Rejection {
        reason_id: None,
        reason: None,
        kind: None,
    };
    Observation {
        snapshot: Snapshot {
            status,
            stage,
            job_id: job(application),
            prospect: application.prospect,
            as_of: None,
            withdrawn: false,
            rejection: None,
        },
        visit: application.stage_id,
        rejection: rejected.then(|| background.rejection.unwrap_or(unexplained)),
        rejected_at: tellable(application.rejected_at)
            .or(tellable(background.rejected_at))
            .filter(|_| rejected),
        history: background.history,
        last_activity_at: tellable(application.last_activity_at),
        updated_at: tellable(application.updated_at),
        observed_at: now,
        detected_by: DetectedBy::Poll,
        anonymised: false,
        from_start: false,
    }
}

/// What the contract cannot say (years before 1 and after 9999) counts as not told.
fn tellable(at: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    at.filter(|at| (1..=9999).contains(&at.year()))
}

/// What the answer to its creation shows of an application: whatever it is in, it has been in since it is there.
///
/// `planned`: the stage of the job's plan that has the name which the application shows; see [`crate::Plans`]. None
/// where a look at Greenhouse shows more than the answer: without stage or time, or where it went on at once.
#[must_use]
pub fn at_creation(
    application: &Application,
    planned: Option<JobStageId>,
    now: DateTime<Utc>,
) -> Option<Observation> {
    let status = application.status.known()?;
    touched(application)?;
    let mut background = Background::default();
    if let (Some(id), Some(job_stage_id)) = (application.stage_id, planned) {
        background.history.push(Visit {
            id,
            job_stage_id,
            name: application.stage_name.clone(),
            job_id: application.job_id,
            entered_at: Some(application.created_at?),
            exited_at: None,
            current: true,
        });
    }
    let seen = observation(application, status, background, now);
    let complete = application.prospect || seen.snapshot.stage.is_some();
    (status == Status::InProcess && complete).then_some(Observation {
        detected_by: DetectedBy::Import,
        ..seen
    })
}

/// The stage of the plan: told by v1; in v3 it is the one of the visit that the application names, else the one that
/// its name means.
fn stage(application: &Application, background: &Background) -> Option<Stage> {
    let visit = background
        .history
        .iter()
        .find(|visit| Some(visit.id) == application.stage_id);
    let job_stage_id = application
        .job_stage_id
        .or(visit.map(|visit| visit.job_stage_id))
        .or(background.planned)?;
    let name = application.stage_name.clone();
    Some(Stage {
        job_stage_id,
        name: name.or_else(|| visit.and_then(|visit| visit.name.clone())),
    })
}

/// The application's stage as the application calls it: the plan is remembered, so a stage may have been renamed there
/// since, and one that is gone from it has no name there.
fn call_alike(stage: &Stage, history: &mut [Visit]) {
    let same = history
        .iter_mut()
        .filter(|visit| visit.job_stage_id == stage.job_stage_id && stage.name.is_some());
    for visit in same {
        visit.name.clone_from(&stage.name);
    }
}

/// The job of an application. A prospect has no job of its own; where it is considered for just one, that is the job.
#[must_use]
pub fn job(application: &Application) -> Option<JobId> {
    match application.prospective_job_ids[..] {
        [only] => application.job_id.or(Some(only)),
        _ => application.job_id,
    }
}

/// Greenhouse's time of the last change.
#[must_use]
pub fn touched(application: &Application) -> Option<DateTime<Utc>> {
    application.updated_at.or(application.last_activity_at)
}

#[cfg(test)]
mod tests {
    use domain::status::{Quality, diff};
    use domain::{ApplicationId, CandidateId, StageId};
    use harvest::ApplicationStatus;

    use super::*;

    const OFFER: JobStageId = JobStageId(5);

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn application(visit: i64) -> Application {
        Application {
            id: ApplicationId(90),
            candidate_id: Some(CandidateId(7)),
            job_id: Some(JobId(4)),
            status: ApplicationStatus::InProcess,
            prospect: false,
            stage_id: Some(StageId(visit)),
            job_stage_id: None,
            stage_name: Some("Offer".into()),
            source_id: None,
            referrer_id: None,
            credited: false,
            rejection_reason: None,
            prospective_job_ids: Vec::new(),
            created_at: Some(at(1)),
            updated_at: Some(at(5)),
            rejected_at: None,
            last_activity_at: None,
            custom_fields: Vec::new(),
        }
    }

    fn prospect(jobs: &[i64]) -> Application {
        Application {
            job_id: None,
            prospect: true,
            stage_id: None,
            stage_name: None,
            prospective_job_ids: jobs.iter().copied().map(JobId).collect(),
            ..application(1)
        }
    }

    fn history(visit: i64) -> Background {
        let visit = Visit {
            id: StageId(visit),
            job_stage_id: OFFER,
            name: Some("Offer, as it was".into()),
            job_id: Some(JobId(4)),
            entered_at: Some(at(0)),
            exited_at: None,
            current: true,
        };
        Background {
            history: vec![visit],
            ..Background::default()
        }
    }

    #[test]
    fn the_stage_is_that_of_the_visit_under_its_name_of_today() {
        let seen = observation(&application(1), Status::InProcess, history(1), at(9));
        let stage = seen.snapshot.stage.unwrap();
        assert_eq!(stage.job_stage_id, OFFER);
        assert_eq!(stage.name.as_deref(), Some("Offer"));
        assert_eq!(seen.rejection, None);
        let unknown = observation(&application(2), Status::InProcess, history(1), at(9));
        assert_eq!(unknown.snapshot.stage, None);
    }

    /// What was known before the application had a stage.
    fn a_prospects() -> Snapshot {
        let seen = observation(&application(1), Status::InProcess, history(1), at(9));
        Snapshot {
            stage: None,
            prospect: true,
            as_of: None,
            ..seen.snapshot
        }
    }

    #[test]
    fn a_stage_gone_from_the_plan_is_called_as_the_application_calls_it() {
        let mut background = history(1);
        background.history[0].name = None;
        let seen = observation(&application(1), Status::InProcess, background, at(9));
        let changes = diff(Some(&a_prospects()), &seen);
        let stage = changes[0].current.stage.as_ref().unwrap();
        assert_eq!(stage.name.as_deref(), Some("Offer"));
    }

    #[test]
    fn a_stage_that_was_renamed_has_one_name_in_all_events() {
        let look = |status, second| {
            let application = Application {
                updated_at: Some(at(second)),
                ..application(1)
            };
            observation(&application, status, history(1), at(second))
        };
        let (moved, over) = (look(Status::InProcess, 5), look(Status::Rejected, 20));
        let mut told = diff(Some(&a_prospects()), &moved);
        let known = domain::status::next_snapshot(Some(&a_prospects()), &moved);
        told.extend(diff(Some(&known), &over));
        let name = |at: &Snapshot| at.stage.as_ref().and_then(|stage| stage.name.clone());
        assert_eq!(name(&told[0].current).as_deref(), Some("Offer"));
        assert_eq!(
            told[1].previous.as_ref().and_then(name),
            name(&told[0].current)
        );
    }

    #[test]
    fn a_stage_that_the_history_lacks_is_told_once_as_the_application_shows_it() {
        let unrecorded = Background {
            planned: Some(OFFER),
            ..Background::default()
        };
        let seen = observation(&application(1), Status::InProcess, unrecorded, at(9));
        let changes = diff(None, &seen);
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].occurred_at, at(5));
        assert_eq!(changes[0].quality, Quality::Approximate);
        // Nor does a history that shows it after all repeat it.
        let known = domain::status::next_snapshot(None, &seen);
        let shown = observation(&application(1), Status::InProcess, history(1), at(99));
        assert_eq!(diff(Some(&known), &shown), []);
    }

    #[test]
    fn a_rejection_without_a_reason_is_still_one() {
        let mut rejected = application(1);
        rejected.rejected_at = Some(at(4));
        let seen = observation(&rejected, Status::Rejected, history(1), at(9));
        assert!(seen.rejection.is_some_and(|why| why.reason.is_none()));
        assert_eq!(seen.rejected_at, Some(at(4)));
    }

    #[test]
    fn a_prospect_for_one_job_has_that_job() {
        assert_eq!(job(&prospect(&[])), None);
        assert_eq!(job(&prospect(&[8])), Some(JobId(8)));
        assert_eq!(job(&prospect(&[8, 9])), None);
    }

    #[test]
    fn what_was_just_made_is_told_as_a_look_would_tell_it() {
        let mut visit = history(1);
        visit.history[0].entered_at = Some(at(1));
        let looked = observation(&application(1), Status::InProcess, visit, at(9));
        let told = at_creation(&application(1), Some(OFFER), at(9)).unwrap();
        assert_eq!(told.detected_by, DetectedBy::Import);
        assert_eq!(diff(None, &told), diff(None, &looked));
        let changes = diff(None, &told);
        assert_eq!(changes[0].occurred_at, at(1));
        assert_eq!(changes[0].quality, Quality::Exact);
        // And that look, later, finds nothing new.
        let known = domain::status::next_snapshot(None, &told);
        assert_eq!(diff(Some(&known), &looked), []);
    }

    #[test]
    fn v1_tells_the_stage_itself_and_a_prospect_needs_none() {
        let told_by_v1 = Application {
            stage_id: None,
            job_stage_id: Some(OFFER),
            updated_at: None,
            last_activity_at: Some(at(5)),
            ..application(1)
        };
        let seen = at_creation(&told_by_v1, None, at(9)).unwrap();
        assert_eq!(seen.snapshot.stage.unwrap().job_stage_id, OFFER);
        let seen = at_creation(&prospect(&[8]), None, at(9)).unwrap();
        assert_eq!(seen.snapshot.job_id, Some(JobId(8)));
    }

    #[test]
    fn what_the_answer_leaves_open_is_looked_at() {
        assert_eq!(at_creation(&application(1), None, at(9)), None);
        let without = |leave_out: fn(&mut Application)| {
            let mut application = application(1);
            leave_out(&mut application);
            at_creation(&application, Some(OFFER), at(9))
        };
        assert_eq!(without(|one| one.stage_id = None), None);
        assert_eq!(without(|one| one.created_at = None), None);
        assert_eq!(without(|one| one.updated_at = None), None);
        assert_eq!(without(|one| one.status = ApplicationStatus::Other), None);
        assert_eq!(without(|one| one.status = ApplicationStatus::Hired), None);
    }
}
