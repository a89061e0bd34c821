//! How long statements take that events wait for, told to whoever counts them; and how long connections are waited for.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::Store;
use crate::silence::{Asked, Unanswered};

macro_rules! queries {
    ($($(#[$meta:meta])* $query:ident = $word:literal,)+) => {
        /// A statement that events wait for, or a transaction of several. What people ask for, and what happens at intervals,
        /// is not among them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Query { $($(#[$meta])* $query,)+ }

        impl Query {
            /// All of them.
            pub const ALL: &'static [Query] = &[$(Query::$query),+];

            /// Its name in metrics.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Query::$query => $word,)+ }
            }
        }
    };
}

queries! {
    /// A batch of events enters, until it is on disk; or its second half, until it is committed.
    Enter = "enter",
    /// Operations are claimed.
    Claim = "claim",
    /// Steps of operations are written.
    WriteSteps = "write_steps",
    /// Operations end, or are given back.
    Leave = "leave",
    /// A relay takes what is to be announced.
    TakeAnnouncements = "take_announcements",
    /// A relay marks what the broker has.
    MarkPublished = "mark_published",
    /// A window of calls is changed.
    ChangeBudget = "change_budget",
    /// Applications are told to have moved on.
    AdvanceApplications = "advance_applications",
    /// Webhooks are recorded.
    RecordWebhooks = "record_webhooks",
}

type Tell = dyn Fn(Query, Duration) + Send + Sync;

/// Who is told, if anybody; the longest wait since somebody asked for it; and what waits for an answer.
#[derive(Default)]
pub(crate) struct Watch {
    tell: OnceLock<Box<Tell>>,
    longest_wait: AtomicU64,
    pub(crate) unanswered: Arc<Unanswered>,
}

impl Watch {
    pub(crate) fn start(&self, query: Query) -> Timed<'_> {
        Timed {
            watch: self,
            query,
            since: Instant::now(),
            _asked: self.unanswered.ask(),
        }
    }

    /// Somebody waited for a connection since `asked`.
    pub(crate) fn waited(&self, asked: Instant) {
        let micros = u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.longest_wait.fetch_max(micros, Ordering::Relaxed);
    }

    /// The longest of these waits, which are forgotten.
    pub(crate) fn longest_wait(&self) -> Duration {
        Duration::from_micros(self.longest_wait.swap(0, Ordering::Relaxed))
    }
}

/// A statement under way. Its end is told, however it ends.
pub(crate) struct Timed<'a> {
    watch: &'a Watch,
    query: Query,
    since: Instant,
    _asked: Asked,
}

impl Timed<'_> {
    pub(crate) fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }
}

impl Drop for Timed<'_> {
    fn drop(&mut self) {
        if let Some(tell) = self.watch.tell.get() {
            tell(self.query, self.since.elapsed());
        }
    }
}

impl Store {
    /// Has `tell` told how long each [`Query`] took, from the moment its connection was there. Whoever comes second is not
    /// told.
    pub fn on_query(&self, tell: impl Fn(Query, Duration) + Send + Sync + 'static) {
        let _second = self.watch.tell.set(Box::new(tell));
    }
}
