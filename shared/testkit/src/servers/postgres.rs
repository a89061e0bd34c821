//! A private PostgreSQL, durable as in production (fsync on), that tests may kill and restart.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::compose::Service;
use super::find::PostgresPrograms;
use super::progress::Progress;
use super::{Options, Sources};
use crate::folder::{Folder, SystemUser};
use crate::port;
use crate::process::{Group, run};

const START_WITHIN: Duration = Duration::from_secs(60);
const STOP_WITHIN: Duration = Duration::from_secs(20);

/// A running (or deliberately stopped) PostgreSQL; ends when dropped.
#[derive(Debug)]
pub struct Postgres {
    /// `postgres://bridge:password@127.0.0.1:port/postgres`; the role is superuser. Stays the same over restarts.
    pub database_url: String,
    instance: Instance,
}

#[derive(Debug)]
enum Instance {
    Local(Box<Local>),
    Docker(Service),
}

#[derive(Debug)]
struct Local {
    // Declared before the folder: the server ends before its files go.
    group: Option<Group>,
    folder: Folder,
    programs: PostgresPrograms,
    user: Option<SystemUser>,
    port: u16,
}

impl Postgres {
    /// A private instance for one test, from installed programs or Docker.
    pub async fn start() -> Result<Self> {
        Self::start_with(&Options::default()).await
    }

    /// A private instance, wherever `options` allow to take it from.
    pub async fn start_with(options: &Options) -> Result<Self> {
        let source = Sources::find(options, false, true).await?.postgres;
        super::start_postgres(options, source, &Progress::new(options.quiet))
            .await?
            .context("no PostgreSQL was asked for")
    }

    pub(super) async fn from_programs(
        options: &Options,
        programs: PostgresPrograms,
    ) -> Result<Self> {
        let user = SystemUser::for_postgres()?;
        let folder = Folder::new(options, "postgres", user)?;
        let password = uuid::Uuid::new_v4().simple().to_string();
        let port = port::free()?;
        let mut local = Local {
            group: None,
            folder,
            programs,
            user,
            port,
        };
        local.initialise(&password).await?;
        local.spawn()?;
        let database_url = format!("postgres://bridge:{password}@127.0.0.1:{port}/postgres");
        let mut postgres = Self {
            database_url,
            instance: Instance::Local(Box::new(local)),
        };
        postgres.ready().await?;
        Ok(postgres)
    }

    pub(super) async fn from_docker(options: &Options) -> Result<Self> {
        let password = uuid::Uuid::new_v4().simple().to_string();
        let port = port::free()?;
        let variables = [
            ("POSTGRES_USER", "bridge"),
            ("POSTGRES_PASSWORD", &*password),
            ("POSTGRES_DB", "postgres"),
        ];
        let service = Service::up(options, "postgres", &variables, &[(port, 5432)]).await?;
        let database_url = format!("postgres://bridge:{password}@127.0.0.1:{port}/postgres");
        let mut postgres = Self {
            database_url,
            instance: Instance::Docker(service),
        };
        postgres.ready().await?;
        Ok(postgres)
    }

    /// Ends it without any chance to clean up, as a power failure would. Committed data must survive.
    pub async fn kill9(&mut self) -> Result<()> {
        match &mut self.instance {
            Instance::Local(local) => {
                // As long as one of them lives, it keeps the shared memory that the next server wants.
                for backend in local.kill() {
                    gone(backend).await;
                }
                Ok(())
            }
            Instance::Docker(service) => service.kill().await,
        }
    }

    /// Ends it in good order, disconnecting clients.
    pub async fn stop(&mut self) -> Result<()> {
        match &mut self.instance {
            Instance::Local(local) => local.stop().await,
            Instance::Docker(service) => service.stop().await,
        }
    }

    /// Stops it if it runs, then starts it again on the same port and data; returns when it answers.
    pub async fn restart(&mut self) -> Result<()> {
        match &mut self.instance {
            Instance::Local(local) => {
                local.stop().await?;
                local.spawn()?;
            }
            Instance::Docker(service) => service.restart().await?,
        }
        self.ready().await
    }

