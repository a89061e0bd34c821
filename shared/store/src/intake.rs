//! What arrives becomes durable here, in batches: inbox, operation and its keys, before anything is acknowledged.

mod erased;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::{Code, OperationId, Tenant};
use uuid::Uuid;

use crate::person::PersonKey;
use crate::{Error, Transaction};

/// One decoded event, about to become an operation.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Whose event it is.
    pub tenant: Tenant,
    /// CloudEvents `source`; with the id it identifies the event.
    pub source: String,
    /// CloudEvents `id`.
    pub message_id: String,
    /// What kind of intent it is, e.g. `introduction_accepted`.
    pub kind: &'static str,
    /// What makes two events the same intent, e.g. the introduction's id.
    pub business_key: String,
    /// The Intrro candidate it concerns.
    pub subject: String,
    /// Everything that identifies the person it concerns.
    pub keys: Vec<PersonKey>,
    /// Hash over the content; equal for redeliveries that only differ in spelling.
    pub content_hash: [u8; 32],
    /// Encoded event, as the handler reads it back.
    pub payload: Vec<u8>,
    /// W3C `traceparent`.
    pub trace: Option<String>,
    /// When it happened, by the publisher's clock.
    pub occurred_at: DateTime<Utc>,
    /// The time of which its content tells: the agreement, the change. Redeliveries do not move it.
    pub tells_of: DateTime<Utc>,
}

/// What became of an [`Arrival`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A new operation waits for a worker.
    Accepted(OperationId),
    /// A new operation waits for the tenant to connect its Greenhouse account.
    AcceptedUnconnected(OperationId),
    /// Seen before: the same delivery, or the same intent with the same content.
    Duplicate,
    /// The same intent with other content: kept as a parked operation of its own, the first one stands.
    Conflict(OperationId),
    /// It tells of a time before the person asked to be forgotten: ended at once, and nothing of its content is kept.
    Erased(OperationId),
}

/// Records a batch and says for each arrival, in the same order, what became of it.
///
/// The caller commits, then acknowledges the deliveries.
///
/// # Errors
/// [`Error::Unavailable`]; nothing was recorded then.
pub async fn accept(tx: &mut Transaction, arrivals: &[Arrival]) -> Result<Vec<Verdict>, Error> {
    let connected = enter_tenants(tx, arrivals).await?;
    let erased = erased::find(tx, arrivals).await?;
    if erased.is_empty() {
        return enter(tx, arrivals, &connected).await;
    }
    let mut arrivals = arrivals.to_vec();
    for &index in &erased {
        erased::blot_out(&mut arrivals[index]);
    }
    let mut verdicts = enter(tx, &arrivals, &connected).await?;
    for index in erased {
        verdicts[index] = match verdicts[index] {
            Verdict::Duplicate => Verdict::Duplicate,
            Verdict::Accepted(id)
            | Verdict::AcceptedUnconnected(id)
            | Verdict::Conflict(id)
            | Verdict::Erased(id) => erased::end(tx, id).await?,
        };
    }
    Ok(verdicts)
}

async fn enter(
    tx: &mut Transaction,
    arrivals: &[Arrival],
    connected: &HashMap<String, bool>,
) -> Result<Vec<Verdict>, Error> {
    let mut verdicts = vec![Verdict::Duplicate; arrivals.len()];
    for (index, operation) in enter_unseen(tx, arrivals).await? {
        let arrival = &arrivals[index];
        verdicts[index] = match operation {
            Some(id) => match connected.get(arrival.tenant.as_str()) {
                Some(true) => Verdict::Accepted(id),
                _ => Verdict::AcceptedUnconnected(id),
            },
            None => compare(tx, arrival).await?,
        };
    }
    Ok(verdicts)
}

/// Records that a message was refused at first sight.
///
/// # Errors
/// [`Error::Unavailable`].
pub async fn record_refusal(tx: &mut Transaction, refusal: &Refused<'_>) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO refusals (message_id, tenant, type, reason, path) VALUES ($1, $2, $3, $4, $5)",
        refusal.message_id,
        refusal.tenant,
        refusal.event_type,
        refusal.reason,
        refusal.path
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What is kept of a message that went to the dead letters; nothing from its body.
#[derive(Debug, Clone, Copy)]
pub struct Refused<'a> {
    /// Message id, if it had one.
    pub message_id: Option<&'a str>,
    /// Tenant, if it could be read.
    pub tenant: Option<&'a str>,
    /// Event type, if it could be read.
    pub event_type: Option<&'a str>,
    /// Same word as in `dl-reason`.
    pub reason: &'a str,
    /// JSON path of the offending field.
    pub path: Option<&'a str>,
}

