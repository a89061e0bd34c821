//! One commit of the journal: many entries, one statement for those that go on and one for those that leave.

mod aside;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::ApplicationId;
use serde_json::Value;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::claim::StepState;
use crate::journal::{Deed, Entry, JournalError, Settlement, StepWrite, Tracked};
use crate::outbox::{Announcement, Columns, Pending};
use crate::wake::News;
use crate::{Error, Store};

/// Writes the batch and tells every worker what became of its entry.
///
/// Entries that only record steps and entries that end or give back an operation are about different operations, so
/// the two statements need no common transaction and run side by side.
pub(crate) async fn commit(store: &Store, batch: Vec<Entry>) {
    let (steps, leaving): (Vec<Entry>, Vec<Entry>) = batch
        .into_iter()
        .partition(|entry| matches!(entry.deed, Deed::Steps(_)));
    let told = leaving.iter().flat_map(|e| news(&e.deed)).count();
    let room = (told > 0).then(|| store.handover.room()).flatten();
    let lease = room.as_ref().map(|room| room.lease);
    let (written, left) = tokio::join!(write_steps(store, &steps), leave(store, &leaving, lease));
    if let Ok(left) = &left {
        if left.handed.len() < told {
            store.ring(News::Outbox);
        }
        if left.awaited {
            store.ring(News::Work);
        }
        if let Some(room) = room.filter(|_| !left.handed.is_empty()) {
            room.fill(hand_over(&leaving, &left.handed));
        }
    }
    tell(steps, written);
    tell(leaving, left.map(|left| left.held));
}

/// What the statement of [`leave`] did.
#[derive(Default)]
struct Left {
    /// Operations whose lease held; nothing was written for the others.
    held: Vec<i64>,
    /// Announcements taken for a relay of this process, by message id: their rows.
    handed: HashMap<Uuid, i64>,
    /// Whether anybody waited for one of the people, and may go on.
    awaited: bool,
}

/// The announcements that were handed over, in the order of their entries.
fn hand_over(entries: &[Entry], handed: &HashMap<Uuid, i64>) -> Vec<Pending> {
    let pending = |(_, one): (_, &Announcement)| {
        Some(Pending {
            id: *handed.get(&one.message_id)?,
            message_id: one.message_id,
            routing_key: one.routing_key.clone(),
            trace: one.trace.clone(),
            body: one.body.clone(),
            attempts: 0,
        })
    };
    let news = entries.iter().flat_map(|entry| news(&entry.deed));
    news.filter_map(pending).collect()
}

fn tell(entries: Vec<Entry>, written: Result<Vec<i64>, Error>) {
    let held: Result<HashSet<i64>, JournalError> =
        written.map(HashSet::from_iter).map_err(|error| {
            tracing::warn!(%error, entries = entries.len(), "journal commit failed");
            JournalError::Unavailable
        });
    for entry in entries {
        let outcome = match &held {
            Err(error) => Err(*error),
            Ok(held) if held.contains(&entry.operation.0) => Ok(()),
            Ok(_) => Err(JournalError::LeaseLost),
        };
        // A worker that no longer listens has given up its operation; its lease will end.
        let _ = entry.done.send(outcome);
    }
}

/// Returns the operations whose lease held; nothing was written for the others.
async fn write_steps(store: &Store, entries: &[Entry]) -> Result<Vec<i64>, Error> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let fence = Fence::of(entries);
    let steps = Steps::of(entries);
    let mut connection = store.journal.take().await?;
    let held = sqlx::query_file_scalar!(
        "queries/write_steps.sql",
        &fence.operations,
        &fence.leases,
        &steps.operations,
        &steps.names as _,
        &steps.kinds as _,
        &steps.states as _,
        &steps.remote_ids as _,
        &steps.codes as _,
        &steps.sending,
    )
    .fetch_all(&mut *connection)
    .await?;
    connection.keep();
    Ok(held)
}

