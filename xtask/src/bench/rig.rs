//! What is measured: the simulator and the bridge as processes of their own, in an empty corner of the servers.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use base64::Engine;
use serde_json::{Value, json};
use testkit::{Child, Http, Options, Servers, TestEnv};

use super::cpu::{self, Processes};
use super::disk;
use super::figures::Figure;
use super::meter::Meter;

pub(super) const TENANT: &str = "acme";
const READY_WITHIN: Duration = Duration::from_secs(60);
const DRAINED_WITHIN: Duration = Duration::from_secs(60);

/// Where every run of a benchmark takes place.
pub(super) struct Stand<'a> {
    servers: &'a Servers,
    options: Options,
    variables: Vec<(String, String)>,
}

impl<'a> Stand<'a> {
    pub(super) fn new(
        servers: &'a Servers,
        options: Options,
        variables: &[String],
    ) -> Result<Self> {
        let pair = |given: &String| {
            let (name, value) = given
                .split_once('=')
                .with_context(|| format!("--env {given}: expected NAME=VALUE"))?;
            Ok((name.to_owned(), value.to_owned()))
        };
        Ok(Self {
            servers,
            options,
            variables: variables.iter().map(pair).collect::<Result<_>>()?,
        })
    }

    pub(super) fn root(&self) -> &Path {
        &self.options.root
    }

    /// Tells what is going on; data goes to standard output, this does not.
    pub(super) fn say(&self, what: &str) {
        eprintln!("{what}");
    }
}

/// One run's processes. The bridge is down until it is started.
pub(super) struct Rig {
    // In this order: the bridge ends before the simulator, and both before the corner they work in goes.
    bridge: Option<Child>,
    simulator_process: Child,
    simulator: Value,
    pub(super) env: TestEnv,
    variables: Vec<(String, String)>,
    url: String,
    /// The tenant's.
    connection: String,
    options: Options,
    /// Where logs go, and what their names begin with.
    logs: PathBuf,
    label: String,
    starts: u32,
}

impl Rig {
    /// Database migrated, topology declared, tenant connected; the bridge is down again.
    pub(super) async fn set_up(stand: &Stand<'_>, label: &str, latency_ms: u32) -> Result<Self> {
        let latency = latency_ms.to_string();
        Self::with(stand, label, &["--latency-ms", &latency]).await
    }

    /// The same with another seed of the simulator.
    pub(super) async fn seeded(stand: &Stand<'_>, label: &str, seed: &str) -> Result<Self> {
        Self::with(stand, label, &["--seed", seed]).await
    }

    async fn with(stand: &Stand<'_>, label: &str, more: &[&str]) -> Result<Self> {
        let env = TestEnv::on(stand.servers, "bench").await?;
        let mut arguments = vec![
            "--rate-limit",
            "0",
            "--token-limit",
            "0",
            "--log-capacity",
            "0",
        ];
        arguments.extend(more);
        let program = Child::program("greenhouse-sim")?;
        let quiet = [("RUST_LOG", "warn")];
        let mut simulator_process =
            Child::start_with(&stand.options, &program, &arguments, &quiet)?;
        let line = simulator_process
            .printed("\"api_url\"", READY_WITHIN)
            .await?;
        let simulator: Value =
            serde_json::from_str(&line).context("the simulator's first line is no JSON")?;
        let url = format!("http://127.0.0.1:{}", testkit::free_port()?);
        let mut variables = variables(&env, &simulator, &url)?;
        variables.extend(stand.variables.iter().cloned());
        let mut rig = Self {
            bridge: None,
            simulator_process,
            simulator,
            env,
            variables,
            url,
            connection: String::new(),
            options: stand.options.clone(),
            logs: stand.options.root.join("target").join("bench"),
            label: label.to_owned(),
            starts: 0,
        };
        rig.start_bridge()?;
        rig.ready().await?;
        rig.connect().await?;
        rig.stop_bridge().await?;
        Ok(rig)
    }

