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
pub mod connections;
pub mod erase;
pub mod explain;
pub mod feed;
pub mod gauges;
pub mod intake;
pub mod jobs;
pub mod journal;
pub mod outbox;
pub mod person;
pub mod polls;
pub mod refreshes;
pub mod seal;
pub mod updates;
pub mod wake;
pub mod webhooks;

mod error;
mod flush;

pub use error::Error;

use std::str::FromStr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// How to reach the database.
pub struct Config {
    /// `postgres://user:password@host:port/database`.
    pub url: SecretString,
    /// Upper bound of open connections of this process; the sum over replicas must stay below the server's limit.
    pub max_connections: u32,
}

/// A transaction of this crate; moved by value to whoever commits it.
pub type Transaction = sqlx::Transaction<'static, sqlx::Postgres>;

/// A handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: PgPool,
    /// Commits here do not wait for the disk: for leases and marks, where losing one only means doing it again.
    relaxed: PgPool,
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
            ]);
        let pools = PgPoolOptions::new()
            .acquire_timeout(Duration::from_secs(10))
            .test_before_acquire(false);
        let relaxed = config.max_connections.div_ceil(4).max(2);
        Ok(Store {
            pool: pools
                .clone()
                .max_connections(config.max_connections.saturating_sub(relaxed).max(2))
                .connect_with(options.clone())
                .await?,
            relaxed: pools
                .max_connections(relaxed)
                .connect_with(options.options([("synchronous_commit", "off")]))
                .await?,
        })
    }

    /// Brings the schema up to this version. Safe to call from many replicas at once: the migrator takes a lock.
    ///
    /// # Errors
    /// [`Error::Schema`] when the database was migrated by a newer or an altered version.
    pub async fn migrate(&self) -> Result<(), Error> {
        MIGRATIONS.run(&self.pool).await?;
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
    pub async fn begin(&self) -> Result<Transaction, Error> {
        Ok(self.pool.begin().await?)
    }

    /// The pool, for this crate's tests and for pool gauges.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }
}