/// Ends operations or gives them back, and takes their announcements for `lease` if it is given.
async fn leave(store: &Store, entries: &[Entry], lease: Option<Duration>) -> Result<Left, Error> {
    if entries.is_empty() {
        return Ok(Left::default());
    }
    let mut connection = store.journal.take().await?;
    let left = if aside::concerns(entries) {
        let mut tx = connection.begin().await?;
        let mut left = leave_on(&mut tx, entries, lease).await?;
        left.awaited |= aside::write(&mut tx, entries, &left.held).await?;
        tx.commit().await?;
        left
    } else {
        leave_on(&mut connection, entries, lease).await?
    };
    connection.keep();
    Ok(left)
}

async fn leave_on(
    connection: &mut PgConnection,
    entries: &[Entry],
    lease: Option<Duration>,
) -> Result<Left, Error> {
    let fence = Fence::of(entries);
    let steps = Steps::of(entries);
    let leaving = Leaving::of(entries);
    let people = People::of(entries);
    let followed = Followed::of(entries)?;
    let told = Told::of(entries);
    let rows = sqlx::query_file!(
        "queries/leave.sql",
        &fence.operations,
        &fence.leases,
        &leaving.states as _,
        &leaving.delays,
        &leaving.counts,
        &leaving.codes as _,
        &leaving.fields as _,
        &leaving.outcomes as _,
        &people.operations,
        &people.keys,
        &people.greenhouse,
        &people.candidates as _,
        &followed.operations,
        &followed.ids,
        &followed.greenhouse,
        &followed.candidates as _,
        &followed.jobs as _,
        &followed.introductions as _,
        &followed.events,
        &followed.snapshots as _,
        &told.operations,
        &told.news.message_ids,
        &told.news.ordering_keys as _,
        &told.news.routing_keys as _,
        &told.news.traces as _,
        &told.news.bodies as _,
        &told.applications as _,
        &steps.operations,
        &steps.names as _,
        &steps.kinds as _,
        &steps.states as _,
        &steps.remote_ids as _,
        &steps.codes as _,
        &steps.sending,
        lease.map(|lease| lease.as_secs_f64()),
    )
    .fetch_all(connection)
    .await?;
    let mut left = Left::default();
    for row in rows {
        left.awaited |= row.held.is_none() && row.outbox.is_none();
        left.held.extend(row.held);
        left.handed.extend(row.message.zip(row.outbox));
    }
    Ok(left)
}

fn steps(deed: &Deed) -> &[StepWrite] {
    match deed {
        Deed::Steps(steps) => steps,
        Deed::Settle(settlement) => &settlement.steps,
        Deed::Release(release) => &release.steps,
    }
}

/// What a deed announces, and of which application it is told only if nobody follows that yet.
fn news(deed: &Deed) -> impl Iterator<Item = (Option<ApplicationId>, &Announcement)> {
    let (announcements, tracked): (&[Announcement], &[Tracked]) = match deed {
        Deed::Steps(_) => (&[], &[]),
        Deed::Settle(settlement) => (&settlement.announcements, &settlement.tracked),
        Deed::Release(release) => (&release.announcements, &[]),
    };
    let seen = tracked.iter().filter_map(|one| one.seen.as_deref());
    let told = seen.flat_map(|seen| {
        let of = Some(seen.application);
        seen.announcements.iter().map(move |one| (of, one))
    });
    announcements.iter().map(|one| (None, one)).chain(told)
}

/// Settlements among the entries that know who the person is.
fn identified(
    entries: &[Entry],
) -> impl Iterator<Item = (i64, &Settlement, &crate::journal::Identity)> {
    entries.iter().filter_map(|entry| match &entry.deed {
        Deed::Settle(settlement) => Some((
            entry.operation.0,
            &**settlement,
            settlement.identity.as_ref()?,
        )),
        Deed::Steps(_) | Deed::Release(_) => None,
    })
}

/// Which operation, under which lease.
struct Fence {
    operations: Vec<i64>,
    leases: Vec<Uuid>,
}

impl Fence {
    fn of(entries: &[Entry]) -> Fence {
        let (operations, leases) = entries
            .iter()
            .map(|entry| (entry.operation.0, entry.lease))
            .unzip();
        Fence { operations, leases }
    }
}

