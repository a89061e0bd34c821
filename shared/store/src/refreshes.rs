//! Requests to look at people's applications now: kept until they are answered, worked on page by page by any replica.
//!
//! Where one has come to is durable, so that a replica that dies repeats at most a page. Deliberately absent: looking.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::settings::Settings;
use domain::{ApplicationId, Code, Tenant};
use serde_json::Value;
use uuid::Uuid;

use crate::clock::Clock;
use crate::outbox::{self, Announcement};
use crate::{Error, Store, Transaction, stored};

/// A request as it arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefresh {
    /// Whose applications.
    pub tenant: Tenant,
    /// CloudEvents `source`; with the id it identifies the event.
    pub source: String,
    /// CloudEvents `id`.
    pub message_id: String,
    /// Chosen by the asker, repeated in the answer.
    pub request_id: String,
    /// Everybody, instead of `candidates`.
    pub everybody: bool,
    /// Intrro's ids of the people to look at.
    pub candidates: Vec<String>,
    /// W3C `traceparent`.
    pub trace: Option<String>,
}

/// A request that is ours until the lease ends.
#[derive(Debug, Clone)]
pub struct Refresh {
    /// Row id.
    pub id: i64,
    lease: Uuid,
    /// Whose applications.
    pub tenant: Tenant,
    /// See [`NewRefresh::request_id`].
    pub request_id: String,
    /// W3C `traceparent`.
    pub trace: Option<String>,
    /// What it has come to.
    pub counts: RefreshCounts,
    /// Looks that failed since the last one that did not.
    pub failures: u32,
    /// When it arrived.
    pub created_at: DateTime<Utc>,
    /// How to reach Greenhouse; none where the tenant is not connected.
    pub account: Option<Account>,
    /// When it was claimed.
    pub clock: Clock,
}

/// A tenant's way to Greenhouse at the time of a claim.
#[derive(Debug, Clone)]
pub struct Account {
    /// Connection to use, and the revision at which it was found.
    pub connection: Uuid,
    /// See `connection`.
    pub revision: i64,
    /// Whether it may be used: it is neither paused nor in need of consent.
    pub usable: bool,
    /// Why it may not, where that is known.
    pub reason: Option<Code>,
    /// What the tenant chose.
    pub settings: Settings,
}

/// How many applications met each fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RefreshCounts {
    /// Followed applications of the people asked for.
    pub followed: i32,
    /// Of those, shown by Greenhouse.
    pub read: i32,
    /// Of those, told anew.
    pub changed: i32,
}

/// Records requests that arrive; says how many were never seen before. One whose event is known is a repeat.
///
/// # Errors
/// [`Error::Unavailable`]; nothing was recorded then.
pub async fn accept(tx: &mut Transaction<'_>, arrivals: &[NewRefresh]) -> Result<u64, Error> {
    let mut seen = HashSet::new();
    let first: Vec<&NewRefresh> = arrivals
        .iter()
        .filter(|one| seen.insert((&one.tenant, &one.message_id, &one.source)))
        .collect();
    let texts = |of: fn(&NewRefresh) -> &str| first.iter().map(|one| of(one)).collect::<Vec<_>>();
    // As JSON, because the rows of an array of arrays have one length.
    let candidates = first.iter().map(|one| one.candidates.as_slice().into());
    let recorded = sqlx::query!(
        "WITH arrived AS (
            SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::jsonb[], $7::text[])
                WITH ORDINALITY AS a(tenant, message_id, source, request_id, everybody, candidates, trace, place)),
        fresh AS (
            INSERT INTO inbox (tenant, message_id, source) SELECT tenant, message_id, source FROM arrived
            ON CONFLICT DO NOTHING RETURNING tenant, message_id, source)
        INSERT INTO status_refreshes (tenant, request_id, everybody, candidate_ids, trace)
        SELECT tenant, request_id, everybody, ARRAY(SELECT jsonb_array_elements_text(candidates)), trace
        FROM arrived JOIN fresh USING (tenant, message_id, source) ORDER BY place",
        &texts(|one| one.tenant.as_str()) as _,
        &texts(|one| one.message_id.as_str()) as _,
        &texts(|one| one.source.as_str()) as _,
        &texts(|one| one.request_id.as_str()) as _,
        &first.iter().map(|one| one.everybody).collect::<Vec<_>>(),
        &candidates.collect::<Vec<Value>>(),
        &first
            .iter()
            .map(|one| one.trace.as_deref())
            .collect::<Vec<_>>() as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(recorded.rows_affected())
}

