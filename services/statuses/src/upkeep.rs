//! Removes what the feed no longer keeps and merges that no late answer can undo, in small batches and outside of any lease.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::Context;

/// For how long `GET /v1/status-events` reaches back.
const FEED_KEEPS: Duration = Duration::from_secs(400 * 24 * 60 * 60);
/// Rows of the feed removed at once.
const BATCH: i64 = 1_000;
/// How often to look.
const INTERVAL: Duration = Duration::from_secs(60 * 60);

/// Works until the token is cancelled.
pub(crate) async fn keep(context: &Context, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = sweep(context, stop).await {
            tracing::warn!(%error, "cannot remove old status events");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

async fn sweep(context: &Context, stop: &CancellationToken) -> Result<(), store::Error> {
    let store = &context.store;
    store.sweep_merges().await?;
    while !stop.is_cancelled()
        && store.sweep_status_events(FEED_KEEPS, BATCH).await? == BATCH as u64
    {}
    Ok(())
}
