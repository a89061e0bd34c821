//! What a supervised connection reports about itself: health for readiness, counters for metrics.
//! Decides nothing: whether a blocked publisher makes a process unready is the process's choice.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use domain::Code;

/// Why a connection or channel was given up and rebuilt. The label of the reconnect counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A connection attempt got no answer.
    Unreachable,
    /// The broker refused credentials, permission, virtual host or one more connection.
    Refused,
    /// An exchange or queue differs from what we declare.
    Mismatch,
    /// A working connection or channel reported an error: reset, missed heartbeats, channel exception.
    Lost,
    /// A frame came that is larger than agreed on: RabbitMQ sends headers in one, however long they are.
    Oversized,
    /// The broker cancelled the consumer: its queue was deleted or moved.
    Cancelled,
    /// The queue had messages and gave us none, or did not answer.
    Stalled,
    /// Confirms did not come in time although the connection was not blocked.
    Unconfirmed,
    /// A batch was dropped unsettled; its messages return only when the channel closes.
    Abandoned,
    /// The owner cannot settle for now and asked for nothing to be delivered.
    Paused,
    /// Prefetch was narrowed to one message, or widened again, around messages that were delivered often.
    Isolation,
    /// The address in the configuration cannot be used.
    Address,
}

impl Cause {
    /// Stable name for metric labels and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
            Self::Mismatch => "mismatch",
            Self::Lost => "lost",
            Self::Oversized => "oversized",
            Self::Cancelled => "cancelled",
            Self::Stalled => "stalled",
            Self::Unconfirmed => "unconfirmed",
            Self::Abandoned => "abandoned",
            Self::Paused => "paused",
            Self::Isolation => "isolation",
            Self::Address => "address",
        }
    }

    /// By what an operator looks up what to do about it; none where it passes by itself.
    #[must_use]
    pub fn code(self) -> Option<Code> {
        match self {
            Self::Unreachable | Self::Lost => Some(Code::BrokerUnreachable),
            Self::Refused | Self::Mismatch | Self::Address => Some(Code::BrokerRefused),
            Self::Oversized
            | Self::Cancelled
            | Self::Stalled
            | Self::Unconfirmed
            | Self::Abandoned
            | Self::Paused
            | Self::Isolation => None,
        }
    }
}

impl From<&crate::Error> for Cause {
    fn from(error: &crate::Error) -> Self {
        match error {
            crate::Error::Address(_) => Self::Address,
            crate::Error::Unreachable(_) => Self::Unreachable,
            crate::Error::Refused(_) => Self::Refused,
            crate::Error::Mismatch(_) => Self::Mismatch,
        }
    }
}

/// The state of one supervised connection at this moment.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// Counts every channel that was ready for work; 0 before the first.
    pub generation: u64,
    /// A channel is ready for work now.
    pub alive: bool,
    /// Since when nothing has been ready; `None` while alive. Set from the start.
    pub down_since: Option<Instant>,
    /// Since when the broker refuses to read from this connection (memory or disk alarm).
    pub blocked_since: Option<Instant>,
    /// Why the last generation or attempt ended, for people. Cleared when alive again.
    pub last_error: Option<String>,
    /// What kind of end that was. Cleared with it.
    pub last_cause: Option<Cause>,
}

impl Health {
    /// Alive, and not blocked for `patience` or longer.
    #[must_use]
    pub fn is_ready(&self, patience: Duration) -> bool {
        self.alive
            && self
                .blocked_since
                .is_none_or(|since| since.elapsed() < patience)
    }
}

