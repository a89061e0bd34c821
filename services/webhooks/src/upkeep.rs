//! Gauges of what waits, and removal of what is too old, in small batches.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::Parts;

/// How often the gauges are set; alerts look at minutes.
const INTERVAL: Duration = Duration::from_secs(10);
/// Rows removed by one statement.
const BATCH: i64 = 1000;

/// Works until the token is cancelled.
pub(crate) async fn keep(parts: &Parts, stop: &CancellationToken) {
    let mut swept: Option<Instant> = None;
    while !stop.is_cancelled() {
        if let Err(error) = gauges(parts).await {
            tracing::warn!(%error, "cannot read the webhook gauges");
        }
        if swept.is_none_or(|last| last.elapsed() >= parts.config.sweep_interval) {
            swept = Some(Instant::now());
            if let Err(error) = sweep(parts, stop).await {
                tracing::warn!(%error, "cannot remove old webhooks");
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

async fn gauges(parts: &Parts) -> Result<(), store::Error> {
    for backlog in parts.store.webhook_backlog().await? {
        let tasks = u64::try_from(backlog.tasks).unwrap_or_default();
        let oldest = Duration::try_from_secs_f64(backlog.oldest_seconds).unwrap_or_default();
        parts.metrics.webhook_tasks(backlog.consumer, tasks, oldest);
    }
    Ok(())
}

async fn sweep(parts: &Parts, stop: &CancellationToken) -> Result<(), store::Error> {
    let (store, config) = (&parts.store, &parts.config);
    while !stop.is_cancelled()
        && store
            .sweep_webhooks(config.keep, config.keep_tasks, BATCH)
            .await?
            > 0
    {}
    Ok(())
}
