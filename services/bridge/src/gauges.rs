//! Numbers that are true of the whole system rather than of one message, read at intervals.

use std::sync::Arc;
use std::time::Duration;

use accounts::Accounts;
use boot::metrics::{Metrics, OperationState, Queue, ReconnectCause, Resource, Service};
use broker::{Monitor, Stats};
use domain::Code;
use store::Store;
use tokio_util::sync::CancellationToken;

/// How often the ledger is asked; alerts look at minutes.
const INTERVAL: Duration = Duration::from_secs(10);

/// Keeps the gauges of ledger, outbox and database pool up to date.
pub(crate) async fn watch_ledger(
    store: Store,
    accounts: Arc<Accounts>,
    metrics: Arc<Metrics>,
    stop: CancellationToken,
) {
    let mut before = accounts.budgets();
    // The start has just asked the database: a process that cannot read at all is late from here on.
    metrics.gauges_read(clock());
    let mut parked_before = Vec::new();
    while !stop.is_cancelled() {
        if let Err(error) = accounts.forget_gone().await {
            tracing::warn!(%error, "cannot tell which connections are gone");
        }
        let now = accounts.budgets();
        // Whoever never had a limit tells none, and of one that is gone nothing is left.
        if now.metered > 0 || before.metered > 0 {
            metrics.harvest_rate_limit(now.remaining, now.limit);
        }
        if let Some(greenhouse) = accounts.greenhouse_clock() {
            metrics.greenhouse_clock_ahead(greenhouse.timestamp_millis() as f64 / 1e3 - clock());
        }
        metrics.harvest_throttled(now.waited.saturating_sub(before.waited));
        before = now;
        match read_ledger(&store, &metrics, &mut parked_before).await {
            Ok(()) => metrics.gauges_read(clock()),
            Err(error) => tracing::warn!(%error, "cannot read the gauges"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

/// `parked_before`: the reasons for which something was parked at the last look; of what is over nobody tells.
async fn read_ledger(
    store: &Store,
    metrics: &Metrics,
    parked_before: &mut Vec<Code>,
) -> Result<(), store::Error> {
    let ledger = store.ledger_gauges().await?;
    metrics.operations(OperationState::Open, count(ledger.open));
    metrics.operations(OperationState::Parked, count(ledger.parked));
    metrics.oldest_pending(Queue::Introductions, seconds(ledger.oldest_due_seconds));
    let mut parked_now = Vec::new();
    for (word, parked) in store.parked_by_code().await? {
        let reason = word.parse().unwrap_or(Code::Internal);
        metrics.parked(reason, count(parked));
        parked_now.push(reason);
    }
    let before = std::mem::replace(parked_before, parked_now);
    for reason in before {
        if !parked_before.contains(&reason) {
            metrics.parked(reason, 0);
        }
    }
    let set_aside = store.connections_set_aside().await?;
    let set_aside = set_aside.into_iter().map(|(code, n)| (code, count(n)));
    metrics.connections_set_aside(&set_aside.collect::<Vec<_>>());
    metrics.circuits_open(store.outages().await?);
    let oldest = store.oldest_job_request_seconds().await?;
    metrics.oldest_pending(Queue::Jobs, seconds(oldest));
    let oldest = store.oldest_refresh_seconds().await?;
    metrics.oldest_pending(Queue::Statuses, seconds(oldest));
    let overdue = store.overdue().await?;
    metrics.poll_overdue(Resource::Applications, seconds(overdue.applications));
    metrics.poll_overdue(Resource::Jobs, seconds(overdue.jobs));
    let outbox = store.outbox_backlog().await?;
    metrics.outbox(count(outbox.rows), seconds(outbox.oldest_seconds));
    let connections = store.connections_in_use();
    metrics.db_pool(connections.in_use, connections.idle, connections.limit);
    Ok(())
}

/// Turns the broker's plain numbers into metrics.
pub(crate) async fn watch_broker(
    service: Service,
    queue: Option<Queue>,
    monitor: Monitor,
    metrics: Arc<Metrics>,
    stop: CancellationToken,
) {
    let mut before = Stats::default();
    while !stop.is_cancelled() {
        let (now, health) = (monitor.stats(), monitor.health());
        metrics.amqp_connected(service, health.alive);
        for (cause, total) in &now.reconnects {
            let known = before.reconnects.get(cause).copied().unwrap_or_default();
            metrics.amqp_reconnects(
                service,
                ReconnectCause::from_word(cause.as_str()),
                total - known,
            );
        }
        metrics.amqp_blocked(
            service,
            seconds(now.blocked_seconds - before.blocked_seconds),
        );
        if let Some(queue) = queue {
            metrics.amqp_consumers(queue, usize::from(health.alive));
            metrics.redelivered(queue, now.redelivered - before.redelivered);
        }
        before = now;
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

fn seconds(number: f64) -> Duration {
    Duration::try_from_secs_f64(number).unwrap_or_default()
}

/// Seconds since 1970, by this machine: Prometheus compares them with its own clock.
fn clock() -> f64 {
    chrono::Utc::now().timestamp_millis() as f64 / 1e3
}