    /// Creates a database, runs the migrations in that folder in it, and returns its URL.
    pub async fn create_database(&self, name: &str, migrations: &Path) -> Result<String> {
        let mut server = PgConnection::connect(&self.database_url).await?;
        let create = format!("CREATE DATABASE \"{name}\"");
        server.execute(AssertSqlSafe(create)).await?;
        let mut url = url::Url::parse(&self.database_url)?;
        url.set_path(&format!("/{name}"));
        let mut database = PgConnection::connect(url.as_str()).await?;
        Migrator::new(migrations).await?.run(&mut database).await?;
        Ok(url.into())
    }

    pub(super) fn folder(&self) -> Option<&Path> {
        match &self.instance {
            Instance::Local(local) => Some(local.folder.path()),
            Instance::Docker(_) => None,
        }
    }

    async fn ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + START_WITHIN;
        loop {
            if let Ok(connection) = PgConnection::connect(&self.database_url).await {
                return Ok(connection.close().await?);
            }
            match &mut self.instance {
                Instance::Local(local) => local.check(deadline)?,
                Instance::Docker(service) => service.check(deadline)?,
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Local {
    async fn initialise(&self, password: &str) -> Result<()> {
        let password_file = self.folder.join("password");
        fs::write(&password_file, password)?;
        if self.user.is_some() {
            // The folder itself is closed to everyone else.
            fs::set_permissions(
                &password_file,
                std::os::unix::fs::PermissionsExt::from_mode(0o644),
            )?;
        }
        let mut initdb = self.command(&self.programs.initdb);
        initdb.args([
            "--username=bridge",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
        ]);
        initdb
            .arg("--pwfile")
            .arg(&password_file)
            .arg("--pgdata")
            .arg(self.folder.join("data"));
        run(initdb).await.context("create a database cluster")?;
        Ok(fs::remove_file(password_file)?)
    }

    fn spawn(&mut self) -> Result<()> {
        let mut command = self.command(&self.programs.postgres);
        command
            .arg("-D")
            .arg(self.folder.join("data"))
            .arg("-p")
            .arg(self.port.to_string());
        // No Unix socket: its path may be longer than the 107 bytes a socket address holds.
        let settings = [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=200",
            "shared_buffers=256MB",
        ];
        for setting in settings {
            command.args(["-c", setting]);
        }
        self.group = Some(Group::spawn(
            "PostgreSQL",
            command,
            &self.folder.join("postgres.log"),
        )?);
        Ok(())
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("LC_ALL", "C")
            .env("HOME", self.folder.path())
            .current_dir(self.folder.path());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        if let Some(user) = self.user {
            user.apply(&mut command);
        }
        command
    }

    fn check(&mut self, deadline: Instant) -> Result<()> {
        self.group
            .as_mut()
            .context("PostgreSQL is stopped")?
            .check(deadline)
    }

    /// Kills the server and its backends, which it gives back: they take a moment to end, and a survivor would hold the
    /// shared memory and make the next start fail. Each backend has called setsid, so killing the group spares it.
    fn kill(&mut self) -> Vec<Pid> {
        let Some(mut group) = self.group.take() else {
            return Vec::new();
        };
        // Frozen, it cannot start another one meanwhile.
        group.signal(Signal::STOP);
        let backends = children(group.pid());
        group.kill();
        for backend in &backends {
            let _ = kill_process(*backend, Signal::KILL);
        }
        backends
    }

    async fn stop(&mut self) -> Result<()> {
        let Some(mut group) = self.group.take() else {
            return Ok(());
        };
        group.signal(Signal::INT);
        match group.ended(STOP_WITHIN).await? {
            Some(_) => Ok(()),
            None => bail!("PostgreSQL did not stop within {} s", STOP_WITHIN.as_secs()),
        }
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

/// Waits for the end of a killed process that is nobody's child of ours; a zombie has ended.
async fn gone(process: Pid) {
    let file = format!("/proc/{}/stat", process.as_raw_nonzero());
    // The state follows the name, which is in brackets.
    let lives = || fs::read_to_string(&file).is_ok_and(|stat| !stat.contains(") Z "));
    while lives() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn children(parent: u32) -> Vec<Pid> {
    let list =
        fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    list.split_whitespace()
        .filter_map(|pid| Pid::from_raw(pid.parse().ok()?))
        .collect()
}
