//! The program: a simulator on given ports, its addresses and credentials as one line of JSON on standard output, logs
//! on standard error, until SIGTERM or Ctrl-C.

use std::{
    io::{BufRead, BufReader, IsTerminal, Write, stderr},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::Context;
use clap::Parser;
use greenhouse_sim::{Config, CreateAnswer, Lag, OrganisationConfig, Seed, Simulator};
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// How long a running simulator may take to say how it is.
const PATIENCE: Duration = Duration::from_secs(2);

/// A strict, stateful Greenhouse (Harvest v3 with OAuth, v1 with API keys) for tests, demos and benchmarks.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where the API and /_sim/ listen; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    addr: SocketAddr,
    /// Where the token host listens.
    #[arg(long, default_value = "127.0.0.1:0", conflicts_with = "single_port")]
    auth_addr: SocketAddr,
    /// Serve the token host on the API's port.
    #[arg(long)]
    single_port: bool,
    /// What Link headers start with; by default what the request's Host header says.
    #[arg(long)]
    public_url: Option<String>,
    /// What each organisation contains: empty, small, demo, a number of candidates, or
    /// jobs:NUMBER.
    #[arg(long, default_value = "small", value_parser = seed)]
    seed: Seed,
    /// An organisation; repeat it for several side by side. Its OAuth client is NAME-harvest / NAME-secret, its API key
    /// NAME-api-key.
    #[arg(long = "organisation", value_name = "NAME", default_value = "acme")]
    organisations: Vec<String>,
    /// v3 requests per window and credential; 0 turns the limits and headers of both versions off.
    #[arg(long, default_value_t = 75)]
    rate_limit: u32,
    /// Seconds per window.
    #[arg(long, default_value_t = 30.0)]
    rate_window: f64,
    /// v1 requests per 10 seconds and API key; 0 turns this limit off.
    #[arg(long, default_value_t = 50)]
    v1_rate_limit: u32,
    /// Token requests per minute and client; 0 turns the limit off.
    #[arg(long, default_value_t = 100)]
    token_limit: u32,
    /// Seconds an access token lives.
    #[arg(long, default_value_t = 3600)]
    token_lifetime: u64,
    /// What a minute between two attempts of a webhook shrinks to; 0 makes them at once.
    #[arg(long, default_value_t = 1.0)]
    webhook_time_scale: f64,
    /// Milliseconds every request takes.
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
    /// Seconds reads run behind writes.
    #[arg(long, default_value_t = 0.0)]
    lag: f64,
    /// Let look-ups by ids lag as well.
    #[arg(long)]
    lag_by_id: bool,
    /// What creating a candidate answers: wrapped, flat, or truncated:SECONDS.
    #[arg(long, default_value = "wrapped", value_parser = create_answer)]
    create_answer: CreateAnswer,
    /// Refuse a second application of a candidate on a job instead of making it.
    #[arg(long)]
    refuse_duplicate_applications: bool,
    /// Requests the log under /_sim/log keeps.
    #[arg(long, default_value_t = 10_000)]
    log_capacity: usize,
    /// Serve nothing, and ask the simulator that runs at --addr for its health; for container health checks.
    #[arg(long)]
    healthcheck: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if arguments.healthcheck {
        return healthcheck(arguments.addr);
    }
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal())
        .with_env_filter(filter)
        .init();
    let simulator =
        Simulator::start(config(arguments)?).context("the simulator could not be started")?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    // Before anybody can know that there is somebody to stop.
    let signals = runtime.block_on(async { Signals::listened_for() })?;
    println!("{}", introduction(&simulator));
    tracing::info!(
        api = simulator.api_url(),
        auth = simulator.auth_url(),
        "serving"
    );
    runtime.block_on(signals.one());
    tracing::info!(requests = simulator.state().request_count(), "stopping");
    simulator.shutdown();
    Ok(())
}

