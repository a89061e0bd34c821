//! When a connection was last heard of, and the sweeping of what is too old to matter.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::webhook::Refusal;
use uuid::Uuid;

use crate::{Error, Store};

/// What is known of a connection's webhooks. All times are the database's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WebhookSeen {
    /// Last delivery with a right signature; a ping counts.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Last ping: Greenhouse sends one when a webhook is made or changed, and switches the webhook off if it fails.
    pub pinged_at: Option<DateTime<Utc>>,
    /// Last delivery that was refused; a flood of them moves it every few seconds only.
    pub refused: Option<Refused>,
}

/// A delivery that was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub why: Refusal,
}

impl Store {
    /// When a connection's webhooks were last heard of; all empty when never.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn webhook_seen(&self, connection: Uuid) -> Result<WebhookSeen, Error> {
        let row = sqlx::query!(
            "SELECT delivered_at, pinged_at, refused_at, refusal FROM webhook_seen WHERE connection = $1",
            connection
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map_or_else(WebhookSeen::default, |row| WebhookSeen {
            delivered_at: row.delivered_at,
            pinged_at: row.pinged_at,
            refused: row
                .refused_at
                .zip(row.refusal.and_then(|word| word.parse().ok()))
                .map(|(at, why)| Refused { at, why }),
        }))
    }

    /// Notes that a delivery to a connection was refused. The caller sees to it that a flood does not reach us.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn webhook_refused(&self, connection: Uuid, why: Refusal) -> Result<(), Error> {
        sqlx::query!(
            "INSERT INTO webhook_seen (connection, refused_at, refusal)
            SELECT id, clock_timestamp(), $2 FROM connections WHERE id = $1 FOR KEY SHARE
            ON CONFLICT (connection) DO UPDATE SET refused_at = excluded.refused_at, refusal = excluded.refusal",
            connection,
            why.as_str(),
        )
        .execute(&self.relaxed)
        .await?;
        Ok(())
    }

    /// Removes up to `limit` deliveries older than `keep`, and tasks that nobody could work on for `keep_tasks`; says
    /// how many rows went. A delivery that is repeated after that is looked at once more, which finds nothing new.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn sweep_webhooks(
        &self,
        keep: Duration,
        keep_tasks: Duration,
        limit: i64,
    ) -> Result<u64, Error> {
        let deliveries = sqlx::query!(
            "DELETE FROM webhook_deliveries WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM webhook_deliveries WHERE received_at < now() - make_interval(secs => $1)
                ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
            keep.as_secs_f64(),
            limit,
        )
        .execute(&self.relaxed)
        .await?;
        let tasks = sqlx::query!(
            "DELETE FROM webhook_tasks WHERE id = ANY (ARRAY(
                SELECT id FROM webhook_tasks WHERE received_at < now() - make_interval(secs => $1)
                ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED))",
            keep_tasks.as_secs_f64(),
            limit,
        )
        .execute(&self.relaxed)
        .await?;
        Ok(deliveries.rows_affected() + tasks.rows_affected())
    }
}
