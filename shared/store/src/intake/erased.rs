//! Arrivals about people who asked to be forgotten: ended at once, and nothing of their content is kept.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{Code, OperationId, OperationKind};
use uuid::Uuid;

use super::{Arrival, Verdict};
use crate::erase::erased_subject;
use crate::person::PersonKey;
use crate::{Error, Transaction};

/// Who the arrivals are about.
pub(super) fn keys(arrivals: &[Arrival]) -> Vec<Uuid> {
    arrivals.iter().filter_map(key).collect()
}

/// Whom it is about.
pub(super) fn key(arrival: &Arrival) -> Option<Uuid> {
    let candidate = arrival.subject.as_str().try_into().ok()?;
    Some(PersonKey::candidate(&arrival.tenant, &candidate).0)
}

/// Indices of the arrivals that tell of a time before their person asked to be forgotten. An update also counts when
/// nobody has introduced the person again since: there is nothing that it could be an update of.
pub(super) async fn find(
    tx: &mut Transaction<'_>,
    arrivals: &[Arrival],
) -> Result<Vec<usize>, Error> {
    let erased: HashMap<Uuid, DateTime<Utc>> = sqlx::query!(
        "SELECT key, erased_at FROM erased_people WHERE key = ANY((SELECT $1::uuid[])::uuid[])",
        &keys(arrivals)
    )
    .fetch_all(&mut **tx)
    .await?
    .into_iter()
    .map(|row| (row.key, row.erased_at))
    .collect();
    let mut found = Vec::new();
    for (index, arrival) in arrivals.iter().enumerate() {
        let Some(erased_at) = key(arrival).and_then(|key| erased.get(&key)) else {
            continue;
        };
        let of_before = match arrival.kind {
            OperationKind::CandidateErasureRequested => false,
            OperationKind::IntroductionAccepted => arrival.tells_of <= *erased_at,
            OperationKind::IntroductionStatusChanged | OperationKind::CandidateProfileUpdated => {
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
    tx: &mut Transaction<'_>,
    arrivals: &[Arrival],
    index: usize,
    of_before: &[usize],
) -> Result<bool, Error> {
    let update = &arrivals[index];
    let together = arrivals[..index].iter().enumerate().any(|(at, other)| {
        other.kind == OperationKind::IntroductionAccepted
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
pub(super) fn blot_out(arrival: &mut Arrival) {
    if let Ok(candidate) = arrival.subject.as_str().try_into() {
        arrival.subject = erased_subject(&arrival.tenant, &candidate);
    }
    arrival.payload.clear();
    arrival.keys.clear();
    arrival.ordered_by = None;
}

/// Ends an operation of which nothing is kept.
pub(super) async fn end(tx: &mut Transaction<'_>, id: OperationId) -> Result<Verdict, Error> {
    sqlx::query!(
        "UPDATE operations SET state = 'failed', code = $2, settled_at = clock_timestamp() WHERE id = $1",
        id.0,
        Code::PersonErased.as_str(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(Verdict::Erased(id))
}
