//! Properties of the diff over generated histories. The generator knows the truth; detectors see it at chosen moments.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;

/// One thing a recruiter does.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    Move { stage: i64, job: i64 },
    End(Status),
    Reopen,
}

/// Everything that happened to one application: minute `n` is the time of act `n`.
#[derive(Debug, Clone)]
pub(super) struct Truth(pub(super) Vec<Act>);

fn minute(n: usize) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
        + TimeDelta::minutes(i64::try_from(n).unwrap())
}

impl Truth {
    /// What one sees after the first `acts` acts. The application enters its first stage at act 0.
    pub(super) fn seen(&self, acts: usize, with_history: bool) -> Observation {
        let (mut history, mut status, mut ended, mut job) =
            (Vec::<Visit>::new(), Status::InProcess, 0, 0);
        for (n, act) in self.0[..acts].iter().enumerate() {
            match *act {
                Act::Move { stage, job: to } => {
                    if let Some(last) = history.last_mut() {
                        (last.exited_at, last.current) = (Some(minute(n)), false);
                    }
                    job = to;
                    history.push(visit(n, stage, job));
                }
                Act::End(end) => (status, ended) = (end, n),
                Act::Reopen => status = Status::InProcess,
            }
        }
        let stage = history
            .last()
            .filter(|_| status != Status::Hired)
            .map(|visit| visit.job_stage_id);
        Observation {
            snapshot: Snapshot {
                status,
                stage: stage.map(|job_stage_id| Stage {
                    job_stage_id,
                    name: None,
                }),
                job_id: Some(JobId(job)),
                prospect: false,
                as_of: None,
                withdrawn: false,
                rejection: None,
            },
            visit: None,
            history: if with_history {
                history.into_iter().rev().collect()
            } else {
                Vec::new()
            },
            rejection: None,
            rejected_at: (status == Status::Rejected).then(|| minute(ended)),
            last_activity_at: Some(minute(acts - 1)),
            updated_at: Some(minute(acts - 1)),
            observed_at: minute(acts),
            detected_by: DetectedBy::Poll,
            anonymised: false,
            from_start: false,
        }
    }

    /// Looks after each of `moments` acts in turn.
    pub(super) fn polled(&self, moments: &[(usize, bool)]) -> (Vec<Change>, Option<Snapshot>) {
        let (mut changes, mut known) = (Vec::new(), None);
        for (acts, with_history) in moments {
            let observation = self.seen(*acts, *with_history);
            changes.extend(diff(known.as_ref(), &observation));
            known = Some(next_snapshot(known.as_ref(), &observation));
        }
        (changes, known)
    }
}

fn visit(n: usize, stage: i64, job: i64) -> Visit {
    Visit {
        id: StageId(i64::try_from(n).unwrap() + 100),
        job_stage_id: JobStageId(stage),
        name: None,
        job_id: Some(JobId(job)),
        entered_at: Some(minute(n)),
        exited_at: None,
        current: true,
    }
}

/// Moves between five stages of two jobs, never to where one already is.
fn moves(at_least: usize) -> impl Strategy<Value = Vec<Act>> {
    prop::collection::vec(0..5_i64, at_least..7).prop_map(|mut stages| {
        stages.dedup();
        stages
            .into_iter()
            .map(|stage| Act::Move {
                stage,
                job: stage / 3,
            })
            .collect()
    })
}

fn ending() -> impl Strategy<Value = Option<Act>> {
    prop::option::of(prop_oneof![Just(Status::Rejected), Just(Status::Hired)].prop_map(Act::End))
}

/// A history that polling rarely can tell in full: it may start out ended, is then reopened, and may end again after
/// at least one move. (An end that is taken back with no move before the next look leaves no trace.)
pub(super) fn truth() -> impl Strategy<Value = (Truth, usize)> {
    (moves(1), ending(), moves(0), ending()).prop_map(|(mut acts, start, mut more, end)| {
        let stage = |act: &Act| {
            if let Act::Move { stage, .. } = act {
                Some(*stage)
            } else {
                None
            }
        };
        if more.first().map(stage) == acts.last().map(stage) {
            more.remove(0);
        }
        acts.extend(start);
        let known = acts.len();
        acts.extend(start.map(|_| Act::Reopen));
        let traceable = start.is_none() || !more.is_empty();
        acts.extend(more);
        acts.extend(end.filter(|_| traceable));
        (Truth(acts), known)
    })
}

pub(super) type Told = (Status, Option<Stage>, Option<JobId>, Option<DateTime<Utc>>);

/// What a consumer sees of a change; times only where they are exact.
pub(super) fn told(changes: &[Change]) -> Vec<Told> {
    let exact = |change: &Change| (change.quality == Quality::Exact).then_some(change.occurred_at);
    changes
        .iter()
        .map(|c| {
            (
                c.current.status,
                c.current.stage.clone(),
                c.current.job_id,
                exact(c),
            )
        })
        .collect()
}

