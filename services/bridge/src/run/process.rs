//! What the services of one process share, and what each of them is given.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use accounts::Accounts;
use anyhow::Context as _;
use boot::http::Readiness;
use boot::metrics::{self, Metrics};
use boot::settings::Settings;
use broker::{Cause, Consumer, Monitor, Publisher, Topology};
use intake::Source;
use store::Store;
use store::seal::Keyring;
use store::wake::Wake;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Service;
use super::start::partner;
use crate::catalogue::advised;
use crate::failure::Failure;
use crate::gauges;

/// Messages on their way to us that are not yet stored: two full batches.
const PREFETCH: u16 = 2000;
/// How long the broker may block us before the process counts as not ready.
const BROKER_PATIENCE: Duration = Duration::from_secs(30);

/// Everything that services share in one process.
pub(super) struct Process {
    pub(super) settings: Settings,
    pub(super) metrics: Arc<Metrics>,
    pub(super) readiness: Readiness,
    pub(super) store: Store,
    pub(super) wake: Wake,
    pub(super) keys: Arc<Keyring>,
    pub(super) accounts: Arc<Accounts>,
    pub(super) broker: broker::Config,
    /// One for all services that publish: they share its batches, and a connection costs memory.
    pub(super) publisher: OnceLock<Publisher>,
    pub(super) instance: String,
    /// Tells services to finish what they have in hand.
    pub(super) stop: CancellationToken,
    /// Tells the relay that they have: what they announced at the end goes out with this process.
    pub(super) relayed: CancellationToken,
    /// Outlives both: publishers, their gauges and the HTTP listener end last.
    pub(super) late: CancellationToken,
}

impl Process {
    /// Health, metrics, and the routes of the services that have some.
    pub(super) async fn serve(
        &self,
        runs: impl Fn(Service) -> bool,
    ) -> Result<JoinHandle<()>, Failure> {
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

    pub(super) fn introductions(&self) -> impl Future<Output = ()> + 'static {
        let source = self.source(
            Topology::introductions,
            metrics::Queue::Introductions,
            "broker_introductions",
        );
        let mut config = introductions::Config::new(self.settings.intrro_url.clone());
        config.settle = self.settings.settle;
        introductions::run(
            introductions::Parts {
                store: self.store.clone(),
                wake: self.wake.clone(),
                accounts: Arc::clone(&self.accounts),
                metrics: Arc::clone(&self.metrics),
                config,
            },
            source,
            self.stop.clone(),
        )
    }

    pub(super) fn jobs(&self) -> impl Future<Output = ()> + 'static {
        let source = self.source(Topology::jobs, metrics::Queue::Jobs, "broker_jobs");
        let parts = jobs::Parts {
            store: self.store.clone(),
            accounts: Arc::clone(&self.accounts),
            metrics: Arc::clone(&self.metrics),
            config: jobs::Config::default(),
        };
        jobs::run(parts, self.wake.clone(), source, self.stop.clone())
    }

    pub(super) fn statuses(&self) -> impl Future<Output = ()> + 'static {
        let parts = statuses::Parts {
            store: self.store.clone(),
            accounts: Arc::clone(&self.accounts),
            metrics: Arc::clone(&self.metrics),
            config: statuses::Config::default(),
        };
        let source = self.source(
            Topology::statuses,
            metrics::Queue::Statuses,
            "broker_statuses",
        );
        statuses::run(parts, self.wake.clone(), source, self.stop.clone())
    }

    pub(super) fn webhooks(&self) -> webhooks::Parts {
        webhooks::Parts {
            store: self.store.clone(),
            keys: Arc::clone(&self.keys),
            metrics: Arc::clone(&self.metrics),
            config: webhooks::Config::default(),
        }
    }

    pub(super) fn relay(&self) -> impl Future<Output = ()> + 'static {
        let relay = relay::Relay {
            store: self.store.clone(),
            wake: self.wake.clone(),
            publisher: self.publisher(),
            exchange: Topology::default().greenhouse_events(),
            metrics: Arc::clone(&self.metrics),
        };
        let stop = self.relayed.clone();
        async move { relay.run(stop).await }
    }

    /// Has the topology declared, sooner or later, where no service of this process does so as it connects: to be called
    /// when all of them are there. Nothing waits for it, and `/ready` does not ask: these services need no broker.
    pub(super) fn declare_topology(&self) {
        if self.publisher.get().is_none() {
            let (broker, stop) = (self.broker.clone(), self.stop.clone());
            tokio::spawn(broker::declare_when_reachable(broker, stop));
        }
    }

    /// Consumes the queue of this name, under a check of its own.
    fn source(
        &self,
        name: fn(&Topology) -> String,
        queue: metrics::Queue,
        check: &'static str,
    ) -> Source {
        let topology = Topology::default();
        let (broker, stop) = (self.broker.clone(), self.stop.clone());
        let consumer = Consumer::start(broker, name(&topology), PREFETCH, stop);
        self.watch(check, queue.service(), Some(queue), consumer.monitor());
        Source {
            queue,
            consumer,
            publisher: self.publisher(),
            topology,
            instance: self.instance.clone(),
        }
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
                let error = health.last_error;
                let error = error.unwrap_or_else(|| "not connected yet".to_owned());
                Err(match health.last_cause.and_then(Cause::code) {
                    Some(code) => advised(&error, code),
                    None => error,
                })
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
