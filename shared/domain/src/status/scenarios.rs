//! What recruiters do, one story per test. Minutes stand for times; stages are numbered.

use chrono::{DateTime, Utc};

use super::*;

const JOB: i64 = 1;
const OTHER_JOB: i64 = 2;

fn minute(n: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + 60 * n, 0).unwrap()
}

fn stage(id: i64) -> Option<Stage> {
    Some(Stage {
        job_stage_id: JobStageId(id),
        name: Some(format!("Stage {id}")),
    })
}

/// In process in a stage of `JOB`, last updated at a minute; no history was read.
pub(super) fn in_stage(id: i64, updated: i64) -> Observation {
    let snapshot = Snapshot {
        status: Status::InProcess,
        stage: stage(id),
        job_id: Some(JobId(JOB)),
        prospect: false,
        as_of: None,
        withdrawn: false,
        rejection: None,
    };
    Observation {
        snapshot,
        visit: None,
        history: Vec::new(),
        rejection: None,
        rejected_at: None,
        last_activity_at: Some(minute(updated)),
        updated_at: Some(minute(updated)),
        observed_at: minute(updated + 1),
        detected_by: DetectedBy::Poll,
        anonymised: false,
        from_start: false,
    }
}

impl Observation {
    /// With the visits to these stages, each entered at the given minute.
    pub(super) fn history(mut self, visits: &[(i64, i64)]) -> Self {
        let entered = |n: usize| visits.get(n).map(|(_, at)| minute(*at));
        let visit = |(n, (stage, _)): (usize, &(i64, i64))| Visit {
            id: StageId(100 + i64::try_from(n).unwrap()),
            job_stage_id: JobStageId(*stage),
            name: Some(format!("Stage {stage}")),
            job_id: None,
            entered_at: entered(n),
            exited_at: entered(n + 1),
            current: n + 1 == visits.len(),
        };
        self.history = visits.iter().enumerate().map(visit).rev().collect();
        self
    }

    pub(super) fn rejected(mut self, at: i64) -> Self {
        let (reason_id, reason) = (Some(RejectionReasonId(9)), Some("Salary".to_owned()));
        self.rejection = Some(Rejection {
            reason_id,
            reason,
            kind: Some("THEY_REJECTED_US".into()),
        });
        self.rejected_at = Some(minute(at));
        self.snapshot.status = Status::Rejected;
        self
    }

    fn hired(mut self) -> Self {
        (self.snapshot.status, self.snapshot.stage) = (Status::Hired, None);
        self
    }

    pub(super) fn with(mut self, edit: impl FnOnce(&mut Self)) -> Self {
        edit(&mut self);
        self
    }
}

/// The changes the last observation adds to the ones before, as `status stage@minute quality`.
pub(super) fn story(observations: &[Observation]) -> Vec<String> {
    let (last, before) = observations.split_last().unwrap();
    let known = before.iter().fold(None, |known, seen| {
        Some(next_snapshot(known.as_ref(), seen))
    });
    let line = |change: &Change| {
        let stage = change
            .current
            .stage
            .as_ref()
            .map_or("-".to_owned(), |stage| stage.job_stage_id.to_string());
        let at = (change.occurred_at - minute(0)).num_minutes();
        format!("{} {stage}@{at} {}", change.current.status, change.quality)
    };
    diff(known.as_ref(), last).iter().map(line).collect()
}

#[test]
fn the_first_look_tells_where_the_application_stands() {
    assert_eq!(
        story(&[in_stage(2, 7).history(&[(1, 1), (2, 5)])]),
        ["ACTIVE 2@5 EXACT"]
    );
    assert_eq!(story(&[in_stage(2, 7)]), ["ACTIVE 2@7 APPROXIMATE"]);
    assert_eq!(story(&[in_stage(2, 7).rejected(6)]), ["REJECTED 2@6 EXACT"]);
}

