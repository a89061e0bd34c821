//! A test's own corner of the servers `cargo xtask test` started: a virtual host and a database.

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use url::Url;

use crate::servers::{AMQP_URL, DATABASE_URL, MANAGEMENT_URL, Servers, variable};
use crate::{Management, Postgres, Rabbit};

/// The URL of an empty database that nobody else uses, on the server that `cargo xtask test` started, and which goes with
/// it. For tests that need no more; `name` is the test's.
pub async fn fresh_database(name: &str) -> Result<String> {
    let (server_url, name) = (required(DATABASE_URL)?, unique(name));
    execute(&server_url, format!("CREATE DATABASE \"{name}\"")).await?;
    with_path(&server_url, &name)
}

/// Empty at first, and gone when dropped, connections included. The database has no tables and the virtual host
/// no queues: migrating and declaring is what the bridge does itself.
#[derive(Debug)]
pub struct TestEnv {
    /// AMQP URL of the test's own virtual host.
    pub amqp_url: String,
    /// URL of the test's own database.
    pub database_url: String,
    /// HTTP API of the broker.
    pub management: Management,
    /// Name of the virtual host, for calls to `management`.
    pub vhost: String,
    server_url: String,
}

impl TestEnv {
    /// On the servers that `cargo xtask test` started. `name` is the test's, so that what it leaves behind when
    /// killed can be recognised.
    pub async fn new(name: &str) -> Result<Self> {
        Self::at(
            &required(AMQP_URL)?,
            &required(MANAGEMENT_URL)?,
            &required(DATABASE_URL)?,
            name,
        )
        .await
    }

    /// On servers of the caller's.
    pub async fn on(servers: &Servers, name: &str) -> Result<Self> {
        Self::at(
            &servers.amqp_url,
            &servers.management_url,
            &servers.database_url,
            name,
        )
        .await
    }

    /// With servers of the test's own where given, so that it may kill them, and the shared ones otherwise.
    pub async fn beside(
        rabbit: Option<&Rabbit>,
        postgres: Option<&Postgres>,
        name: &str,
    ) -> Result<Self> {
        let given =
            |url: Option<&String>, variable| url.cloned().map_or_else(|| required(variable), Ok);
        Self::at(
            &given(rabbit.map(|own| &own.amqp_url), AMQP_URL)?,
            &given(rabbit.map(|own| &own.management_url), MANAGEMENT_URL)?,
            &given(postgres.map(|own| &own.database_url), DATABASE_URL)?,
            name,
        )
        .await
    }

    /// Runs a statement in the test's own database, to let time pass in it for example.
    pub async fn execute(&self, statement: &str) -> Result<()> {
        execute(&self.database_url, statement.to_owned()).await
    }

    async fn at(
        amqp_url: &str,
        management_url: &str,
        server_url: &str,
        name: &str,
    ) -> Result<Self> {
        let vhost = unique(name);
        let env = Self {
            amqp_url: with_path(amqp_url, &vhost)?,
            database_url: with_path(server_url, &vhost)?,
            management: Management::new(management_url)?,
            vhost,
            server_url: server_url.to_owned(),
        };
        let create = format!("CREATE DATABASE \"{}\"", env.vhost);
        tokio::try_join!(
            env.management.create_vhost(&env.vhost),
            execute(&env.server_url, create)
        )?;
        Ok(env)
    }

    async fn remove(management: Management, server_url: String, name: String) {
        let drop_database = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
        // What cannot be removed goes with the servers; a failed test must not fail twice.
        let _ = tokio::join!(
            management.delete_vhost(&name),
            execute(&server_url, drop_database)
        );
    }
}

impl Drop for TestEnv {
    /// On a thread of its own, since a test's runtime may be single-threaded and busy with this very drop.
    fn drop(&mut self) {
        let (server_url, vhost) = (self.server_url.clone(), self.vhost.clone());
        // A fresh client: connections of the old one belong to the test's runtime.
        let Ok(management) = self.management.reconnected() else {
            return;
        };
        let cleaner = std::thread::spawn(move || {
            if let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
            {
                runtime.block_on(Self::remove(management, server_url, vhost));
            }
        });
        let _ = cleaner.join();
    }
}

/// At most 63 bytes, PostgreSQL's limit for a name, in characters that need no quoting anywhere.
fn unique(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    let start: String = name.chars().take(40).map(plain).collect();
    format!(
        "{start}_{}",
        &uuid::Uuid::new_v4().simple().to_string()[..12]
    )
}

fn with_path(url: &str, path: &str) -> Result<String> {
    let mut url = Url::parse(url)?;
    url.set_path(&format!("/{path}"));
    Ok(url.into())
}

fn required(name: &str) -> Result<String> {
    variable(name).with_context(|| {
        format!("{name} is not set; run tests with `cargo xtask test`, which starts the servers")
    })
}

async fn execute(url: &str, statement: String) -> Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    connection.execute(AssertSqlSafe(statement)).await?;
    Ok(connection.close().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_plain_and_never_the_same_twice() {
        let name = unique("A Test's name that is by far too long to be the name of a database");
        assert!(name.starts_with("a_test_s_name_that_is_by_far_too_long_to_") && name.len() <= 63);
        assert_ne!(
            name,
            unique("A Test's name that is by far too long to be the name of a database")
        );
    }
}
