//! What keeps the tables from growing with every event for ever.

use std::time::Duration;

use store::Store;
use tokio_util::sync::CancellationToken;

/// How long what was published can be looked at in the outbox, where it is in no operation's history.
const KEEP_ANNOUNCEMENTS: Duration = Duration::from_secs(7 * DAY);
/// How long deliveries are told apart by their ids, and contents are at hand: longer than anybody would publish an event
/// again. Afterwards the intent alone tells that it is known.
const KEEP_CONTENTS: Duration = Duration::from_secs(90 * DAY);
/// How often older announcements are removed.
const ANNOUNCEMENTS_INTERVAL: Duration = Duration::from_secs(600);
/// How often contents are, which reads whole tables.
const CONTENTS_INTERVAL: Duration = Duration::from_secs(DAY);
/// Rows removed by one statement.
const ANNOUNCEMENTS: i64 = 1000;
/// As many as one look through the tables is worth.
const CONTENTS: i64 = 20_000;
const DAY: u64 = 24 * 3600;

/// Removes what is old until the token is cancelled.
pub(crate) async fn sweep(store: &Store, stop: &CancellationToken) {
    tokio::join!(
        sweep_announcements(store, stop),
        sweep_contents(store, stop)
    );
}

async fn sweep_announcements(store: &Store, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        match store
            .sweep_announcements(KEEP_ANNOUNCEMENTS, ANNOUNCEMENTS)
            .await
        {
            Ok(swept) if swept == ANNOUNCEMENTS.unsigned_abs() => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "cannot remove old announcements"),
        }
        rest(ANNOUNCEMENTS_INTERVAL, stop).await;
    }
}

async fn sweep_contents(store: &Store, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let removed = tokio::select! {
            // It takes long, and what is left is removed tomorrow.
            () = stop.cancelled() => return,
            removed = store.retire(KEEP_CONTENTS, CONTENTS) => removed,
        };
        match removed {
            Ok(None) => {}
            Ok(Some(removed)) => tracing::info!(?removed, "removed what is older than 90 days"),
            Err(error) => tracing::warn!(%error, "cannot remove what is older than 90 days"),
        }
        rest(CONTENTS_INTERVAL, stop).await;
    }
}

async fn rest(interval: Duration, stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(interval) => {}
    }
}
