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

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends this process a signal, with the program every Unix has for it.
    async fn kill(signal: &str) {
        let own = std::process::id().to_string();
        let status = tokio::process::Command::new("kill")
            .args([signal, &own])
            .status()
            .await
            .unwrap();
        assert!(status.success());
    }

    #[tokio::test]
    async fn sigterm_turns_readiness_off_before_anybody_stops() {
        let readiness = Readiness::new();
        let stop = on_signal(readiness.clone()).unwrap();
        assert!(readiness.failing().await.is_empty() && !stop.is_cancelled());
        kill("-TERM").await;
        stop.cancelled().await;
        assert_eq!(readiness.failing().await[0].check, "draining");
    }
}
