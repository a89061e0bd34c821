//! Every pair of a known and a seen state: few enough to try them all.

use super::properties::{bare, is_chain};
use super::*;

const JOBS: [Option<i64>; 3] = [None, Some(1), Some(2)];
const STAGES: [Option<i64>; 3] = [None, Some(11), Some(21)];

/// Every state an application can be known to be in: 62 of them.
fn states() -> Vec<Snapshot> {
    let mut states = Vec::new();
    for status in Status::ALL {
        for (stage, job, prospect) in places(*status) {
            states.push(Snapshot {
                status: *status,
                stage: stage.map(|id| Stage {
                    job_stage_id: JobStageId(id),
                    name: Some(format!("Stage {id}")),
                }),
                job_id: job.map(JobId),
                prospect,
                as_of: None,
                withdrawn: false,
                rejection: None,
            });
        }
    }
    states
}

fn places(status: Status) -> impl Iterator<Item = (Option<i64>, Option<i64>, bool)> {
    let all = STAGES
        .into_iter()
        .flat_map(|stage| JOBS.map(|job| (stage, job)))
        .flat_map(|(stage, job)| [false, true].map(|prospect| (stage, job, prospect)));
    all.filter(move |(stage, job, prospect)| {
        let in_a_stage = !prospect && matches!(status, Status::InProcess | Status::Rejected);
        let blank = stage.is_none() && in_a_stage;
        (stage.is_none() || in_a_stage) && !blank && (job.is_some() || *prospect || !in_a_stage)
    })
}

fn pairs() -> impl Iterator<Item = (Option<Snapshot>, Snapshot)> {
    let known = states().into_iter().map(Some).chain([None]);
    known.flat_map(|known| states().into_iter().map(move |seen| (known.clone(), seen)))
}

/// A job that was known and is no longer told stays the same job, unless the person became a prospect.
fn filled(known: Option<&Snapshot>, seen: &Snapshot) -> Snapshot {
    let job = known.and_then(|known| known.job_id);
    Snapshot {
        job_id: seen.job_id.or(job.filter(|_| !seen.prospect)),
        ..seen.clone()
    }
}

#[test]
fn the_changes_lead_from_what_was_known_to_what_is_seen() {
    for (known, seen) in pairs() {
        let changes = diff(known.as_ref(), &bare(&seen));
        let end = changes.last().map(|change| change.current.clone());
        let end = end.or(known.clone()).unwrap();
        let expected = filled(known.as_ref(), &seen);
        assert!(end.same_state(&expected), "{known:?} → {seen:?}: {end:?}");
        assert!(is_chain(known.as_ref(), &changes), "{known:?} → {seen:?}");
        let remembered = next_snapshot(known.as_ref(), &bare(&seen));
        assert!(remembered.same_state(&expected), "{known:?} → {seen:?}");
    }
}

#[test]
fn the_same_state_is_no_change_and_another_one_at_most_three() {
    for (known, seen) in pairs() {
        let changes = diff(known.as_ref(), &bare(&seen)).len();
        let same = known
            .as_ref()
            .is_some_and(|known| known.same_state(&filled(Some(known), &seen)));
        assert_eq!(changes == 0, same, "{known:?} → {seen:?}: {changes}");
        // Reopened, moved, ended.
        assert!(changes <= 3, "{known:?} → {seen:?}: {changes}");
    }
}

#[test]
fn a_second_look_at_the_same_finds_nothing() {
    for (known, seen) in pairs() {
        let known = next_snapshot(known.as_ref(), &bare(&seen));
        assert_eq!(diff(Some(&known), &bare(&seen)), vec![]);
        assert_eq!(next_snapshot(Some(&known), &bare(&seen)), known);
    }
}

#[test]
fn what_is_gone_is_told_once_and_an_older_answer_does_not_bring_it_back() {
    for known in states() {
        let older = bare(&known);
        let gone = Observation::gone(
            &known,
            older.observed_at,
            older.observed_at,
            DetectedBy::Webhook,
        );
        let changes = diff(Some(&known), &gone);
        assert_eq!(
            changes.len(),
            usize::from(known.status != Status::Deleted),
            "{known:?}"
        );
        let known = next_snapshot(Some(&known), &gone);
        assert_eq!((known.status, &known.stage), (Status::Deleted, &None));
        assert_eq!(diff(Some(&known), &gone), vec![]);
        assert_eq!(diff(Some(&known), &older), vec![]);
    }
}

#[test]
fn a_clock_in_whole_seconds_does_not_keep_what_is_gone() {
    for known in states() {
        let known = next_snapshot(None, &bare(&known));
        let seen = bare(&known);
        let early = seen.observed_at - chrono::TimeDelta::days(1);
        let gone = Observation::gone(&known, early, early, DetectedBy::Webhook);
        let after = next_snapshot(Some(&known), &gone);
        assert_eq!(after.status, Status::Deleted, "{known:?}");
        assert_eq!(diff(Some(&after), &seen), vec![], "read before");
    }
}

#[test]
fn anonymising_changes_nothing_but_the_status() {
    for (known, seen) in pairs() {
        let Some(known) = known else { continue };
        let mut seen = bare(&seen);
        seen.anonymised = true;
        for change in diff(Some(&known), &seen) {
            assert_ne!(change.current.status, known.status, "{known:?}");
            assert_eq!(change.current.job_id, known.job_id);
        }
    }
}
