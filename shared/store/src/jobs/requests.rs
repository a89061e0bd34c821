//! Who wants the jobs fresh.

use std::collections::HashSet;

use domain::{Code, Tenant};

use crate::outages::BELIEVED;
use crate::outbox::{self, Announcement};
use crate::{Error, Store, Transaction, stored};

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRequest {
    /// Whose jobs.
    pub tenant: Tenant,
    /// CloudEvents `source`; with the id it identifies the event.
    pub source: String,
    /// CloudEvents `id`.
    pub message_id: String,
    /// Chosen by the asker, and repeated in the answer.
    pub request_id: String,
    /// Whether everything is to be read again.
    pub whole: bool,
    /// W3C `traceparent`.
    pub trace: Option<String>,
}

/// A request that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Row id.
    pub id: i64,
    /// See [`NewRequest::request_id`].
    pub request_id: String,
    /// See [`NewRequest::whole`].
    pub whole: bool,
    /// See [`NewRequest::trace`].
    pub trace: Option<String>,
    /// When it was stored, by the database's clock.
    pub asked_at: chrono::DateTime<chrono::Utc>,
}

/// A request of a tenant whose Greenhouse cannot be asked.
#[derive(Debug)]
pub struct StrandedRequest {
    /// Whose.
    pub tenant: Tenant,
    /// The request.
    pub request: Request,
    /// Why.
    pub code: Code,
}

/// Stranded requests in hand.
#[derive(Debug)]
pub struct Stranded {
    tx: Transaction<'static>,
    /// The requests.
    pub requests: Vec<StrandedRequest>,
}

/// Stores requests in the caller's transaction; answers how many are new. One whose event is known is a repeat and has no
/// effect; another event with the same request id is another request.
///
/// A new one ends the rest of an import that failed, unless an outage of the connection is known: whoever asks is worth
/// one try. Only its arrival does: a try that fails as well is followed by its own rest, during which the request waits.
///
/// # Errors
/// [`Error::Unavailable`].
pub async fn accept(tx: &mut Transaction<'_>, requests: &[NewRequest]) -> Result<u64, Error> {
    let mut seen = HashSet::new();
    let first: Vec<&NewRequest> = requests
        .iter()
        .filter(|one| {
            let event = (&one.tenant, &one.message_id, &one.source);
            seen.insert(event)
        })
        .collect();
    let texts = |of: fn(&NewRequest) -> &str| first.iter().map(|one| of(one)).collect::<Vec<_>>();
    let accepted = sqlx::query!(
        "WITH arrived AS (
            SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[])
                WITH ORDINALITY AS a(tenant, message_id, source, request_id, whole, trace, place)),
        fresh AS (
            INSERT INTO inbox (tenant, message_id, source) SELECT tenant, message_id, source FROM arrived
            ON CONFLICT DO NOTHING RETURNING tenant, message_id, source),
        resting AS (
            SELECT r.connection FROM job_refreshes r
            WHERE r.tenant IN (SELECT tenant FROM fresh) AND r.failures > 0 AND r.not_before > clock_timestamp()
              AND NOT EXISTS (SELECT 1 FROM outages o WHERE o.connection = r.connection
                AND o.next_look > clock_timestamp() - make_interval(secs => $7))
            -- In one order, so that no two who store requests lock each other out.
            ORDER BY r.connection FOR NO KEY UPDATE),
        woken AS (
            UPDATE job_refreshes r SET not_before = '-infinity' FROM resting WHERE r.connection = resting.connection)
        INSERT INTO job_refresh_requests (tenant, request_id, whole, trace)
        SELECT tenant, request_id, whole, trace FROM arrived JOIN fresh USING (tenant, message_id, source) ORDER BY place",
        &texts(|one| one.tenant.as_str()) as _,
        &texts(|one| one.message_id.as_str()) as _,
        &texts(|one| one.source.as_str()) as _,
        &texts(|one| one.request_id.as_str()) as _,
        &first.iter().map(|one| one.whole).collect::<Vec<_>>(),
        &first
            .iter()
            .map(|one| one.trace.as_deref())
            .collect::<Vec<_>>() as _,
        BELIEVED.as_secs_f64(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(accepted.rows_affected())
}

impl Store {
    /// Takes requests in hand whose tenants have no connection that can be used, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn stranded_job_requests(&self, limit: i64) -> Result<Stranded, Error> {
        let mut tx = self.begin().await?;
        let rows = sqlx::query!(
            r#"SELECT q.id, q.tenant, coalesce(q.request_id, q.once) AS "request_id!", q.whole, q.trace, q.asked_at,
                c.state AS "state?", c.reason
            FROM job_refresh_requests q LEFT JOIN connections c ON c.tenant = q.tenant
            WHERE q.answered_at IS NULL AND is_read(c) IS NOT TRUE
            ORDER BY q.id LIMIT $1 FOR UPDATE OF q SKIP LOCKED"#,
            limit,
        )
        .fetch_all(&mut *tx)
        .await?;
        let requests = rows.into_iter().map(|row| {
            let code = match (row.state, row.reason) {
                (None, _) => Code::NotConnected,
                (Some(_), None) => Code::ConnectionPaused,
                (Some(_), Some(word)) => word.parse().unwrap_or(Code::ConnectionPaused),
            };
            Ok(StrandedRequest {
                tenant: stored::tenant(&row.tenant)?,
                code,
                request: Request {
                    id: row.id,
                    request_id: row.request_id,
                    whole: row.whole,
                    trace: row.trace,
                    asked_at: row.asked_at,
                },
            })
        });
        let requests = requests.collect::<Result<_, Error>>()?;
        Ok(Stranded { tx, requests })
    }
}

impl Store {
    /// For how many seconds the oldest request has waited that could be answered or worked for now; 0 when there is none.
    /// Not one whose import rests or is under way.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn oldest_job_request_seconds(&self) -> Result<f64, Error> {
        Ok(sqlx::query_scalar!(
            r#"SELECT coalesce(extract(epoch FROM clock_timestamp() - min(greatest(q.asked_at, r.not_before, r.lease_until))), 0)::float8
                AS "seconds!"
            FROM job_refresh_requests q
            LEFT JOIN connections c ON c.tenant = q.tenant AND is_read(c)
            LEFT JOIN job_refreshes r ON r.connection = c.id
            -- What is paused and read on has no lane.
            WHERE q.answered_at IS NULL AND (c.id IS NULL OR greatest(r.not_before, r.lease_until) <= now()
                AND (c.state = 'paused'
                    OR EXISTS (SELECT 1 FROM lanes l WHERE l.tenant = q.tenant AND (NOT l.metered OR l.calls > 0))))"#
        )
        .fetch_one(&self.pool)
        .await?)
    }
}

impl Stranded {
    /// Answers all of them.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; then they come again.
    pub async fn commit(mut self, answers: &[Announcement]) -> Result<(), Error> {
        let ids: Vec<i64> = self.requests.iter().map(|one| one.request.id).collect();
        answered(&mut self.tx, &ids).await?;
        outbox::enqueue(&mut self.tx, answers).await?;
        self.tx.commit().await?;
        Ok(())
    }
}

pub(super) async fn answered(tx: &mut Transaction<'_>, ids: &[i64]) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE job_refresh_requests SET answered_at = clock_timestamp() WHERE id = ANY($1)",
        ids,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
