//! A program of this repository as a process that a test can stop, freeze and kill.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::Signal;

use crate::folder::Folder;
use crate::http::Http;
use crate::process::Group;
use crate::servers::Options;

/// Killed when dropped, and when this process dies.
#[derive(Debug)]
pub struct Child {
    // Declared before the folder: the process ends before its log goes.
    group: Group,
    folder: Folder,
}

impl Child {
    /// Starts `program` with `arguments`, and `variables` on top of our own environment.
    pub fn start(program: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Result<Self> {
        Self::start_with(&Options::default(), program, arguments, variables)
    }

    /// As [`Child::start`]; `options` say where the log lies and whether it stays.
    pub fn start_with(
        options: &Options,
        program: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Result<Self> {
        let name = program
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let folder = Folder::new(options, &name, None)?;
        let mut command = Command::new(program);
        command.args(arguments).envs(variables.iter().copied());
        let group = Group::spawn(&name, command, &folder.join("log"))?;
        Ok(Self { group, folder })
    }

    /// Path of a program of this workspace, built beside the running test or task.
    pub fn program(name: &str) -> Result<PathBuf> {
        let own = std::env::current_exe()?;
        let mut folders = own
            .ancestors()
            .skip(1)
            .take(2)
            .map(|folder| folder.join(name));
        folders
            .find(|path| path.is_file())
            .with_context(|| format!("{name} is not built; run cargo build --bin {name}"))
    }

    /// Process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.group.pid()
    }

    /// Waits until `GET {base}/ready` answers 200. Fails with the end of the log when it does not `within` that
    /// time, or when the process ends before.
    pub async fn ready(&mut self, base: &str, within: Duration) -> Result<()> {
        let deadline = Instant::now() + within;
        let http = Http::new()?;
        let url = format!("{base}/ready");
        loop {
            if http
                .get(&url, None)
                .await
                .is_ok_and(|answer| answer.status == 200)
            {
                return Ok(());
            }
            self.wait_a_little(deadline).await?;
        }
    }

    /// Waits for a line of its output that contains `text`, and returns that line.
    pub async fn printed(&mut self, text: &str, within: Duration) -> Result<String> {
        let deadline = Instant::now() + within;
        loop {
            let log = self.group.log();
            let complete = log.rfind('\n').map_or("", |end| &log[..end]);
            if let Some(line) = complete.lines().find(|line| line.contains(text)) {
                return Ok(line.to_owned());
            }
            self.wait_a_little(deadline).await?;
        }
    }

    /// Asks it to end (SIGTERM) and waits. Fails if it does not `within` that time.
    pub async fn terminate(&mut self, within: Duration) -> Result<ExitStatus> {
        self.group.signal(Signal::TERM);
        self.ended(within).await
    }

    /// Waits for its end.
    pub async fn ended(&mut self, within: Duration) -> Result<ExitStatus> {
        match self.group.ended(within).await? {
            Some(status) => Ok(status),
            None => bail!(
                "still running after {within:?}; the end of its log:\n{}",
                self.group.log_tail()
            ),
        }
    }

    /// Whether it runs.
    pub fn runs(&mut self) -> bool {
        self.group.runs()
    }

    /// Ends it at once (SIGKILL).
    pub fn kill9(&mut self) {
        self.group.kill();
    }

    /// Freezes it (SIGSTOP): it holds its connections and leases, and does nothing.
    pub fn freeze(&self) {
        self.group.signal(Signal::STOP);
    }

    /// Lets a frozen process go on (SIGCONT).
    pub fn thaw(&self) {
        self.group.signal(Signal::CONT);
    }

    /// Everything it printed so far, standard output and error together.
    #[must_use]
    pub fn log(&self) -> String {
        self.group.log()
    }

    /// Where that is.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// The folder that holds it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    async fn wait_a_little(&mut self, deadline: Instant) -> Result<()> {
        self.group.check(deadline)?;
        tokio::time::sleep(Duration::from_millis(20)).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    fn shell(script: &str) -> Child {
        Child::start(
            Path::new("/bin/sh"),
            &["-c", script],
            &[("GREETING", "hello")],
        )
        .unwrap()
    }

    #[tokio::test]
    async fn its_variables_output_and_exit_code_are_seen() {
        let mut child = shell("echo \"$GREETING\" there; exit 7");
        assert_eq!(child.printed("hello", SOON).await.unwrap(), "hello there");
        assert_eq!(child.ended(SOON).await.unwrap().code(), Some(7));
    }

    #[tokio::test]
    async fn a_program_that_ends_early_fails_the_wait_with_its_log() {
        let mut child = shell("echo no database; exit 1");
        let error = child
            .ready("http://127.0.0.1:1", SOON)
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains("no database"), "{error}");
    }

    #[tokio::test]
    async fn terminate_lets_it_finish_its_work() {
        let mut child =
            shell("trap 'echo draining; exit 0' TERM; echo up; while :; do sleep 0.01; done");
        child.printed("up", SOON).await.unwrap();
        assert!(child.terminate(SOON).await.unwrap().success());
        assert!(child.log().contains("draining"));
    }
}
