//! `bridge run …`: one process with any of the services.

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use accounts::Accounts;
use anyhow::Context as _;
use boot::http::Readiness;
use boot::metrics::{self, Class, Endpoint, Label, Metrics};
use boot::settings::Settings;
use broker::{Consumer, Monitor, Publisher, Topology};
use harvest::Http;
use store::Store;
use store::seal::Keyring;
use store::wake::Wake;
use tokio::task::{JoinHandle, JoinSet};
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

/// Everything that services share in one process.
struct Process {
    settings: Settings,
    metrics: Arc<Metrics>,
    readiness: Readiness,
    store: Store,
    wake: Wake,
    keys: Arc<Keyring>,
    accounts: Arc<Accounts>,
    broker: broker::Config,
    /// One for all services that publish: they share its batches, and a connection costs memory.
    publisher: OnceLock<Publisher>,
    instance: String,
    /// Tells services to finish what they have in hand.
    stop: CancellationToken,
    /// Outlives them: publishers, gauges and the HTTP listener end last.
    late: CancellationToken,
}

pub(crate) async fn run(services: &[Service]) -> Result<ExitCode, Failure> {
    let mut settings = Settings::from_process()?;
    // lapin logs returned messages with their bodies, which are people's data.
    settings.telemetry.filter = format!("{},{}", settings.telemetry.filter, broker::LOG_DIRECTIVE);
    let metrics = Metrics::new();
    let telemetry =
        boot::telemetry::start(&settings.telemetry, &metrics).map_err(anyhow::Error::from)?;
    boot::tls::install();
    let readiness = Readiness::new();
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
    if runs(Service::Relay) {
        tasks.spawn(process.relay());
    }
    tasks.spawn(gauges::watch_ledger(
        process.store.clone(),
        Arc::clone(&process.accounts),
        Arc::clone(&process.metrics),
        process.stop.clone(),
    ));
    finish(&mut tasks, &process.stop).await;
    process.late.cancel();
    http.await.context("the HTTP listener failed")?;
    telemetry.shutdown().await;
    Ok(ExitCode::SUCCESS)
}

/// Services end when they are told to. One that ends by itself takes the process along, so that a restart is seen.
async fn finish(tasks: &mut JoinSet<()>, stop: &CancellationToken) {
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Err(error) => tracing::error!(%error, "a service failed"),
            Ok(()) if !stop.is_cancelled() => tracing::error!("a service ended by itself"),
            Ok(()) => {}
        }
        stop.cancel();
    }
}

async fn start(
    mut settings: Settings,
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
    store
        .migrate()
        .await
        .map_err(|error| unreachable("the database", &error))?;
    let wake = Wake::start(&store)
        .await
        .map_err(|error| unreachable("the database", &error))?;
    let mut broker = broker::Config::new(settings.amqp_url.clone(), instance.clone())
        .map_err(|error| Failure::Usage(error.to_string()))?;
    broker.uri_file = settings.amqp_url_file.clone();
    let master = std::mem::take(&mut settings.master_keys)
        .into_iter()
        .map(|master| (master.id, master.key));
    let keys = Arc::new(Keyring::new(master).map_err(|error| Failure::Usage(error.to_string()))?);
    let accounts = Arc::new(accounts(&settings, &store, &keys, &metrics)?);
    let asked = store.clone();
    readiness.check("database", move || {
        let store = asked.clone();
        async move { store.ping().await.map_err(|error| error.to_string()) }
    });
    let late = CancellationToken::new();
    Ok(Process {
        settings,
        metrics,
        readiness,
        store,
        wake,
        keys,
        accounts,
        broker,
        publisher: OnceLock::new(),
        instance,
        stop,
        late,
    })
}

impl Process {
    /// Health, metrics, and the routes of the services that have some.
    async fn serve(&self, runs: impl Fn(Service) -> bool) -> Result<JoinHandle<()>, Failure> {
        let mut router = boot::http::router(self.readiness.clone(), Arc::clone(&self.metrics));
        if runs(Service::Connections) {
            router = router.merge(connections::router(connections::Parts {
                store: self.store.clone(),
                keys: Arc::clone(&self.keys),
                accounts: Arc::clone(&self.accounts),
                metrics: Arc::clone(&self.metrics),
                tokens: self.tokens(),
                authorisation: self.authorisation(),
            }));
        }
        if runs(Service::Jobs) {
            let routes = jobs::router(self.store.clone());
            router = router.merge(connections::guard(routes, &self.tokens()));
        }
        if runs(Service::Statuses) {
            let feed = statuses::router(self.store.clone());
            router = router.merge(connections::guard(feed, &self.tokens()));
        }
        if runs(Service::Webhooks) {
            router = router.merge(webhooks::router(&self.webhooks()));
        }
        let (addr, task) = boot::http::serve(self.settings.http_addr, router, self.late.clone())
            .await
            .with_context(|| format!("cannot listen on {}", self.settings.http_addr))?;
        tracing::info!(%addr, "listening");
        Ok(task)
    }

    fn tokens(&self) -> connections::RoleTokens {
        connections::RoleTokens {
            admin: self.settings.admin_token.clone(),
            operator: self.settings.operator_token.clone(),
            viewer: self.settings.viewer_token.clone(),
        }
    }

    fn authorisation(&self) -> Option<connections::Authorisation> {
        Some(connections::Authorisation {
            partner: partner(&self.settings)?,
            public_url: self.settings.public_url.clone()?,
        })
    }

