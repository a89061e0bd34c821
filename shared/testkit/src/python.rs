//! Python, which the test of the sample consumer runs.

use std::process::Stdio;

use anyhow::{Result, bail};
use tokio::process::Command;

use crate::servers::install;

/// Makes sure of `python3` with pip; on Debian and Ubuntu it is installed where it is missing.
///
/// # Errors
/// It is not there and cannot be installed.
pub async fn ensure() -> Result<()> {
    if has_pip().await {
        return Ok(());
    }
    if !install::possible() {
        bail!("python3 with pip not found: the sample consumer is not checked");
    }
    install::packages(&["python3-pip"], "python3 with pip not found").await
}

async fn has_pip() -> bool {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "--version"]);
    pip.stdin(Stdio::null()).stdout(Stdio::null());
    pip.stderr(Stdio::null());
    pip.status().await.is_ok_and(|status| status.success())
}
