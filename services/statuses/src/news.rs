//! Which of the applications that were read are worth a closer look, and which cannot be told yet. Pure.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, TimeDelta, Utc};
use domain::StageId;
use domain::status::{Snapshot, Status, Visit};
use harvest::Application;
use progress::{Background, job, touched};
use store::applications::TrackedApplication;

/// How long Greenhouse may take until what was made anew, or takes the place of something else, shows.
const SETTLE: TimeDelta = TimeDelta::minutes(10);

/// How long Greenhouse may take until a stage that an application is in shows in its history, or a rejection in its
/// details: the settle time of a write. There are applications without a history; after this they are believed without.
pub(crate) const RECORDED: TimeDelta = TimeDelta::minutes(1);

/// How long after its end an application is waited for whose history does not show that its last visit has ended, too.
/// Whether Greenhouse ends that visit is not documented; where it does not, this delays what is looked at sooner.
const ENDED: TimeDelta = TimeDelta::seconds(10);

/// How much earlier than the application its last visit may seem to end: times are cut to seconds in places.
const TOGETHER: TimeDelta = TimeDelta::seconds(1);

/// For how long after its last touch an application of which Greenhouse lets nothing be read holds up the watermark. After
/// that it is left to the list of those that are looked at again.
const HELD: TimeDelta = TimeDelta::hours(1);

/// Each application of a page once, as it was touched last. Nothing says that a page that is put together while
/// something changes names none of them twice, and a second look at one would find its history taken.
pub(crate) fn each_once(page: &[Application]) -> Vec<&Application> {
    let mut once: Vec<&Application> = Vec::with_capacity(page.len());
    let mut places = HashMap::new();
    for application in page {
        match places.entry(application.id) {
            Entry::Vacant(place) => {
                place.insert(once.len());
                once.push(application);
            }
            Entry::Occupied(place) => {
                let known = &mut once[*place.get()];
                if touched(application) > touched(known) {
                    *known = application;
                }
            }
        }
    }
    once
}

/// Whether an application may stand elsewhere than where it was last seen.
///
/// Windows overlap, so most of what they return twice was accounted for: it was not touched since. One that was
/// touched at the very time accounted for is looked at more closely. What counted as gone because it was not shown, and is
/// shown, was not gone.
pub(crate) fn is_news(tracked: &TrackedApplication, application: &Application) -> bool {
    let Some(known) = &tracked.snapshot else {
        return true;
    };
    if tracked.absent {
        return true;
    }
    match (touched(application), known.as_of) {
        (Some(touched), Some(as_of)) if touched != as_of => touched > as_of,
        _ => differs(known, application),
    }
}

/// How much earlier than the introduction its application may seem to be made: Greenhouse's clock may not be known to a
/// second, nor have been what it is.
const CLOCKS: TimeDelta = TimeDelta::minutes(1);

/// Whether an application began under our eyes, so that all that has happened to it is worth telling: it was made after
/// the introduction had arrived, as what the bridge makes is, or took the place of a prospect's that was followed.
/// `behind`: by how much Greenhouse's clock is behind ours.
pub(crate) fn began_here(
    tracked: &TrackedApplication,
    application: &Application,
    behind: TimeDelta,
) -> bool {
    let after = match (application.created_at, tracked.introduced_at) {
        (Some(made), Some(introduced)) => made >= introduced - behind - CLOCKS,
        _ => false,
    };
    // What was told before its person was forgotten is not told again.
    tracked.sequence == 0 && (after || tracked.converted_from.is_some())
}

/// Whether history or rejection do not show yet what the application does. Told now, a move would be lost: the next
/// observation counts it as known.
pub(crate) fn is_early(
    application: &Application,
    background: &Background,
    now: DateTime<Utc>,
) -> bool {
    let younger = |since: Option<DateTime<Utc>>, age| is_younger(since, age, now);
    let ended = ended(application, background);
    let lags =
        is_unrecorded(application, &background.history) || is_unexplained(application, background);
    lags && younger(touched(application), RECORDED)
        || is_unclosed(&background.history, ended) && younger(ended, ENDED)
}

/// Whether a rejection does not show beside the application yet. Told now, its reason would be lost: entering it later
/// touches nothing. There may be rejections of which nothing was recorded; v1 tells all with the application.
fn is_unexplained(application: &Application, background: &Background) -> bool {
    application.status.known() == Some(Status::Rejected) && background.rejection.is_none()
}

