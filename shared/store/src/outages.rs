//! Connections whose Greenhouse does not answer, known to all processes: [claims](Store::claim) pass them over until one
//! process has looked and was answered.

use std::time::Duration;

use domain::Tenant;
use uuid::Uuid;

use crate::{Error, Store, stored};

/// For how long an outage is believed that nobody looks at, so that a rollback leaves nobody locked out. The view `lanes`
/// says the same.
pub(crate) const BELIEVED: Duration = Duration::from_secs(5 * 60);

/// A connection that is to be looked at now, by whoever got this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// Whose Greenhouse it is.
    pub tenant: Tenant,
    /// The connection, and its revision now.
    pub connection: Uuid,
    /// See `connection`.
    pub revision: i64,
    /// Which look this is; 1 is the first.
    pub looks: u32,
}

impl Store {
    /// Nobody begins work at this connection until a look is answered; the first is due after `first_look`. Answers
    /// whether that is news.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn begin_outage(
        &self,
        connection: Uuid,
        first_look: Duration,
    ) -> Result<bool, Error> {
        let begun = sqlx::query!(
            "INSERT INTO outages AS o (connection, next_look)
            SELECT id, clock_timestamp() + make_interval(secs => $2) FROM connections WHERE id = $1
            ON CONFLICT (connection) DO UPDATE SET since = clock_timestamp(), looks = 0, next_look = EXCLUDED.next_look
            -- One that nobody believes any more.
            WHERE o.next_look <= clock_timestamp() - make_interval(secs => $3)",
            connection,
            first_look.as_secs_f64(),
            BELIEVED.as_secs_f64(),
        )
        .execute(&self.pool)
        .await?;
        Ok(begun.rows_affected() == 1)
    }

    /// The connections that are to be looked at, each given to one process for `lease`. Those that a human has to mend
    /// first wait for that.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn outages_due(&self, lease: Duration) -> Result<Vec<Outage>, Error> {
        let rows = sqlx::query!(
            "UPDATE outages o SET looks = o.looks + 1, next_look = clock_timestamp() + make_interval(secs => $1)
            FROM (SELECT o.connection, c.tenant, c.revision
                FROM outages o JOIN connections c ON c.id = o.connection AND c.state IN ('active', 'degraded')
                WHERE o.next_look <= clock_timestamp()
                ORDER BY o.next_look LIMIT 256 FOR UPDATE OF o SKIP LOCKED) due
            WHERE o.connection = due.connection
            RETURNING o.connection, due.tenant, due.revision, o.looks",
            lease.as_secs_f64(),
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Outage {
                    tenant: stored::tenant(&row.tenant)?,
                    connection: row.connection,
                    revision: row.revision,
                    looks: row.looks.unsigned_abs(),
                })
            })
            .collect()
    }

    /// The look was not answered; the next one is due after `delay`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn put_off_look(&self, connection: Uuid, delay: Duration) -> Result<(), Error> {
        sqlx::query!(
            "UPDATE outages SET next_look = clock_timestamp() + make_interval(secs => $2) WHERE connection = $1",
            connection,
            delay.as_secs_f64(),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Greenhouse answers again: whoever waits for work hears of it.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn end_outage(&self, connection: Uuid) -> Result<(), Error> {
        sqlx::query!(
            r#"WITH ended AS (DELETE FROM outages WHERE connection = $1 RETURNING connection)
            SELECT pg_notify('work', '')::text AS "told" FROM ended"#,
            connection,
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(())
    }

    /// How many connections are not worked for because their Greenhouse does not answer.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn outages(&self) -> Result<u64, Error> {
        let count = sqlx::query_scalar!(
            r#"SELECT count(*) AS "count!" FROM outages
            WHERE next_look > clock_timestamp() - make_interval(secs => $1)"#,
            BELIEVED.as_secs_f64(),
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(count.unsigned_abs())
    }
}
