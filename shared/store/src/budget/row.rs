//! The window's row: read under a lock, changed by the rules, written back, all by the database's clock.

use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::view::Answer;
use super::window::Window;
use super::{Seen, Timing};
use crate::{Error, Store, Transaction};

/// A window as it is after a change, and the database's time at the change.
pub(super) struct Changed<R> {
    pub(super) window: Window,
    pub(super) now: DateTime<Utc>,
    pub(super) answer: R,
}

/// The budget of a credential that starts: nothing is learnt but what its verification saw, which took calls that
/// nobody has counted here.
pub(crate) async fn start(
    tx: &mut Transaction<'_>,
    connection: Uuid,
    seen: Option<Seen>,
) -> Result<(), Error> {
    sqlx::query!("DELETE FROM budgets WHERE connection = $1", connection)
        .execute(&mut **tx)
        .await?;
    let rule = |window: &mut Window, now| {
        if let Some(answer) = seen.and_then(|seen| Answer::of(seen.report, seen.at)) {
            let timing = Timing::default();
            window.begin(now, &timing);
            window.learn(now, &timing, answer.told(now));
        }
    };
    change_in(tx, connection, rule).await?;
    Ok(())
}

/// Applies `rule` to the connection's window; none where the connection was removed. Who else wants to, waits.
///
/// The commit does not wait for the disk: losing a lease in a crash of the database is made good by the count that
/// Greenhouse tells.
pub(super) async fn change<R>(
    store: &Store,
    connection: Uuid,
    rule: impl FnOnce(&mut Window, DateTime<Utc>) -> R,
) -> Result<Option<Changed<R>>, Error> {
    let mut tx = store.relaxed.begin().await?;
    let Some((changed, is_new)) = change_in(&mut tx, connection, rule).await? else {
        return Ok(None);
    };
    if is_new {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(Some(changed))
}

/// The same within a transaction; also tells whether anything changed.
async fn change_in<R>(
    tx: &mut Transaction<'_>,
    connection: Uuid,
    rule: impl FnOnce(&mut Window, DateTime<Utc>) -> R,
) -> Result<Option<(Changed<R>, bool)>, Error> {
    let found = match locked(tx, connection).await? {
        Some(row) => Some(row),
        None => {
            sqlx::query!(
                "INSERT INTO budgets (connection, window_seconds)
                SELECT id, CASE api WHEN 'v1' THEN 10 ELSE 30 END FROM connections WHERE id = $1
                ON CONFLICT DO NOTHING",
                connection
            )
            .execute(&mut **tx)
            .await?;
            locked(tx, connection).await?
        }
    };
    let Some((before, now)) = found else {
        return Ok(None);
    };
    let mut window = before.clone();
    let answer = rule(&mut window, now);
    let is_new = window != before;
    if is_new {
        write(tx, connection, &window).await?;
    }
    let changed = Changed {
        window,
        now,
        answer,
    };
    Ok(Some((changed, is_new)))
}

async fn locked(
    tx: &mut Transaction<'_>,
    connection: Uuid,
) -> Result<Option<(Window, DateTime<Utc>)>, Error> {
    // Lower bounds because the type for times knows no infinity.
    let row = sqlx::query!(
        r#"SELECT window_seconds, quota, metered, remaining, reserved, carried, confirmed,
            coalesce(window_started, 'epoch') AS "started!", coalesce(window_ends, 'epoch') AS "ends!",
            safe_until, previous_end, longest_reset, greatest(blocked_until, 'epoch') AS "blocked_until!",
            clock_timestamp() AS "now!"
        FROM budgets WHERE connection = $1 FOR UPDATE"#,
        connection
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| {
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
        (window, row.now)
    }))
}

async fn write(tx: &mut Transaction<'_>, connection: Uuid, window: &Window) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE budgets SET quota = $2, metered = $3, remaining = $4, reserved = $5, carried = $6, confirmed = $7,
            window_started = $8, safe_until = $9, window_ends = $10, previous_end = $11, longest_reset = $12,
            blocked_until = $13
        WHERE connection = $1",
        connection,
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
