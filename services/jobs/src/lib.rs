//! The jobs people can be introduced to: imports them from Greenhouse, on request and on schedule, and shows them.
//!
//! The route of one import, file by file: `intake` (a JobsRefreshRequested becomes a row) → `schedule` (whose turn it
//! is) → `import` (list by list, page by page) → `read` (a page of Greenhouse → records) → `around` (what belongs
//! to jobs that changed) → `missing` (what no list showed) → `assemble` (marked jobs) → `document` (records → the contract's job) → `change` (two documents →
//! what happened) → `event` → `finish` (watermark and answers). What webhooks told is acted on between imports by `notices`.
//! `api` shows the documents. Publishing is the relay's work; nothing here ever writes to Greenhouse.
#![deny(missing_docs)]

mod api;
mod around;
mod assemble;
mod change;
mod content;
mod document;
mod event;
mod finish;
mod import;
mod intake;
mod missing;
mod notices;
mod read;
mod run;
mod schedule;
mod surroundings;

use std::sync::Arc;
use std::time::Duration;

use ::intake::Source;
use accounts::Accounts;
use boot::metrics::Metrics;
use store::Store;
use store::wake::Wake;
use tokio_util::sync::CancellationToken;

pub use api::router;

/// How much this service does at once and how patient it is.
#[derive(Debug, Clone)]
pub struct Config {
    /// Connections imported at once, and as many whose webhooks are acted on.
    pub concurrency: usize,
    /// How long an import or a task stays ours after its process was killed. It is extended while somebody works on it.
    pub lease: Duration,
    /// How often to look which imports are due.
    pub look_interval: Duration,
    /// How far a look for changes reaches back behind the last one: searches lag behind writes, and Greenhouse's clock is
    /// known to a few seconds.
    pub overlap: Duration,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            concurrency: 4,
            lease: Duration::from_secs(15),
            look_interval: Duration::from_millis(500),
            overlap: Duration::from_secs(120),
        }
    }
}

/// What an import works with.
pub struct Parts {
    /// Records, documents and the outbox.
    pub store: Store,
    /// Greenhouse clients.
    pub accounts: Arc<Accounts>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Settings.
    pub config: Config,
}

/// Takes requests and imports until the token is cancelled, then gives back what is in hand.
pub async fn run(parts: Parts, wake: Wake, source: Source, stop: CancellationToken) {
    let (store, metrics) = (parts.store.clone(), Arc::clone(&parts.metrics));
    tokio::join!(
        source.take_in(intake::Requests, store, metrics, stop.clone()),
        work(Arc::new(parts), wake, stop)
    );
}

/// The part of [`run`] that needs no broker.
pub async fn work(parts: Arc<Parts>, wake: Wake, stop: CancellationToken) {
    tokio::join!(
        schedule::keep_importing(Arc::clone(&parts), stop.clone()),
        schedule::keep_answering(Arc::clone(&parts), stop.clone()),
        notices::keep_acting(parts, wake, stop),
    );
}

/// Imports whatever is due now, once, and answers how many connections that were: for tools and tests.
pub async fn refresh_due(parts: &Parts) -> usize {
    refresh_until(parts, &CancellationToken::new()).await
}

/// Imports whatever is due, until the token is cancelled; then what is in hand is given back.
pub async fn refresh_until(parts: &Parts, stop: &CancellationToken) -> usize {
    schedule::refresh_due(parts, stop).await
}

/// Acts once on what webhooks told, and answers how many notices that were: for tools and tests.
pub async fn act_on_notices(parts: &Parts) -> usize {
    notices::act(parts).await
}
