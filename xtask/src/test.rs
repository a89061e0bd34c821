//! `cargo xtask test`: the servers, then `cargo test` over the workspace, then the totals.

use std::io::IsTerminal;
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result};
use testkit::Servers;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// What to run; everything when nothing is named.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only tests whose name contains one of these
    filter: Vec<String>,
    /// Only tests of this package; may be repeated
    #[arg(short, long)]
    package: Vec<String>,
    /// Handed to the test programs, such as --nocapture or --test-threads=1
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Runs the tests; the exit code is theirs.
pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let options = crate::server_options();
    let python = testkit::python::ensure().await;
    let promtool = testkit::promtool::ensure(&options.root).await;
    let missing: Vec<String> = [python.as_ref().err(), promtool.as_ref().err()]
        .into_iter()
        .flatten()
        .map(|missing| format!("warning: {missing:#}"))
        .collect();
    missing.iter().for_each(|line| eprintln!("{line}"));
    let servers = Servers::start(&options).await?;
    let mut child = cargo_test(arguments, &servers)
        .envs(promtool.map(|program| (testkit::promtool::PROGRAM, program)))
        .spawn()
        .context("run cargo test")?;
    let totals = Totals::count(&mut child).await?;
    let status = child.wait().await?;
    drop(servers);
    println!(
        "\n{} passed, {} failed, {} ignored",
        totals.passed, totals.failed, totals.ignored
    );
    // Once more, below what has scrolled by.
    missing.iter().for_each(|line| println!("{line}"));
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn cargo_test(arguments: &Arguments, servers: &Servers) -> Command {
    let mut command = Command::from(crate::cargo());
    command.args(["test", "--no-fail-fast"]);
    match arguments.package.as_slice() {
        [] => {
            command.arg("--workspace");
        }
        packages => {
            packages.iter().for_each(|package| {
                command.args(["--package", package]);
            });
        }
    }
    command
        .arg("--")
        .args(&arguments.filter)
        .args(&arguments.rest);
    if std::io::stdout().is_terminal() {
        command.arg("--color=always");
    }
    command
        .envs(servers.environment())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    command
}

#[derive(Default)]
struct Totals {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Totals {
    /// Passes the output on while adding up the `test result:` lines.
    async fn count(child: &mut Child) -> Result<Self> {
        let mut totals = Self::default();
        let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        while let Some(line) = lines.next_line().await? {
            totals.add(&line);
            println!("{line}");
        }
        Ok(totals)
    }

    /// `test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s`
    fn add(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else {
            return;
        };
        let words: Vec<&str> = result.split([' ', ';']).collect();
        for pair in words.windows(2) {
            let Ok(count) = pair[0].parse::<u64>() else {
                continue;
            };
            match pair[1] {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.ignored += count,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Totals;

    #[test]
    fn totals_are_added_over_programs_and_survive_colours() {
        let mut totals = Totals::default();
        totals.add("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s");
        totals.add("test result: \u{1b}[31mFAILED\u{1b}[m. 2 passed; 1 failed; 0 ignored; 0 measured; 9 filtered out");
        totals.add("test a::b ... ok");
        assert_eq!((totals.passed, totals.failed, totals.ignored), (5, 1, 1));
    }
}
