//! `bridge run …`: one process with any of the services.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use accounts::Accounts;
use anyhow::Context as _;
use boot::http::Readiness;
use boot::metrics::{self, Metrics};
use boot::settings::Settings;
use broker::{Consumer, Monitor, Publisher, Topology};
use store::Store;
use store::wake::Wake;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::gauges;

/// Messages on their way to us that are not yet stored: two full batches.
const PREFETCH: u16 = 1000;
/// Database connections of one process.
const DATABASE_CONNECTIONS: u32 = 12;
/// How long the broker may be away or block us before the process counts as not ready.
const BROKER_PATIENCE: Duration = Duration::from_secs(30);

/// A service that this program can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Service {
    /// Every service in one process.
    All,
    /// Introductions and candidates from Intrro into Greenhouse.
    Introductions,
    /// Status changes from Greenhouse.
    Statuses,
    /// HTTP API of connections.
    Connections,
    /// Outbox to RabbitMQ.
    Relay,
}

/// Everything that services share in one process.
struct Process {
    settings: Settings,
    metrics: Arc<Metrics>,
    readiness: Readiness,
    store: Store,
    wake: Wake,
    accounts: Arc<Accounts>,
    broker: broker::Config,
    instance: String,
    stop: CancellationToken,
}

pub(crate) async fn run(services: &[Service]) -> Result<ExitCode, Failure> {
    let settings = Settings::from_process()?;
    let metrics = Metrics::new();
    let telemetry = boot::telemetry::start(&settings.telemetry, &metrics).map_err(anyhow::Error::from)?;
    boot::tls::install();
    let readiness = Readiness::new();
    let stop = boot::shutdown::on_signal(readiness.clone()).context("cannot listen for signals")?;
    let process = start(settings, metrics, readiness, stop).await?;
    let runs = |service| services.contains(&Service::All) || services.contains(&service);
    let http = process.serve(runs(Service::Connections)).await?;
    let mut tasks = JoinSet::new();
    if runs(Service::Introductions) {
        tasks.spawn(process.introductions()?);
    }
    if runs(Service::Statuses) {
        tasks.spawn(process.statuses());
    }
    if runs(Service::Relay) {
        tasks.spawn(process.relay());
    }
    tasks.spawn(gauges::watch(process.store.clone(), Arc::clone(&process.metrics), process.stop.clone()));
    while let Some(ended) = tasks.join_next().await {
        // A service ends when it is told to. One that ends by itself takes the process along: restarts are seen.
        if let Err(error) = ended {
            tracing::error!(%error, "a service failed");
            process.stop.cancel();
        } else if !process.stop.is_cancelled() {
            tracing::error!("a service ended by itself");
            process.stop.cancel();
        }
    }
    process.stop.cancel();
    http.await.context("the HTTP listener failed")?;
    telemetry.shutdown();
    Ok(ExitCode::SUCCESS)
}

async fn start(
    settings: Settings,
    metrics: Arc<Metrics>,
    readiness: Readiness,
    stop: CancellationToken,
) -> Result<Process, Failure> {
    let instance = instance();
    let store = Store::connect(&store::Config {
        url: settings.database_url.clone(),
        max_connections: DATABASE_CONNECTIONS,
    })
    .await
    .map_err(|error| unreachable("the database", &error))?;
    store.migrate().await.map_err(|error| unreachable("the database", &error))?;
    let wake = Wake::start(&store).await.map_err(|error| unreachable("the database", &error))?;
    let broker = broker::Config::new(settings.amqp_url.clone(), instance.clone())
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let accounts = Arc::new(accounts(&settings, &store, &metrics)?);
    let asked = store.clone();
    readiness.check("database", move || {
        let store = asked.clone();
        async move { store.ping().await.map_err(|error| error.to_string()) }
    });
    Ok(Process { settings, metrics, readiness, store, wake, accounts, broker, instance, stop })
}
