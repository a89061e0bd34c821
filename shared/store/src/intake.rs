//! What arrives becomes durable here, in batches: inbox, operation and its keys, before anything is acknowledged.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, Utc};
use domain::{Code, OperationId, Tenant};
use uuid::Uuid;

use crate::erase::erased_subject;
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
    let erased = of_erased_people(tx, arrivals).await?;
    if erased.is_empty() {
        return enter(tx, arrivals, &connected).await;
    }
    let mut arrivals = arrivals.to_vec();
    for &index in &erased {
        blot_out(&mut arrivals[index]);
    }
    let mut verdicts = enter(tx, &arrivals, &connected).await?;
    for index in erased {
        verdicts[index] = match verdicts[index] {
            Verdict::Duplicate => Verdict::Duplicate,
            Verdict::Accepted(id)
            | Verdict::AcceptedUnconnected(id)
            | Verdict::Conflict(id)
            | Verdict::Erased(id) => end_erased(tx, id).await?,
        };
    }
    Ok(verdicts)
}

/// Indices of the arrivals that tell of a time before their person asked to be forgotten. An update also counts when
/// nobody has introduced the person again since: there is nothing that it could be an update of.
async fn of_erased_people(tx: &mut Transaction, arrivals: &[Arrival]) -> Result<Vec<usize>, Error> {
    let key = |arrival: &Arrival| {
        let candidate = arrival.subject.as_str().try_into().ok()?;
        Some(PersonKey::candidate(&arrival.tenant, &candidate).0)
    };
    let keys: Vec<Option<Uuid>> = arrivals.iter().map(key).collect();
    let asked: Vec<Uuid> = keys.iter().flatten().copied().collect();
    let erased: HashMap<Uuid, DateTime<Utc>> = sqlx::query!(
        "SELECT key, erased_at FROM erased_people WHERE key = ANY($1)",
        &asked
    )
    .fetch_all(&mut **tx)
    .await?
    .into_iter()
    .map(|row| (row.key, row.erased_at))
    .collect();
    let mut found = Vec::new();
    if erased.is_empty() {
        return Ok(found);
    }
    for (index, arrival) in arrivals.iter().enumerate() {
        let Some(erased_at) = keys[index].and_then(|key| erased.get(&key)) else {
            continue;
        };
        let of_before = match arrival.kind {
            "candidate_erasure_requested" => false,
            "introduction_accepted" => arrival.tells_of <= *erased_at,
            _ => {
                arrival.tells_of <= *erased_at
                    || !introduced_again(tx, arrivals, index, &found).await?
            }
        };
        if of_before {
            found.push(index);
        }
    }
    Ok(found)
}

/// Erasing took the person's id off every operation that there was: one that carries it came after that, before this
/// arrival or with it.
async fn introduced_again(
    tx: &mut Transaction,
    arrivals: &[Arrival],
    index: usize,
    of_before: &[usize],
) -> Result<bool, Error> {
    let update = &arrivals[index];
    let together = arrivals[..index].iter().enumerate().any(|(at, other)| {
        other.kind == "introduction_accepted"
            && (&other.tenant, &other.subject) == (&update.tenant, &update.subject)
            && !of_before.contains(&at)
    });
    if together {
        return Ok(true);
    }
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM operations
            WHERE tenant = $1 AND subject = $2 AND kind = 'introduction_accepted') AS "again!""#,
        update.tenant.as_str(),
        update.subject,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Leaves of an arrival what its answer and its next delivery need.
fn blot_out(arrival: &mut Arrival) {
    if let Ok(candidate) = arrival.subject.as_str().try_into() {
        arrival.subject = erased_subject(&arrival.tenant, &candidate);
    }
    arrival.payload.clear();
    arrival.keys.clear();
}

