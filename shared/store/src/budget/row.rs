//! The window's rows: read under a lock, changed by the rules, written back, all by the database's clock.
//!
//! Each connection has a row. Those whose calls Greenhouse counts together, because their tenants share a credential, are
//! of one `client`: their rows are locked together, in the order in which they joined, and hold the same.

use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::view::Answer;
use super::window::Window;
use super::{Seen, Timing};
use crate::timing::Query;
use crate::{Error, Store, Transaction};

/// A window as it is after a change, and the database's time at the change.
pub(super) struct Changed<R> {
    pub(super) window: Window,
    pub(super) now: DateTime<Utc>,
    pub(super) answer: R,
}

/// The credential of a connection was written, whose calls Greenhouse counts for `client`; none: for this connection alone.
///
/// With `another` client than before the budget starts: nothing is learnt but what the client's other connections know,
/// and what the verification saw, which may have taken calls that nobody has counted here. With the same it goes on.
pub(crate) async fn start(
    tx: &mut Transaction<'_>,
    connection: Uuid,
    client: Option<Uuid>,
    another: bool,
    seen: Option<Seen>,
) -> Result<(), Error> {
    // Who else leaves or joins one of these clients waits: each is to see the rows of whoever came before.
    sqlx::query_scalar!(
        r#"SELECT pg_advisory_xact_lock(hashtextextended('budget ' || c.client, 0)) IS NOT NULL AS "locked!" FROM (
            SELECT coalesce(client, connection)::text AS client FROM budgets WHERE connection = $1
            UNION SELECT $2::uuid::text ORDER BY 1) c"#,
        connection,
        client,
    )
    .fetch_all(&mut **tx)
    .await?;
    if another {
        sqlx::query!("DELETE FROM budgets WHERE connection = $1", connection)
            .execute(&mut **tx)
            .await?;
    }
    let joined = sqlx::query!(
        "INSERT INTO budgets AS b (connection, client, window_seconds)
        SELECT id, $2, CASE api WHEN 'v1' THEN 10 ELSE 30 END FROM connections WHERE id = $1
        ON CONFLICT (connection) DO UPDATE SET client = excluded.client, joined = DEFAULT
        WHERE b.client IS DISTINCT FROM excluded.client",
        connection,
        client,
    )
    .execute(&mut **tx)
    .await?;
    if joined.rows_affected() == 0 {
        return Ok(());
    }
    let Some(Held {
        client,
        mut window,
        now,
    }) = lock(tx, connection).await?
    else {
        return Ok(());
    };
    if let Some(answer) = seen.and_then(|seen| Answer::of(seen.report, seen.at)) {
        let timing = Timing::default();
        if now >= window.ends {
            window.begin(now, &timing);
        }
        window.learn(now, &timing, answer.told(now));
    }
    write(tx, client, &window).await
}

/// Applies `rule` to the window of the connection's client; none where the connection was removed. Who else wants to, waits.
///
/// The commit does not wait for the disk: losing a lease in a crash of the database is made good by the count that
/// Greenhouse tells.
pub(super) async fn change<R>(
    store: &Store,
    connection: Uuid,
    rule: impl FnOnce(&mut Window, DateTime<Utc>) -> R,
) -> Result<Option<Changed<R>>, Error> {
    let mut tx = store.relaxed.begin().await?;
    let _timed = store.watch.start(Query::ChangeBudget);
    let Some(Held {
        client,
        window: before,
        now,
    }) = lock_or_enter(&mut tx, connection).await?
    else {
        return Ok(None);
    };
    let mut window = before.clone();
    let answer = rule(&mut window, now);
    if window == before {
        tx.rollback().await?;
    } else {
        write(&mut tx, client, &window).await?;
        tx.commit().await?;
    }
    let changed = Changed {
        window,
        now,
        answer,
    };
    Ok(Some(changed))
}

/// The rows of a client, or of a connection that is counted alone, under a lock.
struct Held {
    client: Uuid,
    window: Window,
    now: DateTime<Utc>,
}

/// None where the connection was removed.
async fn lock_or_enter(tx: &mut Transaction<'_>, connection: Uuid) -> Result<Option<Held>, Error> {
    if let Some(held) = lock(tx, connection).await? {
        return Ok(Some(held));
    }
    sqlx::query!(
        "INSERT INTO budgets (connection, window_seconds)
        SELECT id, CASE api WHEN 'v1' THEN 10 ELSE 30 END FROM connections WHERE id = $1
        ON CONFLICT DO NOTHING",
        connection
    )
    .execute(&mut **tx)
    .await?;
    lock(tx, connection).await
}

/// Of rows that differ, because a replica of before knows only its own, the oldest counts.
async fn lock(tx: &mut Transaction<'_>, connection: Uuid) -> Result<Option<Held>, Error> {
    // Lower bounds because the type for times knows no infinity.
    let rows = sqlx::query!(
        r#"SELECT coalesce(client, connection) AS "client!", window_seconds, quota, metered, remaining, reserved, carried,
            confirmed, coalesce(window_started, 'epoch') AS "started!", coalesce(window_ends, 'epoch') AS "ends!",
            safe_until, previous_end, longest_reset, greatest(blocked_until, 'epoch') AS "blocked_until!",
            clock_timestamp() AS "now!"
        FROM budgets
        WHERE coalesce(client, connection) = (SELECT coalesce(client, connection) FROM budgets WHERE connection = $1)
        ORDER BY joined FOR UPDATE"#,
        connection
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().next().map(|row| {
        let window = Window {
            longest: Duration::from_secs(row.window_seconds.unsigned_abs().into()),
            quota: row.quota,
            metered: row.metered,
            remaining: row.remaining,
            reserved: row.reserved,
            carried: row.carried,
            confirmed: row.confirmed,
            started: row.started,
            safe_until: row.safe_until,
            ends: row.ends,
            previous_end: row.previous_end,
            longest_reset: Duration::try_from_secs_f64(row.longest_reset).unwrap_or_default(),
            blocked_until: row.blocked_until,
        };
        Held {
            client: row.client,
            window,
            now: row.now,
        }
    }))
}

async fn write(tx: &mut Transaction<'_>, client: Uuid, window: &Window) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE budgets SET quota = $2, metered = $3, remaining = $4, reserved = $5, carried = $6, confirmed = $7,
            window_started = $8, safe_until = $9, window_ends = $10, previous_end = $11, longest_reset = $12,
            blocked_until = $13
        WHERE coalesce(client, connection) = $1",
        client,
        window.quota,
        window.metered,
        window.remaining,
        window.reserved,
        window.carried,
        window.confirmed,
        window.started,
        window.safe_until,
        window.ends,
        window.previous_end,
        window.longest_reset.as_secs_f64(),
        window.blocked_until,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
