//! `cargo xtask sqlx`: records what the database says about each query of the store crate, so that everything
//! else can be built without one.
//!
//! The sqlx macros do the recording: compiled with `DATABASE_URL` and `SQLX_OFFLINE_DIR` set they ask the database
//! and save the answer there (sqlx-macros-core 0.9, `query/data.rs`). No sqlx command line tool is needed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use testkit::Postgres;

/// Whether to replace the recorded data or only to compare.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Change nothing; fail when .sqlx does not match the queries and migrations
    #[arg(long)]
    check: bool,
}

/// File name → content.
type Recorded = BTreeMap<String, String>;

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let options = crate::server_options();
    let root = &options.root;
    let postgres = Postgres::start_with(&options).await?;
    let url = postgres
        .create_database("bridge_sqlx", &root.join("shared/store/migrations"))
        .await?;
    let fresh = root.join("target").join("sqlx");
    record(root, &fresh, &url)?;
    let (kept, recorded) = (root.join(".sqlx"), read(&fresh)?);
    let changed = differences(&read(&kept)?, &recorded);
    if !arguments.check {
        replace(&kept, &recorded)?;
        println!(
            "{} queries recorded in .sqlx, {} files changed",
            recorded.len(),
            changed.len()
        );
        return Ok(ExitCode::SUCCESS);
    }
    if changed.is_empty() {
        println!("{} queries match .sqlx", recorded.len());
        return Ok(ExitCode::SUCCESS);
    }
    bail!(
        ".sqlx does not match the store's queries; run `cargo xtask sqlx` and commit the result:\n  {}",
        changed.join("\n  ")
    )
}

fn record(root: &Path, into: &Path, url: &str) -> Result<()> {
    if into.exists() {
        fs::remove_dir_all(into)?;
    }
    fs::create_dir_all(into)?;
    // cargo does not know that the answer depends on the database: make it compile the crate again.
    File::options()
        .append(true)
        .open(root.join("shared/store/src/lib.rs"))?
        .set_modified(SystemTime::now())?;
    let mut check = crate::cargo();
    check
        .args(["check", "--package", "store"])
        .current_dir(root);
    check
        .env("DATABASE_URL", url)
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", into);
    if !check.status().context("run cargo check")?.success() {
        bail!("the store crate does not compile against its own migrations");
    }
    Ok(())
}

fn read(folder: &Path) -> Result<Recorded> {
    let mut recorded = Recorded::new();
    if folder.exists() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            recorded.insert(
                entry.file_name().to_string_lossy().into_owned(),
                fs::read_to_string(entry.path())?,
            );
        }
    }
    Ok(recorded)
}

fn differences(old: &Recorded, new: &Recorded) -> Vec<String> {
    let gone = old
        .keys()
        .filter(|name| !new.contains_key(*name))
        .map(|name| format!("{name}: no longer used"));
    let other = new
        .iter()
        .filter_map(|(name, content)| match old.get(name) {
            None => Some(format!("{name}: missing")),
            Some(old) if old != content => Some(format!("{name}: different")),
            Some(_) => None,
        });
    gone.chain(other).collect()
}

/// Writes only what differs, so that file times of the rest stay.
fn replace(folder: &Path, recorded: &Recorded) -> Result<()> {
    fs::create_dir_all(folder)?;
    let old = read(folder)?;
    for name in old.keys().filter(|name| !recorded.contains_key(*name)) {
        fs::remove_file(folder.join(name))?;
    }
    for (name, content) in recorded
        .iter()
        .filter(|(name, content)| old.get(*name) != Some(content))
    {
        fs::write(folder.join(name), content)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_changed_and_unused_queries_are_all_named() {
        let recorded = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(name, content)| ((*name).to_owned(), (*content).to_owned()))
                .collect::<Recorded>()
        };
        let old = recorded(&[("same", "1"), ("changed", "1"), ("gone", "1")]);
        let new = recorded(&[("same", "1"), ("changed", "2"), ("new", "1")]);
        assert_eq!(
            differences(&old, &new),
            ["gone: no longer used", "changed: different", "new: missing"]
        );
    }
}