/// When the process ended of an application that therefore names no visit.
fn ended(application: &Application, background: &Background) -> Option<DateTime<Utc>> {
    let touched = touched(application).filter(|_| application.stage_id.is_none());
    match application.status.known()? {
        Status::Rejected => touched.map(|touched| {
            let rejected_at = application.rejected_at.or(background.rejected_at);
            rejected_at.unwrap_or(touched)
        }),
        Status::Hired => touched,
        Status::InProcess | Status::Converted | Status::Deleted => None,
    }
}

/// Whether no visit lasted until the end: the history is older, or lacks the last visit.
fn is_unclosed(history: &[Visit], ended: Option<DateTime<Utc>>) -> bool {
    let lasted = |visit: &Visit| {
        visit
            .exited_at
            .zip(ended)
            .is_some_and(|(exited, ended)| exited + TOGETHER >= ended)
    };
    !history.is_empty() && !history.iter().any(lasted)
}

/// Whether the application names a visit that its history does not show.
pub(crate) fn is_unrecorded(application: &Application, history: &[Visit]) -> bool {
    let missing = |id: StageId| history.iter().all(|visit| visit.id != id);
    application.job_stage_id.is_none() && application.stage_id.is_some_and(missing)
}

/// Whether an application that cannot be read is to be tried again soon.
pub(crate) fn is_worth_waiting(application: &Application, now: DateTime<Utc>) -> bool {
    is_younger(touched(application), HELD, now)
}

/// Whether the application was touched so recently that what belongs to it is worth waiting for.
pub(crate) fn may_not_show_yet(application: &Application, now: DateTime<Utc>) -> bool {
    is_younger(touched(application), RECORDED, now)
}

/// Whether what belongs to the application may not show yet.
pub(crate) fn is_fresh(application: &Application, now: DateTime<Utc>) -> bool {
    is_younger(touched(application), SETTLE, now)
}

