//! The queue of what is to be looked at: claimed under a lease, settled or given back.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::Tenant;
use domain::webhook::{Consumer, Notice};
use serde_json::json;
use uuid::Uuid;

use crate::clock::Clock;
use crate::{Error, Store, stored};

/// A task that is ours until its lease ends.
#[derive(Debug, Clone)]
pub struct Task {
    /// Row id; grows in the order in which deliveries were recorded, roughly.
    pub id: i64,
    /// The fence.
    pub lease: Uuid,
    /// Whose task it is.
    pub tenant: Tenant,
    /// Connection to use, and the revision at which it was found usable.
    pub connection: Uuid,
    /// See `connection`.
    pub revision: i64,
    /// What is to be looked at.
    pub notice: Notice,
    /// When the delivery was recorded, by the database's clock.
    pub received_at: DateTime<Utc>,
    /// Looks that failed before this one.
    pub attempts: u32,
    /// When it was claimed.
    pub clock: Clock,
}

/// Of which connections tasks are claimed.
#[derive(Debug, Clone, Copy)]
pub struct Lanes<'a> {
    /// Of no more than these, the ones that have waited longest.
    pub most: usize,
    /// Not of these.
    pub busy: &'a [Uuid],
}

impl Lanes<'_> {
    /// Of any.
    pub const ALL: Lanes<'static> = Lanes {
        most: usize::MAX,
        busy: &[],
    };
}

/// What waits for a consumer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backlog {
    /// Who is to look.
    pub consumer: Consumer,
    /// Tasks that wait or are being worked on.
    pub tasks: i64,
    /// Seconds since the oldest one of a connection in use was recorded; 0 if there is none.
    pub oldest_seconds: f64,
}