impl Store {
    /// Claims up to `limit` requests that are due, the longest waiting first. A tenant that is throttled is passed over, and
    /// so is one that has `each` in hand already, here or in other replicas: one whose Greenhouse hangs leaves room for others.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn claim_refreshes(
        &self,
        limit: i64,
        each: i64,
        lease: Duration,
    ) -> Result<Vec<Refresh>, Error> {
        let taken = Instant::now();
        let rows = sqlx::query!(
            r#"WITH held AS MATERIALIZED (
                SELECT tenant, count(*) AS requests FROM status_refreshes
                WHERE lease IS NOT NULL AND not_before > now() GROUP BY tenant),
            ranked AS (
                SELECT r.id, row_number() OVER (PARTITION BY r.tenant ORDER BY r.not_before, r.id)
                    + coalesce(held.requests, 0) AS place
                FROM status_refreshes r LEFT JOIN held ON held.tenant = r.tenant WHERE r.not_before <= now()),
            due AS (
                SELECT r.id, c.id AS connection, c.revision, is_read(c) AS usable, c.reason,
                    c.settings
                FROM status_refreshes r
                JOIN ranked ON ranked.id = r.id AND ranked.place <= $3
                LEFT JOIN connections c ON c.tenant = r.tenant
                LEFT JOIN budgets b ON b.connection = c.id
                WHERE r.not_before <= now() AND coalesce(b.blocked_until, '-infinity') <= now()
                ORDER BY ranked.place, r.not_before, r.id LIMIT $1 FOR UPDATE OF r SKIP LOCKED)
            UPDATE status_refreshes r
            SET lease = gen_random_uuid(), not_before = clock_timestamp() + make_interval(secs => $2)
            FROM due WHERE r.id = due.id
            RETURNING r.id, r.lease AS "lease!", r.tenant, r.request_id, r.trace, r.followed, r.read, r.changed, r.failures,
                r.created_at, due.connection AS "connection?", due.revision AS "revision?", due.usable AS "usable?",
                due.reason AS "reason?", due.settings AS "settings?", clock_timestamp() AS "now!""#,
            limit,
            lease.as_secs_f64(),
            each,
        )
        .fetch_all(&self.relaxed)
        .await?;
        rows.into_iter()
            .map(|row| {
                let account = row
                    .connection
                    .zip(row.revision)
                    .map(|(connection, revision)| Account {
                        connection,
                        revision,
                        usable: row.usable.unwrap_or_default(),
                        reason: row.reason.and_then(|word| word.parse().ok()),
                        settings: Settings::of_stored(&row.settings.unwrap_or(Value::Null)),
                    });
                Ok(Refresh {
                    id: row.id,
                    lease: row.lease,
                    tenant: stored::tenant(&row.tenant)?,
                    request_id: row.request_id,
                    trace: row.trace,
                    counts: RefreshCounts {
                        followed: row.followed,
                        read: row.read,
                        changed: row.changed,
                    },
                    failures: u32::try_from(row.failures).unwrap_or_default(),
                    created_at: row.created_at,
                    account,
                    clock: Clock::new(row.now, taken),
                })
            })
            .collect()
    }

    /// For how many seconds the oldest request has waited that could be worked for now; 0 when there is none.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn oldest_refresh_seconds(&self) -> Result<f64, Error> {
        Ok(sqlx::query_scalar!(
            r#"SELECT coalesce(extract(epoch FROM clock_timestamp() - min(r.not_before)), 0)::float8 AS "seconds!"
            FROM status_refreshes r LEFT JOIN connections c ON c.tenant = r.tenant AND is_read(c)
            -- A tenant of which one is in hand goes on with it; others of it take their turns.
            WHERE r.not_before <= now() AND NOT EXISTS (SELECT 1 FROM status_refreshes held
                WHERE held.tenant = r.tenant AND held.lease IS NOT NULL AND held.not_before > now())
            -- What is paused and read on has no lane.
            AND (c.id IS NULL OR c.state = 'paused'
                OR EXISTS (SELECT 1 FROM lanes l WHERE l.tenant = r.tenant AND (NOT l.metered OR l.calls > 0)))"#
        )
        .fetch_one(&self.pool)
        .await?)
    }

    /// The next applications to look at, at most `limit`; empty when all were looked at.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn refresh_page(
        &self,
        refresh: &Refresh,
        limit: i64,
    ) -> Result<Vec<ApplicationId>, Error> {
        let ids = sqlx::query_scalar!(
            // Each half has an index of its own: everybody's applications by id, somebody's by candidate.
            r#"SELECT next.id AS "id!" FROM (
                SELECT a.id FROM status_refreshes r CROSS JOIN LATERAL (
                    SELECT a.id FROM applications a
                    WHERE r.everybody AND a.tenant = r.tenant AND a.id > r.reached
                      AND (coalesce(a.snapshot ->> 'status', '') <> 'DELETED' OR a.missed_at IS NOT NULL)
                    ORDER BY a.id LIMIT $2) a
                WHERE r.id = $1
                UNION
                SELECT a.id FROM status_refreshes r CROSS JOIN LATERAL unnest(r.candidate_ids) AS wanted(id)
                CROSS JOIN LATERAL (
                    SELECT a.id FROM applications a
                    WHERE NOT r.everybody AND a.tenant = r.tenant AND a.candidate_id = wanted.id AND a.id > r.reached
                      AND (coalesce(a.snapshot ->> 'status', '') <> 'DELETED' OR a.missed_at IS NOT NULL)
                    ORDER BY a.id LIMIT $2) a
                WHERE r.id = $1) AS next
            ORDER BY next.id LIMIT $2"#,
            refresh.id,
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(ids.into_iter().map(ApplicationId).collect())
    }

    /// Makes the lease last for `lease` from now. Answers whether it was still ours.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn extend_refresh(&self, refresh: &Refresh, lease: Duration) -> Result<bool, Error> {
        let extended = sqlx::query!(
            "UPDATE status_refreshes SET not_before = clock_timestamp() + make_interval(secs => $3)
            WHERE id = $1 AND lease = $2",
            refresh.id,
            refresh.lease,
            lease.as_secs_f64(),
        )
        .execute(&self.relaxed)
        .await?;
        Ok(extended.rows_affected() == 1)
    }

    /// Notes that everything up to `reached` was looked at, and makes the lease last for `lease` from now. Answers
    /// whether it was still ours.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn advance_refresh(
        &self,
        refresh: &Refresh,
        reached: ApplicationId,
        lease: Duration,
    ) -> Result<bool, Error> {
        let advanced = sqlx::query!(
            "UPDATE status_refreshes SET reached = $3, followed = $4, read = $5, changed = $6, failures = 0,
                not_before = clock_timestamp() + make_interval(secs => $7)
            WHERE id = $1 AND lease = $2",
            refresh.id,
            refresh.lease,
            reached.0,
            refresh.counts.followed,
            refresh.counts.read,
            refresh.counts.changed,
            lease.as_secs_f64(),
        )
        .execute(&self.relaxed)
        .await?;
        Ok(advanced.rows_affected() == 1)
    }

    /// People asked for by name of whom nothing is followed.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn unknown_candidates(&self, refresh: &Refresh) -> Result<i32, Error> {
        let count = sqlx::query_scalar!(
            r#"SELECT count(*) AS "count!" FROM status_refreshes r, unnest(r.candidate_ids) AS wanted(id)
            WHERE r.id = $1 AND NOT r.everybody AND NOT EXISTS (
                SELECT 1 FROM applications a WHERE a.tenant = r.tenant AND a.candidate_id = wanted.id)"#,
            refresh.id,
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// Ends a request with its answer. Answers whether it was still ours; if not, nothing was written.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; then it comes back when the lease ends, and is answered under the same message id.
    pub async fn answer_refresh(
        &self,
        refresh: &Refresh,
        answer: &Announcement,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let ended = sqlx::query!(
            "DELETE FROM status_refreshes WHERE id = $1 AND lease = $2",
            refresh.id,
            refresh.lease,
        )
        .execute(&mut *tx)
        .await?;
        if ended.rows_affected() == 0 {
            return Ok(false);
        }
        outbox::enqueue(&mut tx, std::slice::from_ref(answer)).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Gives a request back, to be taken again after `delay`; `counts` says whether it failed or merely has to wait.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; then it comes back when the lease ends.
    pub async fn release_refresh(
        &self,
        refresh: &Refresh,
        delay: Duration,
        counts: bool,
    ) -> Result<(), Error> {
        sqlx::query!(
            "UPDATE status_refreshes SET lease = NULL, failures = failures + $4::boolean::int,
                not_before = clock_timestamp() + make_interval(secs => $3)
            WHERE id = $1 AND lease = $2",
            refresh.id,
            refresh.lease,
            delay.as_secs_f64(),
            counts,
        )
        .execute(&self.relaxed)
        .await?;
        Ok(())
    }
}
