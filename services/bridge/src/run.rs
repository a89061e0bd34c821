//! `bridge run …`: one process with any of the services.

mod process;
mod start;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use boot::http::Readiness;
use boot::metrics::Metrics;
use boot::settings::Settings;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::gauges;
use start::start;

/// How long a process may take to end what it has in hand. Open requests and traces, which come after it, take eight seconds
/// at most: together less than the half minute after which Docker and Kubernetes kill.
const GRACE: Duration = Duration::from_secs(20);

/// A service that this program can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Service {
    /// Every service in one process.
    All,
    /// Introductions and candidates from Intrro into Greenhouse.
    Introductions,
    /// Jobs from Greenhouse, and the HTTP API that lists them.
    Jobs,
    /// Status changes from Greenhouse.
    Statuses,
    /// HTTP API of connections.
    Connections,
    /// What Greenhouse tells by webhook.
    Webhooks,
    /// Outbox to RabbitMQ.
    Relay,
}

pub(crate) async fn run(services: &[Service]) -> Result<ExitCode, Failure> {
    let mut settings = Settings::from_process()?;
    // lapin logs returned messages with their bodies, which are people's data.
    settings.telemetry.filter = format!("{},{}", settings.telemetry.filter, broker::LOG_DIRECTIVE);
    let metrics = Metrics::new();
    let telemetry =
        boot::telemetry::start(&settings.telemetry, &metrics).map_err(anyhow::Error::from)?;
    boot::settings::unknown::warn_of(&settings.unknown);
    boot::tls::install();
    let readiness = Readiness::starting();
    let stop = boot::shutdown::on_signal(readiness.clone()).context("cannot listen for signals")?;
    let process = start(settings, metrics, readiness, stop).await?;
    let runs = |service| services.contains(&Service::All) || services.contains(&service);
    let http = process.serve(runs).await?;
    let mut tasks = JoinSet::new();
    if runs(Service::Connections) {
        tasks.spawn(connections::keep(
            process.store.clone(),
            Arc::clone(&process.accounts),
            Arc::clone(&process.metrics),
            process.stop.clone(),
        ));
    }
    if runs(Service::Introductions) {
        tasks.spawn(process.introductions());
    }
    if runs(Service::Jobs) {
        tasks.spawn(process.jobs());
    }
    if runs(Service::Statuses) {
        tasks.spawn(process.statuses());
    }
    if runs(Service::Webhooks) {
        tasks.spawn(webhooks::run(process.webhooks(), process.stop.clone()));
    }
    let mut relays = JoinSet::new();
    if runs(Service::Relay) {
        relays.spawn(process.relay());
    }
    // Each of them has brought its checks.
    process.readiness.started();
    process.declare_topology();
    tasks.spawn(gauges::watch_ledger(
        process.store.clone(),
        Arc::clone(&process.accounts),
        Arc::clone(&process.metrics),
        process.stop.clone(),
    ));
    finish(&mut tasks, &mut relays, &process.stop, &process.relayed).await;
    process.late.cancel();
    http.await.context("the HTTP listener failed")?;
    telemetry.shutdown().await;
    Ok(ExitCode::SUCCESS)
}

/// Services end when they are told to, with what they have in hand. What takes longer than the grace, as with a slow
/// Greenhouse, goes on elsewhere when its lease ends: better than to be killed without a word. The relay ends after them.
async fn finish(
    tasks: &mut JoinSet<()>,
    relays: &mut JoinSet<()>,
    stop: &CancellationToken,
    relayed: &CancellationToken,
) {
    let overdue = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    let in_order = async {
        let services = async {
            all_ended(tasks, stop).await;
            relayed.cancel();
        };
        tokio::join!(services, all_ended(relays, stop));
    };
    tokio::select! {
        () = in_order => {}
        () = overdue => tracing::warn!("what is in hand takes too long, and is left to its leases"),
    }
}

/// A service that ends by itself takes the process along, so that a restart is seen.
async fn all_ended(tasks: &mut JoinSet<()>, stop: &CancellationToken) {
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Err(error) => tracing::error!(%error, "a service failed"),
            Ok(()) if !stop.is_cancelled() => tracing::error!("a service ended by itself"),
            Ok(()) => {}
        }
        stop.cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_service_that_does_not_end_is_not_waited_for_beyond_the_grace() {
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(std::future::pending());
        let told = stop.clone();
        tasks.spawn(async move { told.cancelled().await });
        let begun = tokio::time::Instant::now();
        stop.cancel();
        finish(
            &mut tasks,
            &mut JoinSet::new(),
            &stop,
            &CancellationToken::new(),
        )
        .await;
        assert_eq!(begun.elapsed().as_secs(), GRACE.as_secs());
    }

    #[tokio::test]
    async fn whoever_ends_by_itself_stops_the_others() {
        for ends in ["service", "relay"] {
            let (stop, relayed) = (CancellationToken::new(), CancellationToken::new());
            let (mut tasks, mut relays) = (JoinSet::new(), JoinSet::new());
            let (told, last) = (stop.clone(), relayed.clone());
            tasks.spawn(async move { told.cancelled().await });
            relays.spawn(async move { last.cancelled().await });
            match ends {
                "relay" => relays.spawn(async {}),
                _ => tasks.spawn(async {}),
            };
            finish(&mut tasks, &mut relays, &stop, &relayed).await;
            assert!(tasks.is_empty() && relays.is_empty(), "{ends}");
        }
    }
}
