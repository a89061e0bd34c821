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
use domain::Code;
use store::Store;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::gauges;
use start::start;

/// How long services may take to end what they have in hand. With what comes after them (the relay's last batch, open
/// requests and traces: eleven seconds at most) that is less than the half minute after which Docker and Kubernetes kill.
const GRACE: Duration = Duration::from_secs(17);
/// How long the relay may take after them.
const LAST_BATCH: Duration = Duration::from_secs(3);
/// How long an answer of the database is waited for: as long as it gives a statement.
const PATIENCE: Duration = Duration::from_secs(60);

/// What `bridge run --help` says beside its arguments.
pub(crate) const HELP: &str = "\
Needs BRIDGE_AMQP_URL, BRIDGE_DATABASE_URL, BRIDGE_MASTER_KEYS and BRIDGE_ADMIN_TOKEN, or each with _FILE. README.md lists what
else is read.";

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
    let settings = Settings::from_process()?;
    let metrics = Metrics::new();
    metrics.configured(&settings.hash);
    let telemetry = boot::telemetry::start(&settings.telemetry, broker::SILENCED, &metrics)
        .map_err(anyhow::Error::from)?;
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
    let silent = stop_in_silence(&process.store, &process.stop);
    let finish = finish(&mut tasks, &mut relays, &process.stop, &process.relayed);
    let (silent, ()) = tokio::join!(silent, finish);
    process.late.cancel();
    http.await.context("the HTTP listener failed")?;
    telemetry.shutdown().await;
    match silent {
        true => Err(Failure::Silent),
        false => Ok(ExitCode::SUCCESS),
    }
}

/// Where the database's connections are dead, everybody is told to stop, and `true` returned. Whoever waits for an answer
/// would wait for ever; leases and unacknowledged messages leave what is in hand to the process that comes next.
async fn stop_in_silence(store: &Store, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        () = store.fallen_silent(PATIENCE) => {
            let code = Code::DatabaseSilent;
            tracing::error!(code = code.as_str(), remedy = code.remedy(), "{}", code.cause());
            stop.cancel();
            true
        }
    }
}

/// Services end when they are told to, with what they have in hand. What takes longer than the grace, as with a slow
/// Greenhouse, goes on elsewhere when its lease ends: better than to be killed without a word. The relay ends after them.
async fn finish(
    tasks: &mut JoinSet<()>,
    relays: &mut JoinSet<()>,
    stop: &CancellationToken,
    relayed: &CancellationToken,
) {
    let overdue = async |grace| {
        stop.cancelled().await;
        tokio::time::sleep(grace).await;
    };
    let services = async {
        tokio::select! {
            () = all_ended(tasks, stop) => {}
            () = overdue(GRACE) => tracing::warn!("what is in hand takes too long, and is left to its leases"),
        }
        relayed.cancel();
    };
    let relays = async {
        tokio::select! {
            () = all_ended(relays, stop) => {}
            () = overdue(GRACE + LAST_BATCH) => tracing::warn!("what is announced last is left to another relay"),
        }
    };
    tokio::join!(services, relays);
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
    async fn nobody_is_waited_for_beyond_the_grace() {
        let (stop, relayed) = (CancellationToken::new(), CancellationToken::new());
        let (mut tasks, mut relays) = (JoinSet::new(), JoinSet::new());
        tasks.spawn(std::future::pending());
        let told = stop.clone();
        tasks.spawn(async move { told.cancelled().await });
        relays.spawn(std::future::pending());
        let begun = tokio::time::Instant::now();
        stop.cancel();
        finish(&mut tasks, &mut relays, &stop, &relayed).await;
        assert_eq!(begun.elapsed(), GRACE + LAST_BATCH);
        assert!(relayed.is_cancelled(), "the relay had its time");
    }

    #[tokio::test]
    async fn the_relay_is_told_when_the_others_have_ended() {
        let (stop, relayed) = (CancellationToken::new(), CancellationToken::new());
        let (mut tasks, mut relays) = (JoinSet::new(), JoinSet::new());
        let (told, early) = (stop.clone(), relayed.clone());
        let (ended, last) = tokio::sync::oneshot::channel();
        tasks.spawn(async move {
            told.cancelled().await;
            tokio::task::yield_now().await;
            ended.send(early.is_cancelled()).unwrap();
        });
        let told = relayed.clone();
        relays.spawn(async move { told.cancelled().await });
        stop.cancel();
        finish(&mut tasks, &mut relays, &stop, &relayed).await;
        assert!(!last.await.unwrap(), "told before the others had ended");
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