#[test]
fn what_began_under_our_eyes_is_told_from_its_begin() {
    let found = in_stage(3, 9)
        .rejected(9)
        .history(&[(1, 1), (2, 5), (3, 8)]);
    let made = found.clone().with(|seen| seen.from_start = true);
    let expected = [
        "ACTIVE 1@1 EXACT",
        "ACTIVE 2@5 EXACT",
        "ACTIVE 3@8 EXACT",
        "REJECTED 3@9 EXACT",
    ];
    assert_eq!(story(std::slice::from_ref(&made)), expected);
    let changes = diff(None, &made);
    let late: Vec<bool> = changes.iter().map(|change| change.backfilled).collect();
    assert_eq!(late, [true, true, true, false]);
    assert_eq!(changes[0].previous, None);
    assert_eq!(changes[1].previous.as_ref(), Some(&changes[0].current));
    assert_eq!(diff(Some(&next_snapshot(None, &made)), &made), vec![]);
    assert_eq!(story(&[found]), ["REJECTED 3@9 EXACT"]);
}

#[test]
fn what_began_and_stays_there_is_told_as_if_it_was_found() {
    let found = in_stage(1, 1).history(&[(1, 1)]);
    let made = found.clone().with(|seen| seen.from_start = true);
    assert_eq!(diff(None, &made), diff(None, &found));
    assert_eq!(next_snapshot(None, &made), next_snapshot(None, &found));
}

#[test]
fn two_moves_between_polls_are_two_changes_and_the_first_is_backfilled() {
    let (before, after) = (
        in_stage(1, 1),
        in_stage(3, 9).history(&[(1, 1), (2, 5), (3, 8)]),
    );
    let known = next_snapshot(None, &before);
    let changes = diff(Some(&known), &after);
    assert_eq!(
        changes
            .iter()
            .map(|change| change.backfilled)
            .collect::<Vec<_>>(),
        [true, false]
    );
    assert_eq!(changes[1].previous.as_ref(), Some(&changes[0].current));
    assert_eq!(
        story(&[before, after]),
        ["ACTIVE 2@5 EXACT", "ACTIVE 3@8 EXACT"]
    );
}

#[test]
fn there_and_back_between_polls_is_two_changes() {
    let (before, after) = (
        in_stage(1, 1),
        in_stage(1, 9).history(&[(1, 1), (2, 5), (1, 8)]),
    );
    assert_eq!(
        story(&[before, after]),
        ["ACTIVE 2@5 EXACT", "ACTIVE 1@8 EXACT"]
    );
}

#[test]
fn a_rejection_comes_after_the_moves_and_carries_its_reason() {
    let after = in_stage(2, 9).rejected(8).history(&[(1, 1), (2, 5)]);
    let changes = diff(Some(&next_snapshot(None, &in_stage(1, 1))), &after);
    assert_eq!(changes[0].rejection, None);
    assert_eq!(changes[1].rejection, after.rejection);
    assert_eq!(
        story(&[in_stage(1, 1), after]),
        ["ACTIVE 2@5 EXACT", "REJECTED 2@8 EXACT"]
    );
}

impl Observation {
    fn because(self, kind: Option<&str>) -> Self {
        self.with(|seen| {
            let why = seen.rejection.as_mut().unwrap();
            why.kind = kind.map(str::to_owned);
            (why.reason_id, why.reason) = (kind.map(|_| RejectionReasonId(8)), None);
        })
    }
}

#[test]
fn a_reason_of_another_type_is_told_and_any_other_is_not() {
    let left = in_stage(1, 9).rejected(8);
    let known = next_snapshot(Some(&next_snapshot(None, &in_stage(1, 1))), &left);
    assert!(known.withdrawn);
    let later = in_stage(1, 12).rejected(8);
    for same in [Some("THEY_REJECTED_US"), None] {
        let same = later.clone().because(same);
        assert_eq!(diff(Some(&known), &same), vec![]);
        assert!(next_snapshot(Some(&known), &same).withdrawn);
    }
    let other = later.because(Some("WE_REJECTED_THEM"));
    let changes = diff(Some(&known), &other);
    assert_eq!(changes.len(), 1);
    assert!(changes[0].previous.as_ref().unwrap().withdrawn && !changes[0].current.withdrawn);
    assert_eq!(changes[0].rejection, other.rejection);
    assert_eq!(story(&[left, other.clone()]), ["REJECTED 1@12 APPROXIMATE"]);
    let known = next_snapshot(Some(&known), &other);
    assert_eq!(diff(Some(&known), &other), vec![]);
    let back = diff(Some(&known), &in_stage(1, 15));
    assert!(back.len() == 1 && back[0].current.rejection.is_none());
}

