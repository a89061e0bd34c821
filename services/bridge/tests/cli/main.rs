//! The command line, as whoever calls it sees it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod keys;
mod pipes;
mod usage;

use std::process::{Command, Output};

/// The program with these arguments and nothing else in its environment.
fn bridge(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bridge"));
    command.args(arguments).env_clear();
    command
}

/// What it printed, and its exit code.
fn outcome(output: &Output) -> (String, String, i32) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        text(&output.stdout),
        text(&output.stderr),
        output.status.code().unwrap_or(-1),
    )
}
