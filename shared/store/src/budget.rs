//! The request limit of a credential, shared by all processes and all connections that have it: use all of it, and never
//! be throttled.
//!
//! Greenhouse counts calls in fixed windows and tells, in whole seconds, when the current one ends. We never know the
//! end exactly, so we keep two bounds of it: `ends`, the latest it can be, and `safe_until`, up to which a call sent now
//! certainly arrives within the window. From that follows the one rule everything here keeps:
//!
//! > **Every call is charged to each window of Greenhouse in which it can arrive.**
//!
//! - A new window of ours begins at `ends` of the old one, when Greenhouse's has certainly begun.
//! - Up to `safe_until`, processes lease calls in advance (a sixteenth of what is left) and spend them from a pocket.
//! - From `safe_until` to `ends` a call may arrive in this window or the next: it is leased one by one, and charged to
//!   both (`carried`). While there is enough work nothing is left by then, so this costs nothing when it matters.
//! - A window whose phase nobody has told yet is doubtful from its beginning, and only [`window::PROBES`] calls may go
//!   out before an answer tells more.
//! - A twentieth is reserved for [`Purpose::Proof`], so that recovery never starves; what proofs leave is free in the
//!   last seconds before `safe_until`.
//! - Greenhouse's own count wins when it is lower than ours (somebody else uses the credential, or a call was late).
//!
//! Connections of one credential are to each other as processes are (see [`row`]). All times are the database's, forwarded
//! by monotonic clocks; answers from an earlier window are told apart and ignored. Where Greenhouse tells no limit, nothing
//! is counted and nothing is written. Deliberately absent: waiting for a window. Whoever is denied is told when to ask
//! again.

mod meter;
mod pocket;
pub(crate) mod row;
mod told;
mod view;
mod window;

#[cfg(test)]
mod simulation;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::Store;
use meter::Meter;

/// What a call is for; decides which share of the limit it may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The work itself.
    Work,
    /// A read that settles whether a write happened.
    Proof,
    /// The regular look for changes.
    Poll,
}

/// The budget does not allow a call now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Denied {
    /// When to ask again.
    pub retry_after: Duration,
}

/// What an answer of Greenhouse tells about the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// The current window.
    Window {
        /// Calls per window.
        limit: u32,
        /// Calls left.
        remaining: Option<u32>,
        /// Time until the window ends, to the second.
        resets_in: Option<Duration>,
    },
    /// The answer tells no limit.
    Absent,
}

/// What was told before there was a budget: by the verification of a credential that is not stored yet.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// What the last answer told.
    pub report: Report,
    /// When it arrived.
    pub at: Instant,
}

/// How windows are reckoned. The defaults fit Harvest v3, whose windows last 30 s and are told in whole seconds; those of
/// v1 last 10 s, which the connection's row says, and no answer tells where they end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timing {
    /// Added to the end that an answer tells, because it is cut to the second.
    pub margin: Duration,
    /// How long before `ends` a call may already arrive in the next window: two cuts to the second, the margin, and a
    /// second on the way.
    pub doubt: Duration,
    /// How long before `safe_until` the reserve is free for all.
    pub release: Duration,
    /// How long a window lasts in which nobody answers.
    pub probe: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            margin: Duration::from_secs(1),
            doubt: Duration::from_secs(4),
            release: Duration::from_secs(3),
            probe: Duration::from_secs(10),
        }
    }
}

/// How the connections of this process stand, for metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Gauges {
    /// Connections whose limit is told.
    pub metered: u64,
    /// Calls per window, of the one that has the smallest part of its own left.
    pub limit: u64,
    /// Calls left in its current window, as of the last lease or answer.
    pub remaining: u64,
    /// How long calls that were denied were told to wait, in sum.
    pub waited: Duration,
}

/// The budgets of this process; clones share them.
#[derive(Clone)]
pub struct Budgets {
    store: Store,
    timing: Timing,
    budgets: Arc<Mutex<HashMap<Uuid, Budget>>>,
}

/// One connection's access to the budget of its credential; clones share it.
#[derive(Clone)]
pub struct Budget(Arc<Meter>);

impl Budgets {
    /// Budgets kept in this database.
    pub fn new(store: Store) -> Self {
        Self::with_timing(store, Timing::default())
    }

    /// Budgets for windows other than Greenhouse's, which only tests have.
    pub fn with_timing(store: Store, timing: Timing) -> Self {
        Self {
            store,
            timing,
            budgets: Arc::default(),
        }
    }

    /// The budget of a connection at a revision: a new credential starts with nothing learnt.
    pub fn of(&self, connection: Uuid, revision: i64) -> Budget {
        let mut budgets = self.lock();
        let new = || {
            Budget(Arc::new(Meter::new(
                self.store.clone(),
                self.timing,
                connection,
                revision,
            )))
        };
        match budgets.get(&connection) {
            Some(budget) if budget.0.revision == revision => budget.clone(),
            _ => {
                let budget = new();
                budgets.insert(connection, budget.clone());
                budget
            }
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Forgets connections that are gone. What was learnt at a revision that was replaced stays until the next one is
    /// asked for: it is the last that is known of the connection.
    pub fn forget_gone(&self, is_there: impl Fn(&Uuid) -> bool) {
        self.lock().retain(|connection, _| is_there(connection));
    }

    /// How it stands.
    pub fn gauges(&self) -> Gauges {
        self.lock().values().fold(Gauges::default(), |sum, budget| {
            let one = budget.0.gauges();
            let scarcer = one.limit > 0
                && (sum.limit == 0 || one.remaining * sum.limit < sum.remaining * one.limit);
            let scarcest = if scarcer { one } else { sum };
            Gauges {
                metered: sum.metered + one.metered,
                waited: sum.waited + one.waited,
                ..scarcest
            }
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Budget>> {
        self.budgets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Budget {
    /// Takes one call out of the budget; it has to be sent at once.
    ///
    /// Waits for a moment only where other calls are about to tell the limit. A database that does not answer denies.
    ///
    /// # Errors
    /// [`Denied`].
    pub async fn acquire(&self, purpose: Purpose) -> Result<(), Denied> {
        self.0.acquire(purpose).await
    }

    /// Learns what an answer told. Does not block; what is news to other processes is written in the background.
    pub fn observe(&self, report: Report) {
        self.0.observe(report);
    }

    /// Learns that a call was throttled: nobody calls for `retry_after`.
    pub async fn exhausted(&self, retry_after: Duration) {
        self.0.exhausted(retry_after).await;
    }
}
