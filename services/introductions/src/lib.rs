//! What happens to introductions and candidates in Intrro, performed in Greenhouse.
//!
//! The route of one message, file by file: [`intake`] and `decode` (what a batch becomes in the ledger; the rest is the crate of that name) → [`worker`] (claim, unless it entered claimed) →
//! `handler` (which kind) → `introduction_accepted` (the straight line) → `attempt` (one remote write, at most once) →
//! settle with the answer in the outbox. Nothing here publishes answers: that is the relay's work.
#![deny(missing_docs)]

mod answers;
mod applications;
mod asker;
mod attempt;
mod candidate;
mod candidate_erasure_requested;
mod candidate_fields;
mod candidate_profile_updated;
mod credit;
mod decode;
mod field_values;
mod follow;
mod handler;
mod hands;
mod intake;
mod introduced;
mod introduction;
mod introduction_accepted;
mod introduction_status_changed;
mod lighter;
mod line;
mod lookups;
mod memory;
mod new_user;
mod newcomer;
mod note;
mod outage;
mod person;
mod profile;
mod references;
mod referrer;
mod rest;
mod said;
mod search;
mod send_error;
mod sight;
mod status_field;
mod stop;
mod tags;
mod term;
mod unshown;
mod updated;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use ::intake::{Source, Take};
use accounts::Accounts;
use boot::metrics::Metrics;
use hands::Hands;
use lookups::Lookups;
use progress::Plans;
use store::Store;
use store::cache::Cache;
use store::intake::Arrival;
use store::journal::Journal;
use store::wake::Wake;
use tokio_util::sync::CancellationToken;
use url::Url;

/// How much this service does at once and how patient it is.
#[derive(Debug, Clone)]
pub struct Config {
    /// Operations in hand at once.
    pub capacity: usize,
    /// Of one tenant, so that another's single introduction always finds a free hand.
    pub capacity_per_tenant: usize,
    /// How long an operation stays ours after its process was killed; longer than any one call to Greenhouse. It is extended
    /// while somebody works on it.
    pub lease: Duration,
    /// Limit of one call to Greenhouse, as the client has it.
    pub call_deadline: Duration,
    /// How long after a send "reading finds nothing" proves that nothing happened.
    pub settle: Duration,
    /// Intrro's address: base of the link back, which is also the marker.
    pub intrro_url: Url,
}

impl Config {
    /// The defaults for everything but the address.
    pub fn new(intrro_url: Url) -> Config {
        Config {
            capacity: 256,
            capacity_per_tenant: 192,
            lease: Duration::from_secs(20),
            call_deadline: Duration::from_secs(10),
            settle: Duration::from_secs(60),
            intrro_url,
        }
    }
}

/// What the service works with.
pub struct Parts {
    /// The ledger.
    pub store: Store,
    /// News about work.
    pub wake: Wake,
    /// Greenhouse clients.
    pub accounts: Arc<Accounts>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Settings.
    pub config: Config,
}

/// What a handler works with.
pub(crate) struct Context {
    pub(crate) store: Store,
    pub(crate) wake: Wake,
    pub(crate) journal: Journal,
    pub(crate) cache: Cache,
    pub(crate) plans: Plans,
    pub(crate) hands: Arc<Hands>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) unanswered: outage::Unanswered,
    pub(crate) waiting: line::Waiting,
    pub(crate) config: Config,
    pub(crate) lookups: Lookups,
}

impl Context {
    fn new(parts: Parts) -> Context {
        Context {
            journal: Journal::start(parts.store.clone()),
            cache: Cache::new(parts.store.clone()),
            plans: Plans::new(parts.store.clone()),
            hands: Arc::new(Hands::new(&parts.metrics)),
            store: parts.store,
            wake: parts.wake,
            accounts: parts.accounts,
            metrics: parts.metrics,
            unanswered: outage::Unanswered::default(),
            waiting: line::Waiting::default(),
            config: parts.config,
            lookups: Lookups::default(),
        }
    }
}

/// What becomes of a batch of commands from the queue where nobody works on it.
pub fn commands(store: Store) -> impl Take<Arrival = Arrival> {
    intake::Commands { store, crew: None }
}

/// A process that takes up what it is told to: for tools and tests.
pub struct Process(Context);

impl Process {
    /// One that has seen nothing yet.
    pub fn new(parts: Parts) -> Process {
        Process(Context::new(parts))
    }

    /// Performs whatever is due now, once, and answers how many operations that were.
    pub async fn perform_due(&self) -> usize {
        worker::work_once(&self.0).await
    }
}

/// Runs intake and workers until the token is cancelled, then finishes what is in hand.
pub async fn run(parts: Parts, source: Source, stop: CancellationToken) {
    let store = parts.store.clone();
    let metrics = Arc::clone(&parts.metrics);
    let context = Arc::new(Context::new(parts));
    let crew = Arc::new(worker::Crew::new(Arc::clone(&context), stop.clone()));
    let commands = intake::Commands {
        store: store.clone(),
        crew: Some(Arc::clone(&crew)),
    };
    tokio::join!(
        source.take_in(commands, store, metrics, stop.clone()),
        candidate_erasure_requested::work(&context, stop.clone()),
        outage::watch(&context, stop),
        crew.work()
    );
}
