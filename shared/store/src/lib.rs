//! The only crate that knows PostgreSQL.
//!
//! It holds the ledger (inbox, operations, steps), the outbox, connections, budgets and what is known of people and
//! applications. It decides nothing about Greenhouse and calls nobody: services meet it in a handler. All times are
//! the database's; no transaction of this crate stays open across a remote call.
//!
//! Statements that run for every event take their lists as `unnest((SELECT $1::…[]))` or `= ANY((SELECT $1::…[])::…[])`:
//! a plan that sees how long a list is looks cheaper than the general one, so PostgreSQL makes a new one every time, which
//! takes longer than running it.
#![deny(missing_docs)]

pub mod applications;
pub mod budget;
pub mod cache;
pub mod claim;
pub mod clock;
pub mod connections;
pub mod erase;
pub mod explain;
pub mod feed;
pub mod gauges;
pub mod intake;
pub mod jobs;
pub mod journal;
mod lately;
pub mod lease;
pub mod outages;
pub mod outbox;
pub mod person;
pub mod person_line;
pub mod polls;
pub mod refreshes;
pub mod retention;
pub mod seal;
pub mod timing;
pub mod updates;
pub mod wake;
pub mod webhooks;

mod error;
mod flush;
mod handover;
mod kept;
mod silence;
mod stored;

pub use error::Error;
pub use handover::Handed;
pub use lately::Edited;

use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use handover::Handover;
use kept::Kept;
use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgPool};
use timing::Watch;
use wake::Bells;

/// Connections for everything else; one of them is the listener.
const REST: u32 = 3;
/// A batch of events, its two halves side by side.
const INTAKE: u32 = 2;
/// The two statements of the journal, side by side.
const JOURNAL: u32 = 2;
/// A claim, and what a relay takes and marks.
const ERRANDS: u32 = 2;

/// How to reach the database.
pub struct Config {
    /// `postgres://user:password@host:port/database`.
    pub url: SecretString,
    /// Upper bound of open connections of this process. At least seven are opened, whatever it says; the sum over replicas
    /// must stay below the server's limit.
    pub max_connections: u32,
}

/// Database connections of one process, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Open and waiting for something to do.
    pub idle: u32,
    /// At work; one of them listens.
    pub in_use: u32,
    /// The most that there may be.
    pub limit: u32,
    /// How long whoever waited longest for one has waited since this was asked last.
    pub longest_wait: Duration,
}

/// A transaction of this crate; moved by value to whoever commits it.
pub type Transaction<'c> = sqlx::Transaction<'c, sqlx::Postgres>;

/// A handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: PgPool,
    /// Commits here do not wait for the disk: for leases and marks, where losing one only means doing it again.
    relaxed: PgPool,
    /// For what every event passes, so that few connections carry it and have its plans and pages at hand.
    busy: PgPool,
    /// Of `busy`.
    journal: Arc<Kept>,
    /// Of `busy`.
    intake: Arc<Kept>,
    /// Of `relaxed`.
    errands: Arc<Kept>,
    bells: Arc<Bells>,
    handover: Arc<Handover>,
    watch: Arc<Watch>,
}