    /// Starts `bridge run all`; does not wait for anything.
    pub(super) fn start_bridge(&mut self) -> Result<()> {
        let borrowed: Vec<(&str, &str)> = self
            .variables
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        let program = Child::program("bridge")?;
        let bridge = Child::start_with(&self.options, &program, &["run", "all"], &borrowed)?;
        self.bridge = Some(bridge);
        self.starts += 1;
        Ok(())
    }

    pub(super) async fn ready(&mut self) -> Result<()> {
        let bridge = self.bridge.as_mut().context("the bridge is down")?;
        bridge.ready(&self.url, READY_WITHIN).await
    }

    /// Lets it drain, as SIGTERM does, and keeps its log.
    pub(super) async fn stop_bridge(&mut self) -> Result<()> {
        let Some(mut bridge) = self.bridge.take() else {
            return Ok(());
        };
        let ended = bridge.terminate(DRAINED_WITHIN).await;
        self.keep(&bridge, &format!("bridge-{}", self.starts))?;
        match ended?.success() {
            true => Ok(()),
            false => bail!(
                "the bridge ended badly; see target/bench/{}-bridge-{}.log",
                self.label,
                self.starts
            ),
        }
    }

    /// Fails when the bridge or the simulator has ended by itself.
    pub(super) fn check(&mut self) -> Result<()> {
        let bridge = self.bridge.as_mut().context("the bridge is down")?;
        if !bridge.runs() {
            bail!("the bridge ended:\n{}", tail(&bridge.log()));
        }
        if !self.simulator_process.runs() {
            bail!(
                "the simulator ended:\n{}",
                tail(&self.simulator_process.log())
            );
        }
        Ok(())
    }

    /// Ends everything and keeps the logs, whatever has happened before.
    pub(super) async fn strike(mut self) -> Result<()> {
        let stopped = self.stop_bridge().await;
        self.keep(&self.simulator_process, "simulator")?;
        stopped
    }

    /// What the simulator answers to `GET /_sim/{path}`.
    pub(super) async fn ask_simulator(&self, path: &str) -> Result<Value> {
        let url = self.control(path)?;
        let answer = Http::new()?.get(&url, None).await?;
        match answer.status {
            200 => Ok(answer.body),
            status => bail!("the simulator answered {status} to {url}"),
        }
    }

    /// Address of something in the simulator's own interface.
    pub(super) fn control(&self, path: &str) -> Result<String> {
        let base = self.simulator["control_url"].as_str();
        Ok(format!("{}/{path}", base.context("control_url")?))
    }

    /// What the simulator answers to a POST of `body` to `/_sim/{path}`.
    pub(super) async fn tell_simulator(&self, path: &str, body: &Value) -> Result<Value> {
        self.caller()?.tell(path, body).await
    }

    /// Whoever tells the simulator what to do, many times at once.
    pub(super) fn caller(&self) -> Result<Caller> {
        let base = self.simulator["control_url"].as_str();
        Ok(Caller {
            base: base.context("control_url")?.to_owned(),
            http: Http::new()?,
        })
    }

    /// Changes settings or webhook secrets of the tenant's connection.
    pub(super) async fn configure(&self, change: &Value) -> Result<()> {
        let url = format!("{}/v1/connections/{}", self.url, self.connection);
        let answer = Http::new()?.patch(&url, self.token(), change).await?;
        match answer.status {
            200 => Ok(()),
            status => bail!(
                "the connection's change was answered {status}: {}",
                answer.body
            ),
        }
    }

    /// Where Greenhouse delivers to.
    pub(super) fn webhook_endpoint(&self) -> String {
        format!("{}/webhooks/greenhouse/{}", self.url, self.connection)
    }

    fn token(&self) -> Option<&str> {
        let mut variables = self.variables.iter();
        let token = variables.find(|(name, _)| name == "BRIDGE_ADMIN_TOKEN");
        token.map(|(_, token)| token.as_str())
    }

    /// CPU seconds of everybody up to now.
    pub(super) fn meter(&self) -> Result<Meter> {
        let processes = Processes::now()?;
        let of = |child: &Child| processes.seconds(child.pid());
        let of_server = |name| processes.ours(name).map(|pid| processes.seconds(pid));
        let (machine, stolen) = cpu::machine_seconds()?;
        Ok(Meter {
            at: Instant::now(),
            service: self.bridge.as_ref().map(of).unwrap_or_default(),
            simulator: of(&self.simulator_process),
            postgres: of_server("postgres"),
            rabbitmq: of_server("beam.smp"),
            loader: cpu::own_seconds()?,
            machine,
            stolen,
        })
    }

