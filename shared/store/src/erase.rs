//! Forgetting a person: everything that this database knows of them, in one transaction, with what must stay so that
//! no redelivery brings them back, as hashes.
//!
//! Nothing here calls Greenhouse. The write that a worker has in hand at that moment is waited for, so that it is known where
//! the person is; the worker's next one is refused, and everything that was still to be done for them ends.

mod applications;

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{CandidateId, Code, IntrroCandidateId, OperationId, OperationKind, Tenant};
use sha2::{Digest, Sha256};

use self::applications::forget_applications;
use crate::intake::order_locks;
use crate::person::PersonKey;
use crate::{Error, Store, Transaction, stored};

/// How long a worker's operation is left to come to its end before it is looked at again.
const PAUSE: Duration = Duration::from_millis(500);

/// A request to forget somebody, locked by the caller's transaction.
#[derive(Debug)]
pub struct Erasure {
    /// The operation.
    pub operation: OperationId,
    /// Whose person it is.
    pub tenant: Tenant,
    /// The person in Intrro.
    pub candidate: IntrroCandidateId,
    /// W3C `traceparent` of the request.
    pub trace: Option<String>,
    /// When it was asked for, by the publisher's clock.
    pub occurred_at: DateTime<Utc>,
    /// When it was taken, by the database's clock.
    pub taken_at: DateTime<Utc>,
}

/// What forgetting somebody came to.
#[derive(Debug)]
pub struct Erased {
    /// Where the person still is in Greenhouse, as far as we knew.
    pub greenhouse: Vec<CandidateId>,
    /// Whether a write that creates the person in Greenhouse was sent and never proven.
    pub perhaps_created: bool,
    /// What was still to be done for the person, and is not any more.
    pub ended: Vec<Ended>,
}

/// An operation that ended because its person was erased.
#[derive(Debug)]
pub struct Ended {
    /// The operation.
    pub operation: OperationId,
    /// What was to be done; none of what was parked beside the operation of the same name, and answered then.
    pub kind: Option<OperationKind>,
    /// See [`crate::intake::Arrival::business_key`].
    pub business_key: String,
    /// Encoded event as it was, for the answer.
    pub payload: Vec<u8>,
    /// W3C `traceparent`.
    pub trace: Option<String>,
}

impl Store {
    /// Takes the next request that is due. Tenants that are paused or not connected are not passed over: forgetting
    /// needs no Greenhouse.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn next_erasure(&self) -> Result<Option<(Transaction<'static>, Erasure)>, Error> {
        let tenants = self.tenants_with_erasures().await?;
        // Whoever is taking in events of a tenant, or forgetting another one of it, does not hold up the others.
        for tenant in &tenants {
            let taken = self.take_erasure(tenant, false).await?;
            if taken.is_some() {
                return Ok(taken);
            }
        }
        match tenants.first() {
            Some(tenant) => self.take_erasure(tenant, true).await,
            None => Ok(None),
        }
    }

    /// The tenant's next request; none if another replica was faster, or has its lock and that is not to be waited for.
    async fn take_erasure(
        &self,
        tenant: &Tenant,
        wait: bool,
    ) -> Result<Option<(Transaction<'static>, Erasure)>, Error> {
        let mut tx = self.begin().await?;
        // No arrival of this tenant may slip in between what is looked at and what is blotted out. Before any row is locked:
        // two requests about one person would else wait for each other.
        let [first, second] = order_locks(tenant);
        let locked = sqlx::query_scalar!(
            r#"SELECT CASE WHEN $3 THEN pg_advisory_xact_lock($1) IS NOT NULL AND pg_advisory_xact_lock($2) IS NOT NULL
                ELSE pg_try_advisory_xact_lock($1) AND pg_try_advisory_xact_lock($2) END AS "locked!""#,
            first,
            second,
            wait,
        )
        .fetch_one(&mut *tx)
        .await?;
        if !locked {
            return Ok(None);
        }
        let row = sqlx::query!(
            r#"SELECT id, subject, trace, occurred_at, clock_timestamp() AS "taken_at!" FROM operations
            WHERE kind = 'candidate_erasure_requested' AND state = 'open' AND not_before <= clock_timestamp()
                AND tenant = $1
            ORDER BY id LIMIT 1 FOR UPDATE"#,
            tenant.as_str(),
        )
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let erasure = Erasure {
            operation: OperationId(row.id),
            tenant: tenant.clone(),
            candidate: row
                .subject
                .as_str()
                .try_into()
                .map_err(|_| Error::Corrupt("subject"))?,
            trace: row.trace,
            occurred_at: row.occurred_at,
            taken_at: row.taken_at,
        };
        Ok(Some((tx, erasure)))
    }

    /// Whose requests are due, the longest waiting first.
    async fn tenants_with_erasures(&self) -> Result<Vec<Tenant>, Error> {
        let tenants = sqlx::query_scalar!(
            "SELECT tenant FROM operations
            WHERE kind = 'candidate_erasure_requested' AND state = 'open' AND not_before <= clock_timestamp()
            GROUP BY tenant ORDER BY min(id) LIMIT 100"
        )
        .fetch_all(&self.pool)
        .await?;
        let tenants = tenants.iter().map(|tenant| stored::tenant(tenant));
        tenants.collect()
    }
}