async fn end_erased(tx: &mut Transaction, id: OperationId) -> Result<Verdict, Error> {
    sqlx::query!(
        "UPDATE operations SET state = 'failed', code = $2, settled_at = clock_timestamp() WHERE id = $1",
        id.0,
        Code::PersonErased.as_str(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(Verdict::Erased(id))
}

async fn enter(
    tx: &mut Transaction,
    arrivals: &[Arrival],
    connected: &HashMap<String, bool>,
) -> Result<Vec<Verdict>, Error> {
    let mut verdicts = vec![Verdict::Duplicate; arrivals.len()];
    let unseen = record_deliveries(tx, arrivals).await?;
    let (intents, repeats) = distinct_intents(arrivals, unseen);
    let created = create_operations(tx, arrivals, &intents).await?;
    record_keys(tx, arrivals, &created).await?;
    for (&index, &id) in &created {
        verdicts[index] = match connected.get(arrivals[index].tenant.as_str()) {
            Some(true) => Verdict::Accepted(id),
            _ => Verdict::AcceptedUnconnected(id),
        };
    }
    let existing = intents
        .into_iter()
        .filter(|index| !created.contains_key(index));
    for index in existing.chain(repeats) {
        verdicts[index] = compare(tx, &arrivals[index]).await?;
    }
    if !created.is_empty() {
        sqlx::query("SELECT pg_notify('work', '')")
            .execute(&mut **tx)
            .await?;
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
            INSERT INTO tenants (tenant) SELECT t FROM unnest($1::text[]) t
            WHERE NOT EXISTS (SELECT 1 FROM tenants known WHERE known.tenant = t)
            ON CONFLICT DO NOTHING),
        locked AS MATERIALIZED (
            SELECT t, pg_advisory_xact_lock(hashtextextended(t, 42)) FROM unnest($1::text[]) t)
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

/// Enters the deliveries into the inbox and returns the indices of those never seen before.
async fn record_deliveries(
    tx: &mut Transaction,
    arrivals: &[Arrival],
) -> Result<Vec<usize>, Error> {
    let tenants: Vec<&str> = arrivals.iter().map(|a| a.tenant.as_str()).collect();
    let ids: Vec<&str> = arrivals.iter().map(|a| a.message_id.as_str()).collect();
    let sources: Vec<&str> = arrivals.iter().map(|a| a.source.as_str()).collect();
    let fresh = sqlx::query!(
        "INSERT INTO inbox (tenant, message_id, source)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING
        RETURNING tenant, message_id, source",
        &tenants as _,
        &ids as _,
        &sources as _
    )
    .fetch_all(&mut **tx)
    .await?;
    if fresh.len() == arrivals.len() {
        return Ok((0..arrivals.len()).collect());
    }
    let mut first: HashMap<(&str, &str, &str), usize> = HashMap::with_capacity(arrivals.len());
    for (index, a) in arrivals.iter().enumerate() {
        first
            .entry((a.tenant.as_str(), &a.message_id, &a.source))
            .or_insert(index);
    }
    let mut unseen: Vec<usize> = fresh
        .iter()
        .filter_map(|row| {
            first
                .get(&(
                    row.tenant.as_str(),
                    row.message_id.as_str(),
                    row.source.as_str(),
                ))
                .copied()
        })
        .collect();
    unseen.sort_unstable();
    Ok(unseen)
}

/// Splits the unseen arrivals into the first of each intent and the repeats within this batch.
fn distinct_intents(arrivals: &[Arrival], unseen: Vec<usize>) -> (Vec<usize>, Vec<usize>) {
    let mut seen = HashMap::with_capacity(unseen.len());
    unseen.into_iter().partition(|&index| {
        let a = &arrivals[index];
        match seen.entry((a.tenant.as_str(), a.kind, a.business_key.as_str())) {
            Entry::Vacant(slot) => {
                slot.insert(());
                true
            }
            Entry::Occupied(_) => false,
        }
    })
}

async fn create_operations(
    tx: &mut Transaction,
    arrivals: &[Arrival],
    intents: &[usize],
) -> Result<HashMap<usize, OperationId>, Error> {
    let chosen = || intents.iter().map(|&index| &arrivals[index]);
    let rows = sqlx::query!(
        r#"INSERT INTO operations
            (tenant, kind, business_key, subject, message_id, content_hash, payload, trace, occurred_at)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::bytea[],
            $8::text[], $9::timestamptz[])
        ON CONFLICT DO NOTHING RETURNING id, tenant, kind, business_key"#,
        &chosen().map(|a| a.tenant.as_str()).collect::<Vec<_>>() as _,
        &chosen().map(|a| a.kind).collect::<Vec<_>>() as _,
        &chosen().map(|a| a.business_key.as_str()).collect::<Vec<_>>() as _,
        &chosen().map(|a| a.subject.as_str()).collect::<Vec<_>>() as _,
        &chosen().map(|a| a.message_id.as_str()).collect::<Vec<_>>() as _,
        &chosen().map(|a| &a.content_hash[..]).collect::<Vec<_>>() as _,
        &chosen().map(|a| &a.payload[..]).collect::<Vec<_>>() as _,
        &chosen().map(|a| a.trace.as_deref()).collect::<Vec<_>>() as _,
        &chosen().map(|a| a.occurred_at).collect::<Vec<_>>(),
    )
    .fetch_all(&mut **tx)
    .await?;
    if rows.len() == intents.len() {
        // Without a conflict the rows come back in the order in which they went in.
        return Ok(intents
            .iter()
            .zip(rows)
            .map(|(&index, row)| (index, OperationId(row.id)))
            .collect());
    }
    let by_key: HashMap<_, _> = intents
        .iter()
        .map(|&index| {
            let a = &arrivals[index];
            ((a.tenant.as_str(), a.kind, a.business_key.as_str()), index)
        })
        .collect();
    Ok(rows
        .iter()
        .filter_map(|row| {
            let index = by_key.get(&(
                row.tenant.as_str(),
                row.kind.as_str(),
                row.business_key.as_str(),
            ))?;
            Some((*index, OperationId(row.id)))
        })
        .collect())
}

async fn record_keys(
    tx: &mut Transaction,
    arrivals: &[Arrival],
    created: &HashMap<usize, OperationId>,
) -> Result<(), Error> {
    let mut keys: Vec<Uuid> = Vec::with_capacity(created.len() * 2);
    let mut operations: Vec<i64> = Vec::with_capacity(created.len() * 2);
    for (&index, id) in created {
        for key in &arrivals[index].keys {
            keys.push(key.0);
            operations.push(id.0);
        }
    }
    sqlx::query!(
        "INSERT INTO operation_keys (key, operation_id) SELECT * FROM unnest($1::uuid[], $2::bigint[]) ON CONFLICT DO NOTHING",
        &keys,
        &operations
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
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
