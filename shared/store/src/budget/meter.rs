//! The budget as one connection has it in one process: the pocket in front of the row, and what is known without asking.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use uuid::Uuid;

use super::pocket::Pocket;
use super::view::{Answer, View};
use super::window::{Lease, Window};
use super::{Denied, Gauges, Purpose, Report, Timing, row};
use crate::Store;

/// How long a call waits for others to learn the limit.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it looks whether another process has learnt it.
const LOOK: Duration = Duration::from_millis(100);
/// For how long a denial is believed without asking again.
const BELIEF: Duration = Duration::from_secs(1);
/// When to ask again while the database does not answer.
const AWAY: Duration = Duration::from_secs(1);

pub(super) struct Meter {
    store: Store,
    timing: Timing,
    connection: Uuid,
    pub(super) revision: i64,
    /// Set while Greenhouse tells no limit: a call then costs one look at this.
    free: AtomicBool,
    waiting: AtomicU32,
    /// Set while an answer is on its way to the database.
    telling: AtomicBool,
    purse: tokio::sync::Mutex<Purse>,
    view: Mutex<Option<View>>,
    learnt: Notify,
    waited_ms: AtomicU64,
}

/// What only the one in line for the row touches.
struct Purse {
    pocket: Pocket<Instant>,
    denials: Denials,
    /// For which release of the reserve somebody is awake already.
    woken: Option<DateTime<Utc>>,
}

/// Until when nobody needs to ask.
#[derive(Clone, Copy, Default)]
struct Denials {
    work: Option<Instant>,
    proof: Option<Instant>,
}

impl Denials {
    fn of_all(until: Instant) -> Self {
        Self {
            work: Some(until),
            proof: Some(until),
        }
    }

    fn of(&mut self, purpose: Purpose) -> &mut Option<Instant> {
        match purpose {
            Purpose::Proof => &mut self.proof,
            Purpose::Work | Purpose::Poll => &mut self.work,
        }
    }
}

/// Counts those who wait in line, whatever becomes of them.
struct InLine<'a>(&'a AtomicU32);

impl Drop for InLine<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Meter {
    pub(super) fn new(store: Store, timing: Timing, connection: Uuid, revision: i64) -> Self {
        let now = Instant::now();
        Self {
            store,
            timing,
            connection,
            revision,
            free: AtomicBool::new(false),
            waiting: AtomicU32::new(0),
            telling: AtomicBool::new(false),
            purse: tokio::sync::Mutex::new(Purse {
                pocket: Pocket::empty(now),
                denials: Denials::default(),
                woken: None,
            }),
            view: Mutex::new(None),
            learnt: Notify::new(),
            waited_ms: AtomicU64::new(0),
        }
    }

    pub(super) async fn acquire(self: &Arc<Self>, purpose: Purpose) -> Result<(), Denied> {
        let patience = Instant::now() + PATIENCE;
        loop {
            if self.free.load(Ordering::Relaxed) {
                return Ok(());
            }
            // Before asking, so that news that arrives meanwhile are not missed.
            let news = self.learnt.notified();
            match self.one(purpose).await {
                None => return Ok(()),
                Some(Lease::Denied(retry_after)) => return Err(self.deny(retry_after)),
                Some(_) if Instant::now() >= patience => return Err(self.deny(AWAY)),
                Some(_) => drop(tokio::time::timeout(LOOK, news).await),
            }
        }
    }

