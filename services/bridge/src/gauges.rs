//! Numbers that are true of the whole system rather than of one message, read at intervals.

use std::sync::Arc;
use std::time::Duration;

use accounts::Accounts;
use boot::metrics::{Metrics, OperationState, Queue, ReconnectCause, Resource, Service};
use broker::{Monitor, Stats};
use domain::Code;
use store::Store;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

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
    let mut before_that = Before::default();
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
        match read_ledger(&store, &metrics, &mut before_that).await {
            Ok(()) => metrics.gauges_read(clock()),
            Err(error) => tracing::warn!(%error, "cannot read the gauges"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

/// What the last look showed.
#[derive(Default)]
struct Before {
    /// Reasons for which something was parked: of what is over nobody tells.
    parked: Vec<Code>,
    /// Who was set aside; none before the first look, when nobody knows what is new.
    aside: Option<Vec<(Uuid, Code)>>,
}

async fn read_ledger(
    store: &Store,
    metrics: &Metrics,
    before: &mut Before,
) -> Result<(), store::Error> {
    // First: where everybody waits for a connection, what follows may come to nothing.
    let pool = store.connections_in_use().await;
    metrics.db_pool(pool.in_use, pool.idle, pool.limit, pool.longest_wait);
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
    let parked_before = std::mem::replace(&mut before.parked, parked_now);
    for reason in parked_before {
        if !before.parked.contains(&reason) {
            metrics.parked(reason, 0);
        }
    }
    let aside = store.connections_set_aside().await?;
    let reasons: Vec<Code> = aside.iter().map(|(_, reason)| *reason).collect();
    metrics.connections_set_aside(&reasons);
    for reason in newly(before.aside.as_deref(), &aside) {
        metrics.connection_newly_set_aside(reason);
    }
    before.aside = Some(aside);
    metrics.circuits_open(store.outages().await?);
    let oldest = store.oldest_job_request_seconds().await?;
    metrics.oldest_pending(Queue::Jobs, seconds(oldest));
    let oldest = store.oldest_refresh_seconds().await?;
    metrics.oldest_pending(Queue::Statuses, seconds(oldest));
    let overdue = store.overdue().await?;
    metrics.poll_overdue(Resource::Applications, seconds(overdue.applications));
    metrics.poll_overdue(Resource::Jobs, seconds(overdue.jobs));
    let outbox = store.outbox_backlog().await?;
    let (rows, parked) = (count(outbox.rows), count(outbox.parked));
    metrics.outbox(rows, seconds(outbox.oldest_seconds), parked);
    Ok(())
}

/// Why each of those is set aside that was not, or for another reason, at the last look.
fn newly(before: Option<&[(Uuid, Code)]>, now: &[(Uuid, Code)]) -> Vec<Code> {
    let Some(before) = before else {
        return Vec::new();
    };
    let new = now.iter().filter(|one| !before.contains(one));
    new.map(|(_, reason)| *reason).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_set_aside_counts_although_another_was_repaired() {
        let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
        let refused = |id| (id, Code::CredentialRefused);
        assert_eq!(newly(None, &[refused(one)]), [], "since when nobody knows");
        let before = [refused(one)];
        let told = newly(Some(&before), &[refused(other)]);
        assert_eq!(told, [Code::CredentialRefused]);
        assert_eq!(newly(Some(&before), &before), []);
        let changed = newly(Some(&before), &[(one, Code::ScopeMissing)]);
        assert_eq!(changed, [Code::ScopeMissing]);
    }
}
