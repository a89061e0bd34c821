//! The part that faces the internet: takes what Greenhouse delivers by webhook, and says 200 once it is on disk.
//!
//! The route of one delivery, file by file: `receive` (the straight line) → `body` (reads it, within bounds) →
//! `mailbox` (the connection's secrets, which `secrets` reads) → `signature` (over the raw bytes, before anything is
//! parsed) → `notice` (which ids are to be looked at; `legible` repairs a body that is almost JSON) → `recorder` (many
//! deliveries, one commit) → 200. `refusal` says how each refusal is answered: strangers learn nothing, not even
//! whether a connection exists.
//!
//! Nothing of a body is kept but ids. What they mean is the business of `statuses` and `jobs`, which take the tasks
//! that a delivery leaves (see `store::webhooks`).
#![deny(missing_docs)]

mod body;
mod legible;
mod limit;
mod mailbox;
mod notice;
mod patience;
mod rarely;
mod receive;
mod recorder;
mod refusal;
mod secrets;
mod signature;
mod upkeep;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use boot::metrics::Metrics;
use store::Store;
use store::seal::Keyring;
use tokio_util::sync::CancellationToken;

pub use limit::Rate;

/// How much is taken, and for how long it is remembered.
#[derive(Debug, Clone)]
pub struct Config {
    /// Largest body; Greenhouse's are some ten kilobytes.
    pub body_limit: usize,
    /// Bytes of bodies that have arrived, over all requests; more wait for their turn.
    pub bytes_in_hand: usize,
    /// How long a body may take to arrive, the wait for its turn included.
    pub body_patience: Duration,
    /// How long a delivery waits for its connection's secrets, or for its commit; and either of these for the database.
    pub patience: Duration,
    /// Deliveries of all connections together, right or not.
    pub all: Rate,
    /// Deliveries of one connection with a right signature: strangers cannot use up somebody's rate.
    pub per_connection: Rate,
    /// Least time between two reads of secrets: of connections not met before, and again where a signature does not
    /// fit. Whoever asks meanwhile shares the next one.
    pub read_interval: Duration,
    /// How long a delivery is remembered, so that its repetition has no effect. Greenhouse repeats for 16 hours.
    pub keep: Duration,
    /// How long a task waits for a connection that is paused. Later the poll finds what there is to be found.
    pub keep_tasks: Duration,
    /// How often what is too old is removed.
    pub sweep_interval: Duration,
}

impl Default for Config {
    fn default() -> Config {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Config {
            body_limit: 1024 * 1024,
            bytes_in_hand: 64 * 1024 * 1024,
            body_patience: Duration::from_secs(10),
            patience: Duration::from_secs(15),
            all: Rate::new(2_000, 40_000),
            per_connection: Rate::new(500, 20_000),
            read_interval: Duration::from_millis(10),
            keep: 7 * DAY,
            keep_tasks: 30 * DAY,
            sweep_interval: Duration::from_secs(600),
        }
    }
}

/// What the service works with.
#[derive(Clone)]
pub struct Parts {
    /// Connections, their webhook secrets, and the tables of deliveries and tasks.
    pub store: Store,
    /// Opens the secrets.
    pub keys: Arc<Keyring>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Settings.
    pub config: Config,
}

/// The route `POST /webhooks/greenhouse/{connection}`. What it has in hand is committed and answered as long as the
/// listener lets it.
pub fn router(parts: &Parts) -> Router {
    let receiver = Arc::new(receive::Receiver::new(parts));
    Router::new()
        .route("/webhooks/greenhouse/{connection}", post(receive::receive))
        .with_state(receiver)
}

/// Keeps the gauges and removes what is too old, until the token is cancelled.
pub async fn run(parts: Parts, stop: CancellationToken) {
    upkeep::keep(&parts, &stop).await;
}
