//! Installing packages on Debian or Ubuntu, without the system's own services coming up.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::find::{POSTGRES_AT_LEAST, program};

/// Debian's hook by which packages ask whether they may start their services; 101 means no.
const POLICY: &str = "/usr/sbin/policy-rc.d";
/// Oldest releases that are of use. RabbitMQ dead-letters at least once since 3.10.
const AT_LEAST: [(&str, (u32, u32)); 2] = [
    ("rabbitmq-server", (3, 10)),
    ("postgresql", (POSTGRES_AT_LEAST, 0)),
];
/// Which package brings which services.
const SERVICES: [(&str, &[&str]); 3] = [
    ("rabbitmq-server", &["rabbitmq-server"]),
    ("erlang-base", &["epmd.socket", "epmd.service"]),
    ("postgresql-common", &["postgresql"]),
];

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
    privileged("apt-get", &["update", "-qq"])?;
    for package in packages {
        new_enough(package)?;
    }
    let _services = ServicesStayOff::begin()?;
    let mut arguments = vec!["install", "-y", "-qq", "--no-install-recommends"];
    arguments.extend(packages.iter().map(String::as_str));
    privileged("apt-get", &arguments)
}

/// Refuses what would be installed in vain.
fn new_enough(package: &str) -> Result<()> {
    let Some((_, least)) = AT_LEAST.iter().find(|(name, _)| *name == package) else {
        return Ok(());
    };
    let policy = said("apt-cache", &["policy", package]);
    match candidate(&policy) {
        Some(release) if release < *least => bail!(
            "{package} of this distribution is {}.{}, and {}.{} is needed: nothing was installed",
            release.0,
            release.1,
            least.0,
            least.1
        ),
        // What cannot be told is tried.
        _ => Ok(()),
    }
}

/// What would be installed, out of `apt-cache policy`: `  Candidate: 3.10.8-1.1+deb12u1` → 3.10, `15+248` → 15.0.
fn candidate(policy: &str) -> Option<(u32, u32)> {
    let version = policy
        .lines()
        .find_map(|line| line.trim().strip_prefix("Candidate: "))?;
    // An epoch comes first.
    let version = version.rsplit(':').next()?;
    let upstream = version.split(['-', '+', '~']).next()?;
    let mut numbers = upstream.split('.');
    let major = numbers.next()?.parse().ok()?;
    let minor = numbers.next().and_then(|number| number.parse().ok());
    Some((major, minor.unwrap_or(0)))
}

fn is_installed(package: &str) -> bool {
    said("dpkg-query", &["-W", "-f=${db:Status-Status}", package]) == "installed"
}

/// What a program prints, in English; nothing where it fails.
fn said(name: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(name);
    let output = command.args(arguments).env("LC_ALL", "C").output();
    output.map_or_else(
        |_| String::new(),
        |output| String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

/// While this lives no package may start a service.
struct ServicesStayOff {
    /// Where the administrator already has such a hook, theirs decides and stays.
    ours: bool,
    /// Packages whose services are somebody else's business: they were there before.
    before: Vec<&'static str>,
}

impl ServicesStayOff {
    fn begin() -> Result<Self> {
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
        let packages = SERVICES.map(|(package, _)| package);
        let before = packages.into_iter().filter(|package| is_installed(package));
        Ok(Self {
            ours,
            before: before.collect(),
        })
    }
}

impl Drop for ServicesStayOff {
    fn drop(&mut self) {
        if self.ours && privileged("rm", &["-f", POLICY]).is_err() {
            eprintln!(
                "Could not remove {POLICY}; please remove it, or packages will not start their services."
            );
        }
        if Path::new("/run/systemd/system").exists() {
            // They are enabled though not started, and would come up at the next boot.
            for service in brought(&self.before, is_installed) {
                let _ = privileged("systemctl", &["disable", "--now", "--quiet", service]);
            }
        }
    }
}

/// The services of packages that are there now and were not before.
fn brought(before: &[&str], is_there: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let new = SERVICES
        .iter()
        .filter(|(package, _)| !before.contains(package) && is_there(package));
    new.flat_map(|(_, services)| *services).copied().collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_of_packages_that_were_there_are_left_alone() {
        let there = |package: &str| package != "erlang-base";
        assert_eq!(brought(&["postgresql-common"], there), ["rabbitmq-server"]);
        assert_eq!(
            brought(&[], |_| true),
            [
                "rabbitmq-server",
                "epmd.socket",
                "epmd.service",
                "postgresql"
            ]
        );
    }

    #[test]
    fn releases_are_read_out_of_what_apt_says() {
        let said = |version| format!("postgresql:\n  Installed: (none)\n  Candidate: {version}\n");
        for (version, release) in [
            ("15+248+deb12u1", Some((15, 0))),
            ("14+238", Some((14, 0))),
            ("3.10.8-1.1+deb12u1", Some((3, 10))),
            ("1:3.9.27-0ubuntu0.1", Some((3, 9))),
            ("(none)", None),
        ] {
            assert_eq!(candidate(&said(version)), release, "{version}");
        }
    }
}
