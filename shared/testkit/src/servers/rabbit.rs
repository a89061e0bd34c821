//! A private RabbitMQ with its HTTP API, that tests may kill, restart and starve of memory.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::compose::Service;
use super::find::RabbitPrograms;
use super::progress::Progress;
use super::{Options, Sources};
use crate::Management;
use crate::folder::Folder;
use crate::port;
use crate::process::{Group, run};

const START_WITHIN: Duration = Duration::from_secs(120);
const STOP_WITHIN: Duration = Duration::from_secs(60);
const ALARM_WITHIN: Duration = Duration::from_secs(20);
/// Share of the machine's memory from which RabbitMQ stops publishers, in ordinary times.
const MEMORY_WATERMARK: &str = "0.4";

/// A running (or deliberately stopped) RabbitMQ; ends when dropped.
#[derive(Debug)]
pub struct Rabbit {
    /// `amqp://bridge:password@127.0.0.1:port/%2f`. Stays the same over restarts.
    pub amqp_url: String,
    /// The HTTP API, with user and password in the URL.
    pub management_url: String,
    amqp_port: u16,
    instance: Instance,
}

#[derive(Debug)]
enum Instance {
    Local(Box<Local>),
    Docker(Service),
}

#[derive(Debug)]
struct Local {
    // In this order: the server ends before its port mapper, and both before their files go.
    server: Option<Group>,
    epmd: Option<Group>,
    folder: Folder,
    programs: RabbitPrograms,
    epmd_port: u16,
    distribution_port: u16,
}

impl Rabbit {
    /// A private instance for one test, from installed programs or Docker. Takes about 10 s.
    pub async fn start() -> Result<Self> {
        let options = Options::default();
        let source = Sources::find(&options, true, false).await?.rabbit;
        super::start_rabbit(&options, source, &Progress::new(options.quiet))
            .await?
            .context("no RabbitMQ was asked for")
    }

    pub(super) async fn from_programs(options: &Options, programs: RabbitPrograms) -> Result<Self> {
        let folder = Folder::new(options, "rabbitmq", None)?;
        let password = uuid::Uuid::new_v4().simple().to_string();
        let (amqp_port, http_port) = (port::free()?, port::free()?);
        configure(&folder, &password, amqp_port, http_port)?;
        let (epmd_port, distribution_port) = (port::free()?, port::free()?);
        let mut local = Local {
            server: None,
            epmd: None,
            folder,
            programs,
            epmd_port,
            distribution_port,
        };
        local.spawn()?;
        Self::ready_at(
            Instance::Local(Box::new(local)),
            &password,
            amqp_port,
            http_port,
        )
        .await
    }

    pub(super) async fn from_docker(options: &Options) -> Result<Self> {
        let password = uuid::Uuid::new_v4().simple().to_string();
        let (amqp_port, http_port) = (port::free()?, port::free()?);
        let variables = [
            ("RABBITMQ_DEFAULT_USER", "bridge"),
            ("RABBITMQ_DEFAULT_PASS", &*password),
        ];
        let service = Service::up(
            options,
            "rabbitmq",
            &variables,
            &[(amqp_port, 5672), (http_port, 15672)],
        )
        .await?;
        Self::ready_at(Instance::Docker(service), &password, amqp_port, http_port).await
    }

    async fn ready_at(
        instance: Instance,
        password: &str,
        amqp_port: u16,
        http_port: u16,
    ) -> Result<Self> {
        let mut rabbit = Self {
            amqp_url: format!("amqp://bridge:{password}@127.0.0.1:{amqp_port}/%2f"),
            management_url: format!("http://bridge:{password}@127.0.0.1:{http_port}"),
            amqp_port,
            instance,
        };
        rabbit.ready().await?;
        Ok(rabbit)
    }

    /// Ends it without any chance to clean up, as a power failure would. Confirmed messages must survive.
    ///
    /// RabbitMQ 3.10 may lose a quorum queue that was declared only moments before: let a message pass through it first.
    pub async fn kill9(&mut self) -> Result<()> {
        match &mut self.instance {
            Instance::Local(local) => {
                local.server = None;
                Ok(())
            }
            Instance::Docker(service) => service.kill().await,
        }
    }

    /// Ends it in good order, closing connections.
    pub async fn stop(&mut self) -> Result<()> {
        match &mut self.instance {
            Instance::Local(local) => local.stop().await,
            Instance::Docker(service) => service.stop().await,
        }
    }

    /// Stops it if it runs, then starts it again on the same ports and data; returns when it answers.
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

    /// Raises or clears the memory alarm, and waits until the broker says so: while it is on, RabbitMQ reads
    /// nothing more from publishing connections.
    pub async fn set_memory_alarm(&self, on: bool) -> Result<()> {
        let absolute = ["set_vm_memory_high_watermark", "absolute", "1MB"];
        let relative = ["set_vm_memory_high_watermark", MEMORY_WATERMARK];
        let arguments: &[&str] = if on { &absolute } else { &relative };
        match &self.instance {
            Instance::Local(local) => run(local.ctl(arguments)).await.map(drop)?,
            Instance::Docker(service) => service.exec("rabbitmqctl", arguments).await?,
        }
        let deadline = Instant::now() + ALARM_WITHIN;
        let management = self.management()?;
        while management.alarm().await? != on {
            if Instant::now() > deadline {
                bail!(
                    "RabbitMQ did not change its alarm within {} s",
                    ALARM_WITHIN.as_secs()
                );
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// A client of its HTTP API.
    pub fn management(&self) -> Result<Management> {
        Management::new(&self.management_url)
    }

    pub(super) fn folder(&self) -> Option<&Path> {
        match &self.instance {
            Instance::Local(local) => Some(local.folder.path()),
            Instance::Docker(_) => None,
        }
    }

    async fn ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + START_WITHIN;
        let management = self.management()?;
        while !(speaks_amqp(self.amqp_port).await && management.answers().await) {
            match &mut self.instance {
                Instance::Local(local) => local
                    .server
                    .as_mut()
                    .context("RabbitMQ is stopped")?
                    .check(deadline)?,
                Instance::Docker(service) => service.check(deadline)?,
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }
}

impl Local {
    fn spawn(&mut self) -> Result<()> {
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

    async fn stop(&mut self) -> Result<()> {
        let Some(mut server) = self.server.take() else {
            return Ok(());
        };
        server.signal(Signal::TERM);
        match server.ended(STOP_WITHIN).await? {
            Some(_) => Ok(()),
            None => bail!("RabbitMQ did not stop within {} s", STOP_WITHIN.as_secs()),
        }
    }

    fn ctl(&self, arguments: &[&str]) -> Command {
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
         disk_free_limit.absolute = 50MB\n\
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

/// A server that accepts clients answers the protocol header with a method frame (type 1): connection.start.
async fn speaks_amqp(port: u16) -> bool {
    let exchange = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.write_all(b"AMQP\x00\x00\x09\x01").await?;
        stream.read_u8().await
    };
    matches!(
        tokio::time::timeout(Duration::from_secs(2), exchange).await,
        Ok(Ok(1))
    )
}
