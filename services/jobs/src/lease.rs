//! An import is ours for as long as somebody works on it: its lease is short, so that another process soon goes on with what
//! one that was killed had in hand, and lasts longer all the while, however long a call takes.

use std::time::Instant;

use store::jobs::Refresh;
use tokio::time::{sleep, timeout_at};

use crate::Parts;

/// Makes the lease of an import last until it is somebody else's, or may be: whoever slept through it stops before it asks.
pub(crate) async fn lost(parts: &Parts, refresh: &Refresh) {
    let lease = parts.config.import_lease;
    let mut ends = refresh.clock.taken + lease;
    loop {
        sleep(lease / 3).await;
        let asked = Instant::now();
        if asked >= ends {
            return;
        }
        let extended = parts.store.extend_job_refresh(refresh, lease);
        match timeout_at(ends.into(), extended).await {
            Ok(Ok(true)) => ends = asked + lease,
            Ok(Ok(false)) | Err(_) => return,
            // Nothing that is read can be kept either; the database may be back before the lease ends.
            Ok(Err(error)) => {
                tracing::warn!(tenant = %refresh.tenant, %error, "cannot extend the lease of an import of jobs");
            }
        }
    }
}
