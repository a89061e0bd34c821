//! Where introduced people stand in the hiring process: polls Greenhouse for applications that changed, and announces
//! each step of those that are followed.
//!
//! The route of one change, file by file: `schedule` (whose turn it is) → `poll` (a window, page by page) → `look`
//! (history and reasons of what was touched) → `observe` (an observation) → `domain::status::diff` (ordered changes) →
//! `event` (the event of each) → `store::applications` (snapshot, sequence and outbox in one transaction). Publishing
//! is the relay's work; nothing here ever writes to Greenhouse.
#![deny(missing_docs)]

mod event;
mod look;
mod names;
mod observe;
mod phase;
mod poll;
mod schedule;
mod stop;

use std::sync::Arc;
use std::time::Duration;

use accounts::Accounts;
use boot::metrics::Metrics;
use domain::window::Windows;
use store::Store;
use tokio_util::sync::CancellationToken;

/// How much this service does at once and how patient it is.
#[derive(Debug, Clone)]
pub struct Config {
    /// Connections polled at once.
    pub concurrency: usize,
    /// How long a poll is ours; longer than looking behind fifty applications takes, after which it is extended.
    pub lease: Duration,
    /// How often to look which polls are due: adds to the lateness of every poll.
    pub look_interval: Duration,
    /// How windows are cut.
    pub windows: Windows,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            concurrency: 8,
            lease: Duration::from_secs(120),
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

/// What a poll works with.
pub(crate) struct Context {
    pub(crate) store: Store,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) names: names::Names,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) config: Config,
}

/// Polls until the token is cancelled, then gives back what is in hand.
pub async fn run(parts: Parts, stop: CancellationToken) {
    schedule::keep_polling(Arc::new(Context::new(parts)), stop).await;
}

/// Polls whatever is due now, once, and answers how many connections that were: for tools and tests.
pub async fn poll_due(parts: Parts) -> usize {
    schedule::poll_due(&Context::new(parts)).await
}

impl Context {
    fn new(parts: Parts) -> Context {
        Context {
            store: parts.store,
            accounts: parts.accounts,
            names: names::Names::default(),
            metrics: parts.metrics,
            config: parts.config,
        }
    }
}
