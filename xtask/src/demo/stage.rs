//! The scenery: the simulator and the bridge as processes, and one connected tenant.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use base64::Engine;
use serde_json::{Value, json};
use testkit::{Child, Http, Options, Servers, TestEnv};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::screen::Screen;
use super::simulator::{self, Simulator};

const READY_WITHIN: Duration = Duration::from_secs(60);
/// How often the bridge asks Greenhouse for changes here.
const POLL_SECONDS: u32 = 5;
const DRAINED_WITHIN: Duration = Duration::from_secs(30);

pub(super) struct Stage {
    // In this order: the bridge ends before the servers' corner it works in goes.
    bridge: Child,
    simulator_process: Child,
    pub(super) env: TestEnv,
    pub(super) simulator: Simulator,
    program: PathBuf,
    variables: Vec<(&'static str, String)>,
    url: String,
    connection: Value,
}

/// Builds the two programs; cargo shows its own progress.
pub(super) async fn build(root: &Path) -> Result<()> {
    let mut cargo = Command::from(crate::cargo());
    cargo
        .args([
            "build",
            "--package",
            "bridge",
            "--package",
            "greenhouse-sim",
        ])
        .current_dir(root)
        .kill_on_drop(true);
    // They are looked for beside this program.
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    match cargo.status().await?.success() {
        true => Ok(()),
        false => bail!("the programs do not build"),
    }
}

impl Stage {
    pub(super) async fn set(servers: &Servers, options: &Options) -> Result<Self> {
        let env = TestEnv::on(servers, "demo").await?;
        let (mut simulator_process, simulator) = simulator::start(options).await?;
        let url = format!("http://127.0.0.1:{}", testkit::free_port()?);
        let variables = variables(&env, &simulator, &url)?;
        let program = Child::program("bridge")?;
        let borrowed: Vec<(&str, &str)> = variables
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let mut bridge = Child::start_with(options, &program, &["run", "all"], &borrowed)?;
        bridge
            .ready(&url, READY_WITHIN)
            .await
            .context("the bridge did not become ready")?;
        if !simulator_process.runs() {
            bail!("the simulator ended:\n{}", simulator_process.log());
        }
        let mut stage = Self {
            bridge,
            simulator_process,
            env,
            simulator,
            program,
            variables,
            url,
            connection: Value::Null,
        };
        stage.connection = stage
            .connect()
            .await
            .context("the tenant could not be connected")?;
        stage.poll_often().await?;
        Ok(stage)
    }

    /// Runs `bridge …` as a user would, and returns what it prints.
    pub(super) async fn bridge(&self, arguments: &[&str]) -> Result<String> {
        self.bridge_with(arguments, "").await
    }

    /// The ledger's story of an introduction, as `bridge why --json` tells it.
    pub(super) async fn why(&self, introduction: &str) -> Result<Value> {
        let told = self
            .command(&["why", introduction, "--json"])
            .output()
            .await?;
        // Exit code 1 means there is something to see to, which is what some samples are about.
        serde_json::from_slice(&told.stdout).with_context(|| {
            format!(
                "bridge why {introduction}: {}",
                String::from_utf8_lossy(&told.stderr)
            )
        })
    }

    pub(super) fn describe(&self, screen: &Screen) {
        screen.line(&format!("simulator  {}", self.simulator.api_url));
        screen.line(&format!("bridge     {}  (bridge run all)", self.url));
        let state = self.connection["state"].as_str().unwrap_or("unknown");
        screen.line(&format!("tenant     acme  (POST /v1/connections): {state}"));
        for finding in self.connection["findings"].as_array().into_iter().flatten() {
            let part = |name: &str| finding[name].as_str().unwrap_or_default();
            screen.line(&screen.dim(&format!(
                "           {}: {} {}",
                part("code"),
                part("message"),
                part("remedy")
            )));
        }
    }

