//! What is kept for a while only. The ledger itself stays: that an intent is known, how it ended and what was written to
//! Greenhouse is what keeps it from being done twice, however late it comes again.

use std::time::Duration;

use sqlx::Connection as _;

use crate::{Error, Store};

/// What was removed, in rows.
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

/// Runs a statement, which takes at most `limit` rows, until it finds fewer; says how many it took.
macro_rules! all_of {
    ($connection:ident, $limit:ident, $query:expr) => {{
        let mut rows = 0;
        loop {
            let taken = $query.execute(&mut $connection).await?.rows_affected();
            rows += taken;
            if taken < $limit.unsigned_abs() {
                break rows;
            }
        }
    }};
}

impl Store {
    /// Removes what was done with `keep` ago, `limit` rows in a statement, and says what; none: another process is at it.
    /// Operations that are open or parked keep everything.
    ///
    /// It reads whole tables, on a connection of its own: an index on the time would cost every event something, for once a
    /// day.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; what was removed before stays so.
    pub async fn retire(&self, keep: Duration, limit: i64) -> Result<Option<Removed>, Error> {
        let keep = keep.as_secs_f64();
        // Closed at the end, and with it the lock and the settings go.
        let mut connection = self.relaxed.acquire().await?.detach();
        sqlx::raw_sql("SET enable_seqscan = on; SET statement_timeout = '5min'")
            .execute(&mut connection)
            .await?;
        let alone = sqlx::query_scalar!(
            r#"SELECT pg_try_advisory_lock(hashtextextended('retention', 0)) AS "alone!""#
        );
        if !alone.fetch_one(&mut connection).await? {
            return Ok(None);
        }
        let deliveries = all_of!(
            connection,
            limit,
            sqlx::query!(
                "DELETE FROM inbox WHERE ctid = ANY (ARRAY(
                    SELECT ctid FROM inbox WHERE received_at < now() - make_interval(secs => $1)
                    LIMIT $2 FOR UPDATE SKIP LOCKED))",
                keep,
                limit
            )
        );
        let refusals = all_of!(
            connection,
            limit,
            sqlx::query!(
                "DELETE FROM refusals WHERE id = ANY (ARRAY(
                    SELECT id FROM refusals WHERE refused_at < now() - make_interval(secs => $1)
                    LIMIT $2 FOR UPDATE SKIP LOCKED))",
                keep,
                limit
            )
        );
        let requests = all_of!(
            connection,
            limit,
            sqlx::query!(
                "DELETE FROM job_refresh_requests WHERE id = ANY (ARRAY(
                    SELECT id FROM job_refresh_requests WHERE answered_at < now() - make_interval(secs => $1)
                    LIMIT $2 FOR UPDATE SKIP LOCKED))",
                keep,
                limit
            )
        );
        let contents = all_of!(
            connection,
            limit,
            sqlx::query!(
                "UPDATE operations SET payload = '' WHERE id = ANY (ARRAY(
                    SELECT id FROM operations WHERE state IN ('done', 'failed') AND payload <> ''
                        AND settled_at < now() - make_interval(secs => $1)
                    LIMIT $2 FOR UPDATE SKIP LOCKED))",
                keep,
                limit
            )
        );
        let answers = all_of!(
            connection,
            limit,
            sqlx::query!(
                "UPDATE outbox SET body = '' WHERE id = ANY (ARRAY(
                    SELECT id FROM outbox WHERE operation_id IS NOT NULL AND body <> ''
                        AND published_at < now() - make_interval(secs => $1)
                    LIMIT $2 FOR UPDATE SKIP LOCKED))",
                keep,
                limit
            )
        );
        connection.close().await?;
        Ok(Some(Removed {
            deliveries,
            refusals,
            requests,
            contents,
            answers,
        }))
    }
}
