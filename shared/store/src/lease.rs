//! Something is ours for as long as somebody works on it: its lease is short, so that another process soon goes on with what
//! one that was killed had in hand, and lasts longer all the while, however long a call takes.

use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout_at};

use crate::Error;

/// Makes a lease of `lasts` from `since` on last until it is somebody else's, or may be: whoever slept through it stops
/// before they ask. `extend` makes it last as long from now and answers whether it was still ours.
pub async fn lost<F>(since: Instant, lasts: Duration, extend: impl Fn() -> F)
where
    F: Future<Output = Result<bool, Error>>,
{
    let mut ends = since + lasts;
    loop {
        sleep(lasts / 3).await;
        let asked = Instant::now();
        if asked >= ends {
            return;
        }
        match timeout_at(ends.into(), extend()).await {
            Ok(Ok(true)) => ends = asked + lasts,
            Ok(Ok(false)) | Err(_) => return,
            // Nothing that is read can be kept either; the database may be back before the lease ends.
            Ok(Err(error)) => tracing::warn!(%error, "cannot extend a lease"),
        }
    }
}
