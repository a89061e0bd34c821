//! Numbers about the ledger as a whole, for metrics.

use crate::{Error, Store};

/// Operations per state, and how long the oldest one that could be worked on has waited.
#[derive(Debug, Clone, Copy, Default)]
pub struct LedgerGauges {
    /// Open operations.
    pub open: i64,
    /// Operations set aside for a human.
    pub parked: i64,
    /// Seconds that the oldest due operation of a connected tenant has been due.
    pub oldest_due_seconds: f64,
}

impl Store {
    /// Counts open and parked operations; uses the partial indexes only.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn ledger_gauges(&self) -> Result<LedgerGauges, Error> {
        Ok(sqlx::query_as!(
            LedgerGauges,
            r#"SELECT (SELECT count(*) FROM operations WHERE state = 'open') AS "open!",
                (SELECT count(*) FROM operations WHERE state = 'parked') AS "parked!",
                coalesce((SELECT extract(epoch FROM clock_timestamp() - min(o.not_before))
                    FROM operations o JOIN connections c ON c.tenant = o.tenant AND c.state IN ('active', 'degraded')
                    WHERE o.state = 'open' AND o.not_before <= clock_timestamp()), 0)::float8 AS "oldest_due_seconds!""#
        )
        .fetch_one(&self.pool)
        .await?)
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
