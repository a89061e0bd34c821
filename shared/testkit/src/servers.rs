//! RabbitMQ and PostgreSQL for tests, demo and development, found or started in the order the first issue asks for:
//! addresses given in the environment, installed programs, Docker, and last an installation on Debian or Ubuntu.
//!
//! Private instances listen on loopback only, have random passwords, and never outlive the process that started
//! them, however it ends. It does not declare queues or run migrations: that is the bridge's own work.

mod compose;
pub(crate) mod find;
pub(crate) mod install;
mod postgres;
mod progress;
mod rabbit;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use crate::Management;
pub use postgres::Postgres;
pub use rabbit::{Alarm, Rabbit};

use find::{PostgresPrograms, RabbitPrograms};
use progress::Progress;

/// Address of a RabbitMQ to use instead of starting one.
pub const AMQP_URL: &str = "BRIDGE_AMQP_URL";
/// Address of that RabbitMQ's HTTP API; by default port 15672 of the same host.
pub const MANAGEMENT_URL: &str = "BRIDGE_AMQP_MANAGEMENT_URL";
/// Address of a PostgreSQL to use instead of starting one.
pub const DATABASE_URL: &str = "BRIDGE_DATABASE_URL";

const CHOICES: &str = "Choose one:\n  \
    - install RabbitMQ and PostgreSQL 15 or newer (the programs rabbitmq-server and postgres; they need not be running)\n  \
    - start Docker, with its compose plugin\n  \
    - set BRIDGE_AMQP_URL and BRIDGE_DATABASE_URL to servers you already run";

/// How to look for servers and where to put private ones.
#[derive(Clone, Debug)]
pub struct Options {
    /// Top of the repository: where docker-compose.yml and target/ are.
    pub root: PathBuf,
    /// Whether the distribution's packages may be installed when nothing else is there.
    pub may_install: bool,
    /// Leave the folder with data and logs in place at the end.
    pub keep_files: bool,
    /// Print nothing while waiting.
    pub quiet: bool,
}

impl Default for Options {
    fn default() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.ancestors().nth(2).unwrap_or(here).to_path_buf();
        Self {
            root,
            may_install: false,
            keep_files: false,
            quiet: true,
        }
    }
}

/// Both servers, ready to be used; private ones stop when this is dropped.
#[derive(Debug)]
pub struct Servers {
    /// `amqp://user:password@host:port/vhost`.
    pub amqp_url: String,
    /// RabbitMQ's HTTP API with user and password in the URL.
    pub management_url: String,
    /// `postgres://user:password@host:port/database`, of a role that may create databases.
    pub database_url: String,
    rabbit: Option<Rabbit>,
    postgres: Option<Postgres>,
}

impl Servers {
    /// Finds or starts both servers, in parallel. The error names what the user can choose from.
    pub async fn start(options: &Options) -> Result<Self> {
        let given_amqp = variable(AMQP_URL);
        let given_database = variable(DATABASE_URL);
        let sources =
            Sources::find(options, given_amqp.is_none(), given_database.is_none()).await?;
        let progress = Progress::new(options.quiet);
        let (rabbit, postgres) = tokio::try_join!(
            start_rabbit(options, sources.rabbit, &progress),
            start_postgres(options, sources.postgres, &progress),
        )?;
        let (amqp_url, management_url) = match (&rabbit, given_amqp) {
            (Some(rabbit), _) => (rabbit.amqp_url.clone(), rabbit.management_url.clone()),
            (None, Some(given)) => {
                let management = match variable(MANAGEMENT_URL) {
                    Some(url) => url,
                    None => Management::beside(&given)?,
                };
                if !Management::new(&management)?.answers().await {
                    bail!(
                        "RabbitMQ is given by {AMQP_URL}, but its HTTP API does not answer there: switch its plugin \
                         rabbitmq_management on, or say with {MANAGEMENT_URL} where it is"
                    );
                }
                (given, management)
            }
            (None, None) => bail!("no RabbitMQ.\n{CHOICES}"),
        };
        let database_url = match (&postgres, given_database) {
            (Some(postgres), _) => postgres.database_url.clone(),
            (None, Some(given)) => given,
            (None, None) => bail!("no PostgreSQL.\n{CHOICES}"),
        };
        Ok(Self {
            amqp_url,
            management_url,
            database_url,
            rabbit,
            postgres,
        })
    }

    /// The environment variables under which tests and the bridge find these servers.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, &str); 3] {
        [
            (AMQP_URL, &self.amqp_url),
            (MANAGEMENT_URL, &self.management_url),
            (DATABASE_URL, &self.database_url),
        ]
    }

    /// Folders of the private instances (data, logs), for a person to look at.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        let rabbit = self.rabbit.as_ref().and_then(Rabbit::folder);
        rabbit
            .into_iter()
            .chain(self.postgres.as_ref().and_then(Postgres::folder))
    }
}