    /// What a person can look at while everything stays up.
    pub(super) fn farewell(&self, screen: &Screen) {
        screen.title("Still up, until Ctrl-C");
        screen.line(&format!("metrics      {}/metrics", self.url));
        screen.line(&format!("readiness    {}/ready", self.url));
        screen.line(&format!("simulator    {}", self.simulator.api_url));
        screen.line(&format!(
            "bridge's log {}",
            self.bridge.log_file().display()
        ));
        screen.line(&screen.dim("To use the bridge command line against it, in another shell:"));
        for (name, value) in &self.variables {
            screen.line(&format!("export {name}='{value}'"));
        }
        screen.line(&format!("export BRIDGE_URL='{}'", self.url));
        screen.line(&format!(
            "{} why {}",
            self.program.display(),
            "intro-demo-1"
        ));
    }

    /// Where the programs' logs lie.
    pub(super) fn folders(&self) -> impl Iterator<Item = &Path> {
        [&self.bridge, &self.simulator_process]
            .into_iter()
            .map(Child::folder)
    }

    /// Returns when one of the programs ends by itself.
    pub(super) async fn ended(&mut self) -> Result<()> {
        while self.bridge.runs() && self.simulator_process.runs() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        bail!(
            "a program ended; the end of the bridge's log:\n{}",
            tail(&self.bridge.log())
        )
    }

    /// Lets the bridge drain, as SIGTERM does.
    pub(super) async fn strike(&mut self) -> Result<()> {
        let status: ExitStatus = self
            .bridge
            .terminate(DRAINED_WITHIN)
            .await
            .context("the bridge did not drain")?;
        match status.success() {
            true => Ok(()),
            false => bail!(
                "the bridge ended with {status}; the end of its log:\n{}",
                tail(&self.bridge.log())
            ),
        }
    }

    async fn connect(&self) -> Result<Value> {
        let request = json!({"tenant": "acme", "auth": self.simulator.auth()?}).to_string();
        let answer = self
            .bridge_with(&["--json", "connect", "-", "--url", &self.url], &request)
            .await?;
        serde_json::from_str(&answer).context("bridge connect printed no JSON")
    }

    /// The default suits Greenhouse's request limit, not somebody who watches.
    async fn poll_often(&self) -> Result<()> {
        let id = self.connection["id"]
            .as_str()
            .context("the connection has no id")?;
        let token = self
            .variables
            .iter()
            .find(|(name, _)| *name == "BRIDGE_ADMIN_TOKEN")
            .map(|(_, token)| token.as_str());
        let settings = json!({"settings": {"poll_interval_seconds": POLL_SECONDS}});
        let answer = Http::new()?
            .patch(
                &format!("{}/v1/connections/{id}", self.url),
                token,
                &settings,
            )
            .await?;
        match answer.status {
            200 => Ok(()),
            status => bail!(
                "PATCH /v1/connections/{id} answered {status}: {}",
                answer.body
            ),
        }
    }

    async fn bridge_with(&self, arguments: &[&str], input: &str) -> Result<String> {
        let mut child = self.command(arguments).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).await?;
        }
        let output = child.wait_with_output().await?;
        if !output.status.success() {
            bail!(
                "bridge {} failed: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped());
        command
            .stderr(std::process::Stdio::piped())
            .kill_on_drop(true);
        command
    }
}

fn variables(
    env: &TestEnv,
    simulator: &Simulator,
    url: &str,
) -> Result<Vec<(&'static str, String)>> {
    let key: Vec<u8> = [secret(), secret()]
        .concat()
        .into_bytes()
        .into_iter()
        .take(32)
        .collect();
    let key = base64::engine::general_purpose::STANDARD.encode(key);
    let auth_url = simulator.announced["auth_url"]
        .as_str()
        .context("auth_url")?
        .to_owned();
    Ok(vec![
        ("BRIDGE_AMQP_URL", env.amqp_url.clone()),
        ("BRIDGE_DATABASE_URL", env.database_url.clone()),
        ("BRIDGE_MASTER_KEYS", format!("demo:{key}")),
        ("BRIDGE_ADMIN_TOKEN", secret()),
        (
            "BRIDGE_HTTP_ADDR",
            url.trim_start_matches("http://").to_owned(),
        ),
        ("GREENHOUSE_API_URL", simulator.api_url.clone()),
        ("GREENHOUSE_AUTH_URL", auth_url),
    ])
}

/// 32 random hexadecimal characters.
fn secret() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
