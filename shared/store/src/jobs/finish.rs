//! The end of an import: watermark, answers and their events, in one transaction.

use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Refresh;
use super::requests::{Request, answered};
use crate::outbox::{self, Announcement};
use crate::{Error, Store, Transaction};

/// An import about to end: the lease is ours for as long as this lives.
#[derive(Debug)]
pub struct Finish {
    tx: Transaction<'static>,
    connection: Uuid,
    /// Requests of the tenant that wait, the oldest first.
    pub waiting: Vec<Request>,
    /// Jobs that are open now.
    pub open: i64,
    /// The database's clock.
    pub now: DateTime<Utc>,
}

/// How the import came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Everything was read to the last page.
    Read {
        /// Everything that changed before it, by Greenhouse's clock, has been read.
        watermark: DateTime<Utc>,
        /// When it began.
        began: DateTime<Utc>,
        /// Whether it read everything rather than what changed.
        full: bool,
    },
    /// It came to nothing; another one begins after this long.
    Failed(Duration),
}

impl Store {
    /// Returns nothing if the lease was lost.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn finish_job_refresh(&self, refresh: &Refresh) -> Result<Option<Finish>, Error> {
        let mut tx = self.begin().await?;
        let held = sqlx::query_scalar!(
            r#"SELECT clock_timestamp() AS "now!" FROM job_refreshes WHERE connection = $1 AND lease = $2
            FOR NO KEY UPDATE"#,
            refresh.connection,
            refresh.lease,
        )
        .fetch_optional(&mut *tx)
        .await?;
        let Some(now) = held else {
            return Ok(None);
        };
        let tenant = refresh.tenant.as_str();
        let waiting = sqlx::query_as!(
            Request,
            r#"SELECT id, coalesce(request_id, once) AS "request_id!", whole, trace, asked_at FROM job_refresh_requests
            WHERE tenant = $1 AND answered_at IS NULL ORDER BY id FOR UPDATE"#,
            tenant,
        )
        .fetch_all(&mut *tx)
        .await?;
        let open = sqlx::query_scalar!(
            r#"SELECT count(*) AS "open!" FROM jobs WHERE tenant = $1 AND status = 'open' AND deleted_at IS NULL"#,
            tenant,
        )
        .fetch_one(&mut *tx)
        .await?;
        Ok(Some(Finish {
            tx,
            connection: refresh.connection,
            waiting,
            open,
            now,
        }))
    }
}

impl Finish {
    /// Ends the import, answers these requests and gives the lease up.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; then it may or may not have taken place: when the lease ends, whoever looks next finds out.
    pub async fn commit(
        mut self,
        verdict: Verdict,
        requests: &[i64],
        answers: &[Announcement],
    ) -> Result<(), Error> {
        if !requests.is_empty() {
            answered(&mut self.tx, requests).await?;
        }
        outbox::enqueue(&mut self.tx, answers).await?;
        match verdict {
            Verdict::Read {
                watermark,
                began,
                full,
            } => {
                sqlx::query!(
                    "UPDATE job_refreshes SET lease = NULL, lease_until = '-infinity', run = NULL, failures = 0,
                        not_before = '-infinity', watermark = $2, refreshed_at = $3,
                        full_at = CASE WHEN $4 THEN $3 ELSE full_at END
                    WHERE connection = $1",
                    self.connection,
                    watermark,
                    began,
                    full,
                )
                .execute(&mut *self.tx)
                .await?;
                // No answer is under way for so long.
                sqlx::query!(
                    "DELETE FROM removed_job_parts r USING connections c
                    WHERE c.id = $1 AND r.tenant = c.tenant AND r.asked_at < clock_timestamp() - interval '1 hour'",
                    self.connection,
                )
                .execute(&mut *self.tx)
                .await?;
            }
            Verdict::Failed(delay) => {
                sqlx::query!(
                    "UPDATE job_refreshes SET lease = NULL, lease_until = '-infinity', run = NULL,
                        failures = failures + 1, not_before = clock_timestamp() + make_interval(secs => $2)
                    WHERE connection = $1",
                    self.connection,
                    delay.as_secs_f64(),
                )
                .execute(&mut *self.tx)
                .await?;
            }
        }
        self.tx.commit().await?;
        Ok(())
    }
}