/// By hand, because the image has no program that could and one line of the answer is enough.
fn healthcheck(mut addr: SocketAddr) -> anyhow::Result<()> {
    anyhow::ensure!(
        addr.port() != 0,
        "--healthcheck needs the --addr at which a simulator runs, such as 127.0.0.1:8090"
    );
    if addr.ip().is_unspecified() {
        addr.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let mut connection = TcpStream::connect_timeout(&addr, PATIENCE)
        .with_context(|| format!("nobody listens at {addr}"))?;
    connection.set_read_timeout(Some(PATIENCE))?;
    write!(
        connection,
        "GET /_sim/health HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n"
    )?;
    let mut status = String::new();
    BufReader::new(connection).read_line(&mut status)?;
    anyhow::ensure!(
        status.starts_with("HTTP/1.1 200 "),
        "the answer at {addr} is {:?}",
        status.trim_end()
    );
    Ok(())
}

fn config(arguments: Arguments) -> anyhow::Result<Config> {
    let seconds = |value: f64, name: &str| {
        Duration::try_from_secs_f64(value)
            .with_context(|| format!("--{name} must be a number of seconds, such as 30"))
    };
    let mut config = Config {
        addr: arguments.addr,
        auth_addr: (!arguments.single_port).then_some(arguments.auth_addr),
        public_url: arguments.public_url,
        log_capacity: arguments.log_capacity,
        ..Config::default()
    };
    let organisation = |name: &String| OrganisationConfig {
        seed: arguments.seed,
        ..OrganisationConfig::named(name)
    };
    config.organisations = arguments.organisations.iter().map(organisation).collect();
    let settings = &mut config.settings;
    settings.rate_limit = arguments.rate_limit;
    settings.rate_window = seconds(arguments.rate_window, "rate-window")?;
    settings.v1.rate_limit = arguments.v1_rate_limit;
    settings.token_limit = arguments.token_limit;
    settings.token_lifetime = Duration::from_secs(arguments.token_lifetime);
    anyhow::ensure!(
        (0.0..=1.0).contains(&arguments.webhook_time_scale),
        "--webhook-time-scale must lie between 0 and 1, such as 0.01"
    );
    settings.webhook_time_scale = arguments.webhook_time_scale;
    settings.latency = Duration::from_millis(arguments.latency_ms);
    settings.lag = Lag {
        length: seconds(arguments.lag, "lag")?,
        by_id: arguments.lag_by_id,
    };
    settings.create_answer = arguments.create_answer;
    settings.allow_duplicate_applications = !arguments.refuse_duplicate_applications;
    Ok(config)
}

fn introduction(simulator: &Simulator) -> serde_json::Value {
    let credentials: Vec<_> = simulator
        .all_access()
        .into_iter()
        .map(|access| {
            json!({
                "organisation": access.organisation,
                "client_id": access.client_id,
                "client_secret": access.client_secret,
                "acting_user_id": access.site_admin_id,
                "api_key": access.api_key,
            })
        })
        .collect();
    let partner = simulator.partner().map(|(client_id, client_secret)| {
        json!({ "client_id": client_id, "client_secret": client_secret })
    });
    json!({
        "partner": partner,
        "api_url": simulator.api_url(),
        "auth_url": simulator.auth_url(),
        "control_url": format!("{}/_sim", simulator.api_url()),
        "credentials": credentials,
    })
}

/// What asks the program to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Within a runtime.
    fn listened_for() -> anyhow::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate()).context("SIGTERM cannot be listened for")?,
            interrupt: signal(SignalKind::interrupt()).context("Ctrl-C cannot be listened for")?,
        })
    }

    async fn one(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

fn seed(text: &str) -> Result<Seed, String> {
    match text {
        "empty" => Ok(Seed::Empty),
        "small" => Ok(Seed::Small),
        "demo" => Ok(Seed::Demo),
        other => {
            let (number, of): (_, fn(u32) -> Seed) = match other.strip_prefix("jobs:") {
                Some(jobs) => (jobs, Seed::Jobs),
                None => (other, Seed::Candidates),
            };
            let number = number.parse();
            number
                .map(of)
                .map_err(|_| "empty, small, demo, a number or jobs:NUMBER".to_owned())
        }
    }
}

fn create_answer(text: &str) -> Result<CreateAnswer, String> {
    let truncated = || {
        let seconds = text.strip_prefix("truncated:")?.parse().ok()?;
        Duration::try_from_secs_f64(seconds).ok()
    };
    match text {
        "wrapped" => Ok(CreateAnswer::Wrapped),
        "flat" => Ok(CreateAnswer::Flat),
        _ => truncated()
            .map(CreateAnswer::Truncated)
            .ok_or_else(|| "wrapped, flat or truncated:SECONDS".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulator_is_healthy_while_it_runs() {
        let simulator = Simulator::start(Config::default()).unwrap();
        let url = simulator.api_url();
        let addr: SocketAddr = url.trim_start_matches("http://").parse().unwrap();
        let anywhere = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), addr.port());
        for asked in [addr, anywhere] {
            healthcheck(asked).unwrap();
        }
        simulator.shutdown();
        assert!(healthcheck(addr).is_err());
        assert!(healthcheck("127.0.0.1:0".parse().unwrap()).is_err());
    }
}
