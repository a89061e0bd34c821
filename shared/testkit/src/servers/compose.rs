//! One service of docker-compose.yml as a private instance: own project name, own ports, own password.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::Options;
use crate::folder::Folder;
use crate::process::{Guard, run};

/// Seconds until a container that was started must be healthy.
const HEALTHY_WITHIN: &str = "90";
/// Lines of a container's log that follow an error.
const LOG_LINES: &str = "30";

/// Whether a Docker daemon answers and the compose plugin is there.
pub(super) async fn works(root: &Path) -> bool {
    let daemon = run(docker(&["info", "--format", "{{.ServerVersion}}"])).await;
    root.join("docker-compose.yml").is_file()
        && daemon.is_ok()
        && run(docker(&["compose", "version"])).await.is_ok()
}

/// A container with its volumes; removed on drop.
#[derive(Debug)]
pub(super) struct Service {
    compose: Vec<String>,
    name: &'static str,
    _guard: Guard,
    _folder: Folder,
}

impl Service {
    /// `docker compose up --wait` of one service, its ports (`(ours, inside)`) published on loopback only.
    pub(super) async fn up(
        options: &Options,
        name: &'static str,
        variables: &[(&str, &str)],
        ports: &[(u16, u16)],
    ) -> Result<Self> {
        let folder = Folder::new(options, &format!("compose-{name}"), None)?;
        let project = folder
            .path()
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let overrides = folder.join("ours.yml");
        fs::write(&overrides, override_file(name, variables, ports))?;
        let compose = arguments(
            &project,
            &[options.root.join("docker-compose.yml"), overrides],
        );
        let guard = Guard::new(
            "cat >/dev/null; docker compose -p \"$1\" down --volumes --timeout 0",
            &project,
        )?;
        let service = Self {
            compose,
            name,
            _guard: guard,
            _folder: folder,
        };
        service
            .run(&[
                "up",
                "--wait",
                "--wait-timeout",
                HEALTHY_WITHIN,
                "--no-deps",
                name,
            ])
            .await
            .with_context(|| format!("docker compose up {name}{}", service.log_tail()))?;
        Ok(service)
    }

    pub(super) async fn kill(&self) -> Result<()> {
        self.run(&["kill", self.name]).await
    }

    pub(super) async fn stop(&self) -> Result<()> {
        self.run(&["stop", self.name]).await
    }

    pub(super) async fn restart(&self) -> Result<()> {
        self.run(&["restart", self.name]).await
    }

    /// Runs a program inside the container.
    pub(super) async fn exec(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let mut all = vec!["exec", "-T", self.name, program];
        all.extend_from_slice(arguments);
        self.run(&all).await
    }

    pub(super) fn check(&self, deadline: Instant) -> Result<()> {
        if Instant::now() > deadline {
            bail!(
                "{} in Docker was not ready in time{}",
                self.name,
                self.log_tail()
            );
        }
        Ok(())
    }

    /// The end of its log, to follow an error: the container goes with this value.
    fn log_tail(&self) -> String {
        let mut logs = self.command(&["logs", "--no-log-prefix", "--tail", LOG_LINES, self.name]);
        match logs.stdin(Stdio::null()).output() {
            Ok(output) => format!(
                "; the end of its log:\n{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            ),
            Err(_) => String::new(),
        }
    }

    async fn run(&self, arguments: &[&str]) -> Result<()> {
        run(self.command(arguments)).await.map(drop)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("docker");
        command.args(&self.compose).args(arguments);
        command
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let mut down = self.command(&["down", "--volumes", "--timeout", "0"]);
        let _ = down
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

fn docker(arguments: &[&str]) -> Command {
    let mut command = Command::new("docker");
    command.args(arguments);
    command
}

fn arguments(project: &str, files: &[PathBuf]) -> Vec<String> {
    let mut arguments = vec!["compose".to_owned(), "-p".to_owned(), project.to_owned()];
    for file in files {
        arguments.extend(["-f".to_owned(), file.to_string_lossy().into_owned()]);
    }
    arguments
}

/// `!override` replaces the fixed ports of docker-compose.yml, where plain merging would add to them.
fn override_file(name: &str, variables: &[(&str, &str)], ports: &[(u16, u16)]) -> String {
    let mut text = format!("services:\n  {name}:\n    ports: !override\n");
    for (ours, inside) in ports {
        let _ = writeln!(text, "      - \"127.0.0.1:{ours}:{inside}\"");
    }
    text.push_str("    environment:\n");
    for (variable, value) in variables {
        let _ = writeln!(text, "      {variable}: \"{value}\"");
    }
    text
}
