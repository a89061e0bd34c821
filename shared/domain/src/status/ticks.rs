//! A clock may tell whole seconds: what happens within one, beside what is told already.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::properties::{Act, Truth, is_chain, is_subsequence, truth};
use super::scenarios::{in_stage, story};
use super::*;

#[test]
fn moves_in_the_tick_of_the_last_told_one_are_told_in_order_and_once() {
    let seen = |stages: &[i64]| {
        let visits: Vec<_> = stages.iter().map(|stage| (*stage, 5)).collect();
        in_stage(visits[visits.len() - 1].0, 5).history(&visits)
    };
    let (first, second, third) = (seen(&[1]), seen(&[1, 2]), seen(&[1, 2, 3]));
    let both = ["ACTIVE 2@5 EXACT", "ACTIVE 3@5 EXACT"];
    assert_eq!(story(&[first.clone(), third.clone()]), both);
    assert_eq!(story(&[in_stage(1, 5), third.clone()]), both);
    assert_eq!(story(&[second.clone(), third.clone()]), both[1..]);
    let nothing = [] as [String; 0];
    assert_eq!(story(&[in_stage(3, 5), third.clone()]), nothing);
    assert_eq!(
        story(&[first.clone(), third.clone(), third.clone()]),
        nothing
    );
    let older = in_stage(2, 5).history(&[(1, 5), (2, 5), (3, 5)]);
    assert_eq!(story(&[third.clone(), older]), nothing, "an older answer");
    let ended = third.rejected(5);
    let all = [both[0], both[1], "REJECTED 3@5 EXACT"];
    assert_eq!(story(&[first.clone(), ended.clone()]), all);
    assert_eq!(story(&[first, ended.clone(), ended]), nothing);
}

#[test]
fn there_and_back_in_the_tick_of_the_last_told_move_is_nothing_unless_it_is_seen() {
    let before = in_stage(1, 5).history(&[(1, 5)]);
    let there = in_stage(2, 5).history(&[(1, 5), (2, 5)]);
    let back = in_stage(1, 5).history(&[(1, 5), (2, 5), (1, 5)]);
    let nothing = [] as [String; 0];
    assert_eq!(story(&[before.clone(), back.clone()]), nothing);
    let seen = [before, there, back.clone()];
    assert_eq!(story(&seen), ["ACTIVE 1@5 EXACT"]);
    assert_eq!(story(&[&seen[..], &[back]].concat()), nothing);
}

#[test]
fn moves_in_the_tick_of_another_touch_are_told_in_order_and_once() {
    let touched = in_stage(1, 5).history(&[(1, 1)]);
    let after = in_stage(3, 5).history(&[(1, 1), (2, 5), (3, 5)]);
    let both = ["ACTIVE 2@5 EXACT", "ACTIVE 3@5 EXACT"];
    assert_eq!(story(&[touched.clone(), after.clone()]), both);
    let nothing = [] as [String; 0];
    assert_eq!(story(&[touched, after.clone(), after]), nothing);
}

#[test]
fn visits_begun_in_one_tick_are_in_the_order_in_which_they_ended() {
    let after = in_stage(2, 5)
        .history(&[(1, 1), (3, 5), (2, 5)])
        .with(|seen| {
            for visit in &mut seen.history {
                visit.id = StageId(100 + visit.job_stage_id.get());
            }
        });
    let both = ["ACTIVE 3@5 EXACT", "ACTIVE 2@5 EXACT"];
    assert_eq!(story(&[in_stage(1, 1), after]), both);
}

/// Nothing would tell it from what is told already.
#[test]
fn a_return_that_the_history_lacks_tells_nothing_of_the_tick_that_is_accounted_for() {
    let before = in_stage(1, 5).history(&[(1, 5)]);
    let back = in_stage(1, 5).history(&[(1, 5), (2, 5)]);
    let back = back.with(|seen| seen.visit = Some(StageId(999)));
    assert_eq!(
        story(&[before.clone(), back.clone(), back]),
        [] as [String; 0]
    );
}

/// The same by a clock that goes on every so many minutes only.
fn by_a_clock_of(minutes: i64, mut seen: Observation) -> Observation {
    let tick = |time: DateTime<Utc>| {
        let rest = time.timestamp().rem_euclid(60 * minutes);
        time - TimeDelta::seconds(rest)
    };
    for visit in &mut seen.history {
        visit.entered_at = visit.entered_at.map(tick);
        visit.exited_at = visit.exited_at.map(tick);
    }
    Observation {
        rejected_at: seen.rejected_at.map(tick),
        last_activity_at: seen.last_activity_at.map(tick),
        updated_at: seen.updated_at.map(tick),
        ..seen
    }
}

/// What is told by somebody who looks after so many acts each, and twice each time.
fn told_by(observations: impl Iterator<Item = Observation>) -> (Vec<Change>, Snapshot) {
    let (mut changes, mut known) = (Vec::new(), None);
    for seen in observations {
        changes.extend(diff(known.as_ref(), &seen));
        let now = next_snapshot(known.as_ref(), &seen);
        assert_eq!(diff(Some(&now), &seen), vec![], "told again");
        known = Some(now);
    }
    (changes, known.expect("somebody looks"))
}

fn states(changes: &[Change]) -> Vec<(Status, Option<Stage>)> {
    let state = |change: &Change| (change.current.status, change.current.stage.clone());
    changes.iter().map(state).collect()
}

/// Looks after some of so many acts, and after all of them.
fn looks(all: usize, some: &[usize]) -> Vec<usize> {
    let mut looks: Vec<usize> = some.iter().map(|n| 1 + n % all).chain([all]).collect();
    looks.sort_unstable();
    looks
}

proptest! {
    #[test]
    fn a_coarse_clock_may_hide_what_is_taken_back_but_never_invents_anything(
        (truth, _) in truth(),
        some in prop::collection::vec(0..20_usize, 0..8),
        minutes in 1..6_i64,
    ) {
        let all = truth.0.len();
        let seen = |acts| by_a_clock_of(minutes, truth.seen(acts, true));
        let (changes, end) = told_by(looks(all, &some).into_iter().map(seen));
        prop_assert!(is_chain(None, &changes));
        prop_assert!(end.same_state(&truth.seen(all, true).snapshot));
        let (every_act, _) = told_by((1..=all).map(|acts| truth.seen(acts, true)));
        // Of the hired no stage is known, so whoever is back from there may seem to be transferred in a step of its own.
        let mut told = states(&changes);
        told.dedup();
        prop_assert!(is_subsequence(&told, &states(&every_act)));
    }

    #[test]
    fn a_coarse_clock_hides_no_move_to_another_stage(
        stages in Just((0..7_i64).collect::<Vec<_>>()).prop_shuffle(),
        acts in 1..7_usize,
        rejected: bool,
        some in prop::collection::vec(0..20_usize, 0..8),
        minutes in 1..9_i64,
    ) {
        let moves = stages[..acts].iter().map(|stage| Act::Move { stage: *stage, job: 0 });
        let truth = Truth(moves.chain(rejected.then_some(Act::End(Status::Rejected))).collect());
        let all = truth.0.len();
        let seen = |acts| by_a_clock_of(minutes, truth.seen(acts, true));
        let looks = looks(all, &some);
        let (changes, _) = told_by(looks.iter().copied().map(seen));
        let (every_act, _) = told_by((looks[0]..=all).map(|acts| truth.seen(acts, true)));
        prop_assert_eq!(states(&changes), states(&every_act));
        prop_assert!(changes.iter().all(|change| change.quality == Quality::Exact));
    }
}
