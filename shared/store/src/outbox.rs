//! Events waiting to be published: written in the transaction that makes them true, taken by any relay, kept in
//! order per key, never lost between a confirm and the mark.

use std::time::Duration;

use domain::{OperationId, Tenant};
use uuid::Uuid;

use crate::timing::Query;
use crate::{Error, Store, Transaction};

/// One event to announce. `body` is the whole CloudEvents document.
#[derive(Debug, Clone)]
pub struct Announcement {
    /// The CloudEvents id; every attempt to publish carries the same one.
    pub message_id: Uuid,
    /// Whose event it is.
    pub tenant: Tenant,
    /// Events with the same key leave in the order in which they were enqueued.
    pub ordering_key: String,
    /// Event type, which is the routing key.
    pub routing_key: String,
    /// W3C `traceparent`.
    pub trace: Option<String>,
    /// Bytes as they go on the wire.
    pub body: Vec<u8>,
}

/// An outbox row in the hands of one relay until its lease ends.
#[derive(Debug)]
pub struct Pending {
    /// Row id.
    pub id: i64,
    /// See [`Announcement::message_id`].
    pub message_id: Uuid,
    /// See [`Announcement::routing_key`].
    pub routing_key: String,
    /// See [`Announcement::trace`].
    pub trace: Option<String>,
    /// See [`Announcement::body`].
    pub body: Vec<u8>,
}

/// Depth and age of the outbox.
#[derive(Debug, Clone, Copy, Default)]
pub struct Backlog {
    /// Rows not yet published.
    pub rows: i64,
    /// Age of the oldest in seconds.
    pub oldest_seconds: f64,
    /// Rows that a human must look at.
    pub parked: i64,
}

/// Puts announcements that no operation makes into the caller's transaction and wakes the relays when it commits, which
/// then waits for the disk on any connection: nothing may be published that could be forgotten.
///
/// # Errors
/// [`Error::Unavailable`].
pub async fn enqueue(tx: &mut Transaction<'_>, news: &[Announcement]) -> Result<(), Error> {
    insert(tx, Columns::of(news)).await
}

/// The same for answers, each with its operation.
///
/// # Errors
/// [`Error::Unavailable`].
pub async fn enqueue_answers(
    tx: &mut Transaction<'_>,
    answers: &[(OperationId, Announcement)],
) -> Result<(), Error> {
    let made = answers.iter().map(|(operation, one)| (*operation, one));
    insert(tx, Columns::made_by(made)).await
}

pub(crate) async fn insert(tx: &mut Transaction<'_>, columns: Columns<'_>) -> Result<(), Error> {
    if columns.message_ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        r#"WITH bell AS (SELECT pg_notify('outbox', ''),
            CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END),
        news AS MATERIALIZED (
            SELECT u.*, u.routing_key IN ('intrro.events.v1.CandidateStatusChanged', 'intrro.events.v1.CandidateMerged',
                'intrro.events.v1.CandidateErased') AS in_feed
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bytea[]) WITH ORDINALITY
                AS u(message_id, tenant, ordering_key, routing_key, operation_id, trace, body, place)),
        -- What the trigger would do, row by row, for whoever does not.
        copied AS (INSERT INTO status_events (tenant, body) SELECT tenant, body FROM news WHERE in_feed ORDER BY place)
        INSERT INTO outbox (message_id, tenant, ordering_key, routing_key, operation_id, trace, body, in_feed)
        SELECT message_id, tenant, ordering_key, routing_key, operation_id, trace, body, in_feed
        FROM bell, news ORDER BY place"#,
        &columns.message_ids,
        &columns.tenants as _,
        &columns.ordering_keys as _,
        &columns.routing_keys as _,
        &columns.operations as _,
        &columns.traces as _,
        &columns.bodies as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The rows of a batch turned into the columns that `unnest` wants.
#[derive(Default)]
pub(crate) struct Columns<'a> {
    pub(crate) message_ids: Vec<Uuid>,
    pub(crate) tenants: Vec<&'a str>,
    pub(crate) ordering_keys: Vec<&'a str>,
    pub(crate) routing_keys: Vec<&'a str>,
    pub(crate) operations: Vec<Option<i64>>,
    pub(crate) traces: Vec<Option<&'a str>>,
    pub(crate) bodies: Vec<&'a [u8]>,
}