impl Store {
    /// Claims up to `limit` tasks that are due. Every tenant gets its first before any gets its second, and within a
    /// tenant the longest due come first. A tenant that is paused or throttled is passed over.
    ///
    /// The commit does not wait for the disk: a lost lease only means that somebody else looks as well.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn claim_tasks(
        &self,
        consumer: Consumer,
        limit: i64,
        lease: Duration,
        lanes: Lanes<'_>,
    ) -> Result<Vec<Task>, Error> {
        let taken = Instant::now();
        let rows = sqlx::query!(
            r#"WITH RECURSIVE lanes AS (
                -- The connections with tasks, by hopping through the index.
                (SELECT t.connection FROM webhook_tasks t ORDER BY t.connection LIMIT 1)
                UNION ALL
                SELECT (SELECT t.connection FROM webhook_tasks t WHERE t.connection > l.connection
                    ORDER BY t.connection LIMIT 1)
                FROM lanes l WHERE l.connection IS NOT NULL),
            due AS MATERIALIZED (
                SELECT t.id, row_number() OVER (PARTITION BY c.id ORDER BY t.not_before, t.id) AS turn, t.not_before,
                    c.id AS connection, c.revision
                FROM lanes l JOIN connections c ON c.id = l.connection AND is_read(c)
                    AND c.id <> ALL ($4::uuid[])
                LEFT JOIN budgets b ON b.connection = c.id
                CROSS JOIN LATERAL (
                    SELECT t.id, t.not_before FROM webhook_tasks t
                    WHERE t.connection = c.id AND t.consumer = $1 AND t.not_before <= now()
                    ORDER BY t.not_before, t.id LIMIT $2) t
                WHERE coalesce(b.blocked_until, '-infinity') <= clock_timestamp()),
            acted_on AS (SELECT connection FROM due WHERE turn = 1 ORDER BY not_before, id LIMIT $5),
            chosen AS MATERIALIZED (
                SELECT due.* FROM due JOIN acted_on USING (connection) ORDER BY turn, not_before, id LIMIT $2),
            free AS MATERIALIZED (
                SELECT t.id, c.revision FROM webhook_tasks t JOIN chosen c ON c.id = t.id
                WHERE t.not_before <= clock_timestamp() FOR UPDATE OF t SKIP LOCKED)
            UPDATE webhook_tasks t
            SET lease = gen_random_uuid(), not_before = clock_timestamp() + make_interval(secs => $3)
            FROM free WHERE t.id = free.id
            RETURNING t.id, t.lease AS "lease!", t.tenant, t.connection, free.revision, t.kind, t.ids, t.received_at,
                t.attempts, clock_timestamp() AS "now!""#,
            consumer.as_str(),
            limit,
            lease.as_secs_f64(),
            lanes.busy,
            i64::try_from(lanes.most).unwrap_or(i64::MAX),
        )
        .fetch_all(&self.relaxed)
        .await?;
        let mut tasks = Vec::with_capacity(rows.len());
        for row in rows {
            let stored = json!({"kind": row.kind, "ids": row.ids});
            // A newer version knows what this is; it can have it when the lease ends.
            let Ok(notice) = serde_json::from_value(stored) else {
                tracing::warn!(task = row.id, kind = row.kind, "a task of an unknown kind");
                continue;
            };
            tasks.push(Task {
                id: row.id,
                lease: row.lease,
                tenant: stored::tenant(&row.tenant)?,
                connection: row.connection,
                revision: row.revision,
                notice,
                received_at: row.received_at,
                attempts: u32::try_from(row.attempts).unwrap_or_default(),
                clock: Clock::new(row.now, taken),
            });
        }
        tasks.sort_unstable_by_key(|task| task.id);
        Ok(tasks)
    }

    /// Makes the leases last for `lease` from now. Answers whether any task was still ours; one that we are settling or
    /// giving back at this moment is.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn extend_tasks(&self, tasks: &[Task], lease: Duration) -> Result<bool, Error> {
        let (ids, leases) = fences(tasks);
        Ok(sqlx::query_scalar!(
            // Those that are being settled meanwhile need no more time, and nobody waits for anybody.
            r#"WITH ours AS MATERIALIZED (SELECT t.id FROM webhook_tasks t
                JOIN unnest($1::bigint[], $2::uuid[]) AS u(id, lease) ON t.id = u.id AND t.lease = u.lease),
            free AS (SELECT t.id FROM webhook_tasks t JOIN unnest($1::bigint[], $2::uuid[]) AS u(id, lease)
                ON t.id = u.id AND t.lease = u.lease FOR UPDATE OF t SKIP LOCKED),
            extended AS (UPDATE webhook_tasks t SET not_before = clock_timestamp() + make_interval(secs => $3)
                FROM free WHERE t.id = free.id)
            SELECT EXISTS (SELECT 1 FROM ours) AS "ours!""#,
            &ids,
            &leases,
            lease.as_secs_f64(),
        )
        .fetch_one(&self.relaxed)
        .await?)
    }

    /// Removes tasks that were acted on; says how many were still ours. What was not is with somebody else.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; then they come back when their leases end.
    pub async fn settle_tasks(&self, tasks: &[Task]) -> Result<u64, Error> {
        let (ids, leases) = fences(tasks);
        let settled = sqlx::query!(
            "DELETE FROM webhook_tasks t USING unnest((SELECT $1::bigint[]), $2::uuid[]) AS u(id, lease)
            WHERE t.id = u.id AND t.lease = u.lease",
            &ids,
            &leases,
        )
        .execute(&self.relaxed)
        .await?;
        Ok(settled.rows_affected())
    }

    /// Gives tasks back, to be taken again after `delay`; `counts` says whether the look failed (see [`Task::attempts`]
    /// and `domain::backoff`) or merely has to wait, as for a budget or for the end of the process.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; then they come back when their leases end.
    pub async fn release_tasks(
        &self,
        tasks: &[Task],
        delay: Duration,
        counts: bool,
    ) -> Result<(), Error> {
        let (ids, leases) = fences(tasks);
        sqlx::query!(
            "UPDATE webhook_tasks t SET lease = NULL, attempts = t.attempts + $4::boolean::int,
                not_before = clock_timestamp() + make_interval(secs => $3)
            FROM unnest($1::bigint[], $2::uuid[]) AS u(id, lease) WHERE t.id = u.id AND t.lease = u.lease",
            &ids,
            &leases,
            delay.as_secs_f64(),
            counts,
        )
        .execute(&self.relaxed)
        .await?;
        Ok(())
    }

    /// What waits for each consumer, and for how long; a consumer for whom nothing waits is among them.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn webhook_backlog(&self) -> Result<Vec<Backlog>, Error> {
        let rows = sqlx::query!(
            r#"SELECT t.consumer, count(*) AS "tasks!", coalesce(extract(epoch FROM clock_timestamp()
                - min(t.received_at) FILTER (WHERE is_read(c))), 0)::float8 AS "oldest_seconds!"
            FROM webhook_tasks t JOIN connections c ON c.id = t.connection GROUP BY t.consumer"#
        )
        .fetch_all(&self.pool)
        .await?;
        let of = |consumer: Consumer| {
            let row = rows.iter().find(|row| row.consumer == consumer.as_str());
            Backlog {
                consumer,
                tasks: row.map_or(0, |row| row.tasks),
                oldest_seconds: row.map_or(0.0, |row| row.oldest_seconds),
            }
        };
        Ok(Consumer::ALL.iter().copied().map(of).collect())
    }
}

/// Tasks of one claim by their connections, each list in the order of its ids.
pub fn by_connection(mut tasks: Vec<Task>) -> Vec<Vec<Task>> {
    tasks.sort_by_key(|task| (task.connection, task.id));
    let same = |one: &Task, other: &Task| one.connection == other.connection;
    tasks.chunk_by(same).map(<[Task]>::to_vec).collect()
}

fn fences(tasks: &[Task]) -> (Vec<i64>, Vec<Uuid>) {
    tasks.iter().map(|task| (task.id, task.lease)).unzip()
}
