//! A batch of entries turned into the columns that `unnest` wants in the statements of `flush`.

use domain::ApplicationId;
use serde_json::Value;
use uuid::Uuid;

use crate::Error;
use crate::claim::StepState;
use crate::journal::{Deed, Entry, Person, StepWrite, Tracked};
use crate::outbox::{Announcement, Columns};

pub(super) fn steps(deed: &Deed) -> &[StepWrite] {
    match deed {
        Deed::Steps(steps) => steps,
        Deed::Settle(settlement) => &settlement.steps,
        Deed::Release(release) => &release.steps,
    }
}

/// What a deed announces, and of which application it is told only if nobody follows that yet.
pub(super) fn news(deed: &Deed) -> impl Iterator<Item = (Option<ApplicationId>, &Announcement)> {
    let (announcements, tracked): (&[Announcement], &[Tracked]) = match deed {
        Deed::Steps(_) => (&[], &[]),
        Deed::Settle(settlement) => {
            let person = settlement.person.as_ref();
            let tracked = person.map_or(&[] as &[Tracked], |person| &person.tracked);
            (&settlement.announcements, tracked)
        }
        Deed::Release(release) => (&release.announcements, &[]),
    };
    let seen = tracked.iter().filter_map(|one| one.seen.as_deref());
    let told = seen.flat_map(|seen| {
        let of = Some(seen.application);
        seen.announcements.iter().map(move |one| (of, one))
    });
    announcements.iter().map(|one| (None, one)).chain(told)
}

/// Operations that end knowing who the person is.
fn identified(entries: &[Entry]) -> impl Iterator<Item = (i64, &Person)> {
    entries.iter().filter_map(|entry| match &entry.deed {
        Deed::Settle(settlement) => Some((entry.operation.0, settlement.person.as_ref()?)),
        Deed::Steps(_) | Deed::Release(_) => None,
    })
}

/// Which operation, under which lease.
pub(super) struct Fence {
    pub(super) operations: Vec<i64>,
    pub(super) leases: Vec<Uuid>,
}

impl Fence {
    pub(super) fn of(entries: &[Entry]) -> Fence {
        let (operations, leases) = entries
            .iter()
            .map(|entry| (entry.operation.0, entry.lease))
            .unzip();
        Fence { operations, leases }
    }
}

#[derive(Default)]
pub(super) struct Steps<'a> {
    pub(super) operations: Vec<i64>,
    pub(super) names: Vec<&'a str>,
    pub(super) kinds: Vec<&'static str>,
    pub(super) states: Vec<&'static str>,
    pub(super) remote_ids: Vec<Option<i64>>,
    pub(super) persons: Vec<Option<i64>>,
    pub(super) codes: Vec<Option<&'static str>>,
    pub(super) sending: Vec<bool>,
}

impl<'a> Steps<'a> {
    pub(super) fn of(entries: &'a [Entry]) -> Steps<'a> {
        let mut columns = Steps::default();
        for entry in entries {
            for step in steps(&entry.deed) {
                columns.operations.push(entry.operation.0);
                columns.names.push(&step.name);
                columns.kinds.push(step.kind.as_str());
                columns.states.push(step.state.as_str());
                columns.remote_ids.push(step.remote_id);
                columns.persons.push(step.person.map(i64::from));
                columns.codes.push(step.code.map(|code| code.as_str()));
                columns.sending.push(step.state == StepState::Sending);
            }
        }
        columns
    }
}

/// How each operation leaves; in the order of the fence.
#[derive(Default)]
pub(super) struct Leaving<'a> {
    pub(super) states: Vec<&'static str>,
    pub(super) delays: Vec<f64>,
    pub(super) counts: Vec<bool>,
    pub(super) codes: Vec<Option<&'static str>>,
    pub(super) fields: Vec<Option<&'a str>>,
    pub(super) outcomes: Vec<Option<&'a Value>>,
}

