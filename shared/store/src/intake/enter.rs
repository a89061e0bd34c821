//! The statement that enters a batch: the columns that it takes, and what it says of each arrival.

use std::collections::HashSet;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::settings::Settings;
use domain::{Code, OperationId};
use serde_json::Value;
use uuid::Uuid;

use super::Arrival;
use crate::claim::{Claim, distinct};
use crate::clock::Clock;
use crate::{Error, Transaction};

/// Whoever would perform the only operation of a batch at once.
pub(super) struct Hand {
    pub(super) lease: Uuid,
    pub(super) lasts: Duration,
    pub(super) taken: Instant,
}

/// What entering a batch came to.
pub(super) enum Entered {
    /// Somebody of it has asked to be forgotten: nothing was entered.
    Forgotten,
    /// It was entered: the arrivals never seen before, ascending.
    As(Vec<Unseen>),
}

/// An arrival never seen before.
pub(super) struct Unseen {
    /// Its place in the batch, from 0.
    pub(super) index: usize,
    /// Its new operation; none where the intent is known.
    pub(super) operation: Option<OperationId>,
    /// Why nothing of its tenant begins now; none where it may.
    pub(super) idle: Option<Code>,
    /// That the hand has it.
    pub(super) claim: Option<Claim>,
}

/// Enters the batch, unless one of `people` has asked to be forgotten.
pub(super) async fn enter_unless_erased(
    tx: &mut Transaction<'_>,
    arrivals: &[Arrival],
    people: &[Uuid],
    hand: Option<&Hand>,
) -> Result<Entered, Error> {
    let columns = Columns::of(arrivals);
    let rows = rows(tx, &columns, people, hand).await?;
    if rows.first().is_some_and(|row| row.place == 0) {
        return Ok(Entered::Forgotten);
    }
    unseen(arrivals, &columns, rows, hand).map(Entered::As)
}

/// Enters the batch, whoever has asked to be forgotten; returns the arrivals never seen before, ascending.
pub(super) async fn enter(
    tx: &mut Transaction<'_>,
    arrivals: &[Arrival],
) -> Result<Vec<Unseen>, Error> {
    let columns = Columns::of(arrivals);
    let rows = rows(tx, &columns, &[], None).await?;
    unseen(arrivals, &columns, rows, None)
}

/// Every delivery of the batch once.
#[derive(Default)]
struct Columns<'a> {
    /// Where each is in the batch, from 0. The statement counts them from 1.
    indices: Vec<usize>,
    tenants: Vec<&'a str>,
    message_ids: Vec<&'a str>,
    sources: Vec<&'a str>,
    kinds: Vec<&'static str>,
    business_keys: Vec<&'a str>,
    subjects: Vec<&'a str>,
    content_hashes: Vec<&'a [u8]>,
    payloads: Vec<&'a [u8]>,
    traces: Vec<Option<&'a str>>,
    occurred_at: Vec<DateTime<Utc>>,
    concerned: Concerned,
}

/// Whom they concern.
#[derive(Default)]
struct Concerned {
    keys: Vec<Uuid>,
    /// Who concerns them, counted from 1.
    places: Vec<i64>,
    orders_only: Vec<bool>,
}