/// Forgets the person; `None` while a worker has an operation of theirs in hand: then the request is to be tried
/// again, and until it is done no worker takes up anything more of theirs. In the transaction that
/// [`next_erasure`](Store::next_erasure) began; the caller adds answers and commits.
///
/// # Errors
/// [`Error::Unavailable`].
pub async fn erase(tx: &mut Transaction<'_>, erasure: &Erasure) -> Result<Option<Erased>, Error> {
    let key = PersonKey::candidate(&erasure.tenant, &erasure.candidate);
    // Locked, so that none of them is taken up or goes on between this look and the end of the transaction.
    let in_hand = sqlx::query_scalar!(
        r#"SELECT lease IS NOT NULL AND not_before > clock_timestamp() AS "in_hand!" FROM operations
        WHERE tenant = $1 AND subject = $2 AND state = 'open' ORDER BY id FOR UPDATE"#,
        erasure.tenant.as_str(),
        erasure.candidate.as_str(),
    )
    .fetch_all(&mut **tx)
    .await?;
    if in_hand.contains(&true) {
        bar(tx, erasure, key).await?;
        return Ok(None);
    }
    let ended = end(tx, erasure).await?;
    let perhaps_created = perhaps_created(tx, erasure).await?;
    let greenhouse = greenhouse(tx, erasure, key).await?;
    // Applications before keys, as a settlement locks them: nothing there reads what it writes about people, so that is
    // written last.
    forget_applications(tx, erasure, &greenhouse).await?;
    forget_keys(tx, erasure, key, &greenhouse).await?;
    forget_refusals(tx, erasure).await?;
    blot_out(tx, erasure).await?;
    remember_hash(tx, erasure, key).await?;
    Ok(Some(Erased {
        greenhouse,
        perhaps_created,
        ended,
    }))
}