#[test]
fn a_first_reason_is_told() {
    let unexplained = in_stage(1, 9).rejected(8).because(None);
    let explained = in_stage(1, 12).rejected(8);
    assert_eq!(
        story(&[in_stage(1, 1), unexplained, explained]),
        ["REJECTED 1@12 APPROXIMATE"]
    );
}

#[test]
fn what_a_version_told_that_remembered_no_reason_is_no_news_and_remembered_from_now_on() {
    let left = in_stage(1, 9).rejected(8);
    let old = Snapshot {
        withdrawn: false,
        rejection: None,
        ..next_snapshot(None, &left)
    };
    assert_eq!(diff(Some(&old), &left), vec![]);
    let known = next_snapshot(Some(&old), &left);
    assert_eq!(known.rejection, left.rejection);
    let other = in_stage(1, 12)
        .rejected(8)
        .because(Some("WE_REJECTED_THEM"));
    assert_eq!(diff(Some(&known), &other).len(), 1);
}

#[test]
fn a_reason_entered_for_the_anonymised_is_not_told() {
    let known = next_snapshot(None, &in_stage(1, 9).rejected(8));
    let other = in_stage(1, 12)
        .rejected(8)
        .because(Some("WE_REJECTED_THEM"))
        .with(|seen| seen.anonymised = true);
    assert_eq!(diff(Some(&known), &other), vec![]);
}

#[test]
fn a_deleted_stage_is_no_change_until_the_application_is_elsewhere() {
    let nameless = in_stage(1, 9).with(|seen| seen.snapshot.stage.as_mut().unwrap().name = None);
    assert_eq!(
        story(&[in_stage(1, 1), nameless.clone()]),
        [] as [String; 0]
    );
    let known = next_snapshot(Some(&next_snapshot(None, &in_stage(1, 1))), &nameless);
    assert_eq!(known.stage.unwrap().name.as_deref(), Some("Stage 1"));
    assert_eq!(
        story(&[in_stage(1, 1), nameless, in_stage(2, 12)]),
        ["ACTIVE 2@12 APPROXIMATE"]
    );
}

#[test]
fn two_moves_without_a_history_are_one_change_as_good_as_it_is_known() {
    let late = in_stage(3, 9).with(|seen| seen.updated_at = None);
    assert_eq!(
        story(&[in_stage(1, 1), late.clone()]),
        ["ACTIVE 3@9 APPROXIMATE"]
    );
    let older = in_stage(1, 4).with(|seen| seen.updated_at = None);
    assert_eq!(story(&[late, older]), [] as [String; 0]);
}

#[test]
fn a_change_seen_long_after_it_happened_is_backfilled() {
    let seen = |at| in_stage(2, 2).with(|seen| seen.observed_at = minute(at));
    let known = next_snapshot(None, &in_stage(1, 1));
    let late = |at| diff(Some(&known), &seen(at))[0].backfilled;
    assert_eq!((late(30), late(90)), (false, true));
}

#[test]
fn a_rejection_that_hides_the_stage_keeps_the_last_one() {
    let hidden = in_stage(1, 9)
        .rejected(8)
        .with(|seen| seen.snapshot.stage = None);
    assert_eq!(
        story(&[in_stage(1, 1), hidden.clone()]),
        ["REJECTED 1@8 EXACT"]
    );
    assert_eq!(
        story(&[in_stage(1, 1), hidden, in_stage(1, 9).rejected(8)]),
        [] as [String; 0]
    );
}

#[test]
fn without_a_history_a_move_before_the_rejection_is_told_before_it() {
    assert_eq!(
        story(&[in_stage(1, 1), in_stage(2, 9).rejected(8)]),
        ["ACTIVE 2@8 APPROXIMATE", "REJECTED 2@8 EXACT"]
    );
}

