//! `cargo xtask …`: everything a developer runs, in one place. It contains no logic of the bridge itself.

mod bench;
mod demo;
mod dev;
mod sqlx;
mod stop;
mod test;

use std::process::{Command, ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Tasks of this repository; none needs a running service.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Play the main job on real parts: introductions in, candidates and status events out
    Demo(demo::Arguments),
    /// Run every test against a private RabbitMQ and PostgreSQL
    Test(test::Arguments),
    /// Record what the database says about the store's queries in .sqlx
    Sqlx(sqlx::Arguments),
    /// Measure throughput, latency and cost of the bridge
    Bench(bench::Arguments),
    /// Start RabbitMQ and PostgreSQL, print how to reach them, and stay up until Ctrl-C
    Dev,
}

#[tokio::main]
async fn main() -> ExitCode {
    let task = Arguments::parse().task;
    // Whichever way this ends, the servers are owned by the future that is dropped here, and stop with it.
    let result = tokio::select! {
        result = run(task) => result,
        code = stop::requested() => Ok(code),
    };
    result.unwrap_or_else(|error| {
        eprintln!("\nerror: {error:#}");
        ExitCode::FAILURE
    })
}

async fn run(task: Task) -> Result<ExitCode> {
    match task {
        Task::Demo(arguments) => demo::run(&arguments).await,
        Task::Test(arguments) => test::run(&arguments).await,
        Task::Sqlx(arguments) => sqlx::run(&arguments).await,
        Task::Bench(arguments) => bench::run(&arguments).await,
        Task::Dev => dev::run().await,
    }
}

/// Options of servers started for a person who waits for them.
fn server_options() -> testkit::Options {
    testkit::Options {
        may_install: true,
        quiet: false,
        ..testkit::Options::default()
    }
}

/// The cargo that runs us, without what it told us about this package: build scripts that look at it, `ring`'s for one,
/// would run again each time, and everything that is built on them.
fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let told = name.to_string_lossy();
        if told.starts_with("CARGO_PKG_") || told.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    cargo
}
