//! A client for looking at an account, which remembers what Greenhouse told about its limit.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use harvest::{Budget, Client, Denied, Purpose, RateLimit};
use store::budget::Seen;

use crate::metered::report;

/// A client with a fresh token, and what it learns about the limit.
pub struct Examiner {
    /// The client; within the connection's budget where there is a connection.
    pub client: Client,
    pub(crate) watched: Arc<Watched>,
}

impl Examiner {
    /// What the last answer told about the limit, and when; none before the first one.
    pub fn limit(&self) -> Option<Seen> {
        *self.watched.lock()
    }
}

/// A budget that is listened to.
pub(crate) struct Watched {
    inner: Arc<dyn Budget>,
    seen: Mutex<Option<Seen>>,
}

impl Watched {
    pub(crate) fn new(inner: Arc<dyn Budget>) -> Watched {
        Watched {
            inner,
            seen: Mutex::default(),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Budget for Watched {
    fn acquire(&self, purpose: Purpose) -> BoxFuture<'_, Result<(), Denied>> {
        self.inner.acquire(purpose)
    }

    fn observe(&self, seen: RateLimit) {
        *self.lock() = Some(Seen {
            report: report(seen),
            at: Instant::now(),
        });
        self.inner.observe(seen);
    }

    fn exhausted(&self, retry_after: Duration) -> BoxFuture<'_, ()> {
        self.inner.exhausted(retry_after)
    }
}
