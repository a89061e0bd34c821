//! What Greenhouse answers, as the observation that the status diff understands. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use domain::status::{DetectedBy, Observation, Rejection, Snapshot, Stage, Status, Visit};
use domain::{JobId, StageId};
use harvest::Application;
use store::applications::TrackedApplication;

/// How long Greenhouse may take until a stage that an application is in shows in its history.
const SETTLE: TimeDelta = TimeDelta::minutes(10);

/// What was read about one application besides itself.
#[derive(Debug, Default)]
pub(crate) struct Background {
    /// Its stage visits, in any order.
    pub(crate) history: Vec<Visit>,
    /// Why it was turned down.
    pub(crate) rejection: Option<Rejection>,
    /// When.
    pub(crate) rejected_at: Option<DateTime<Utc>>,
}

/// Whether an application may stand elsewhere than where it was last seen.
///
/// Windows overlap, so most of what they return twice was accounted for: it was not touched since. One that was
/// touched at the very time accounted for is looked at more closely.
pub(crate) fn is_news(tracked: &TrackedApplication, application: &Application) -> bool {
    let Some(known) = &tracked.snapshot else {
        return true;
    };
    match (touched(application), known.as_of) {
        (Some(touched), Some(as_of)) if touched != as_of => touched > as_of,
        _ => differs(known, application),
    }
}

/// Whether the application is in a stage that its history does not show yet. Told now, the move would be lost:
/// the next observation counts it as known.
pub(crate) fn is_early(
    application: &Application,
    background: &Background,
    now: DateTime<Utc>,
) -> bool {
    let missing = |id: StageId| background.history.iter().all(|visit| visit.id != id);
    application.job_stage_id.is_none()
        && application.stage_id.is_some_and(missing)
        && is_fresh(application, now)
}

/// Whether what belongs to the application may not show yet.
pub(crate) fn is_fresh(application: &Application, now: DateTime<Utc>) -> bool {
    touched(application).is_some_and(|touched| now - touched < SETTLE)
}

/// The observation. `status` is the application's own, known to be one the bridge understands.
pub(crate) fn observation(
    application: &Application,
    status: Status,
    background: Background,
    now: DateTime<Utc>,
) -> Observation {
    let rejected = status == Status::Rejected;
    let unexplained = Rejection {
        reason_id: None,
        reason: None,
        kind: None,
    };
    Observation {
        snapshot: Snapshot {
            status,
            stage: stage(application, &background.history),
            job_id: job(application),
            prospect: application.prospect,
            as_of: None,
            withdrawn: false,
        },
        visit: application.stage_id,
        rejection: rejected.then(|| background.rejection.unwrap_or(unexplained)),
        rejected_at: application
            .rejected_at
            .or(background.rejected_at)
            .filter(|_| rejected),
        history: background.history,
        last_activity_at: application.last_activity_at,
        updated_at: application.updated_at,
        observed_at: now,
        detected_by: DetectedBy::Poll,
        anonymised: false,
    }
}

/// The stage of the plan: told by v1; in v3 it is the one of the visit that the application names.
fn stage(application: &Application, history: &[Visit]) -> Option<Stage> {
    let visit = history
        .iter()
        .find(|visit| Some(visit.id) == application.stage_id);
    let job_stage_id = application
        .job_stage_id
        .or(visit.map(|visit| visit.job_stage_id))?;
    let name = application.stage_name.clone();
    Some(Stage {
        job_stage_id,
        name: name.or_else(|| visit.and_then(|visit| visit.name.clone())),
    })
}

/// A prospect has no job of its own; where it is considered for just one, that is the job.
fn job(application: &Application) -> Option<JobId> {
    match application.prospective_job_ids[..] {
        [only] => application.job_id.or(Some(only)),
        _ => application.job_id,
    }
}

/// Greenhouse's time of the last change.
pub(crate) fn touched(application: &Application) -> Option<DateTime<Utc>> {
    application.updated_at.or(application.last_activity_at)
}

