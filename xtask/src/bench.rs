//! `cargo xtask bench`: how much the bridge does, how fast, and what it costs. Measures only; nothing fails for being
//! slow, and everything fails that is not exactly right in the simulator at the end.
//!
//! The bridge runs as in production: release build, its own process, every default, PostgreSQL with fsync, quorum
//! queues and confirms.

mod answers;
mod cpu;
mod disk;
mod figures;
mod import;
mod intake;
mod jobs;
mod latency;
mod load;
mod machine;
mod meter;
mod report;
mod rig;
mod statuses;
mod truth;
mod webhooks;

use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use testkit::{Options, Servers};
use tokio::process::Command;

use figures::Scenario;
use report::Report;

/// What is measured.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// From the queue to durable and acknowledged, without the import
    Intake(intake::Arguments),
    /// From the queue into Greenhouse and back as an answer: throughput, cost and latency
    Import(import::Arguments),
    /// Imports of many jobs with posts and stages: calls, CPU, memory, and what an unchanged one writes
    Jobs(jobs::Arguments),
    /// Polls over many followed applications of which few change: calls, CPU, memory
    Statuses(statuses::Arguments),
    /// From Greenhouse's webhook to the event about it
    Webhooks(webhooks::Arguments),
}

/// How often, and what becomes of the numbers.
#[derive(Args)]
struct Conduct {
    /// Repetitions, each on an empty database and virtual host; the table shows their median
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Print JSON instead of the table
    #[arg(long)]
    json: bool,
    /// Write the results to tests/bench
    #[arg(long)]
    save: bool,
    /// A variable for the bridge, such as RUST_LOG=warn; may be repeated
    #[arg(long = "env", value_name = "NAME=VALUE")]
    variables: Vec<String>,
}

impl What {
    fn name(&self) -> &'static str {
        match self {
            Self::Intake(_) => "intake",
            Self::Import(_) => "import",
            Self::Jobs(_) => "jobs",
            Self::Statuses(_) => "statuses",
            Self::Webhooks(_) => "webhooks",
        }
    }

    fn conduct(&self) -> &Conduct {
        match self {
            Self::Intake(arguments) => &arguments.conduct,
            Self::Import(arguments) => &arguments.conduct,
            Self::Jobs(arguments) => &arguments.conduct,
            Self::Statuses(arguments) => &arguments.conduct,
            Self::Webhooks(arguments) => &arguments.conduct,
        }
    }
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let options = crate::server_options();
    if cfg!(debug_assertions) {
        return in_release(&options).await;
    }
    let what = &arguments.what;
    let servers = Servers::start(&options).await?;
    let machine = machine::describe(&servers, &options).await?;
    let stand = rig::Stand::new(&servers, options, &what.conduct().variables)?;
    let scenarios: Vec<Scenario> = match what {
        What::Intake(arguments) => intake::run(&stand, arguments).await?,
        What::Import(arguments) => import::run(&stand, arguments).await?,
        What::Jobs(arguments) => jobs::run(&stand, arguments).await?,
        What::Statuses(arguments) => statuses::run(&stand, arguments).await?,
        What::Webhooks(arguments) => webhooks::run(&stand, arguments).await?,
    };
    let report = Report::new(what.name(), machine, &scenarios);
    match what.conduct().json {
        true => println!("{}", report.json()),
        false => print!("{}", report.table()),
    }
    if what.conduct().save {
        report.save(stand.root())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds the programs measured, then runs this same command in the release profile: a load generator that is itself
/// slow would take from the two cores what it is meant to measure.
async fn in_release(options: &Options) -> Result<ExitCode> {
    // On its own, so that the bridge is built with exactly the features it has in production.
    let programs = [
        "build",
        "--release",
        "--package",
        "bridge",
        "--package",
        "greenhouse-sim",
    ];
    let mut build = Command::from(crate::cargo());
    build.args(programs).current_dir(&options.root);
    let built = build.kill_on_drop(true).status().await?;
    if !built.success() {
        anyhow::bail!("the programs do not build");
    }
    let mut again = Command::from(crate::cargo());
    again
        .args(["run", "--quiet", "--release", "--package", "xtask", "--"])
        .args(std::env::args_os().skip(1))
        .current_dir(&options.root)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let status = again.status().await.context("run cargo")?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