impl<'a> Columns<'a> {
    fn of(arrivals: &'a [Arrival]) -> Columns<'a> {
        let mut columns = Columns::default();
        let mut delivered = HashSet::with_capacity(arrivals.len());
        for (index, a) in arrivals.iter().enumerate() {
            if delivered.insert((a.tenant.as_str(), a.message_id.as_str(), a.source.as_str())) {
                columns.push(index, a);
            }
        }
        columns
    }

    fn push(&mut self, index: usize, a: &'a Arrival) {
        self.indices.push(index);
        self.tenants.push(a.tenant.as_str());
        self.message_ids.push(&a.message_id);
        self.sources.push(&a.source);
        self.kinds.push(a.kind.as_str());
        self.business_keys.push(&a.business_key);
        self.subjects.push(&a.subject);
        self.content_hashes.push(&a.content_hash);
        self.payloads.push(&a.payload);
        self.traces.push(a.trace.as_deref());
        self.occurred_at.push(a.occurred_at);
        self.concerned.push(self.indices.len() as i64, a);
    }

    fn index(&self, place: i64) -> Result<usize, Error> {
        let place = usize::try_from(place - 1).ok();
        let index = place.and_then(|place| self.indices.get(place));
        index.copied().ok_or(Error::Corrupt("place"))
    }
}

impl Concerned {
    /// Each key once.
    fn push(&mut self, place: i64, a: &Arrival) {
        let ordered_by = a.ordered_by.filter(|key| !a.keys.contains(key));
        for (n, key) in a.keys.iter().chain(&ordered_by).enumerate() {
            let orders_only = n >= a.keys.len();
            if orders_only || !a.keys[..n].contains(key) {
                self.keys.push(key.0);
                self.places.push(place);
                self.orders_only.push(orders_only);
            }
        }
    }
}

/// An arrival never seen before, as the statement returns it.
struct Row {
    place: i64,
    id: Option<i64>,
    idle: Option<String>,
    connection: Option<Uuid>,
    revision: Option<i64>,
    settings: Option<Value>,
    created_at: DateTime<Utc>,
    now: DateTime<Utc>,
    known: Option<Vec<i64>>,
}

/// A place 0 alone says that one of `people` has asked to be forgotten, and that nothing was entered.
async fn rows(
    tx: &mut Transaction<'_>,
    columns: &Columns<'_>,
    people: &[Uuid],
    hand: Option<&Hand>,
) -> Result<Vec<Row>, Error> {
    let rows = sqlx::query_file_as!(
        Row,
        "queries/enter.sql",
        &columns.tenants as _,
        &columns.message_ids as _,
        &columns.sources as _,
        &columns.kinds as _,
        &columns.business_keys as _,
        &columns.subjects as _,
        &columns.content_hashes as _,
        &columns.payloads as _,
        &columns.traces as _,
        &columns.occurred_at,
        &columns.concerned.keys,
        &columns.concerned.places,
        people,
        hand.map(|hand| hand.lease),
        hand.map(|hand| hand.lasts.as_secs_f64()),
        &columns.concerned.orders_only,
    );
    Ok(rows.fetch_all(&mut **tx).await?)
}

fn unseen(
    arrivals: &[Arrival],
    columns: &Columns<'_>,
    rows: Vec<Row>,
    hand: Option<&Hand>,
) -> Result<Vec<Unseen>, Error> {
    let unseen = rows.into_iter().map(|row| {
        let index = columns.index(row.place)?;
        Ok(Unseen {
            index,
            operation: row.id.map(OperationId),
            // A reason of a version that is gone is no reason to fail.
            idle: row
                .idle
                .as_deref()
                .map(|word| word.parse().unwrap_or(Code::ConnectionPaused)),
            claim: hand.and_then(|hand| row.claim(&arrivals[index], hand)),
        })
    });
    unseen.collect()
}

impl Row {
    /// That the hand has it; none where it does not.
    fn claim(self, arrival: &Arrival, hand: &Hand) -> Option<Claim> {
        let operation = self.id.map(OperationId)?;
        let connection = self.connection?;
        Some(Claim {
            operation,
            lease: hand.lease,
            tenant: arrival.tenant.clone(),
            connection,
            revision: self.revision.unwrap_or_default(),
            settings: Settings::of_stored(&self.settings.unwrap_or_default()),
            kind: arrival.kind,
            business_key: arrival.business_key.clone(),
            payload: arrival.payload.clone(),
            trace: arrival.trace.clone(),
            attempts: 0,
            occurred_at: arrival.occurred_at,
            created_at: self.created_at,
            clock: Clock::new(self.now, hand.taken),
            held_from: Mutex::new(hand.taken),
            steps: Vec::new(),
            known: distinct(self.known.unwrap_or_default()),
            // Nothing of this is so where a hand may have it: see the statement.
            erased_before: false,
            aside_for_it: false,
            uses_up_share: false,
        })
    }
}
