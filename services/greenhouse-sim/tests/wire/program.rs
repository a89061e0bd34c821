//! The program: its first line, its ports, its end.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::client::send;

/// Ended with the test, whatever comes.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_program_introduces_itself_serves_and_stops_on_sigterm() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_greenhouse-sim"));
    command.args([
        "--single-port",
        "--seed",
        "3",
        "--organisation",
        "one",
        "--organisation",
        "two",
    ]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let mut line = String::new();
    let mut output = BufReader::new(running.0.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let introduced: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(introduced["api_url"], introduced["auth_url"]);
    assert_eq!(introduced["credentials"][1]["client_id"], "two-harvest");
    assert!(introduced["credentials"][0]["acting_user_id"].is_i64());
    assert_eq!(introduced["credentials"][0]["api_key"], "one-api-key");
    let stats = send(
        introduced["api_url"].as_str().unwrap(),
        "GET",
        "/_sim/stats",
        &[],
        "",
    )
    .unwrap();
    assert_eq!(stats.json()["counts"]["two"]["candidates"], 3);

    let killed = Command::new("kill")
        .args(["-TERM", &running.0.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success() && running.0.wait().unwrap().success());
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "nothing but the first line on standard output");
}

#[test]
fn wrong_options_are_explained() {
    for arguments in [
        ["--seed", "huge"],
        ["--create-answer", "truncated:x"],
        ["--rate-window", "-1"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_greenhouse-sim"))
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            !output.status.success() && !output.stderr.is_empty(),
            "{arguments:?}"
        );
    }
}