#[test]
fn a_rejection_taken_back_is_told_before_the_moves_that_follow() {
    let after = in_stage(2, 9).history(&[(1, 1), (2, 7)]);
    assert_eq!(
        story(&[in_stage(1, 3).rejected(3), after]),
        ["ACTIVE 1@7 APPROXIMATE", "ACTIVE 2@7 EXACT"]
    );
}

#[test]
fn rejected_taken_back_moved_and_rejected_again_is_told_in_full() {
    let after = in_stage(2, 9).rejected(9).history(&[(1, 1), (2, 7)]);
    let expected = [
        "ACTIVE 1@7 APPROXIMATE",
        "ACTIVE 2@7 EXACT",
        "REJECTED 2@9 EXACT",
    ];
    assert_eq!(story(&[in_stage(1, 3).rejected(3), after]), expected);
}

#[test]
fn a_hire_leaves_the_stage_and_an_unhire_returns_to_it() {
    let hired = in_stage(2, 6).hired().history(&[(1, 1), (2, 4)]);
    assert_eq!(
        story(&[in_stage(1, 1), hired.clone()]),
        ["ACTIVE 2@4 EXACT", "HIRED -@6 APPROXIMATE"]
    );
    let unhired = in_stage(2, 9).history(&[(1, 1), (2, 4)]);
    assert_eq!(
        story(&[in_stage(1, 1), hired, unhired]),
        ["ACTIVE 2@9 APPROXIMATE"]
    );
}

#[test]
fn a_transfer_moves_stage_and_job_in_one_change() {
    let after = in_stage(11, 9)
        .history(&[(1, 1), (2, 4), (11, 7)])
        .with(|seen| seen.snapshot.job_id = Some(JobId(OTHER_JOB)));
    let changes = diff(Some(&next_snapshot(None, &in_stage(1, 1))), &after);
    let jobs: Vec<_> = changes
        .iter()
        .map(|change| change.current.job_id.unwrap().get())
        .collect();
    assert_eq!(jobs, [JOB, OTHER_JOB]);
}

#[test]
fn a_prospect_who_applies_is_one_change_per_stage() {
    let prospect =
        in_stage(1, 1).with(|seen| (seen.snapshot.prospect, seen.snapshot.stage) = (true, None));
    assert_eq!(
        story(std::slice::from_ref(&prospect)),
        ["ACTIVE -@1 APPROXIMATE"]
    );
    let after = in_stage(2, 9).history(&[(1, 4), (2, 7)]);
    assert_eq!(
        story(&[prospect.clone(), after]),
        ["ACTIVE 1@4 EXACT", "ACTIVE 2@7 EXACT"]
    );
    let converted = prospect
        .clone()
        .with(|seen| seen.snapshot.status = Status::Converted);
    assert_eq!(story(&[prospect, converted]), ["CONVERTED -@1 APPROXIMATE"]);
}

#[test]
fn a_renamed_stage_is_no_change_but_its_name_is_remembered() {
    let renamed = in_stage(1, 9)
        .with(|seen| seen.snapshot.stage.as_mut().unwrap().name = Some("Talk".into()));
    let known = next_snapshot(None, &in_stage(1, 1));
    assert_eq!(diff(Some(&known), &renamed), vec![]);
    assert_eq!(
        next_snapshot(Some(&known), &renamed)
            .stage
            .unwrap()
            .name
            .as_deref(),
        Some("Talk")
    );
}

#[test]
fn a_blank_stage_or_job_is_no_change() {
    let blank =
        in_stage(1, 9).with(|seen| (seen.snapshot.stage, seen.snapshot.job_id) = (None, None));
    assert_eq!(story(&[in_stage(1, 1), blank]), [] as [String; 0]);
}

#[test]
fn a_blank_look_does_not_swallow_the_moves_before_it() {
    let blank = in_stage(1, 9).with(|seen| seen.snapshot.stage = None);
    let after = in_stage(2, 9).history(&[(1, 1), (2, 5)]);
    assert_eq!(story(&[in_stage(1, 1), blank, after]), ["ACTIVE 2@5 EXACT"]);
}