/// Whether something happened less than `age` ago. `now`: by Greenhouse's clock. What lies far ahead of it was stamped by
/// another clock: its age is not known, and to wait for it would have no end.
fn is_younger(since: Option<DateTime<Utc>>, age: TimeDelta, now: DateTime<Utc>) -> bool {
    since.is_some_and(|since| now - since < age && since - now < SETTLE)
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
    use domain::status::{Rejection, Stage};
    use domain::{ApplicationId, CandidateId, IntrroCandidateId, JobId, JobStageId};
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
            credited: false,
            rejection_reason: None,
            prospective_job_ids: Vec::new(),
            created_at: None,
            updated_at: Some(at(updated_at)),
            rejected_at: None,
            last_activity_at: None,
            custom_fields: Vec::new(),
        }
    }

    fn tracked(as_of: Option<i64>) -> TrackedApplication {
        let stage = Stage {
            job_stage_id: JobStageId(5),
            name: Some("Offer".into()),
        };
        let seen = |as_of| Snapshot {
            status: Status::InProcess,
            stage: Some(stage),
            job_id: Some(JobId(4)),
            prospect: false,
            as_of: Some(at(as_of)),
            withdrawn: false,
            rejection: None,
        };
        TrackedApplication {
            application: ApplicationId(90),
            greenhouse: CandidateId(7),
            candidate: IntrroCandidateId::try_from("c-1").unwrap(),
            introductions: Vec::new(),
            job: None,
            converted_from: None,
            origin: None,
            anonymised: false,
            absent: false,
            introduced_at: None,
            observed_at: None,
            snapshot: as_of.map(seen),
            sequence: 1,
        }
    }

    #[test]
    fn an_application_that_a_page_names_twice_is_looked_at_once_as_it_was_touched_last() {
        let mut other = application(1, 9);
        other.id = ApplicationId(91);
        let (old, new) = (application(1, 5), application(2, 6));
        let page = [old.clone(), other.clone(), new.clone()];
        assert_eq!(each_once(&page), [&new, &other]);
        let page = [new.clone(), old, other.clone(), new.clone()];
        assert_eq!(each_once(&page), [&new, &other]);
    }

    #[test]
    fn what_was_not_touched_since_is_no_news() {
        assert!(is_news(&tracked(None), &application(1, 5)));
        assert!(is_news(&tracked(Some(4)), &application(1, 5)));
        assert!(!is_news(&tracked(Some(6)), &application(1, 5)));
        assert!(!is_news(&tracked(Some(5)), &application(1, 5)));
    }

    #[test]
    fn what_was_made_for_an_introduction_began_here() {
        let introduced = TrackedApplication {
            introduced_at: Some(at(1_000)),
            sequence: 0,
            ..tracked(None)
        };
        let made = |second| Application {
            created_at: Some(at(second)),
            ..application(1, 2_000)
        };
        let same = TimeDelta::zero();
        assert!(began_here(&introduced, &made(1_001), same));
        assert!(began_here(&introduced, &made(990), same), "clocks differ");
        assert!(!began_here(&introduced, &made(900), same));
        let behind = TimeDelta::seconds(40);
        assert!(began_here(&introduced, &made(900), behind));
        assert!(!began_here(&tracked(None), &made(1_001), same));
        let converted = TrackedApplication {
            converted_from: Some(ApplicationId(80)),
            sequence: 0,
            ..tracked(None)
        };
        assert!(began_here(&converted, &application(1, 5), same));
        let forgotten = TrackedApplication {
            sequence: 1,
            ..introduced
        };
        assert!(!began_here(&forgotten, &made(1_001), same));
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

    fn visited(exited_at: Option<i64>) -> Background {
        let visit = Visit {
            id: StageId(1),
            job_stage_id: JobStageId(5),
            name: None,
            job_id: Some(JobId(4)),
            entered_at: Some(at(0)),
            exited_at: exited_at.map(at),
            current: exited_at.is_none(),
        };
        Background {
            history: vec![visit],
            ..Background::default()
        }
    }

    #[test]
    fn a_stage_that_the_history_does_not_show_yet_is_waited_for() {
        let background = visited(None);
        assert!(!is_early(&application(1, 5), &background, at(9)));
        assert!(is_early(&application(2, 5), &background, at(9)));
        assert!(is_early(&application(2, 5), &background, at(5 + 59)));
        assert!(!is_early(&application(2, 5), &background, at(5 + 60)));
        assert!(is_unrecorded(&application(2, 5), &background.history));
        assert!(!is_unrecorded(&application(1, 5), &background.history));
    }

    fn rejected() -> Option<Rejection> {
        Some(Rejection {
            reason_id: None,
            reason: None,
            kind: None,
        })
    }

    #[test]
    fn a_rejection_without_its_details_is_waited_for_a_minute() {
        let over = Application {
            status: ApplicationStatus::Rejected,
            stage_id: None,
            ..application(1, 100)
        };
        let unexplained = visited(Some(100));
        assert!(is_early(&over, &unexplained, at(100 + 59)));
        assert!(!is_early(&over, &unexplained, at(100 + 60)));
        let explained = Background {
            rejection: rejected(),
            ..visited(Some(100))
        };
        assert!(!is_early(&over, &explained, at(101)), "without a reason");
    }

    #[test]
    fn an_end_is_waited_for_while_no_visit_lasts_until_then() {
        for status in [ApplicationStatus::Hired, ApplicationStatus::Rejected] {
            let over = Application {
                status,
                stage_id: None,
                ..application(1, 100)
            };
            for (exited, waits) in [(None, true), (Some(98), true), (Some(99), false)] {
                let background = Background {
                    rejection: rejected(),
                    ..visited(exited)
                };
                assert_eq!(is_early(&over, &background, at(101)), waits, "{exited:?}");
                assert!(!is_early(&over, &background, at(110)));
            }
            let without = Background {
                rejection: rejected(),
                ..Background::default()
            };
            assert!(!is_early(&over, &without, at(101)), "it was in no stage");
        }
    }

    #[test]
    fn a_rejection_that_was_edited_later_is_not_waited_for() {
        let edited = Application {
            status: ApplicationStatus::Rejected,
            stage_id: None,
            rejected_at: Some(at(60)),
            ..application(1, 100)
        };
        for exited in [Some(60), None] {
            let background = Background {
                rejection: rejected(),
                ..visited(exited)
            };
            assert!(!is_early(&edited, &background, at(101)), "{exited:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_waited_for_an_hour() {
        assert!(is_worth_waiting(&application(1, 5), at(5 + 3_599)));
        assert!(!is_worth_waiting(&application(1, 5), at(5 + 3_600)));
    }

    #[test]
    fn what_another_clock_has_stamped_is_not_waited_for() {
        assert!(is_fresh(&application(1, 700), at(101)));
        assert!(!is_fresh(&application(1, 700), at(100)));
    }
}
