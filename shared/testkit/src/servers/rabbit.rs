//! A private RabbitMQ with its HTTP API, that tests may kill, restart and starve of memory.

mod local;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use local::{DISK_FREE_LIMIT, Local, MEMORY_WATERMARK};

use super::compose::Service;
use super::find::RabbitPrograms;
use super::progress::Progress;
use super::{Options, Sources};
use crate::Management;
use crate::port;
use crate::process::run;

const START_WITHIN: Duration = Duration::from_secs(120);
const ALARM_WITHIN: Duration = Duration::from_secs(20);

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

/// What RabbitMQ may run short of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// More memory in use than it may.
    Memory,
    /// Less of the disk free than there must be.
    Disk,
}

impl Alarm {
    fn arguments(self, on: bool) -> &'static [&'static str] {
        match (self, on) {
            (Alarm::Memory, true) => &["set_vm_memory_high_watermark", "absolute", "1MB"],
            (Alarm::Memory, false) => &["set_vm_memory_high_watermark", MEMORY_WATERMARK],
            (Alarm::Disk, true) => &["set_disk_free_limit", "1000000GB"],
            (Alarm::Disk, false) => &["set_disk_free_limit", DISK_FREE_LIMIT],
        }
    }
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
        let password = uuid::Uuid::new_v4().simple().to_string();
        let (amqp_port, http_port) = (port::free()?, port::free()?);
        let local = Local::start(options, programs, &password, amqp_port, http_port)?;
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
    /// RabbitMQ 3.10 may lose a quorum queue that was declared not long before: [`Self::restart`] it once first.
    pub async fn kill9(&mut self) -> Result<()> {
        match &mut self.instance {
            Instance::Local(local) => {
                local.kill();
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

    /// Raises or clears an alarm, and waits until the broker says so: while it is on, RabbitMQ reads nothing more from
    /// publishing connections. A restart clears it.
    pub async fn set_alarm(&self, alarm: Alarm, on: bool) -> Result<()> {
        self.ctl(alarm.arguments(on)).await?;
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

    /// Closes channels that leave a delivery unsettled for longer than this, soon after; for channels opened from now on.
    pub async fn set_consumer_timeout(&self, timeout: Duration) -> Result<()> {
        let milliseconds = timeout.as_millis();
        let set = format!(
            "application:set_env(rabbit, channel_tick_interval, 500),
            application:set_env(rabbit, consumer_timeout, {milliseconds})."
        );
        self.ctl(&["eval", &set]).await
    }

    async fn ctl(&self, arguments: &[&str]) -> Result<()> {
        match &self.instance {
            Instance::Local(local) => run(local.ctl(arguments)).await.map(drop),
            Instance::Docker(service) => service.exec("rabbitmqctl", arguments).await,
        }
    }

    /// A client of its HTTP API.
    pub fn management(&self) -> Result<Management> {
        Management::new(&self.management_url)
    }

    pub(super) fn folder(&self) -> Option<&Path> {
        match &self.instance {
            Instance::Local(local) => Some(local.folder()),
            Instance::Docker(_) => None,
        }
    }

    async fn ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + START_WITHIN;
        let management = self.management()?;
        while !(speaks_amqp(self.amqp_port).await && management.answers().await) {
            match &mut self.instance {
                Instance::Local(local) => local.check(deadline)?,
                Instance::Docker(service) => service.check(deadline)?,
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }
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
