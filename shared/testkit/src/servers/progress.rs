//! What a person sees while servers start: one line per server, with a moving clock on a terminal.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use anyhow::Result;

pub(super) struct Progress {
    quiet: bool,
    terminal: bool,
}

impl Progress {
    pub(super) fn new(quiet: bool) -> Self {
        Self {
            quiet,
            terminal: std::io::stderr().is_terminal(),
        }
    }

    pub(super) fn note(&self, name: &str, text: &str) {
        if !self.quiet {
            self.line(&format!("  {name}: {text}"));
        }
    }

    /// Runs `work` and tells how long it is taking; every second on a terminal, every ten seconds in a log.
    pub(super) async fn watch<T>(
        &self,
        name: &str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let started = Instant::now();
        let mut clock =
            tokio::time::interval(Duration::from_secs(if self.terminal { 1 } else { 10 }));
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                result = &mut work => {
                    if result.is_ok() {
                        self.note(name, &format!("ready after {:.1} s", started.elapsed().as_secs_f64()));
                    }
                    return result;
                }
                _ = clock.tick() => self.waiting(name, started.elapsed()),
            }
        }
    }

    fn waiting(&self, name: &str, elapsed: Duration) {
        let seconds = elapsed.as_secs();
        match (self.quiet, self.terminal) {
            (true, _) => {}
            (false, true) => {
                eprint!("\r\x1b[K  {name}: starting … {seconds} s");
                let _ = std::io::stderr().flush();
            }
            (false, false) if seconds == 0 => {
                eprintln!("  {name}: starting …")
            }
            (false, false) => eprintln!("  {name}: still starting after {seconds} s"),
        }
    }

    fn line(&self, text: &str) {
        let erase = if self.terminal { "\r\x1b[K" } else { "" };
        eprintln!("{erase}{text}");
    }
}