#[derive(Default)]
struct Steps<'a> {
    operations: Vec<i64>,
    names: Vec<&'a str>,
    kinds: Vec<&'static str>,
    states: Vec<&'static str>,
    remote_ids: Vec<Option<i64>>,
    codes: Vec<Option<&'static str>>,
    sending: Vec<bool>,
}

impl<'a> Steps<'a> {
    fn of(entries: &'a [Entry]) -> Steps<'a> {
        let mut columns = Steps::default();
        for entry in entries {
            for step in steps(&entry.deed) {
                columns.operations.push(entry.operation.0);
                columns.names.push(&step.name);
                columns.kinds.push(step.kind.as_str());
                columns.states.push(step.state.as_str());
                columns.remote_ids.push(step.remote_id);
                columns.codes.push(step.code.map(|code| code.as_str()));
                columns.sending.push(step.state == StepState::Sending);
            }
        }
        columns
    }
}

/// How each operation leaves; in the order of the fence.
#[derive(Default)]
struct Leaving<'a> {
    states: Vec<&'static str>,
    delays: Vec<f64>,
    counts: Vec<bool>,
    codes: Vec<Option<&'static str>>,
    fields: Vec<Option<&'a str>>,
    outcomes: Vec<Option<&'a Value>>,
}

impl<'a> Leaving<'a> {
    fn of(entries: &'a [Entry]) -> Leaving<'a> {
        let mut columns = Leaving::default();
        for entry in entries {
            let (state, delay, counts, code, field, outcome) = match &entry.deed {
                Deed::Steps(_) => continue,
                Deed::Release(release) => (
                    "open",
                    release.delay.as_secs_f64(),
                    release.counts,
                    release.code,
                    None,
                    None,
                ),
                Deed::Settle(end) => (
                    end.end.as_str(),
                    0.0,
                    false,
                    end.code,
                    end.field.as_deref(),
                    Some(&end.outcome),
                ),
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
struct People<'a> {
    operations: Vec<i64>,
    keys: Vec<Uuid>,
    greenhouse: Vec<i64>,
    candidates: Vec<Option<&'a str>>,
}

impl<'a> People<'a> {
    fn of(entries: &'a [Entry]) -> People<'a> {
        let mut columns = People::default();
        for (operation, _, identity) in identified(entries) {
            let own = (&identity.candidate_key, Some(identity.candidate.as_str()));
            for (key, candidate) in identity
                .email_keys
                .iter()
                .map(|key| (key, None))
                .chain([own])
            {
                columns.operations.push(operation);
                columns.keys.push(key.0);
                columns.greenhouse.push(identity.greenhouse.0);
                columns.candidates.push(candidate);
            }
        }
        columns
    }
}

#[derive(Default)]
struct Followed<'a> {
    operations: Vec<i64>,
    ids: Vec<i64>,
    greenhouse: Vec<i64>,
    candidates: Vec<&'a str>,
    jobs: Vec<Option<i64>>,
    introductions: Vec<&'a str>,
    events: Vec<i64>,
    snapshots: Vec<Option<Value>>,
}

impl<'a> Followed<'a> {
    fn of(entries: &'a [Entry]) -> Result<Followed<'a>, Error> {
        let mut columns = Followed::default();
        for (operation, settlement, identity) in identified(entries) {
            for tracked in &settlement.tracked {
                columns.operations.push(operation);
                columns.ids.push(tracked.application.0);
                columns.greenhouse.push(identity.greenhouse.0);
                columns.candidates.push(identity.candidate.as_str());
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

/// Everything announced; by whom, and of which application that is followed from now on.
struct Told<'a> {
    operations: Vec<i64>,
    applications: Vec<Option<i64>>,
    news: Columns<'a>,
}

impl<'a> Told<'a> {
    fn of(entries: &'a [Entry]) -> Told<'a> {
        let by = |entry: &Entry| vec![entry.operation.0; news(&entry.deed).count()];
        let all = || entries.iter().flat_map(|entry| news(&entry.deed));
        Told {
            operations: entries.iter().flat_map(by).collect(),
            applications: all().map(|(of, _)| of.map(i64::from)).collect(),
            news: Columns::of(all().map(|(_, one)| one)),
        }
    }
}
