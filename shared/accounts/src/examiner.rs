//! A client for looking at an account, which remembers what Greenhouse told about its limit.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::BoxFuture;
use harvest::{Budget, Client, Denied, Purpose, RateLimit};
use store::budget::Seen;

use crate::metered::report;

/// How long a window lasts whose end is not told: v1's.
const UNTOLD: Duration = Duration::from_secs(10);
/// Added to the end that an answer tells, because it is cut to the second.
const MARGIN: Duration = Duration::from_secs(1);

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

/// The limit of a credential that is not stored yet, as this one client is told it: nobody shares it so far.
#[derive(Default)]
pub(crate) struct Alone(Mutex<Option<Rest>>);

/// What is left, and when the window is over in which it is.
#[derive(Clone, Copy)]
struct Rest {
    left: u32,
    over: Instant,
}

impl Alone {
    fn take(&self, now: Instant) -> Result<(), Denied> {
        let mut known = self.lock();
        let Some(rest) = known.as_mut().filter(|rest| now < rest.over) else {
            *known = None;
            return Ok(());
        };
        rest.left = rest.left.checked_sub(1).ok_or(Denied {
            retry_after: rest.over - now,
        })?;
        Ok(())
    }

    fn learn(&self, now: Instant, left: u32, resets_in: Option<Duration>) {
        let mut known = self.lock();
        // Where no end is told, that more is left tells that a new window has begun.
        let same = |rest: &&mut Rest| now < rest.over && (resets_in.is_some() || left <= rest.left);
        match known.as_mut().filter(same) {
            Some(rest) => rest.left = rest.left.min(left),
            None => {
                let over = now + resets_in.map_or(UNTOLD, |resets_in| resets_in + MARGIN);
                *known = Some(Rest { left, over });
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Rest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Budget for Alone {
    fn acquire(&self, _: Purpose) -> BoxFuture<'_, Result<(), Denied>> {
        std::future::ready(self.take(Instant::now())).boxed()
    }

    fn observe(&self, seen: RateLimit) {
        if let RateLimit::Window {
            remaining: Some(left),
            resets_in,
            ..
        } = seen
        {
            self.learn(Instant::now(), left, resets_in);
        }
    }

    fn exhausted(&self, retry_after: Duration) -> BoxFuture<'_, ()> {
        let over = Instant::now() + retry_after;
        *self.lock() = Some(Rest { left: 0, over });
        std::future::ready(()).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_is_used_up_is_waited_for() {
        let alone = Alone::default();
        let now = Instant::now();
        assert!(alone.take(now).is_ok(), "nothing is known yet");
        alone.learn(now, 1, None);
        assert!(alone.take(now).is_ok());
        let denied = Denied {
            retry_after: UNTOLD,
        };
        assert_eq!(alone.take(now), Err(denied));
        assert!(alone.take(now + UNTOLD).is_ok());
    }

    #[test]
    fn more_that_is_left_is_a_new_window_where_no_end_is_told() {
        let alone = Alone::default();
        let now = Instant::now();
        alone.learn(now, 1, None);
        assert!(alone.take(now).is_ok());
        let later = now + UNTOLD / 2;
        alone.learn(later, 49, None);
        assert!(alone.take(later).is_ok());
        alone.learn(later, 0, None);
        assert!(alone.take(now + UNTOLD).is_err(), "the first one's end");
        assert!(alone.take(later + UNTOLD).is_ok());
    }

    #[test]
    fn an_answer_that_was_late_gives_nothing_back() {
        let alone = Alone::default();
        let now = Instant::now();
        let soon = Duration::from_secs(3);
        alone.learn(now, 0, Some(soon));
        alone.learn(now, 4, Some(soon));
        assert!(alone.take(now).is_err());
        assert!(
            alone.take(now + soon).is_err(),
            "the end is cut to the second"
        );
        assert!(alone.take(now + soon + MARGIN).is_ok());
    }
}