/// Until the request is done it is older than everything else of the person, so that no worker takes any of it; and whoever has
/// something of theirs in hand finds in its row that nothing more is to be sent (`write_steps.sql`).
async fn bar(tx: &mut Transaction<'_>, erasure: &Erasure, key: PersonKey) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO operation_keys (key, operation_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        key.0,
        -erasure.operation.0
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "UPDATE operations SET not_before = clock_timestamp() + make_interval(secs => $2), code = $3 WHERE id = $1",
        erasure.operation.0,
        PAUSE.as_secs_f64(),
        Code::WaitingInLine.as_str(),
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "UPDATE operations SET code = $3
        WHERE tenant = $1 AND subject = $2 AND state = 'open' AND lease IS NOT NULL AND code IS DISTINCT FROM $3",
        erasure.tenant.as_str(),
        erasure.candidate.as_str(),
        Code::PersonErased.as_str(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends whatever was still to be done, the request itself included; further requests stay, each to be answered for itself.
async fn end(tx: &mut Transaction<'_>, erasure: &Erasure) -> Result<Vec<Ended>, Error> {
    let rows = sqlx::query!(
        "UPDATE operations SET state = CASE WHEN id = $3 THEN 'done' ELSE 'failed' END,
            code = CASE WHEN id = $3 THEN NULL ELSE $4 END, lease = NULL, settled_at = clock_timestamp()
        WHERE tenant = $1 AND subject = $2 AND state IN ('open', 'parked')
            AND (id = $3 OR kind <> 'candidate_erasure_requested')
        RETURNING id, kind, business_key, payload, trace",
        erasure.tenant.as_str(),
        erasure.candidate.as_str(),
        erasure.operation.0,
        Code::PersonErased.as_str(),
    )
    .fetch_all(&mut **tx)
    .await?;
    let ids: Vec<i64> = rows
        .iter()
        .map(|row| row.id)
        .chain([-erasure.operation.0])
        .collect();
    sqlx::query!(
        "DELETE FROM operation_keys WHERE operation_id = ANY($1)",
        &ids
    )
    .execute(&mut **tx)
    .await?;
    let others = rows
        .into_iter()
        .filter(|row| row.id != erasure.operation.0)
        .map(|row| Ended {
            operation: OperationId(row.id),
            kind: row.kind.parse().ok(),
            business_key: row.business_key,
            payload: row.payload,
            trace: row.trace,
        });
    Ok(others.collect())
}

async fn perhaps_created(tx: &mut Transaction<'_>, erasure: &Erasure) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM operations o JOIN steps s ON s.operation_id = o.id
            WHERE o.tenant = $1 AND o.subject = $2 AND s.kind = 'create_candidate'
              AND s.state IN ('sending', 'unknown')) AS "perhaps!""#,
        erasure.tenant.as_str(),
        erasure.candidate.as_str(),
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Where the person is in Greenhouse, as far as we know.
async fn greenhouse(
    tx: &mut Transaction<'_>,
    erasure: &Erasure,
    key: PersonKey,
) -> Result<Vec<CandidateId>, Error> {
    let mut people = sqlx::query_scalar!(
        "SELECT greenhouse_id FROM person_keys WHERE key = $1",
        key.0
    )
    .fetch_all(&mut **tx)
    .await?;
    // What failed or ends now knows them by its steps alone. Where the mapping says who they are, those of the steps are the
    // same, or were merged away since.
    if people.is_empty() {
        people = sqlx::query_scalar!(
            r#"SELECT w.person AS "id!" FROM (
                SELECT CASE s.kind WHEN 'create_candidate' THEN s.remote_id ELSE s.person END AS person, s.last_sent_at
                FROM operations o JOIN steps s ON s.operation_id = o.id
                WHERE o.tenant = $1 AND o.subject = $2 AND s.state IN ('sending', 'unknown', 'confirmed')) w
            WHERE w.person IS NOT NULL GROUP BY w.person ORDER BY max(w.last_sent_at) DESC NULLS LAST"#,
            erasure.tenant.as_str(),
            erasure.candidate.as_str(),
        )
        .fetch_all(&mut **tx)
        .await?;
    }
    Ok(people.into_iter().map(CandidateId).collect())
}

/// Forgets how the person is recognised. An e-mail address stays known only where another Intrro candidate is the same
/// person in Greenhouse.
async fn forget_keys(
    tx: &mut Transaction<'_>,
    erasure: &Erasure,
    key: PersonKey,
    greenhouse: &[CandidateId],
) -> Result<(), Error> {
    let people: Vec<i64> = greenhouse.iter().map(|id| id.0).collect();
    sqlx::query!("DELETE FROM person_keys WHERE key = $1", key.0)
        .execute(&mut **tx)
        .await?;
    sqlx::query!(
        "DELETE FROM person_keys p WHERE p.tenant = $1 AND p.greenhouse_id = ANY($2) AND p.candidate_id IS NULL
            AND NOT EXISTS (SELECT 1 FROM person_keys other WHERE other.tenant = $1
                AND other.greenhouse_id = p.greenhouse_id AND other.candidate_id IS NOT NULL)",
        erasure.tenant.as_str(),
        &people,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("DELETE FROM update_marks WHERE key = $1", key.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What was refused is not found by the person any more. Where it could not be read whose it was, their id may still be meant.
async fn forget_refusals(tx: &mut Transaction<'_>, erasure: &Erasure) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE refusals SET names = array_remove(names, $2::text)
        WHERE names @> ARRAY[$2] AND (tenant = $1 OR tenant IS NULL)",
        erasure.tenant.as_str(),
        erasure.candidate.as_str(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Contents go; ids of introductions and events, hashes of contents, states and times stay: they keep a redelivery
/// from being taken for news. Further requests are still to find whom they are about.
async fn blot_out(tx: &mut Transaction<'_>, erasure: &Erasure) -> Result<(), Error> {
    let ids = sqlx::query_scalar!(
        "UPDATE operations SET payload = '', outcome = outcome - 'greenhouse_candidate_id' - 'applications', subject = $3
        WHERE tenant = $1 AND subject = $2 AND NOT (kind = 'candidate_erasure_requested' AND state = 'open')
        RETURNING id",
        erasure.tenant.as_str(),
        erasure.candidate.as_str(),
        erased_subject(&erasure.tenant, &erasure.candidate),
    )
    .fetch_all(&mut **tx)
    .await?;
    // The name of a tag may say something about the person.
    sqlx::query!(
        "UPDATE steps SET name = 'create_tag:' || md5(name) WHERE operation_id = ANY($1) AND kind = 'create_tag'",
        &ids
    )
    .execute(&mut **tx)
    .await?;
    // Answers that wait hold no personal data and must still go out; what was published is not needed any more.
    sqlx::query!(
        "UPDATE outbox SET body = '', ordering_key = $3
        WHERE operation_id = ANY($1) AND tenant = $2 AND published_at IS NOT NULL",
        &ids,
        erasure.tenant.as_str(),
        erased_subject(&erasure.tenant, &erasure.candidate),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn remember_hash(
    tx: &mut Transaction<'_>,
    erasure: &Erasure,
    key: PersonKey,
) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO erased_people AS e (key, tenant, erased_at) VALUES ($1, $2, $3)
        ON CONFLICT (key) DO UPDATE SET erased_at = greatest(e.erased_at, EXCLUDED.erased_at)",
        key.0,
        erasure.tenant.as_str(),
        erasure.occurred_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What stands for an erased person where their id stood.
pub(crate) fn erased_subject(tenant: &Tenant, candidate: &IntrroCandidateId) -> String {
    let hash = Sha256::digest([tenant.as_str(), candidate.as_str()].join("\0").as_bytes());
    let hex: String = hash[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("erased:{hex}")
}