    /// What a flush costs on the disk that the servers, where they are ours, write to as well.
    pub(super) async fn flushes(&self) -> Result<Vec<Figure>> {
        disk::flushes(&self.logs).await
    }

    /// The most memory the bridge ever had, MB.
    pub(super) fn peak_megabytes(&self) -> Result<f64> {
        let bridge = self.bridge.as_ref().context("the bridge is down")?;
        cpu::peak_megabytes(bridge.pid())
    }

    /// From now on the peak is that of what follows.
    pub(super) fn forget_peak(&self) -> Result<()> {
        let bridge = self.bridge.as_ref().context("the bridge is down")?;
        cpu::forget_peak(bridge.pid())
    }

    /// How many requests the simulator has answered.
    pub(super) async fn requests(&self) -> Result<u64> {
        let stats = self.ask_simulator("stats").await?;
        stats["requests"].as_u64().context("requests")
    }

    fn keep(&self, child: &Child, what: &str) -> Result<()> {
        fs::create_dir_all(&self.logs)?;
        let path = self.logs.join(format!("{}-{what}.log", self.label));
        fs::copy(child.log_file(), path).context("keep a log")?;
        Ok(())
    }

    async fn connect(&mut self) -> Result<()> {
        let credential = &self.simulator["credentials"][0];
        let request = json!({"tenant": TENANT, "auth": {
            "kind": "client_credentials",
            "client_id": credential["client_id"],
            "client_secret": credential["client_secret"],
            "acting_user_id": credential["acting_user_id"],
        }});
        let url = format!("{}/v1/connections", self.url);
        let answer = Http::new()?.post(&url, self.token(), &request).await?;
        match (answer.status, answer.body["state"].as_str()) {
            (201, Some("active")) => {
                let id = answer.body["id"].as_str();
                self.connection = id.context("the connection's id")?.to_owned();
                Ok(())
            }
            (status, _) => bail!(
                "connecting the tenant was answered {status}: {}",
                answer.body
            ),
        }
    }
}

/// A way to the simulator's switches.
#[derive(Clone)]
pub(super) struct Caller {
    base: String,
    http: Http,
}

impl Caller {
    /// What the simulator answers to a POST of `body` to `/_sim/{path}`.
    pub(super) async fn tell(&self, path: &str, body: &Value) -> Result<Value> {
        let url = format!("{}/{path}", self.base);
        let answer = self.http.post(&url, None, body).await?;
        match answer.status {
            200..=299 => Ok(answer.body),
            status => bail!("the simulator answered {status} to {url}: {}", answer.body),
        }
    }
}

fn variables(env: &TestEnv, simulator: &Value, url: &str) -> Result<Vec<(String, String)>> {
    let said = |name: &str| {
        let value = simulator[name].as_str();
        value
            .map(str::to_owned)
            .with_context(|| format!("the simulator does not say its {name}"))
    };
    let key = [
        *uuid::Uuid::new_v4().as_bytes(),
        *uuid::Uuid::new_v4().as_bytes(),
    ]
    .concat();
    let key = base64::engine::general_purpose::STANDARD.encode(key);
    let all = [
        ("BRIDGE_AMQP_URL", env.amqp_url.clone()),
        ("BRIDGE_DATABASE_URL", env.database_url.clone()),
        ("BRIDGE_MASTER_KEYS", format!("bench:{key}")),
        (
            "BRIDGE_ADMIN_TOKEN",
            uuid::Uuid::new_v4().simple().to_string(),
        ),
        (
            "BRIDGE_HTTP_ADDR",
            url.trim_start_matches("http://").to_owned(),
        ),
        ("GREENHOUSE_API_URL", said("api_url")?),
        ("GREENHOUSE_AUTH_URL", said("auth_url")?),
    ];
    Ok(all
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect())
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