/// Whether the application shows a difference without its history.
fn differs(known: &Snapshot, application: &Application) -> bool {
    let name = known.stage.as_ref().and_then(|stage| stage.name.as_ref());
    application.status.known() != Some(known.status)
        || application.prospect != known.prospect
        || job(application).is_some_and(|job| Some(job) != known.job_id)
        || application
            .stage_name
            .as_ref()
            .is_some_and(|now| Some(now) != name)
}

#[cfg(test)]
mod tests {
    use domain::{ApplicationId, CandidateId, IntrroCandidateId, JobStageId};
    use harvest::ApplicationStatus;

    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn application(visit: i64, updated_at: i64) -> Application {
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
            rejection_reason_id: None,
            prospective_job_ids: Vec::new(),
            created_at: None,
            updated_at: Some(at(updated_at)),
            rejected_at: None,
            last_activity_at: None,
            custom_fields: Vec::new(),
        }
    }

    fn history(visit: i64) -> Background {
        let visit = Visit {
            id: StageId(visit),
            job_stage_id: JobStageId(5),
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

    fn tracked(as_of: Option<i64>) -> TrackedApplication {
        let seen = observation(&application(1, 0), Status::InProcess, history(1), at(0));
        TrackedApplication {
            application: ApplicationId(90),
            greenhouse: CandidateId(7),
            candidate: IntrroCandidateId::try_from("c-1").unwrap(),
            introductions: Vec::new(),
            job: None,
            converted_from: None,
            origin: None,
            anonymised: false,
            snapshot: as_of.map(|as_of| Snapshot {
                as_of: Some(at(as_of)),
                ..seen.snapshot
            }),
            sequence: 1,
        }
    }

    #[test]
    fn what_was_not_touched_since_is_no_news() {
        assert!(is_news(&tracked(None), &application(1, 5)));
        assert!(is_news(&tracked(Some(4)), &application(1, 5)));
        assert!(!is_news(&tracked(Some(6)), &application(1, 5)));
        assert!(!is_news(&tracked(Some(5)), &application(1, 5)));
    }

    #[test]
    fn what_was_touched_twice_in_one_tick_is_news() {
        let mut moved = application(1, 5);
        moved.stage_name = Some("Onsite".into());
        assert!(is_news(&tracked(Some(5)), &moved));
        let mut rejected = application(1, 5);
        rejected.status = ApplicationStatus::Rejected;
        assert!(is_news(&tracked(Some(5)), &rejected));
    }

    #[test]
    fn the_stage_is_that_of_the_visit_under_its_name_of_today() {
        let seen = observation(&application(1, 5), Status::InProcess, history(1), at(9));
        let stage = seen.snapshot.stage.unwrap();
        assert_eq!(stage.job_stage_id, JobStageId(5));
        assert_eq!(stage.name.as_deref(), Some("Offer"));
        assert_eq!(seen.rejection, None);
    }

    #[test]
    fn a_stage_that_the_history_does_not_show_yet_is_waited_for() {
        assert!(!is_early(&application(1, 5), &history(1), at(9)));
        assert!(is_early(&application(2, 5), &history(1), at(9)));
        assert!(!is_early(&application(2, 5), &history(1), at(5 + 600)));
        let unknown = observation(&application(2, 5), Status::InProcess, history(1), at(9));
        assert_eq!(unknown.snapshot.stage, None);
    }

    #[test]
    fn a_rejection_without_a_reason_is_still_one() {
        let mut rejected = application(1, 5);
        rejected.rejected_at = Some(at(4));
        let seen = observation(&rejected, Status::Rejected, history(1), at(9));
        assert!(seen.rejection.is_some_and(|why| why.reason.is_none()));
        assert_eq!(seen.rejected_at, Some(at(4)));
    }

    #[test]
    fn a_prospect_for_one_job_has_that_job() {
        let mut prospect = application(1, 5);
        (prospect.job_id, prospect.prospect) = (None, true);
        assert_eq!(job(&prospect), None);
        prospect.prospective_job_ids = vec![JobId(8)];
        assert_eq!(job(&prospect), Some(JobId(8)));
        prospect.prospective_job_ids.push(JobId(9));
        assert_eq!(job(&prospect), None);
    }
}
