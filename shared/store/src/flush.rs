//! One commit of the journal: many entries, one statement for those that go on and one for those that leave.

mod aside;
mod columns;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use self::columns::{Fence, Followed, Leaving, People, Steps, Told, news};
use crate::journal::{Deed, Entry, JournalError};
use crate::outbox::{Announcement, Pending};
use crate::timing::Query;
use crate::wake::News;
use crate::{Error, Store};

/// Writes the batch and tells every worker what became of its entry. An entry that holds what the database cannot fails
/// the whole statement that carries it: then each is written by itself, so that only that one fails.
///
/// The statements know an entry by its operation. Of two tries at one operation, the earlier of which outlived its lease, one
/// would pass with the other's, so what comes second is written by itself as well.
pub(crate) async fn commit(store: &Store, mut batch: Vec<Entry>) {
    let mut operations = HashSet::with_capacity(batch.len());
    let second: Vec<Entry> = batch
        .extract_if(.., |entry| !operations.insert(entry.operation))
        .collect();
    let mut left_out = write(store, batch).await;
    if left_out.len() == 1 {
        left_out.drain(..).for_each(refuse);
    }
    for entry in left_out.into_iter().chain(second) {
        write(store, vec![entry]).await.into_iter().for_each(refuse);
    }
}

/// Writes entries in two statements and tells their workers; returns those of a statement that the database refused.
///
/// Entries that only record steps and entries that end or give back an operation are about different operations, so
/// the two statements need no common transaction and run side by side.
async fn write(store: &Store, batch: Vec<Entry>) -> Vec<Entry> {
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
        if left.freed {
            store.ring(News::Work);
        }
        if let Some(room) = room.filter(|_| !left.handed.is_empty()) {
            room.fill(hand_over(&leaving, &left.handed));
        }
    }
    let mut refused = tell(steps, written);
    let left = left.map(|left| left.held.into_iter().map(|id| (id, Ok(()))).collect());
    refused.extend(tell(leaving, left));
    refused
}

fn refuse(entry: Entry) {
    tracing::error!(operation = %entry.operation, "the database cannot hold an entry of the journal");
    let _ = entry.done.send(Err(JournalError::Refused));
}

/// What the statement of [`leave`] did.
#[derive(Default)]
struct Left {
    /// Operations whose lease held; nothing was written for the others.
    held: Vec<i64>,
    /// Announcements taken for a relay of this process, by message id: their rows.
    handed: HashMap<Uuid, i64>,
    /// Whether anybody waited for one of the people, and may go on.
    freed: bool,
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
        })
    };
    let news = entries.iter().flat_map(|entry| news(&entry.deed));
    news.filter_map(pending).collect()
}

/// What became of the entries of operations whose lease held.
type Written = HashMap<i64, Result<(), JournalError>>;

/// Tells the workers; returns the entries if the database refused them.
fn tell(entries: Vec<Entry>, written: Result<Written, Error>) -> Vec<Entry> {
    if written.as_ref().is_err_and(Error::is_about_data) {
        return entries;
    }
    let written = written.map_err(|error| {
        tracing::warn!(%error, entries = entries.len(), "journal commit failed");
        JournalError::Unavailable
    });
    for entry in entries {
        let outcome = match &written {
            Err(error) => Err(*error),
            Ok(held) => held
                .get(&entry.operation.0)
                .copied()
                .unwrap_or(Err(JournalError::LeaseLost)),
        };
        // A worker that no longer listens has given up its operation; its lease will end.
        let _ = entry.done.send(outcome);
    }
    Vec::new()
}

/// Returns the operations whose lease held; nothing was written for the others.
async fn write_steps(store: &Store, entries: &[Entry]) -> Result<Written, Error> {
    if entries.is_empty() {
        return Ok(Written::new());
    }
    let fence = Fence::of(entries);
    let steps = Steps::of(entries);
    let mut connection = store.journal.take(Query::WriteSteps).await?;
    let held = sqlx::query_file!(
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
        &steps.persons as _,
    )
    .fetch_all(&mut *connection)
    .await?;
    connection.keep();
    let written = held.into_iter().map(|row| match row.barred {
        true => (row.id, Err(JournalError::Barred)),
        false => (row.id, Ok(())),
    });
    Ok(written.collect())
}

/// Ends operations or gives them back, and takes their announcements for `lease` if it is given.
async fn leave(store: &Store, entries: &[Entry], lease: Option<Duration>) -> Result<Left, Error> {
    if entries.is_empty() {
        return Ok(Left::default());
    }
    let mut connection = store.journal.take(Query::Leave).await?;
    let left = if aside::concerns(entries) {
        let mut tx = connection.begin().await?;
        let mut left = leave_on(&mut tx, entries, lease).await?;
        left.freed |= aside::write(&mut tx, entries, &left.held).await?;
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
        &told.news.operations as _,
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
        &steps.persons as _,
    )
    .fetch_all(connection)
    .await?;
    let mut left = Left::default();
    for row in rows {
        left.freed |= row.held.is_none() && row.outbox.is_none();
        left.held.extend(row.held);
        left.handed.extend(row.message.zip(row.outbox));
    }
    Ok(left)
}