impl<'a> Leaving<'a> {
    pub(super) fn of(entries: &'a [Entry]) -> Leaving<'a> {
        let mut columns = Leaving::default();
        for entry in entries {
            let (state, delay, counts, code, field, outcome) = match &entry.deed {
                Deed::Steps(_) => continue,
                Deed::Release(release) => (
                    "open",
                    release.delay.as_secs_f64(),
                    release.counts,
                    Some(release.code),
                    None,
                    None,
                ),
                Deed::Settle(settlement) => {
                    let problem = settlement.end.problem();
                    (
                        settlement.end.as_str(),
                        0.0,
                        false,
                        problem.map(|problem| problem.code),
                        problem.and_then(|problem| problem.field.as_deref()),
                        Some(&settlement.outcome),
                    )
                }
            };
            columns.states.push(state);
            columns.delays.push(delay);
            columns.counts.push(counts);
            columns.codes.push(code.map(|code| code.as_str()));
            columns.fields.push(field);
            columns.outcomes.push(outcome);
        }
        columns
    }
}

#[derive(Default)]
pub(super) struct People<'a> {
    pub(super) operations: Vec<i64>,
    pub(super) keys: Vec<Uuid>,
    pub(super) greenhouse: Vec<i64>,
    pub(super) candidates: Vec<Option<&'a str>>,
}

impl<'a> People<'a> {
    pub(super) fn of(entries: &'a [Entry]) -> People<'a> {
        let mut columns = People::default();
        for (operation, person) in identified(entries) {
            let own = (&person.candidate_key, Some(person.candidate.as_str()));
            for (key, candidate) in person.email_keys.iter().map(|key| (key, None)).chain([own]) {
                columns.operations.push(operation);
                columns.keys.push(key.0);
                columns.greenhouse.push(person.greenhouse.0);
                columns.candidates.push(candidate);
            }
        }
        columns
    }
}

#[derive(Default)]
pub(super) struct Followed<'a> {
    pub(super) operations: Vec<i64>,
    pub(super) ids: Vec<i64>,
    pub(super) greenhouse: Vec<i64>,
    pub(super) candidates: Vec<&'a str>,
    pub(super) jobs: Vec<Option<i64>>,
    pub(super) introductions: Vec<&'a str>,
    pub(super) events: Vec<i64>,
    pub(super) snapshots: Vec<Option<Value>>,
}

impl<'a> Followed<'a> {
    pub(super) fn of(entries: &'a [Entry]) -> Result<Followed<'a>, Error> {
        let mut columns = Followed::default();
        for (operation, person) in identified(entries) {
            for tracked in &person.tracked {
                columns.operations.push(operation);
                columns.ids.push(tracked.application.0);
                columns.greenhouse.push(person.greenhouse.0);
                columns.candidates.push(person.candidate.as_str());
                columns.jobs.push(tracked.job.map(|job| job.0));
                columns.introductions.push(tracked.introduction.as_str());
                let seen = tracked.seen.as_deref();
                columns
                    .events
                    .push(seen.map_or(0, |seen| seen.announcements.len() as i64));
                let snapshot = seen.map(|seen| serde_json::to_value(&seen.snapshot));
                columns.snapshots.push(
                    snapshot
                        .transpose()
                        .map_err(|_| Error::Corrupt("snapshot"))?,
                );
            }
        }
        Ok(columns)
    }
}

/// Everything announced, and of which application that is followed from now on.
pub(super) struct Told<'a> {
    pub(super) applications: Vec<Option<i64>>,
    pub(super) news: Columns<'a>,
}

impl<'a> Told<'a> {
    pub(super) fn of(entries: &'a [Entry]) -> Told<'a> {
        let all = entries.iter().flat_map(|entry| news(&entry.deed));
        let made_by = |entry: &'a Entry| news(&entry.deed).map(|(_, one)| (entry.operation, one));
        Told {
            applications: all.map(|(of, _)| of.map(i64::from)).collect(),
            news: Columns::made_by(entries.iter().flat_map(made_by)),
        }
    }
}