impl<'a> Columns<'a> {
    /// Of what no operation makes.
    pub(crate) fn of(news: impl IntoIterator<Item = &'a Announcement>) -> Columns<'a> {
        let mut columns = Columns::default();
        for one in news {
            columns.push(None, one);
        }
        columns
    }

    /// Each with the operation that makes it.
    pub(crate) fn made_by(
        news: impl IntoIterator<Item = (OperationId, &'a Announcement)>,
    ) -> Columns<'a> {
        let mut columns = Columns::default();
        for (operation, one) in news {
            columns.push(Some(operation), one);
        }
        columns
    }

    fn push(&mut self, operation: Option<OperationId>, one: &'a Announcement) {
        self.message_ids.push(one.message_id);
        self.tenants.push(one.tenant.as_str());
        self.ordering_keys.push(&one.ordering_key);
        self.routing_keys.push(&one.routing_key);
        self.operations.push(operation.map(|id| id.0));
        self.traces.push(one.trace.as_deref());
        self.bodies.push(&one.body);
    }
}

impl Store {
    /// Takes up to `limit` rows for `lease`, only the oldest unpublished one of each key.
    ///
    /// The commit is not waited for on disk: a lost lease only means that another relay publishes the same message
    /// id once more.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn take_announcements(
        &self,
        limit: i64,
        lease: Duration,
    ) -> Result<Vec<Pending>, Error> {
        let mut connection = self.errands.take(Query::TakeAnnouncements).await?;
        let taken = sqlx::query_as!(
            Pending,
            r#"WITH due AS (
                SELECT o.id FROM outbox o
                WHERE o.published_at IS NULL AND o.parked IS NULL AND o.not_before <= now() AND o.not_before > '-infinity'
                  -- One look by key each, and to the first older row of it only. As an anti-join, or with a plain `id`, it may
                  -- be planned as a scan of everything pending per row: statistics of a table that has just filled say that it
                  -- is empty.
                  AND (SELECT 1 FROM outbox older
                    WHERE older.tenant = o.tenant AND older.ordering_key = o.ordering_key
                      AND older.published_at IS NULL AND older.parked IS NULL AND older.id + 0 < o.id LIMIT 1) IS NULL
                ORDER BY o.id LIMIT $1 FOR UPDATE SKIP LOCKED)
            UPDATE outbox o SET not_before = now() + make_interval(secs => $2), attempts = o.attempts + 1
            FROM due WHERE o.id = due.id
            RETURNING o.id, o.message_id, o.routing_key, o.trace, o.body"#,
            limit,
            lease.as_secs_f64(),
        )
        .fetch_all(&mut *connection)
        .await?;
        connection.keep();
        Ok(taken)
    }

    /// Marks rows as published, and tells whether others are due: perhaps behind these, so that nobody rings for them.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; then the rows go out again under the same message ids.
    pub async fn mark_published(&self, ids: &[i64]) -> Result<bool, Error> {
        let mut connection = self.errands.take(Query::MarkPublished).await?;
        let others = sqlx::query_scalar!(
            r#"WITH marked AS (
                UPDATE outbox o SET published_at = clock_timestamp() FROM unnest((SELECT $1::bigint[])) AS u(id)
                WHERE o.id = u.id)
            SELECT EXISTS (SELECT 1 FROM outbox o
                WHERE o.published_at IS NULL AND o.parked IS NULL AND o.not_before <= clock_timestamp()
                  AND o.not_before > '-infinity' AND o.id <> ALL ((SELECT $1::bigint[])::bigint[])) AS "others!""#,
            ids
        )
        .fetch_one(&mut *connection)
        .await?;
        connection.keep();
        Ok(others)
    }

    /// Gives rows back, to be taken again after `delay`.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; then they come back when the lease ends.
    pub async fn return_announcements(&self, ids: &[i64], delay: Duration) -> Result<(), Error> {
        sqlx::query!(
            "UPDATE outbox SET not_before = now() + make_interval(secs => $2) WHERE id = ANY($1) AND published_at IS NULL",
            ids,
            delay.as_secs_f64()
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Sets rows aside for a human: the broker has no place for them.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn park_announcements(&self, ids: &[i64], reason: &str) -> Result<(), Error> {
        sqlx::query!(
            "UPDATE outbox SET parked = $2 WHERE id = ANY($1) AND published_at IS NULL",
            ids,
            reason
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Removes up to `limit` announcements that were published `keep` ago and that no operation made: they are part of no
    /// introduction's history, and what they told is kept elsewhere (the feed, a tenant's jobs). Says how many went.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn sweep_announcements(&self, keep: Duration, limit: i64) -> Result<u64, Error> {
        let swept = sqlx::query!(
            "DELETE FROM outbox WHERE id = ANY (ARRAY(
                SELECT id FROM outbox WHERE operation_id IS NULL AND published_at < now() - make_interval(secs => $1)
                ORDER BY published_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
            keep.as_secs_f64(),
            limit,
        )
        .execute(&self.relaxed)
        .await?;
        Ok(swept.rows_affected())
    }

    /// Depth and age, for metrics.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn outbox_backlog(&self) -> Result<Backlog, Error> {
        Ok(sqlx::query_as!(
            Backlog,
            // Each part has an index that holds nothing else: what was published stays in the table.
            r#"SELECT count(*) AS "rows!",
                coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS "oldest_seconds!",
                (SELECT count(*) FROM outbox WHERE parked IS NOT NULL) AS "parked!"
            FROM outbox WHERE published_at IS NULL AND parked IS NULL"#
        )
        .fetch_one(&self.pool)
        .await?)
    }
}