/// Counters since the start. All only grow.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// Given-up connections, channels and attempts by cause.
    pub reconnects: BTreeMap<Cause, u64>,
    /// Deliveries handed out.
    pub delivered: u64,
    /// Deliveries handed out that the broker had delivered before.
    pub redelivered: u64,
    /// Deliveries acknowledged.
    pub acked: u64,
    /// Deliveries whose settlement was refused because their channel was gone. They come again.
    pub stale: u64,
    /// Messages the broker took responsibility for.
    pub confirmed: u64,
    /// Messages no queue wanted.
    pub returned: u64,
    /// Messages the broker refused.
    pub nacked: u64,
    /// Messages whose fate is not known.
    pub unknown: u64,
    /// Seconds spent blocked by a broker alarm, the present one included.
    pub blocked_seconds: f64,
}

/// Reads health and counters of one consumer or publisher; cheap to clone, outlives it.
#[derive(Clone, Debug)]
pub struct Monitor(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    health: Health,
    stats: Stats,
}

impl Monitor {
    pub(crate) fn new() -> Self {
        let health = Health {
            down_since: Some(Instant::now()),
            ..Health::default()
        };
        Self(Arc::new(Mutex::new(State {
            health,
            stats: Stats::default(),
        })))
    }

    /// The state now.
    #[must_use]
    pub fn health(&self) -> Health {
        self.lock().health.clone()
    }

    /// The counters now.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let state = self.lock();
        let mut stats = state.stats.clone();
        if let Some(since) = state.health.blocked_since {
            stats.blocked_seconds += since.elapsed().as_secs_f64();
        }
        stats
    }

    /// Starts the next generation and returns its number.
    pub(crate) fn came_up(&self) -> u64 {
        let health = &mut self.lock().health;
        health.generation += 1;
        health.alive = true;
        health.down_since = None;
        health.last_error = None;
        health.last_cause = None;
        health.generation
    }

    /// Notes the end of a generation or attempt; true when the error differs from the one before, so that an
    /// outage is one line in the log rather than one per attempt.
    pub(crate) fn went_down(&self, cause: Cause, error: String) -> bool {
        let mut state = self.lock();
        let is_news = state.health.last_error.as_ref() != Some(&error);
        *state.stats.reconnects.entry(cause).or_default() += 1;
        state.unblock();
        state.health.last_error = Some(error);
        state.health.last_cause = Some(cause);
        state.stop();
        is_news
    }

    /// The owner asked for the end: not a fault.
    pub(crate) fn stopped(&self) {
        let mut state = self.lock();
        state.unblock();
        state.stop();
    }

    pub(crate) fn blocked(&self, blocked: bool) {
        let mut state = self.lock();
        match blocked {
            true => drop(state.health.blocked_since.get_or_insert_with(Instant::now)),
            false => state.unblock(),
        }
    }

    pub(crate) fn count(&self, add: impl FnOnce(&mut Stats)) {
        add(&mut self.lock().stats);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Plain numbers: a panic elsewhere cannot leave them half-written.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn unblock(&mut self) {
        if let Some(since) = self.health.blocked_since.take() {
            self.stats.blocked_seconds += since.elapsed().as_secs_f64();
        }
    }

    fn stop(&mut self) {
        self.health.alive = false;
        self.health.down_since.get_or_insert_with(Instant::now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_block_is_still_ready_a_long_one_is_not() {
        let monitor = Monitor::new();
        assert!(!monitor.health().is_ready(Duration::from_secs(30)));
        assert_eq!(monitor.came_up(), 1);
        monitor.blocked(true);
        assert!(monitor.health().is_ready(Duration::from_secs(30)));
        assert!(!monitor.health().is_ready(Duration::ZERO));
    }

    #[test]
    fn going_down_counts_the_cause_and_ends_a_block() {
        let monitor = Monitor::new();
        monitor.came_up();
        monitor.blocked(true);
        monitor.went_down(Cause::Lost, "reset".into());
        let health = monitor.health();
        assert!(!health.alive && health.blocked_since.is_none() && health.down_since.is_some());
        assert_eq!(monitor.stats().reconnects[&Cause::Lost], 1);
        assert_eq!(monitor.came_up(), 2);
        assert_eq!(monitor.health().last_error, None);
    }
}
