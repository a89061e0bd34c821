//! One program: runs any of the services or all of them, and is the command line for the people around them.
//!
//! It composes; what the services do is theirs. Data goes to stdout, everything else to stderr. Exit codes: 0 done,
//! 1 a finding, 2 usage, 3 partly done, 4 something cannot be reached, 5 refused.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod catalogue;
mod client;
mod connect;
mod failure;
mod gauges;
mod jobs;
mod keys;
mod output;
mod publish;
mod run;
mod story;
mod why;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use failure::Failure;

/// What `bridge --help` says beside the commands.
const HELP: &str = "\
Exit codes: 0 done, 1 a finding or a fault, 2 wrong arguments, files or settings, 3 partly done, 4 something cannot be reached,
5 refused. Data goes to standard output, everything else to standard error. README.md lists the variables that are read.";

/// The bridge between Intrro and Greenhouse.
#[derive(Parser)]
#[command(name = "bridge", version, about, after_help = HELP)]
struct Cli {
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run services until SIGTERM.
    #[command(after_help = run::HELP)]
    Run {
        /// Which services.
        #[arg(value_enum, required = true)]
        services: Vec<run::Service>,
    },
    /// Connect a tenant's Greenhouse account; reads the JSON of POST /v1/connections from a file or stdin.
    #[command(after_help = connect::HELP)]
    Connect {
        /// File with the request; `-` reads stdin, so that the secret is in no argument list.
        #[arg(default_value = "-")]
        file: String,
        /// The bridge's HTTP address.
        #[arg(
            long,
            env = "BRIDGE_URL",
            hide_env_values = true,
            default_value = "http://127.0.0.1:8080"
        )]
        url: String,
    },
    /// Publish an event from a file to Intrro's exchange, as the platform would.
    #[command(after_help = publish::HELP)]
    Publish {
        /// File with a CloudEvent in structured JSON; `-` reads stdin.
        file: String,
    },
    /// A tenant's jobs: ask for an import, list them.
    Jobs {
        #[command(subcommand)]
        what: jobs::Jobs,
    },
    /// Why did an introduction not reach Greenhouse? Takes an introduction, candidate, event or operation id.
    #[command(after_help = why::HELP)]
    Why {
        /// The id.
        #[arg(value_parser = clap::builder::NonEmptyStringValueParser::new())]
        id: String,
    },
    /// What a code means and what to do about it.
    Explain {
        /// A number (BRG-0302) or a word (job_closed); all of them when absent.
        code: Option<String>,
    },
    /// Ask the running bridge whether it is ready; for container health checks.
    #[command(after_help = client::HEALTH_HELP)]
    Healthcheck,
    /// The master keys that seal tenants' secrets.
    Keys {
        #[command(subcommand)]
        command: keys::Command,
    },
}

/// The command line as clap sees it, for checking the commands that documents name.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the program with the process's arguments.
pub async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return unread(&error, json_is_asked(std::env::args_os())),
    };
    let outcome = match cli.command {
        Command::Run { services } => run::run(&services).await,
        Command::Connect { file, url } => connect::connect(&file, &url, cli.json).await,
        Command::Publish { file } => publish::publish(&file, cli.json).await,
        Command::Jobs { what } => jobs::jobs(what, cli.json).await,
        Command::Why { id } => why::why(&id, cli.json).await,
        Command::Explain { code } => catalogue::explain(code.as_deref(), cli.json),
        Command::Healthcheck => client::healthcheck().await,
        Command::Keys { command } => keys::keys(command, cli.json).await,
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => failure.report(cli.json),
    }
}

/// Arguments that are no command. Help and the version come this way too, and are no failures.
fn unread(error: &clap::Error, json: bool) -> ExitCode {
    if !json || !error.use_stderr() {
        error.exit();
    }
    let text = error.to_string();
    let text = text.trim_end();
    let text = text.strip_prefix("error: ").unwrap_or(text);
    Failure::Usage(text.to_owned()).report(json)
}

/// Whether `--json` is among arguments that cannot be read: after `--` it is a text like any other.
fn json_is_asked(arguments: impl Iterator<Item = OsString>) -> bool {
    let mut options = arguments.take_while(|argument| argument != "--");
    options.any(|argument| argument == "--json")
}
