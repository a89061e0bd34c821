//! The processes of a private RabbitMQ and the folder they work in.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::Signal;

use crate::folder::Folder;
use crate::port;
use crate::process::Group;
use crate::servers::Options;
use crate::servers::find::RabbitPrograms;

const STOP_WITHIN: Duration = Duration::from_secs(60);
/// Share of the machine's memory from which RabbitMQ stops publishers, in ordinary times.
pub(super) const MEMORY_WATERMARK: &str = "0.4";
/// How much of the disk must be free, in ordinary times.
pub(super) const DISK_FREE_LIMIT: &str = "50MB";

#[derive(Debug)]
pub(super) struct Local {
    // In this order: the server ends before its port mapper, and both before their files go.
    server: Option<Group>,
    epmd: Option<Group>,
    folder: Folder,
    programs: RabbitPrograms,
    epmd_port: u16,
    distribution_port: u16,
}

impl Local {
    /// Starts it; it is not ready yet.
    pub(super) fn start(
        options: &Options,
        programs: RabbitPrograms,
        password: &str,
        amqp_port: u16,
        http_port: u16,
    ) -> Result<Self> {
        let folder = Folder::new(options, "rabbitmq", None)?;
        configure(&folder, password, amqp_port, http_port)?;
        let (epmd_port, distribution_port) = (port::free()?, port::free()?);
        let mut local = Self {
            server: None,
            epmd: None,
            folder,
            programs,
            epmd_port,
            distribution_port,
        };
        local.spawn()?;
        Ok(local)
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn kill(&mut self) {
        self.server = None;
    }

    /// Fails when it ended or `deadline` has passed.
    pub(super) fn check(&mut self, deadline: Instant) -> Result<()> {
        self.server
            .as_mut()
            .context("RabbitMQ is stopped")?
            .check(deadline)
    }

    pub(super) fn spawn(&mut self) -> Result<()> {
        if self.epmd.is_none() {
            // Ours, in the foreground: the server would otherwise start one as a daemon that outlives everything.
            let mut epmd = self.command(&self.programs.epmd);
            epmd.args(["-address", "127.0.0.1", "-port"])
                .arg(self.epmd_port.to_string());
            self.epmd = Some(Group::spawn("epmd", epmd, &self.folder.join("epmd.log"))?);
        }
        let server = self.command(&self.programs.server);
        self.server = Some(Group::spawn(
            "RabbitMQ",
            server,
            &self.folder.join("rabbitmq.log"),
        )?);
        Ok(())
    }

    pub(super) async fn stop(&mut self) -> Result<()> {
        let Some(mut server) = self.server.take() else {
            return Ok(());
        };
        server.signal(Signal::TERM);
        match server.ended(STOP_WITHIN).await? {
            Some(_) => Ok(()),
            None => bail!("RabbitMQ did not stop within {} s", STOP_WITHIN.as_secs()),
        }
    }

    pub(super) fn ctl(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(&self.programs.ctl);
        command.args(["--node", &self.node()]).args(arguments);
        command
    }

    /// `localhost` so that neither DNS nor the machine's name matters.
    fn node(&self) -> String {
        format!("bridge-{}@localhost", self.epmd_port)
    }

    /// A command whose environment points at nothing but our folder: no /etc/rabbitmq, no shared Erlang cookie.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().current_dir(self.folder.path());
        for name in ["PATH", "LANG", "LC_ALL"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("HOME", self.folder.path());
        command
            .env("RABBITMQ_NODENAME", self.node())
            .env("RABBITMQ_LOGS", "-");
        command.env("RABBITMQ_DIST_PORT", self.distribution_port.to_string());
        command.env(
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
            "-kernel inet_dist_use_interface {127,0,0,1}",
        );
        command
            .env("ERL_EPMD_PORT", self.epmd_port.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1");
        for (name, file) in FILES {
            command.env(name, self.folder.join(file));
        }
        command
    }
}

/// RabbitMQ's variables that name a file or folder.
const FILES: [(&str, &str); 9] = [
    ("RABBITMQ_CONFIG_FILE", "rabbitmq.conf"),
    ("RABBITMQ_CONFIG_FILES", "more-configuration"),
    ("RABBITMQ_ADVANCED_CONFIG_FILE", "advanced.config"),
    ("RABBITMQ_CONF_ENV_FILE", "rabbitmq-env.conf"),
    ("RABBITMQ_ENABLED_PLUGINS_FILE", "enabled_plugins"),
    ("RABBITMQ_GENERATED_CONFIG_DIR", "generated"),
    ("RABBITMQ_MNESIA_BASE", "data"),
    ("RABBITMQ_LOG_BASE", "log"),
    ("RABBITMQ_PID_FILE", "pid"),
];

fn configure(folder: &Folder, password: &str, amqp_port: u16, http_port: u16) -> Result<()> {
    let configuration = format!(
        "listeners.tcp.1 = 127.0.0.1:{amqp_port}\n\
         management.tcp.ip = 127.0.0.1\n\
         management.tcp.port = {http_port}\n\
         default_user = bridge\n\
         default_pass = {password}\n\
         vm_memory_high_watermark.relative = {MEMORY_WATERMARK}\n\
         disk_free_limit.absolute = {DISK_FREE_LIMIT}\n\
         collect_statistics_interval = 1000\n"
    );
    write(&folder.join("rabbitmq.conf"), &configuration)?;
    write(&folder.join("enabled_plugins"), "[rabbitmq_management].\n")
}

fn write(path: &Path, text: &str) -> Result<()> {
    let mut file = fs::OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(path)?;
    Ok(std::io::Write::write_all(&mut file, text.as_bytes())?)
}
