//! What is kept for a while only. The ledger itself stays: that an intent is known, how it ended and what was written to
//! Greenhouse is what keeps it from being done twice, however late it comes again.

use std::time::Duration;

use crate::{Error, Store, Transaction};

/// What one round removed, in rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// Deliveries whose ids are not known any more. The same event again is told apart by its intent; a request to import
    /// or to look at statuses is one more request.
    pub deliveries: u64,
    /// Refused messages that `bridge why` does not know any more.
    pub refusals: u64,
    /// Answered requests for jobs.
    pub requests: u64,
    /// Contents of events whose operations ended. The operation stays, with the hash of the content.
    pub contents: u64,
    /// Bodies of answers that were published. When they were stays.
    pub answers: u64,
}

impl Removed {
    /// Whether there was nothing to remove.
    pub fn nothing(&self) -> bool {
        *self == Removed::default()
    }
}

impl Store {
    /// Removes what was done with `keep` ago, at most `limit` rows of each kind, and says what. Operations that are open or
    /// parked keep everything.
    ///
    /// It reads whole tables: an index on the time would cost every event something, for once a day.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; the kinds before the failing one are removed.
    pub async fn retire(&self, keep: Duration, limit: i64) -> Result<Removed, Error> {
        let keep = keep.as_secs_f64();
        let mut tx = self.begin_long().await?;
        let deliveries = sqlx::query!(
            "DELETE FROM inbox WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM inbox WHERE received_at < now() - make_interval(secs => $1)
                LIMIT $2 FOR UPDATE SKIP LOCKED))",
            keep,
            limit
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        let mut tx = self.begin_long().await?;
        let refusals = sqlx::query!(
            "DELETE FROM refusals WHERE id = ANY (ARRAY(
                SELECT id FROM refusals WHERE refused_at < now() - make_interval(secs => $1)
                LIMIT $2 FOR UPDATE SKIP LOCKED))",
            keep,
            limit
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        let mut tx = self.begin_long().await?;
        let requests = sqlx::query!(
            "DELETE FROM job_refresh_requests WHERE id = ANY (ARRAY(
                SELECT id FROM job_refresh_requests WHERE answered_at < now() - make_interval(secs => $1)
                LIMIT $2 FOR UPDATE SKIP LOCKED))",
            keep,
            limit
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        let mut tx = self.begin_long().await?;
        let contents = sqlx::query!(
            "UPDATE operations SET payload = '' WHERE id = ANY (ARRAY(
                SELECT id FROM operations WHERE state IN ('done', 'failed') AND payload <> ''
                    AND settled_at < now() - make_interval(secs => $1)
                LIMIT $2 FOR UPDATE SKIP LOCKED))",
            keep,
            limit
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        let mut tx = self.begin_long().await?;
        let answers = sqlx::query!(
            "UPDATE outbox SET body = '' WHERE id = ANY (ARRAY(
                SELECT id FROM outbox WHERE operation_id IS NOT NULL AND body <> ''
                    AND published_at < now() - make_interval(secs => $1)
                LIMIT $2 FOR UPDATE SKIP LOCKED))",
            keep,
            limit
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Removed {
            deliveries: deliveries.rows_affected(),
            refusals: refusals.rows_affected(),
            requests: requests.rows_affected(),
            contents: contents.rows_affected(),
            answers: answers.rows_affected(),
        })
    }

    /// A transaction that may read a whole table, for which other statements have neither the time nor the permission.
    async fn begin_long(&self) -> Result<Transaction<'static>, Error> {
        let mut tx = self.relaxed.begin().await?;
        sqlx::raw_sql("SET LOCAL enable_seqscan = on; SET LOCAL statement_timeout = '15min'")
            .execute(&mut *tx)
            .await?;
        Ok(tx)
    }
}
