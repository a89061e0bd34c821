//! Whose jobs are imported next.
//!
//! One row per connection; any replica takes it, under a lease. What is due follows from the last import, the settings of
//! now and the requests that wait, so that nothing is scheduled ahead. An import that was begun is due before all else.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::Tenant;
use domain::settings::Settings;
use serde_json::Value;
use uuid::Uuid;

use crate::clock::Clock;
use crate::{Error, Store, Transaction, stored};

/// A connection whose import is ours until the lease ends.
#[derive(Debug)]
pub struct Refresh {
    /// Whose jobs.
    pub tenant: Tenant,
    /// Connection to use, and the revision at which it was found usable.
    pub connection: Uuid,
    /// See `connection`.
    pub revision: i64,
    /// The fence.
    pub lease: Uuid,
    /// The import under way, as its reader left it; none: one is to be begun.
    pub run: Option<Value>,
    /// Everything that changed before it, by Greenhouse's clock, has been read; none: nothing was ever read.
    pub watermark: Option<DateTime<Utc>>,
    /// Whether an import that is begun now has to read everything.
    pub full_due: bool,
    /// When the oldest of the requests that wait was stored; none: none waits.
    pub asked_at: Option<DateTime<Utc>>,
    /// Imports that failed since the last one that did not.
    pub failures: u32,
    /// When it was claimed.
    pub clock: Clock,
}

/// What an account shows to one credential, or to one user, is no place in what it shows to another: an import under way is
/// begun anew, and whoever has it in hand has lost the lease. `everything`: nothing that was read before counts either.
pub(crate) async fn begin_anew(
    tx: &mut Transaction<'_>,
    connection: Uuid,
    everything: bool,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE job_refreshes SET watermark = CASE WHEN $2 THEN NULL ELSE watermark END, run = NULL, lease = NULL,
            lease_until = '-infinity', not_before = '-infinity'
        WHERE connection = $1",
        connection,
        everything,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Store {
    /// Claims up to `limit` imports that are due, the longest neglected first. The commit does not wait for the disk: a
    /// lost lease only means that another replica reads the same page.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn claim_job_refreshes(
        &self,
        limit: i64,
        lease: Duration,
    ) -> Result<Vec<Refresh>, Error> {
        self.enrol_job_refreshes().await?;
        let unless_chosen = Settings::default();
        let taken = Instant::now();
        let rows = sqlx::query!(
            r#"WITH due AS (
                SELECT r.connection, c.tenant, c.revision,
                    r.watermark IS NULL OR w.full_due OR q.whole AS full_due, q.asked_at
                FROM job_refreshes r
                JOIN connections c ON c.id = r.connection AND is_read(c)
                LEFT JOIN budgets b ON b.connection = c.id
                CROSS JOIN LATERAL (SELECT count(*) AS waiting, coalesce(bool_or(whole), false) AS whole,
                        min(asked_at) AS asked_at
                    FROM job_refresh_requests WHERE tenant = c.tenant AND answered_at IS NULL) q
                CROSS JOIN LATERAL (SELECT
                    r.refreshed_at + make_interval(secs => CASE jsonb_typeof(c.settings -> 'jobs_interval_seconds')
                        WHEN 'number' THEN greatest(1, least(86400, (c.settings ->> 'jobs_interval_seconds')::float8))
                        ELSE $3 END) <= clock_timestamp() AS due,
                    r.full_at + make_interval(secs => CASE jsonb_typeof(c.settings -> 'jobs_full_interval_seconds')
                        WHEN 'number' THEN greatest(1, least(31536000, (c.settings ->> 'jobs_full_interval_seconds')::float8))
                        ELSE $4 END) <= clock_timestamp() AS full_due) w
                WHERE r.lease_until <= clock_timestamp() AND r.not_before <= clock_timestamp()
                  AND coalesce(b.blocked_until, '-infinity') <= clock_timestamp()
                  AND (r.run IS NOT NULL OR r.watermark IS NULL OR q.waiting > 0 OR w.due OR w.full_due)
                ORDER BY r.refreshed_at
                LIMIT $1
                FOR UPDATE OF r SKIP LOCKED)
            UPDATE job_refreshes r
            SET lease = gen_random_uuid(), lease_until = clock_timestamp() + make_interval(secs => $2)
            FROM due WHERE r.connection = due.connection
            RETURNING r.connection, due.tenant, due.revision, due.full_due AS "full_due!", r.lease AS "lease!", r.run,
                r.watermark, due.asked_at AS "asked_at?", r.failures, clock_timestamp() AS "now!""#,
            limit,
            lease.as_secs_f64(),
            f64::from(unless_chosen.jobs_interval_seconds),
            f64::from(unless_chosen.jobs_full_interval_seconds),
        )
        .fetch_all(&self.relaxed)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Refresh {
                    tenant: stored::tenant(&row.tenant)?,
                    connection: row.connection,
                    revision: row.revision,
                    lease: row.lease,
                    run: row.run,
                    watermark: row.watermark,
                    full_due: row.full_due,
                    asked_at: row.asked_at,
                    failures: u32::try_from(row.failures).unwrap_or_default(),
                    clock: Clock::new(row.now, taken),
                })
            })
            .collect()
    }

    /// Makes the lease last for `lease` from now. Answers whether it was still ours.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn extend_job_refresh(
        &self,
        refresh: &Refresh,
        lease: Duration,
    ) -> Result<bool, Error> {
        let extended = sqlx::query!(
            "UPDATE job_refreshes SET lease_until = clock_timestamp() + make_interval(secs => $3)
            WHERE connection = $1 AND lease = $2",
            refresh.connection,
            refresh.lease,
            lease.as_secs_f64(),
        )
        .execute(&self.relaxed)
        .await?;
        Ok(extended.rows_affected() == 1)
    }

    /// Gives the lease up; the import goes on from `run` after `delay`. Answers whether it was still ours; if not,
    /// nothing was written.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; then it goes on when the lease ends.
    pub async fn release_job_refresh(
        &self,
        refresh: &Refresh,
        run: &Value,
        delay: Duration,
        failed: bool,
    ) -> Result<bool, Error> {
        let released = sqlx::query!(
            "UPDATE job_refreshes SET lease = NULL, lease_until = '-infinity', run = $3,
                failures = failures + $5::boolean::int, not_before = clock_timestamp() + make_interval(secs => $4)
            WHERE connection = $1 AND lease = $2",
            refresh.connection,
            refresh.lease,
            run,
            delay.as_secs_f64(),
            failed,
        )
        .execute(&self.relaxed)
        .await?;
        Ok(released.rows_affected() == 1)
    }

    /// Gives every connection in use its row.
    async fn enrol_job_refreshes(&self) -> Result<(), Error> {
        sqlx::query!(
            "INSERT INTO job_refreshes (connection, tenant)
            SELECT c.id, c.tenant FROM connections c
            WHERE is_read(c)
              AND NOT EXISTS (SELECT 1 FROM job_refreshes r WHERE r.connection = c.id)
            ON CONFLICT DO NOTHING"
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
