//! A process with everything it starts, in a process group of its own that cannot outlive this process.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

const LOG_TAIL_LINES: usize = 30;

/// A running program: its process group, its log, and the guard that ends the group should we die first.
#[derive(Debug)]
pub(crate) struct Group {
    name: String,
    child: Child,
    _guard: Guard,
    log: PathBuf,
}

impl Group {
    /// Starts `command` in a new process group, with its output appended to `log`.
    pub(crate) fn spawn(name: &str, mut command: Command, log: &Path) -> Result<Self> {
        let file = File::options()
            .create(true)
            .append(true)
            .open(log)
            .with_context(|| format!("open {}", log.display()))?;
        command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .process_group(0);
        let child = command.spawn().with_context(|| format!("start {name}"))?;
        let guard = Guard::new(
            "cat >/dev/null; kill -s QUIT -- \"-$1\"; sleep 2; kill -s KILL -- \"-$1\"",
            &child.id().to_string(),
        )?;
        Ok(Self {
            name: name.to_owned(),
            child,
            _guard: guard,
            log: log.to_path_buf(),
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Fails with the tail of the log when the server ended, or when `deadline` has passed.
    pub(crate) fn check(&mut self, deadline: Instant) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!(
                "{} ended with {status}; the end of its log:\n{}",
                self.name,
                self.log_tail()
            );
        }
        if Instant::now() > deadline {
            bail!(
                "{} was not ready in time; the end of its log:\n{}",
                self.name,
                self.log_tail()
            );
        }
        Ok(())
    }

    /// Whether the leader still runs.
    pub(crate) fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    pub(crate) fn signal(&self, signal: Signal) {
        // The group may be gone already, which is what the caller wants.
        let _ = kill_process_group(pid(&self.child), signal);
    }

    /// Waits for the leader to end after a signal; the status is `None` when it did not.
    pub(crate) async fn ended(&mut self, within: Duration) -> Result<Option<ExitStatus>> {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some(status));
            }
            if Instant::now() > deadline {
                return Ok(None);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) fn kill(&mut self) {
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }

    /// Everything it printed so far.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// The last lines of its log, indented for an error message.
    pub(crate) fn log_tail(&self) -> String {
        let text = self.log();
        let lines: Vec<&str> = text.lines().collect();
        let tail = &lines[lines.len().saturating_sub(LOG_TAIL_LINES)..];
        tail.iter().map(|line| format!("    {line}\n")).collect()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A shell that does something the moment this process ends, even by SIGKILL: it waits for the end of a pipe
/// whose other end only we hold. Dropping it calls the whole thing off.
#[derive(Debug)]
pub(crate) struct Guard(Child);

impl Guard {
    /// `script` sees `argument` as `$1`; it runs in its own process group, so that Ctrl-C in a terminal spares it.
    pub(crate) fn new(script: &str, argument: &str) -> Result<Self> {
        let mut command = Command::new("sh");
        command
            .args(["-c", script, "sh", argument])
            .process_group(0);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Ok(Self(command.spawn().context("start a shell")?))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = kill_process_group(pid(&self.0), Signal::KILL);
        let _ = self.0.wait();
    }
}

fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}

/// Runs a program to its end; the error carries what it printed.
pub(crate) async fn run(mut command: Command) -> Result<String> {
    let shown = format!("{command:?}");
    let output = tokio::task::spawn_blocking(move || command.stdin(Stdio::null()).output())
        .await?
        .with_context(|| format!("run {shown}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!(
            "{shown} failed with {}\n{text}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shell that runs `script`, and the error that checking it ends with.
    fn refused(script: &str, patience: Duration) -> String {
        let log = std::env::temp_dir().join(format!("process-{}", uuid::Uuid::new_v4()));
        let mut shell = Command::new("sh");
        shell.args(["-c", script]);
        let mut group = Group::spawn("the server", shell, &log).unwrap();
        let deadline = Instant::now() + patience;
        let error = loop {
            match group.check(deadline) {
                // What it has to say is waited for, and then the end of patience or of the process.
                Ok(()) => std::thread::yield_now(),
                Err(error) => break error.to_string(),
            }
        };
        fs::remove_file(&log).unwrap();
        error
    }

    #[test]
    fn a_server_that_ends_before_it_is_ready_is_told_with_the_end_of_its_log() {
        let error = refused("seq 1 40; echo no room; exit 3", Duration::from_secs(60));
        assert!(
            error.contains("the server ended with exit status: 3"),
            "{error}"
        );
        assert!(error.contains("    40\n    no room"), "{error}");
        assert!(!error.contains("    9\n"), "only the end: {error}");
    }

    #[test]
    fn a_server_that_is_never_ready_is_told_with_the_end_of_its_log() {
        let error = refused("echo still thinking; sleep 600", Duration::from_millis(500));
        assert!(
            error.contains("the server was not ready in time"),
            "{error}"
        );
        assert!(error.contains("    still thinking"), "{error}");
    }
}