/// Where each server that is not given by address comes from.
struct Sources {
    rabbit: Option<Source<RabbitPrograms>>,
    postgres: Option<Source<PostgresPrograms>>,
}

enum Source<P> {
    Programs(P),
    Docker,
}

impl Sources {
    async fn find(options: &Options, need_rabbit: bool, need_postgres: bool) -> Result<Self> {
        let mut rabbit = find::rabbit();
        let mut postgres = find::postgres();
        let missing = |rabbit: bool, postgres: bool| {
            let mut packages = Vec::new();
            if need_rabbit && !rabbit {
                packages.push("rabbitmq-server");
            }
            if need_postgres && !postgres {
                packages.push("postgresql");
            }
            packages
        };
        let packages = missing(rabbit.is_some(), postgres.is_some());
        let docker = !packages.is_empty() && compose::works(&options.root).await;
        let may_install = options.may_install && install::possible();
        if choose(&packages, docker, may_install)? == Choice::Install {
            let found = "Neither the programs nor a working Docker found";
            let installed = install::packages(&packages, found).await;
            installed.map_err(|error| anyhow!("{error:#}.\n{CHOICES}"))?;
            eprintln!("Its system services stay off; private instances run under target/ instead.");
            rabbit = find::rabbit();
            postgres = find::postgres();
            let still = missing(rabbit.is_some(), postgres.is_some());
            if !still.is_empty() {
                bail!(
                    "installed {}, but found no program new enough in it.\n{CHOICES}",
                    still.join(" and ")
                );
            }
        }
        Ok(Self {
            rabbit: need_rabbit.then(|| rabbit.map_or(Source::Docker, Source::Programs)),
            postgres: need_postgres.then(|| postgres.map_or(Source::Docker, Source::Programs)),
        })
    }
}

/// Where servers come from whose address is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    /// All of them are installed.
    Programs,
    /// Docker has those that are not.
    Docker,
    /// The distribution has them.
    Install,
}

/// The order of the first issue: programs, Docker, an installation, or an error that names what can be chosen.
fn choose(missing: &[&str], docker: bool, may_install: bool) -> Result<Choice> {
    match (missing, docker, may_install) {
        ([], _, _) => Ok(Choice::Programs),
        (_, true, _) => Ok(Choice::Docker),
        (_, false, true) => Ok(Choice::Install),
        (_, false, false) => bail!(
            "{} not found on this machine, and no working Docker.\n{CHOICES}",
            missing.join(" and ")
        ),
    }
}

async fn start_rabbit(
    options: &Options,
    source: Option<Source<RabbitPrograms>>,
    progress: &Progress,
) -> Result<Option<Rabbit>> {
    let Some(source) = source else {
        progress.note("RabbitMQ", &format!("given by {AMQP_URL}"));
        return Ok(None);
    };
    let rabbit = match source {
        Source::Programs(programs) => {
            progress
                .watch("RabbitMQ", Rabbit::from_programs(options, programs))
                .await
        }
        Source::Docker => {
            progress
                .watch("RabbitMQ in Docker", Rabbit::from_docker(options))
                .await
        }
    };
    Ok(Some(rabbit.context("RabbitMQ did not start")?))
}

async fn start_postgres(
    options: &Options,
    source: Option<Source<PostgresPrograms>>,
    progress: &Progress,
) -> Result<Option<Postgres>> {
    let Some(source) = source else {
        progress.note("PostgreSQL", &format!("given by {DATABASE_URL}"));
        return Ok(None);
    };
    let postgres = match source {
        Source::Programs(programs) => {
            progress
                .watch("PostgreSQL", Postgres::from_programs(options, programs))
                .await
        }
        Source::Docker => {
            progress
                .watch("PostgreSQL in Docker", Postgres::from_docker(options))
                .await
        }
    };
    Ok(Some(postgres.context("PostgreSQL did not start")?))
}

/// An environment variable that is set and not empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_come_from_programs_then_docker_then_packages_then_the_person() {
        let missing = ["rabbitmq-server", "postgresql"];
        for (docker, may_install) in [(false, false), (false, true), (true, false), (true, true)] {
            assert_eq!(choose(&[], docker, may_install).unwrap(), Choice::Programs);
        }
        for may_install in [false, true] {
            assert_eq!(choose(&missing, true, may_install).unwrap(), Choice::Docker);
        }
        assert_eq!(choose(&missing, false, true).unwrap(), Choice::Install);
        let error = choose(&missing[..1], false, false).unwrap_err().to_string();
        for word in [
            "rabbitmq-server not found",
            "Docker",
            AMQP_URL,
            DATABASE_URL,
        ] {
            assert!(error.contains(word), "{word} in {error}");
        }
    }
}
