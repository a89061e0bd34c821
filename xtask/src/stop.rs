//! Ctrl-C and SIGTERM.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{SignalKind, signal};

static WAITING_FOR_IT: AtomicBool = AtomicBool::new(false);

/// From here on Ctrl-C is how the task is meant to end, not an interruption.
pub(crate) fn is_the_way_to_end() {
    WAITING_FOR_IT.store(true, Ordering::Relaxed);
}

/// Returns when the user or the system wants us to end, with the exit code shells expect then.
pub(crate) async fn requested() -> ExitCode {
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        return std::future::pending().await;
    };
    let code = tokio::select! {
        _ = interrupt.recv() => 130,
        _ = terminate.recv() => 143,
    };
    ExitCode::from(if WAITING_FOR_IT.load(Ordering::Relaxed) {
        0
    } else {
        code
    })
}