    fn introductions(&self) -> impl Future<Output = ()> + 'static {
        let topology = Topology::default();
        let consumer = Consumer::start(
            self.broker.clone(),
            topology.introductions(),
            PREFETCH,
            self.stop.clone(),
        );
        self.watch(
            "broker_introductions",
            metrics::Service::Introductions,
            Some(metrics::Queue::Introductions),
            consumer.monitor(),
        );
        let mut config =
            introductions::Config::new(self.settings.intrro_url.clone(), self.instance.clone());
        config.settle = self.settings.settle;
        introductions::run(
            introductions::Parts {
                store: self.store.clone(),
                wake: self.wake.clone(),
                accounts: Arc::clone(&self.accounts),
                metrics: Arc::clone(&self.metrics),
                config,
            },
            introductions::Commands {
                consumer,
                publisher: self.publisher(),
                topology,
            },
            self.stop.clone(),
        )
    }

    fn jobs(&self) -> impl Future<Output = ()> + 'static {
        let topology = Topology::default();
        let consumer = Consumer::start(
            self.broker.clone(),
            topology.jobs(),
            PREFETCH,
            self.stop.clone(),
        );
        self.watch(
            "broker_jobs",
            metrics::Service::Jobs,
            Some(metrics::Queue::Jobs),
            consumer.monitor(),
        );
        let requests = jobs::Requests {
            consumer,
            publisher: self.publisher(),
            topology,
            instance: self.instance.clone(),
        };
        let parts = jobs::Parts {
            store: self.store.clone(),
            accounts: Arc::clone(&self.accounts),
            metrics: Arc::clone(&self.metrics),
            config: jobs::Config::default(),
        };
        jobs::run(parts, requests, self.stop.clone())
    }

    fn statuses(&self) -> impl Future<Output = ()> + 'static {
        let parts = statuses::Parts {
            store: self.store.clone(),
            accounts: Arc::clone(&self.accounts),
            metrics: Arc::clone(&self.metrics),
            config: statuses::Config::default(),
        };
        let topology = Topology::default();
        let consumer = Consumer::start(
            self.broker.clone(),
            topology.statuses(),
            PREFETCH,
            self.stop.clone(),
        );
        self.watch(
            "broker_statuses",
            metrics::Service::Statuses,
            Some(metrics::Queue::Statuses),
            consumer.monitor(),
        );
        let requests = statuses::Requests {
            consumer,
            publisher: self.publisher(),
            topology,
            instance: self.instance.clone(),
        };
        statuses::run(parts, self.wake.clone(), requests, self.stop.clone())
    }

    fn webhooks(&self) -> webhooks::Parts {
        webhooks::Parts {
            store: self.store.clone(),
            keys: Arc::clone(&self.keys),
            metrics: Arc::clone(&self.metrics),
            config: webhooks::Config::default(),
        }
    }

    fn relay(&self) -> impl Future<Output = ()> + 'static {
        let relay = relay::Relay {
            store: self.store.clone(),
            wake: self.wake.clone(),
            publisher: self.publisher(),
            exchange: Topology::default().greenhouse_events(),
            metrics: Arc::clone(&self.metrics),
        };
        let stop = self.stop.clone();
        async move { relay.run(stop).await }
    }

    fn publisher(&self) -> Publisher {
        let start = || {
            // Ends late: dead letters are still published while the last batch is settled.
            let publisher = Publisher::start(self.broker.clone(), self.late.clone());
            // Whoever publishes first starts it; it is counted as the relay's, who publishes most.
            let relay = metrics::Service::Relay;
            self.watch("broker_publisher", relay, None, publisher.monitor());
            publisher
        };
        self.publisher.get_or_init(start).clone()
    }

    /// Readiness and gauges of one broker connection.
    fn watch(
        &self,
        check: &'static str,
        service: metrics::Service,
        queue: Option<metrics::Queue>,
        monitor: Monitor,
    ) {
        let asked = monitor.clone();
        self.readiness.check(check, move || {
            let health = asked.health();
            async move {
                if health.is_ready(BROKER_PATIENCE) {
                    return Ok(());
                }
                Err(health
                    .last_error
                    .unwrap_or_else(|| "not connected yet".to_owned()))
            }
        });
        let metrics = Arc::clone(&self.metrics);
        tokio::spawn(gauges::watch_broker(
            service,
            queue,
            monitor,
            metrics,
            self.late.clone(),
        ));
    }
}

fn accounts(
    settings: &Settings,
    store: &Store,
    keys: &Arc<Keyring>,
    metrics: &Arc<Metrics>,
) -> Result<Accounts, Failure> {
    let config = harvest::Config::new(
        settings.greenhouse.api_url.clone(),
        settings.greenhouse.auth_url.clone(),
    );
    let counted = Arc::clone(metrics);
    let http =
        Http::new(&config)
            .map_err(anyhow::Error::from)?
            .on_call(move |operation, class, took| {
                counted.harvest_call(
                    Endpoint::from_word(operation.as_str()),
                    class_of(class),
                    took,
                );
            });
    let accounts = Accounts::new(store.clone(), Arc::clone(keys), http, config);
    Ok(accounts.with_partner(partner(settings)))
}

fn partner(settings: &Settings) -> Option<harvest::Partner> {
    let partner = settings.partner.as_ref()?;
    Some(harvest::Partner {
        client_id: partner.client_id.clone(),
        client_secret: partner.client_secret.clone(),
    })
}

fn class_of(word: &str) -> Class {
    Class::ALL
        .iter()
        .copied()
        .find(|class| class.as_str() == word)
        .unwrap_or(Class::Network)
}

/// Name of this replica in logs, dead letters and the broker's list of connections.
fn instance() -> String {
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    format!("bridge-{}-{}", host.trim(), std::process::id())
}

fn unreachable(what: &'static str, error: &dyn std::error::Error) -> Failure {
    let cause = error
        .source()
        .map(|source| format!(" ({source})"))
        .unwrap_or_default();
    Failure::Unreachable {
        what,
        why: format!("{error}{cause}"),
    }
}
