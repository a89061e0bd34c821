//! Where introduced people stand in the hiring process: finds out what changed in Greenhouse, and announces each step of
//! those that are followed.
//!
//! Three things make it look: `schedule` → `poll` (a window, page by page; `audit` once a night), `webhook` (what webhooks
//! named) and `intake` → `refresh` (what Intrro asked for). From there on there is one route: `observer` → `news` (what is
//! worth a look) → `look` (history and reasons of that) → `progress` (observation, changes and the event of each) →
//! `store::applications` (snapshot, sequence and outbox in one transaction). Publishing is the relay's work; nothing
//! here ever writes to Greenhouse.
#![deny(missing_docs)]

mod apart;
mod audit;
mod behind;
mod conversion;
mod crowd;
mod feed;
mod intake;
mod lacking;
mod look;
mod named;
mod names;
mod news;
mod observer;
mod people;
mod poll;
mod refresh;
mod returned;
mod schedule;
mod upkeep;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use ::intake::Source;
use accounts::Accounts;
use boot::metrics::Metrics;
use domain::window::Windows;
use store::Store;
use store::wake::Wake;
use tokio_util::sync::CancellationToken;

/// How much this service does at once and how patient it is.
#[derive(Debug, Clone)]
pub struct Config {
    /// Connections polled at once, and connections looked at at once for webhooks.
    pub concurrency: usize,
    /// How long a poll, a request or a task stays ours after its process was killed. It is extended while somebody works on it.
    pub lease: Duration,
    /// How often to look which polls and requests are due: adds to the lateness of each.
    pub look_interval: Duration,
    /// How windows are cut.
    pub windows: Windows,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            concurrency: 8,
            lease: Duration::from_secs(15),
            look_interval: Duration::from_millis(500),
            windows: Windows::default(),
        }
    }
}

/// What the service works with.
pub struct Parts {
    /// Applications, polls and the outbox.
    pub store: Store,
    /// Greenhouse clients.
    pub accounts: Arc<Accounts>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Settings.
    pub config: Config,
}

/// What a look works with.
pub(crate) struct Context {
    pub(crate) store: Store,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) names: names::Names,
    pub(crate) plans: progress::Plans,
    pub(crate) lacking: lacking::Lacking,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) config: Config,
}

/// Polls, looks after webhooks and takes requests until the token is cancelled, then gives back what is in hand.
pub async fn run(parts: Parts, wake: Wake, source: Source, stop: CancellationToken) {
    let (store, metrics) = (parts.store.clone(), Arc::clone(&parts.metrics));
    tokio::join!(
        source.take_in(intake::Requests, store, metrics, stop.clone()),
        look(parts, wake, stop)
    );
}

/// The part of [`run`] that needs no broker.
pub async fn look(parts: Parts, wake: Wake, stop: CancellationToken) {
    let context = Arc::new(Context::new(parts));
    tokio::join!(
        schedule::keep_polling(Arc::clone(&context), stop.clone()),
        webhook::keep_looking(Arc::clone(&context), wake, stop.clone()),
        refresh::keep_refreshing(Arc::clone(&context), stop.clone()),
        upkeep::keep(&context, &stop),
    );
}

/// `GET /v1/status-events`. Whoever mounts it puts the check of the bearer token in front.
pub fn router(store: Store) -> axum::Router {
    feed::router(store)
}

/// Polls whatever is due now, once, and answers how many connections that were: for tools and tests.
pub async fn poll_due(parts: Parts) -> usize {
    schedule::poll_due(&Context::new(parts)).await
}

/// Looks at whatever webhooks named, once, and answers how many tasks that were: for tools and tests.
pub async fn look_due(parts: Parts) -> usize {
    webhook::look_due(&Context::new(parts)).await
}

/// Works on whatever requests are due, once, and answers how many that were: for tools and tests.
pub async fn refresh_due(parts: Parts) -> usize {
    refresh::refresh_due(&Context::new(parts), &CancellationToken::new()).await
}

impl Context {
    fn new(parts: Parts) -> Context {
        Context {
            lacking: lacking::Lacking::new(parts.store.clone()),
            plans: progress::Plans::new(parts.store.clone()),
            store: parts.store,
            accounts: parts.accounts,
            names: names::Names::default(),
            metrics: parts.metrics,
            config: parts.config,
        }
    }
}
