//! Numbers about the ledger as a whole, for metrics.

use domain::Code;
use domain::settings::Settings;
use uuid::Uuid;

use crate::polls::{LONGEST_INTERVAL, NET_FACTOR, SCARCE_FACTOR};
use crate::{Error, Store};

/// Operations per state, and how long the oldest one that could be worked on has waited.
#[derive(Debug, Clone, Copy, Default)]
pub struct LedgerGauges {
    /// Open operations.
    pub open: i64,
    /// Operations set aside for a human.
    pub parked: i64,
    /// Seconds that the oldest operation has been due that could begin now: not one that waits for an older one about the
    /// same person, for its tenant's limit, or for a Greenhouse that does not answer.
    pub oldest_due_seconds: f64,
}

/// By how many seconds the most neglected connection in use is overdue, by what its tenant chose; 0 if none is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Overdue {
    /// Its poll of applications, measured at the longest that its interval is ever made.
    pub applications: f64,
    /// Its import of jobs.
    pub jobs: f64,
}

impl Store {
    /// How overdue the most neglected connection is. What changed at the connection itself, as its resumption, gives it a
    /// whole interval.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn overdue(&self) -> Result<Overdue, Error> {
        let usual = Settings::default();
        Ok(sqlx::query_as!(
            Overdue,
            r#"WITH due AS (
                SELECT CASE WHEN p.connection IS NOT NULL THEN greatest(p.polled_at, c.updated_at)
                        + make_interval(secs => least(greatest(i.polls, $3), i.polls * $4)) END AS polls,
                    CASE WHEN r.connection IS NOT NULL THEN greatest(r.refreshed_at, c.updated_at)
                        + make_interval(secs => i.jobs) END AS jobs
                FROM connections c
                LEFT JOIN polls p ON p.connection = c.id
                LEFT JOIN job_refreshes r ON r.connection = c.id
                CROSS JOIN LATERAL (SELECT
                    CASE jsonb_typeof(c.settings -> 'poll_interval_seconds')
                        WHEN 'number' THEN (c.settings ->> 'poll_interval_seconds')::float8 ELSE $1 END AS polls,
                    CASE jsonb_typeof(c.settings -> 'jobs_interval_seconds')
                        WHEN 'number' THEN (c.settings ->> 'jobs_interval_seconds')::float8 ELSE $2 END AS jobs) i
                WHERE is_read(c))
            SELECT greatest(0, extract(epoch FROM clock_timestamp() - min(polls)))::float8 AS "applications!",
                greatest(0, extract(epoch FROM clock_timestamp() - min(jobs)))::float8 AS "jobs!"
            FROM due"#,
            f64::from(usual.poll_interval_seconds),
            f64::from(usual.jobs_interval_seconds),
            LONGEST_INTERVAL.as_secs_f64(),
            f64::from(NET_FACTOR * SCARCE_FACTOR),
        )
        .fetch_one(&self.pool)
        .await?)
    }

    /// Counts open and parked operations, and looks at the first of each tenant's line.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn ledger_gauges(&self) -> Result<LedgerGauges, Error> {
        Ok(sqlx::query_as!(
            LedgerGauges,
            r#"SELECT (SELECT count(*) FROM operations WHERE state = 'open') AS "open!",
                (SELECT count(*) FROM operations WHERE state = 'parked') AS "parked!",
                coalesce((SELECT extract(epoch FROM clock_timestamp() - min(first.not_before))
                    FROM lanes l CROSS JOIN (VALUES (true), (false)) AS rank(begun) CROSS JOIN LATERAL (
                        SELECT o.not_before FROM operations o
                        WHERE o.tenant = l.tenant AND o.begun = rank.begun AND o.state = 'open' AND o.not_before <= now()
                          -- The same look as a claim's.
                          AND (SELECT 1 FROM operation_keys mine CROSS JOIN LATERAL (
                              SELECT 1 FROM operation_keys older WHERE older.key = mine.key
                                AND older.operation_id + 0 < mine.operation_id AND NOT older.waits LIMIT 1) ahead
                            WHERE mine.operation_id = o.id LIMIT 1) IS NULL
                        ORDER BY o.not_before, o.id LIMIT 1) first
                    -- Where calls are limited only while nothing is in hand of any tenant they are for, and a whole import
                    -- fits: else it goes on.
                    WHERE NOT l.metered OR l.calls > 3 AND NOT EXISTS (
                        SELECT 1 FROM client_hands h JOIN tenants t ON t.tenant = h.tenant WHERE h.client = l.client
                            AND (h.n > 0 OR t.last_served >= now() - interval '1 minute'))), 0)::float8
                    AS "oldest_due_seconds!""#
        )
        .fetch_one(&self.pool)
        .await?)
    }

    /// Connections that are set aside, and why; by hand: as paused, whatever it was before.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn connections_set_aside(&self) -> Result<Vec<(Uuid, Code)>, Error> {
        let rows = sqlx::query!(
            r#"SELECT id, CASE WHEN held_reason IS NULL THEN reason END AS reason FROM connections
            WHERE state IN ('paused', 'reauthorise')"#
        )
        .fetch_all(&self.pool)
        .await?;
        let with_reason = rows.into_iter().map(|row| {
            let reason = row.reason.map(|word| word.parse());
            let code = reason.unwrap_or(Ok(Code::ConnectionPaused));
            (row.id, code.unwrap_or(Code::Internal))
        });
        Ok(with_reason.collect())
    }

    /// Operations set aside for a human, per code.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn parked_by_code(&self) -> Result<Vec<(String, i64)>, Error> {
        let rows = sqlx::query!(
            r#"SELECT coalesce(code, 'internal') AS "code!", count(*) AS "count!" FROM operations
            WHERE state = 'parked' GROUP BY 1"#
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|row| (row.code, row.count)).collect())
    }
}
