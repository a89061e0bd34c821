//! Installing packages on Debian or Ubuntu, without the system's own services coming up.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::find::program;

/// Debian's hook by which packages ask whether they may start their services; 101 means no.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// Whether this is a Debian-like system where we are root or may become it.
pub(crate) fn possible() -> bool {
    program("apt-get").is_some()
        && Path::new("/etc/debian_version").exists()
        && (is_root() || program("sudo").is_some())
}

/// Installs `packages` from the distribution, saying so first; `found` is what is not there.
pub(crate) async fn packages(packages: &[&str], found: &str) -> Result<()> {
    eprintln!(
        "{found}. Installing from this distribution: {}.",
        packages.join(", ")
    );
    let packages: Vec<String> = packages.iter().map(ToString::to_string).collect();
    tokio::task::spawn_blocking(move || install(&packages)).await?
}

fn install(packages: &[String]) -> Result<()> {
    let _policy = ServicesStayOff::begin(packages)?;
    privileged("apt-get", &["update", "-qq"])?;
    let mut arguments = vec!["install", "-y", "-qq", "--no-install-recommends"];
    arguments.extend(packages.iter().map(String::as_str));
    privileged("apt-get", &arguments)
}

/// While this lives no package may start a service.
struct ServicesStayOff<'a> {
    /// Where the administrator already has such a hook, theirs decides and stays.
    ours: bool,
    packages: &'a [String],
}

impl<'a> ServicesStayOff<'a> {
    fn begin(packages: &'a [String]) -> Result<Self> {
        let ours = !Path::new(POLICY).exists();
        if ours {
            privileged(
                "sh",
                &[
                    "-c",
                    &format!("printf '#!/bin/sh\\nexit 101\\n' >{POLICY} && chmod 755 {POLICY}"),
                ],
            )?;
        }
        Ok(Self { ours, packages })
    }
}

impl Drop for ServicesStayOff<'_> {
    fn drop(&mut self) {
        if self.ours && privileged("rm", &["-f", POLICY]).is_err() {
            eprintln!(
                "Could not remove {POLICY}; please remove it, or packages will not start their services."
            );
        }
        if Path::new("/run/systemd/system").exists() {
            // They are enabled though not started, and would come up at the next boot.
            for service in services(self.packages) {
                let _ = privileged("systemctl", &["disable", "--now", "--quiet", service]);
            }
        }
    }
}

/// What the packages enable. Services are named as packages; Erlang's comes along with RabbitMQ's.
fn services(packages: &[String]) -> impl Iterator<Item = &str> {
    packages.iter().flat_map(|package| {
        let along: &[&str] = match package.as_str() {
            "rabbitmq-server" => &["epmd.socket", "epmd.service"],
            _ => &[],
        };
        std::iter::once(package.as_str()).chain(along.iter().copied())
    })
}

/// Runs a program as root; `env` because sudo passes no variables on.
pub(crate) fn privileged(name: &str, arguments: &[&str]) -> Result<()> {
    let mut command = if is_root() {
        Command::new("env")
    } else {
        Command::new("sudo")
    };
    if !is_root() {
        command.arg("env");
    }
    command
        .args(["DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", name])
        .args(arguments);
    command.stdin(Stdio::inherit()).stdout(Stdio::null());
    let status = command.status().with_context(|| format!("run {name}"))?;
    if !status.success() {
        bail!("{name} {} failed with {status}", arguments.join(" "));
    }
    Ok(())
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
