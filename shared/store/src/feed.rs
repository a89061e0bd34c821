//! Status events once more, for those who ask for them by a cursor.
//!
//! A reader that comes back with its cursor has missed nothing: the cursor names the transaction that wrote a row, and
//! nothing is shown of a transaction while an older one is still open anywhere in the cluster. A transaction that
//! hangs therefore delays readers and never makes them skip. What is enqueued in the outbox is copied here in the same
//! statement, by it or else by a trigger. Deliberately absent: what the events say.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use domain::Tenant;

use crate::{Error, Store};

/// A place in the feed, opaque to readers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    transaction: u64,
    id: i64,
}

/// Not a cursor that we gave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a cursor of this feed")]
pub struct WrongCursor;

/// One event of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEvent {
    /// Its place: whoever asks for what comes after it does not get it again.
    pub cursor: Cursor,
    /// The CloudEvents document as it was published.
    pub body: Vec<u8>,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.transaction, self.id)
    }
}

impl FromStr for Cursor {
    type Err = WrongCursor;
    fn from_str(text: &str) -> Result<Cursor, WrongCursor> {
        let (transaction, id) = text.split_once('-').ok_or(WrongCursor)?;
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(transaction) || !is_number(id) {
            return Err(WrongCursor);
        }
        Ok(Cursor {
            transaction: transaction.parse().map_err(|_| WrongCursor)?,
            id: id.parse().map_err(|_| WrongCursor)?,
        })
    }
}

impl Store {
    /// Up to `limit` status events after a place, of one tenant or of all, oldest first.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn status_events(
        &self,
        tenant: Option<&Tenant>,
        after: Cursor,
        limit: i64,
    ) -> Result<Vec<FeedEvent>, Error> {
        let rows = sqlx::query!(
            r#"SELECT tx::text AS "tx!", id, body FROM status_events
            WHERE (tx, id) > ($1::text::xid8, $2) AND tx < pg_snapshot_xmin(pg_current_snapshot())
              AND ($3::text IS NULL OR tenant = $3)
            ORDER BY tx, id LIMIT $4"#,
            after.transaction.to_string(),
            after.id,
            tenant.map(Tenant::as_str),
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(FeedEvent {
                    cursor: Cursor {
                        transaction: row.tx.parse().map_err(|_| Error::Corrupt("transaction"))?,
                        id: row.id,
                    },
                    body: row.body,
                })
            })
            .collect()
    }

    /// Removes up to `limit` events older than `keep`; says how many went.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn sweep_status_events(&self, keep: Duration, limit: i64) -> Result<u64, Error> {
        let swept = sqlx::query!(
            "DELETE FROM status_events WHERE (tx, id) IN (SELECT tx, id FROM status_events
                WHERE created_at < now() - make_interval(secs => $1) ORDER BY tx, id LIMIT $2)",
            keep.as_secs_f64(),
            limit,
        )
        // The index by age can only be asked for a bitmap, which the other pools do without.
        .execute(&self.pool)
        .await?;
        Ok(swept.rows_affected())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_nothing_else_is_read() {
        let cursor = Cursor {
            transaction: 7_000_000_000,
            id: 12,
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for wrong in [
            "",
            "7",
            "7-",
            "-7",
            "7-x",
            "+7-1",
            "7-1-2",
            "99999999999999999999-1",
        ] {
            assert_eq!(wrong.parse::<Cursor>(), Err(WrongCursor), "{wrong}");
        }
    }
}