impl Store {
    /// Connects and checks that the server answers.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the URL is wrong or the server does not answer within 10 s.
    pub async fn connect(config: &Config) -> Result<Store, Error> {
        let options = PgConnectOptions::from_str(config.url.expose_secret())?
            .application_name("bridge")
            // A plan is kept until statistics change. One that was made while a table was empty reads all of it, again and
            // again, when thousands wait a moment later: everything asked for often has an index, so that is what is used.
            .options([
                ("timezone", "UTC"),
                ("enable_seqscan", "off"),
                ("jit", "off"),
                // A process that is frozen or cut off must not keep the others out by the locks it holds.
                ("idle_in_transaction_session_timeout", "10s"),
                ("statement_timeout", "60s"),
            ]);
        // What every event asks for is planned once per connection, not five times more to compare; and it asks for few of
        // many in the order of an index, not for all of them to be sorted.
        let often = options.clone().options([
            ("plan_cache_mode", "force_generic_plan"),
            ("enable_bitmapscan", "off"),
        ]);
        let pools = PgPoolOptions::new()
            .acquire_timeout(Duration::from_secs(10))
            .test_before_acquire(false);
        let relaxed_limit = config.max_connections.div_ceil(4).max(2);
        let journal = (config.max_connections / 4)
            .saturating_sub(1)
            .clamp(1, JOURNAL);
        // Where connections are few there is one of each.
        let intake = journal.min(INTAKE);
        let busy_limit = journal + intake;
        let rest = config
            .max_connections
            .saturating_sub(relaxed_limit + busy_limit);
        let pool = pools
            .clone()
            .max_connections(rest.max(REST))
            .connect_with(options)
            .await?;
        let busy = pools
            .clone()
            .max_connections(busy_limit)
            .connect_lazy_with(often.clone());
        let relaxed = pools
            .max_connections(relaxed_limit)
            .connect_with(often.options([("synchronous_commit", "off")]))
            .await?;
        let errands = (relaxed_limit - 1).min(ERRANDS);
        let watch = Arc::<Watch>::default();
        let kept = |pool: &PgPool, places: u32| {
            Arc::new(Kept::new(pool.clone(), places as usize, Arc::clone(&watch)))
        };
        Ok(Store {
            pool,
            journal: kept(&busy, journal),
            intake: kept(&busy, intake),
            errands: kept(&relaxed, errands),
            busy,
            relaxed,
            bells: Arc::new(Bells::new()),
            handover: Arc::default(),
            watch,
        })
    }

    /// Brings the schema up to this version. Safe to call from many replicas at once: the migrator takes a lock.
    ///
    /// A schema that is newer is fine as it is: migrations only add, so that the version before goes on beside the new one,
    /// restarts, and can be rolled back to.
    ///
    /// # Errors
    /// [`Error::Schema`] when the database was migrated by an altered version.
    pub async fn migrate(&self) -> Result<(), Error> {
        // A migration takes as long as it takes. The connection is not given back: nothing else may.
        let mut connection = self.pool.acquire().await?.detach();
        sqlx::query("SET statement_timeout = 0")
            .execute(&mut connection)
            .await?;
        let mut migrations = sqlx::migrate!();
        migrations.set_ignore_missing(true);
        migrations.run(&mut connection).await?;
        connection.close().await?;
        Ok(())
    }

    /// Answers whether the server can be asked something right now; for readiness.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn ping(&self) -> Result<(), Error> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn begin(&self) -> Result<Transaction<'static>, Error> {
        Ok(self.pool.begin().await?)
    }

    /// How this process uses its connections. Nobody tells how long those of the two pools are waited for that everything
    /// else shares, so this waits for one of each.
    pub async fn connections_in_use(&self) -> Connections {
        let pools = [&self.pool, &self.relaxed, &self.busy];
        let sum = |of: fn(&PgPool) -> u32| pools.into_iter().map(of).sum::<u32>();
        let kept = [&self.journal, &self.intake, &self.errands];
        let kept: u32 = kept.into_iter().map(|kept| kept.free()).sum();
        let idle = kept + sum(|pool| u32::try_from(pool.num_idle()).unwrap_or(u32::MAX));
        let in_use = sum(PgPool::size).saturating_sub(idle);
        for shared in [&self.pool, &self.relaxed] {
            let asked = Instant::now();
            // Who gets none has waited all the same.
            let _given_back = shared.acquire().await;
            self.watch.waited(asked);
        }
        Connections {
            idle,
            in_use,
            limit: sum(|pool| pool.options().get_max_connections()),
            longest_wait: self.watch.longest_wait(),
        }
    }

    /// The pool of everything else: for the listener and for tests.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }
}