pub(super) fn bare(snapshot: &Snapshot) -> Observation {
    let template = Truth(vec![Act::Move { stage: 0, job: 0 }]).seen(1, false);
    Observation {
        snapshot: snapshot.clone(),
        ..template
    }
}

pub(super) fn is_chain(first: Option<&Snapshot>, changes: &[Change]) -> bool {
    let mut known = first.cloned();
    changes.iter().all(|change| {
        let connected = match (&known, &change.previous) {
            (Some(known), Some(previous)) => {
                known.same_state(previous) && !previous.same_state(&change.current)
            }
            (None, None) => true,
            _ => false,
        };
        known = Some(change.current.clone());
        connected
    })
}

pub(super) fn is_subsequence<T: PartialEq>(part: &[T], whole: &[T]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|item| rest.any(|other| other == item))
}

proptest! {
    #[test]
    fn seeing_the_same_again_changes_nothing((truth, _) in truth()) {
        let observation = truth.seen(truth.0.len(), true);
        let known = next_snapshot(None, &observation);
        prop_assert_eq!(diff(Some(&known), &observation), vec![]);
        prop_assert_eq!(next_snapshot(Some(&known), &observation), known);
    }

    #[test]
    fn polling_often_and_once_tell_the_same_story((truth, known) in truth(), often in prop::collection::vec(0..20_usize, 0..8)) {
        let all = truth.0.len();
        let mut moments: Vec<usize> = often.into_iter().map(|n| known + n % (all - known + 1)).collect();
        moments.extend([known, all]);
        moments.sort_unstable();
        let moments: Vec<(usize, bool)> = moments.into_iter().map(|acts| (acts, true)).collect();
        let (often, end) = truth.polled(&moments);
        let (once, same_end) = truth.polled(&[(known, true), (all, true)]);
        prop_assert_eq!(told(&often), told(&once));
        prop_assert_eq!(end, same_end);
    }

    #[test]
    fn a_late_first_look_at_what_began_under_our_eyes_tells_the_same_story(acts in moves(1), end in ending()) {
        let acts: Vec<Act> = acts.into_iter().chain(end).collect();
        let (all, truth) = (acts.len(), Truth(acts));
        let every_act: Vec<_> = (1..=all).map(|acts| (acts, true)).collect();
        let (expected, known) = truth.polled(&every_act);
        let late = Observation { from_start: true, ..truth.seen(all, true) };
        let changes = diff(None, &late);
        prop_assert_eq!(told(&changes), told(&expected));
        prop_assert!(is_chain(None, &changes));
        prop_assert_eq!(Some(next_snapshot(None, &late)), known);
    }

    #[test]
    fn every_visit_between_two_polls_is_told_in_order_and_on_time((truth, known) in truth()) {
        let (changes, _) = truth.polled(&[(known, true), (truth.0.len(), true)]);
        let expected: Vec<_> = truth.0.iter().enumerate().skip(known).filter_map(|(n, act)| match act {
            Act::Move { stage, .. } => Some((JobStageId(*stage), minute(n))),
            Act::End(_) | Act::Reopen => None,
        }).collect();
        let moves = changes.iter().skip(1).filter(|c| c.current.status == Status::InProcess && c.quality == Quality::Exact);
        let told: Vec<_> = moves.map(|c| (c.current.stage.clone().unwrap().job_stage_id, c.occurred_at)).collect();
        prop_assert_eq!(told, expected);
        prop_assert!(changes.is_sorted_by_key(|change| change.occurred_at));
    }

    #[test]
    fn a_missing_history_may_hide_moves_but_never_invents_any(
        (truth, _) in truth(),
        moments in prop::collection::vec((0..20_usize, any::<bool>()), 1..8),
    ) {
        let all = truth.0.len();
        let mut moments: Vec<(usize, bool)> = moments.into_iter().map(|(n, history)| (1 + n % all, history)).collect();
        moments.sort_unstable();
        let (changes, end) = truth.polled(&moments);
        prop_assert!(is_chain(None, &changes));
        let last = truth.seen(moments[moments.len() - 1].0, true).snapshot;
        prop_assert!(end.unwrap().same_state(&last));
        let stages = |changes: &[Change]| changes.iter().map(|c| (c.current.status, c.current.stage.clone())).collect::<Vec<_>>();
        let every_act: Vec<_> = (1..=all).map(|acts| (acts, true)).collect();
        prop_assert!(is_subsequence(&stages(&changes), &stages(&truth.polled(&every_act).0)));
    }

    #[test]
    fn an_old_answer_moves_nobody_back(stages in moves(2), old in 1..7_usize) {
        let truth = Truth(stages);
        let known = next_snapshot(None, &truth.seen(truth.0.len(), true));
        let old = truth.seen(old.min(truth.0.len()), true);
        prop_assert_eq!(diff(Some(&known), &old), vec![]);
        prop_assert_eq!(next_snapshot(Some(&known), &old), known);
    }
}
