//! What the numbers were measured on.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use testkit::{Http, Options, Servers};

/// Cores, versions, commit and time, by name.
pub(super) async fn describe(servers: &Servers, options: &Options) -> Result<Value> {
    let broker = Http::new()?
        .get(&format!("{}/api/overview", servers.management_url), None)
        .await?;
    let mut database = PgConnection::connect(&servers.database_url).await?;
    let (postgres, fsync): (String, String) =
        sqlx::query_as("SELECT current_setting('server_version'), current_setting('fsync')")
            .fetch_one(&mut database)
            .await?;
    database.close().await?;
    let short = |text: &str| {
        text.split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let clean = output(
        Command::new("git")
            .args(["status", "--porcelain", "--untracked-files=no"])
            .current_dir(&options.root),
    )?;
    let commit = output(
        Command::new("git")
            .args(["rev-parse", "--short", "HEAD"])
            .current_dir(&options.root),
    )?;
    Ok(json!({
        "measured": chrono::Utc::now().format("%Y-%m-%d %H:%M UTC").to_string(),
        "commit": if clean.is_empty() { commit } else { format!("{commit} and uncommitted changes") },
        "cores": std::thread::available_parallelism()?.get(),
        "processor": processor(),
        "kernel": fs::read_to_string("/proc/sys/kernel/osrelease")?.trim(),
        "rustc": output(Command::new("rustc").arg("--version"))?.split_whitespace().nth(1),
        "rabbitmq": broker.body["rabbitmq_version"],
        "erlang": broker.body["erlang_version"],
        "postgresql": short(&postgres),
        "fsync": fsync,
    }))
}

fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn output(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("run {command:?}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
