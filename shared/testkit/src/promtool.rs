//! Prometheus's promtool, which the tests of alert rules and dashboards run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::servers::{find, install};

/// Where the tests find it, when it is not on `PATH`.
pub const PROGRAM: &str = "PROMTOOL";

/// Finds promtool; on Debian and Ubuntu it is taken out of the distribution's package where it is missing. The package
/// itself is not installed: it would start a server. `root` is the top of the repository.
///
/// # Errors
/// It is not there and cannot be fetched.
pub async fn ensure(root: &Path) -> Result<PathBuf> {
    let tools = root.join("target/tools");
    let unpacked = tools.join("usr/bin/promtool");
    let named = std::env::var_os(PROGRAM).map(PathBuf::from);
    if let Some(there) = named.or_else(|| find::program("promtool")) {
        return Ok(there);
    }
    if !unpacked.is_file() {
        if !install::possible() {
            bail!(
                "promtool not found: the alert rules and the dashboards' queries are not checked"
            );
        }
        eprintln!(
            "promtool not found. Taking it out of this distribution's package prometheus, under target/tools."
        );
        tokio::task::spawn_blocking(move || unpack(&tools)).await??;
    }
    Ok(unpacked)
}

fn unpack(tools: &Path) -> Result<()> {
    fs::create_dir_all(tools).with_context(|| format!("create {}", tools.display()))?;
    install::privileged("apt-get", &["update", "-qq"])?;
    let fetch = "apt-get download -qq prometheus && dpkg-deb -x prometheus_*.deb .";
    let mut shell = Command::new("sh");
    shell.args(["-c", fetch]).current_dir(tools);
    let status = shell.stdin(Stdio::null()).status().context("run sh")?;
    if !status.success() {
        bail!("promtool could not be fetched ({fetch}: {status})");
    }
    Ok(())
}
