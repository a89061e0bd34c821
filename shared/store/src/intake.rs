//! What arrives becomes durable here, in batches: inbox, operation and its keys, before anything is acknowledged.

mod enter;
mod entrance;
mod erased;
mod halves;
mod refused;

pub(crate) use entrance::order_locks;
pub use entrance::{Entrance, Share};
pub use halves::halves;
pub use refused::{Refused, record_refusals};

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::{Code, OperationId, OperationKind, Tenant};
use uuid::Uuid;

use self::enter::{Entered, Hand, Unseen, enter, enter_unless_erased};
use crate::claim::Claim;
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
    /// What is to be done.
    pub kind: OperationKind,
    /// What makes two events the same intent, e.g. the introduction's id.
    pub business_key: String,
    /// The Intrro candidate it concerns.
    pub subject: String,
    /// Everything that identifies the person it concerns.
    pub keys: Vec<PersonKey>,
    /// Whom its publisher orders by, if that is somebody else: it waits for older operations that concern them, and they say
    /// nothing about who the person is.
    pub ordered_by: Option<PersonKey>,
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
    /// A new operation waits for somebody to act: the tenant is not connected, or was set aside for this reason.
    Waits(OperationId, Code),
    /// Seen before: the same delivery, or the same intent with the same content.
    Duplicate,
    /// The same intent with other content: kept as a parked operation of its own, the first one stands.
    Conflict(OperationId),
    /// It tells of a time before the person asked to be forgotten: ended at once, and nothing of its content is kept.
    Erased(OperationId),
}

/// Records a batch and says for each arrival, in the same order, what became of it.
///
/// The transaction is one of [`Entrance::begin`] with every tenant of the batch.
///
/// # Errors
/// [`Error::Unavailable`]; nothing was recorded then.
pub async fn accept(tx: &mut Transaction<'_>, arrivals: &[Arrival]) -> Result<Vec<Verdict>, Error> {
    Ok(enter_or_end(tx, arrivals, None).await?.0)
}

/// Records a single arrival for a hand that is free, and claims its operation for `lease` in the same stroke where a
/// [claim](crate::Store::claim) right after it would choose this operation and no other. The claim counts once the
/// transaction is committed.
///
/// # Errors
/// As [`accept`].
pub async fn accept_and_claim(
    tx: &mut Transaction<'_>,
    arrival: &Arrival,
    lease: Duration,
) -> Result<(Verdict, Option<Claim>), Error> {
    let hand = Hand {
        lease: Uuid::new_v4(),
        lasts: lease,
        taken: Instant::now(),
    };
    let (verdicts, claim) = enter_or_end(tx, std::slice::from_ref(arrival), Some(&hand)).await?;
    let verdict = verdicts.first().copied().ok_or(Error::Corrupt("place"))?;
    Ok((verdict, claim))
}

async fn enter_or_end(
    tx: &mut Transaction<'_>,
    arrivals: &[Arrival],
    hand: Option<&Hand>,
) -> Result<(Vec<Verdict>, Option<Claim>), Error> {
    let people = erased::keys(arrivals);
    match enter_unless_erased(tx, arrivals, &people, hand).await? {
        Entered::As(unseen) => judge(tx, arrivals, unseen).await,
        Entered::Forgotten => Ok((end_erased(tx, arrivals.to_vec()).await?, None)),
    }
}

/// Enters a batch that tells of somebody who has asked to be forgotten, without what it tells of them.
async fn end_erased(
    tx: &mut Transaction<'_>,
    mut arrivals: Vec<Arrival>,
) -> Result<Vec<Verdict>, Error> {
    let erased = erased::find(tx, &arrivals).await?;
    for &index in &erased {
        erased::blot_out(&mut arrivals[index]);
    }
    let unseen = enter(tx, &arrivals).await?;
    let (mut verdicts, _) = judge(tx, &arrivals, unseen).await?;
    for index in erased {
        verdicts[index] = match verdicts[index] {
            Verdict::Duplicate => Verdict::Duplicate,
            Verdict::Accepted(id)
            | Verdict::Waits(id, _)
            | Verdict::Conflict(id)
            | Verdict::Erased(id) => erased::end(tx, id).await?,
        };
    }
    Ok(verdicts)
}

/// What became of each arrival, and what the hand has of them.
async fn judge(
    tx: &mut Transaction<'_>,
    arrivals: &[Arrival],
    unseen: Vec<Unseen>,
) -> Result<(Vec<Verdict>, Option<Claim>), Error> {
    let mut verdicts = vec![Verdict::Duplicate; arrivals.len()];
    let mut taken = None;
    for one in unseen {
        taken = taken.or(one.claim);
        verdicts[one.index] = match (one.operation, one.idle) {
            (Some(id), None) => Verdict::Accepted(id),
            (Some(id), Some(code)) => Verdict::Waits(id, code),
            (None, _) => compare(tx, &arrivals[one.index]).await?,
        };
    }
    Ok((verdicts, taken))
}

/// The intent exists already: the same content is a repeat, other content is parked beside it and reported once.
async fn compare(tx: &mut Transaction<'_>, arrival: &Arrival) -> Result<Verdict, Error> {
    let known = sqlx::query!(
        "SELECT id, content_hash FROM operations WHERE tenant = $1 AND business_key = $2 AND kind = $3",
        arrival.tenant.as_str(),
        arrival.business_key,
        arrival.kind.as_str()
    )
    .fetch_one(&mut **tx)
    .await?;
    if known.content_hash == arrival.content_hash {
        became(tx, arrival, known.id).await?;
        return Ok(Verdict::Duplicate);
    }
    let suffix: String = arrival.content_hash[..6]
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let parked = sqlx::query!(
        r#"WITH parked AS (
            INSERT INTO operations (tenant, kind, business_key, subject, message_id, content_hash, payload, trace,
                occurred_at, state, code, settled_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'parked', $10, now())
            ON CONFLICT (business_key, tenant, kind) DO NOTHING RETURNING id)
        SELECT id AS "id!", true AS "new!" FROM parked
        UNION ALL SELECT id, false FROM operations WHERE tenant = $1 AND business_key = $3 AND kind = $2"#,
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
    .fetch_one(&mut **tx)
    .await?;
    became(tx, arrival, parked.id).await?;
    Ok(match parked.new {
        true => Verdict::Conflict(OperationId(parked.id)),
        false => Verdict::Duplicate,
    })
}

/// Notes that the event is the operation `id`, and no new one.
async fn became(tx: &mut Transaction<'_>, arrival: &Arrival, id: i64) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE inbox SET operation_id = $4 WHERE tenant = $1 AND message_id = $2 AND source = $3",
        arrival.tenant.as_str(),
        arrival.message_id,
        arrival.source,
        id
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
