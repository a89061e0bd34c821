//! The seam to whoever counts calls: the limit belongs to the credential and is shared by all processes, so the count
//! cannot live here.

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;

/// What a call is for; decides which share of the limit it may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The work itself.
    Work,
    /// A read that settles whether a write happened; recovery must not starve.
    Proof,
    /// The regular look for changes.
    Poll,
}

/// The local budget does not allow the call now. Nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Denied {
    /// When to ask again.
    pub retry_after: Duration,
}

/// What an answer says about the limit (`X-RateLimit-*`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateLimit {
    /// The state of the current window.
    Window {
        /// Calls per window.
        limit: u32,
        /// Calls left in this window, where told.
        remaining: Option<u32>,
        /// Time until the window ends, by the server's clock (at most 1 h); v1 tells only when throttling.
        resets_in: Option<Duration>,
    },
    /// The answer had no such headers: this Greenhouse does not tell. Reported once per client.
    Absent,
}

/// Counts calls against the shared limit. Implementations must not call the API themselves.
pub trait Budget: Send + Sync {
    /// Takes one call out of the budget, before it is sent. Every page and every repetition is a call of its own; token
    /// requests are metered separately by Greenhouse and not asked for here.
    ///
    /// # Errors
    /// [`Denied`] if the call must wait.
    fn acquire(&self, purpose: Purpose) -> BoxFuture<'_, Result<(), Denied>>;

    /// Learns what an answer told. Called after every answer, errors included; must not block.
    fn observe(&self, seen: RateLimit);

    /// Learns that Greenhouse throttled a call (429, or 503 that says for how long): nobody should call before `retry_after` (1 s to 1 h) is over.
    fn exhausted(&self, retry_after: Duration) -> BoxFuture<'_, ()>;
}

/// No budget at all, for a single verification and for tools.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unmetered;

impl Budget for Unmetered {
    fn acquire(&self, _: Purpose) -> BoxFuture<'_, Result<(), Denied>> {
        std::future::ready(Ok(())).boxed()
    }

    fn observe(&self, _: RateLimit) {}

    fn exhausted(&self, _: Duration) -> BoxFuture<'_, ()> {
        std::future::ready(()).boxed()
    }
}
