//! Turns SIGTERM and SIGINT into a drain: readiness off, then everybody stops taking work, finishes, and leaves.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::http::Readiness;

/// Listens for SIGTERM and SIGINT.
///
/// At the first of them `readiness` turns to draining (`/ready` answers 503 from then on), then the returned token is
/// cancelled: services stop consuming and claiming, finish what they hold, and return. A second signal exits at once
/// with status 130, for a person who does not want to wait.
///
/// # Errors
/// When the process cannot listen for signals. Needs a tokio runtime.
pub fn on_signal(readiness: Readiness) -> std::io::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stopped = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("SIGTERM: draining"),
            _ = interrupt.recv() => tracing::info!("SIGINT: draining; once more to leave at once"),
        }
        readiness.drain();
        stopped.cancel();
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::warn!("second signal: leaving without finishing");
        std::process::exit(130);
    });
    Ok(stop)
}