#[test]
fn anonymising_is_not_a_return_to_the_first_stage() {
    let before = in_stage(2, 5).history(&[(1, 1), (2, 5)]);
    let told = in_stage(1, 9).with(|seen| seen.anonymised = true);
    assert_eq!(story(&[before.clone(), told]), [] as [String; 0]);
    let guessed_from_history = in_stage(1, 9).history(&[(1, 1), (2, 5)]);
    assert_eq!(
        story(&[before.clone(), guessed_from_history]),
        [] as [String; 0]
    );
    let rejected_with_it = in_stage(1, 9)
        .rejected(8)
        .with(|seen| seen.anonymised = true);
    assert_eq!(story(&[before, rejected_with_it]), ["REJECTED 2@8 EXACT"]);
}

#[test]
fn a_move_the_history_does_not_show_yet_is_told_at_once_and_only_once() {
    let lagging = in_stage(2, 5).history(&[(1, 1)]);
    assert_eq!(
        story(&[in_stage(1, 1), lagging.clone()]),
        ["ACTIVE 2@5 APPROXIMATE"]
    );
    let caught_up = in_stage(2, 5).history(&[(1, 1), (2, 5)]);
    assert_eq!(
        story(&[in_stage(1, 1), lagging, caught_up]),
        [] as [String; 0]
    );
}

#[test]
fn a_return_that_the_history_lacks_is_told() {
    let before = in_stage(2, 5).history(&[(1, 1), (2, 5)]);
    let back = in_stage(1, 9).history(&[(1, 1), (2, 5)]);
    let back = back.with(|seen| seen.visit = Some(StageId(999)));
    assert_eq!(story(&[before, back.clone()]), ["ACTIVE 1@9 APPROXIMATE"]);
    let expected = ["ACTIVE 2@5 EXACT", "ACTIVE 1@9 APPROXIMATE"];
    assert_eq!(story(&[in_stage(1, 1), back.clone()]), expected);
    assert_eq!(story(&[back]), ["ACTIVE 1@9 APPROXIMATE"]);
}

#[test]
fn a_history_newer_than_the_application_waits_for_the_next_look() {
    let (early, late) = (
        in_stage(2, 5).history(&[(1, 1), (2, 5), (3, 6)]),
        in_stage(3, 6).history(&[(1, 1), (2, 5), (3, 6)]),
    );
    assert_eq!(
        story(&[in_stage(1, 1), early.clone()]),
        ["ACTIVE 2@5 EXACT"]
    );
    assert_eq!(story(&[in_stage(1, 1), early, late]), ["ACTIVE 3@6 EXACT"]);
}

#[test]
fn an_answer_older_than_the_last_one_is_ignored() {
    assert_eq!(story(&[in_stage(2, 5), in_stage(1, 4)]), [] as [String; 0]);
    assert_eq!(
        story(&[in_stage(2, 5).rejected(5), in_stage(2, 4)]),
        [] as [String; 0]
    );
}

#[test]
fn a_visit_without_times_is_told_as_well_as_it_is_known() {
    let after = in_stage(3, 9)
        .history(&[(1, 1), (2, 5), (3, 8)])
        .with(|seen| {
            for visit in &mut seen.history {
                visit.entered_at = None;
            }
        });
    assert_eq!(
        story(&[in_stage(1, 1), after]),
        ["ACTIVE 2@8 APPROXIMATE", "ACTIVE 3@9 APPROXIMATE"]
    );
    let timeless =
        in_stage(2, 1).with(|seen| (seen.updated_at, seen.last_activity_at) = (None, None));
    assert_eq!(story(&[in_stage(1, 0), timeless]), ["ACTIVE 2@2 UNKNOWN"]);
}

#[test]
fn what_a_repair_finds_is_backfilled_to_the_last_change() {
    let repair = in_stage(2, 9)
        .history(&[(1, 1), (2, 5)])
        .with(|seen| seen.detected_by = DetectedBy::StageHistory);
    let changes = diff(Some(&next_snapshot(None, &in_stage(1, 1))), &repair);
    assert!(changes.len() == 1 && changes[0].backfilled);
}