/// Makes sure the tenants exist and takes the lock that keeps ids in commit order; tells who is connected.
async fn enter_tenants(
    tx: &mut Transaction,
    arrivals: &[Arrival],
) -> Result<HashMap<String, bool>, Error> {
    let mut tenants: Vec<&str> = arrivals.iter().map(|a| a.tenant.as_str()).collect();
    tenants.sort_unstable();
    tenants.dedup();
    let rows = sqlx::query!(
        r#"WITH entered AS (
            INSERT INTO tenants (tenant) SELECT t FROM unnest((SELECT $1::text[])) t
            WHERE NOT EXISTS (SELECT 1 FROM tenants known WHERE known.tenant = t)
            ON CONFLICT DO NOTHING),
        locked AS MATERIALIZED (
            SELECT t, pg_advisory_xact_lock(hashtextextended(t, 42)) FROM unnest((SELECT $1::text[])) t)
        SELECT l.t AS "tenant!", EXISTS (SELECT 1 FROM connections c WHERE c.tenant = l.t) AS "connected!" FROM locked l"#,
        &tenants as _
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.tenant, row.connected))
        .collect())
}

/// Returns the indices of the arrivals never seen before, ascending, each with its new operation; none where the intent
/// is known.
async fn enter_unseen(
    tx: &mut Transaction,
    arrivals: &[Arrival],
) -> Result<Vec<(usize, Option<OperationId>)>, Error> {
    let mut delivered = HashSet::with_capacity(arrivals.len());
    let indices: Vec<usize> = (0..arrivals.len())
        .filter(|&index| {
            let a = &arrivals[index];
            delivered.insert((a.tenant.as_str(), a.message_id.as_str(), a.source.as_str()))
        })
        .collect();
    let once = || indices.iter().map(|&index| &arrivals[index]);
    let (keys, places): (Vec<Uuid>, Vec<i64>) = (1_i64..)
        .zip(once())
        .flat_map(|(place, a)| a.keys.iter().map(move |key| (key.0, place)))
        .unzip();
    let rows = sqlx::query_file!(
        "queries/enter.sql",
        &once().map(|a| a.tenant.as_str()).collect::<Vec<_>>() as _,
        &once().map(|a| a.message_id.as_str()).collect::<Vec<_>>() as _,
        &once().map(|a| a.source.as_str()).collect::<Vec<_>>() as _,
        &once().map(|a| a.kind).collect::<Vec<_>>() as _,
        &once().map(|a| a.business_key.as_str()).collect::<Vec<_>>() as _,
        &once().map(|a| a.subject.as_str()).collect::<Vec<_>>() as _,
        &once().map(|a| &a.content_hash[..]).collect::<Vec<_>>() as _,
        &once().map(|a| &a.payload[..]).collect::<Vec<_>>() as _,
        &once().map(|a| a.trace.as_deref()).collect::<Vec<_>>() as _,
        &once().map(|a| a.occurred_at).collect::<Vec<_>>(),
        &keys,
        &places,
    )
    .fetch_all(&mut **tx)
    .await?;
    let index = |place: i64| {
        let place = usize::try_from(place - 1).ok();
        place
            .and_then(|place| indices.get(place))
            .copied()
            .ok_or(Error::Corrupt("place"))
    };
    rows.into_iter()
        .map(|row| Ok((index(row.place)?, row.id.map(OperationId))))
        .collect()
}

/// The intent exists already: the same content is a repeat, other content is parked beside it and reported once.
async fn compare(tx: &mut Transaction, arrival: &Arrival) -> Result<Verdict, Error> {
    let known = sqlx::query_scalar!(
        "SELECT content_hash FROM operations WHERE tenant = $1 AND business_key = $2 AND kind = $3",
        arrival.tenant.as_str(),
        arrival.business_key,
        arrival.kind
    )
    .fetch_one(&mut **tx)
    .await?;
    if known == arrival.content_hash {
        return Ok(Verdict::Duplicate);
    }
    let suffix: String = arrival.content_hash[..6]
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let parked = sqlx::query_scalar!(
        "INSERT INTO operations (tenant, kind, business_key, subject, message_id, content_hash, payload, trace,
            occurred_at, state, code, settled_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'parked', $10, now())
        ON CONFLICT DO NOTHING RETURNING id",
        arrival.tenant.as_str(),
        format!("{}#{suffix}", arrival.kind),
        arrival.business_key,
        arrival.subject,
        arrival.message_id,
        &arrival.content_hash[..],
        &arrival.payload,
        arrival.trace,
        arrival.occurred_at,
        Code::ConflictingContent.as_str(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(parked.map_or(Verdict::Duplicate, |id| Verdict::Conflict(OperationId(id))))
}