    /// Takes one call; returns what stands in the way.
    async fn one(self: &Arc<Self>, purpose: Purpose) -> Option<Lease> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _in_line = InLine(&self.waiting);
        let mut purse = self.purse.lock().await;
        let asked = Instant::now();
        if purse.pocket.take(asked) {
            return None;
        }
        let denied = *purse.denials.of(purpose);
        if let Some(until) = denied.filter(|until| asked < *until) {
            return Some(Lease::Denied(until - asked));
        }
        // Everybody in line is served by one visit to the row.
        let wanted = self.waiting.load(Ordering::Relaxed);
        match self.lease(purpose, wanted).await {
            Lease::Granted { calls, good_for } => {
                purse.denials = Denials::default();
                purse.pocket.fill(calls, asked + good_for);
                // The lease itself took so long that it is over.
                (!purse.pocket.take(Instant::now())).then_some(Lease::Probing)
            }
            Lease::Free => None,
            Lease::Probing => Some(Lease::Probing),
            Lease::Denied(retry_after) => {
                *purse.denials.of(purpose) = Some(asked + retry_after.min(BELIEF));
                self.wake_at_release(&mut purse);
                Some(Lease::Denied(retry_after))
            }
        }
    }

    async fn lease(&self, purpose: Purpose, wanted: u32) -> Lease {
        let rule = |window: &mut Window, now| window.lease(now, &self.timing, purpose, wanted);
        match row::change(&self.store, self.connection, rule).await {
            Ok(Some(changed)) => {
                self.free
                    .store(changed.answer == Lease::Free, Ordering::Relaxed);
                self.see(changed.window, changed.now);
                changed.answer
            }
            // The connection was removed: what is under way for it finds that out by itself.
            Ok(None) => Lease::Denied(AWAY),
            Err(error) => {
                tracing::warn!(connection = %self.connection, %error, "no budget without the database");
                Lease::Denied(AWAY)
            }
        }
    }

    pub(super) fn observe(self: &Arc<Self>, report: Report) {
        let free = self.free.load(Ordering::Relaxed);
        let answer = Answer::of(report, Instant::now());
        if answer.is_none() && free {
            return;
        }
        if let Some(answer) = &answer {
            let known = self
                .view()
                .is_some_and(|view| !view.is_news(answer, &self.timing));
            if known && !free {
                return;
            }
            self.free.store(false, Ordering::Relaxed);
        }
        // While one answer is being told, the others wait for the next answer to repeat them.
        if !self.telling.swap(true, Ordering::Relaxed) {
            let meter = Arc::clone(self);
            tokio::spawn(async move {
                meter.learn(answer).await;
                meter.telling.store(false, Ordering::Relaxed);
            });
        }
    }

    async fn learn(&self, answer: Option<Answer>) {
        let rule = |window: &mut Window, now: DateTime<Utc>| match answer {
            Some(answer) => window.learn(now, &self.timing, answer.told(now)),
            // Only the first answer of a connection can say so: a gateway's error has no such headers either.
            None if window.metered.is_none() => window.metered = Some(false),
            None => {}
        };
        match row::change(&self.store, self.connection, rule).await {
            Ok(None) => {}
            Ok(Some(changed)) => {
                self.free
                    .store(changed.window.metered == Some(false), Ordering::Relaxed);
                self.see(changed.window, changed.now);
                self.learnt.notify_waiters();
            }
            Err(error) => {
                tracing::warn!(connection = %self.connection, %error, "what an answer told is lost");
            }
        }
    }

    pub(super) async fn exhausted(&self, retry_after: Duration) {
        self.free.store(false, Ordering::Relaxed);
        let mut purse = self.purse.lock().await;
        let now = Instant::now();
        purse.pocket = Pocket::empty(now);
        purse.denials = Denials::of_all(now + retry_after.min(BELIEF));
        let rule = |window: &mut Window, now| window.exhaust(now, &self.timing, retry_after);
        match row::change(&self.store, self.connection, rule).await {
            Ok(Some(changed)) => self.see(changed.window, changed.now),
            Ok(None) => {}
            Err(error) => {
                purse.denials = Denials::of_all(now + retry_after);
                tracing::warn!(connection = %self.connection, %error, "others do not know that we are throttled");
            }
        }
    }

    pub(super) fn gauges(&self) -> Gauges {
        let view = self.view();
        let metered = view
            .as_ref()
            .and_then(|view| view.window.quota.map(|quota| (quota, &view.window)));
        Gauges {
            metered: metered.is_some().into(),
            limit: metered.map_or(0, |(quota, _)| quota.unsigned_abs().into()),
            remaining: metered.map_or(0, |(_, window)| window.left().unsigned_abs().into()),
            waited: Duration::from_millis(self.waited_ms.load(Ordering::Relaxed)),
        }
    }

    /// When the reserve becomes free, somebody has to say so: nobody asks while there is nothing to get.
    fn wake_at_release(self: &Arc<Self>, purse: &mut Purse) {
        let Some(view) = self.view() else {
            return;
        };
        let at = view.window.safe_until - self.timing.release;
        let Ok(rest) = (at - view.now).to_std() else {
            return;
        };
        if view.window.reserved == 0 || purse.woken == Some(at) {
            return;
        }
        purse.woken = Some(at);
        let meter = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(rest.saturating_sub(view.seen.elapsed())).await;
            let rule = |window: &mut Window, now| window.release(now, &meter.timing);
            let released = row::change(&meter.store, meter.connection, rule).await;
            if matches!(released, Ok(Some(_))) {
                // A lost hint costs a second: workers look by themselves as well.
                let _hint = sqlx::query!("SELECT pg_notify('work', '')")
                    .fetch_one(&meter.store.relaxed)
                    .await;
            }
        });
    }

    fn deny(&self, retry_after: Duration) -> Denied {
        let retry_after = retry_after.max(Duration::from_millis(1));
        let waited = u64::try_from(retry_after.as_millis()).unwrap_or(u64::MAX);
        self.waited_ms.fetch_add(waited, Ordering::Relaxed);
        Denied { retry_after }
    }

    fn see(&self, window: Window, now: DateTime<Utc>) {
        let seen = Instant::now();
        let view = View { window, now, seen };
        *self.view.lock().unwrap_or_else(PoisonError::into_inner) = Some(view);
    }

    fn view(&self) -> Option<View> {
        self.view
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
