//! The names of exchanges and queues and how they hang together. Making them exist is `declare.rs`.
//!
//! ```text
//! intrro.events            (topic) ── intrro.events.# ─────────────────────────→ greenhouse.introductions
//!                                  ├─ intrro.events.v1.JobsRefreshRequested ───→ greenhouse.jobs
//!                                  ├─ intrro.events.v1.StatusRefreshRequested ─→ greenhouse.statuses
//!                                  └─ alternate exchange ─┐
//! intrro.greenhouse.events (topic) ── alternate exchange ─┴─→ intrro.unrouted (fanout) → intrro.unrouted
//!                          └─ the events about statuses ──────────────────────→ greenhouse.status-history (stream)
//! the three greenhouse.* queues ── dead-letter exchange ────→ greenhouse.dead (fanout) → greenhouse.dead
//! ```
//!
//! Every key of our namespace reaches `greenhouse.introductions`, which dead-letters unknown types and skips
//! types that have a queue of their own: a misspelt event is therefore seen, never dropped by the broker. What has come to two
//! queues and cannot be read is a dead letter of the other one.

/// Names of everything we declare, optionally prefixed so that tests can share a virtual host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topology {
    prefix: String,
}

impl Topology {
    /// Exchange Intrro publishes to.
    pub const EVENTS: &'static str = "intrro.events";
    /// Exchange we publish to.
    pub const GREENHOUSE_EVENTS: &'static str = "intrro.greenhouse.events";
    /// Exchange and queue for what no binding wants.
    pub const UNROUTED: &'static str = "intrro.unrouted";
    /// Queue of the introductions service.
    pub const INTRODUCTIONS: &'static str = "greenhouse.introductions";
    /// Queue of the jobs service.
    pub const JOBS: &'static str = "greenhouse.jobs";
    /// Queue of the statuses service.
    pub const STATUSES: &'static str = "greenhouse.statuses";
    /// Stream of everything told about statuses, for consumers that begin at the beginning.
    pub const STATUS_HISTORY: &'static str = "greenhouse.status-history";
    /// Exchange and queue of dead letters.
    pub const DEAD: &'static str = "greenhouse.dead";

    /// The same topology with `prefix` in front of every exchange and queue name; routing keys stay as they are.
    #[must_use]
    pub fn named(prefix: impl Into<String>) -> Self {
        Self {
            prefix: prefix.into(),
        }
    }

    /// The exchange Intrro publishes to.
    #[must_use]
    pub fn events(&self) -> String {
        self.prefixed(Self::EVENTS)
    }

    /// The exchange we publish to.
    #[must_use]
    pub fn greenhouse_events(&self) -> String {
        self.prefixed(Self::GREENHOUSE_EVENTS)
    }

    /// The exchange and the queue for what no binding wants.
    #[must_use]
    pub fn unrouted(&self) -> String {
        self.prefixed(Self::UNROUTED)
    }

    /// The introductions service's queue.
    #[must_use]
    pub fn introductions(&self) -> String {
        self.prefixed(Self::INTRODUCTIONS)
    }

    /// The jobs service's queue.
    #[must_use]
    pub fn jobs(&self) -> String {
        self.prefixed(Self::JOBS)
    }

    /// The statuses service's queue.
    #[must_use]
    pub fn statuses(&self) -> String {
        self.prefixed(Self::STATUSES)
    }

    /// The stream of everything told about statuses.
    #[must_use]
    pub fn status_history(&self) -> String {
        self.prefixed(Self::STATUS_HISTORY)
    }

    /// The exchange and the queue of dead letters.
    #[must_use]
    pub fn dead(&self) -> String {
        self.prefixed(Self::DEAD)
    }

    /// Whether what comes to `queue` under this routing key has come to another of our queues as well, by a binding for
    /// just this key.
    #[must_use]
    pub fn is_copied(&self, queue: &str, routing_key: &str) -> bool {
        let queues = self.work_queues();
        let mut others = queues.iter().filter(|(name, _)| name != queue);
        others.any(|(_, key)| *key == routing_key)
    }

    /// An exchange or queue name with this topology's prefix.
    #[must_use]
    pub fn prefixed(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Whether `exchange` is one that [`crate::declare`] makes exist.
    pub(crate) fn owns(&self, exchange: &str) -> bool {
        [
            self.events(),
            self.greenhouse_events(),
            self.unrouted(),
            self.dead(),
        ]
        .iter()
        .any(|ours| ours == exchange)
    }

    /// The exchange and the routing key that feed a work queue; none for any other queue.
    pub(crate) fn binding(&self, queue: &str) -> Option<(String, &'static str)> {
        let mut queues = self.work_queues().into_iter();
        let (_, key) = queues.find(|(name, _)| name == queue)?;
        Some((self.events(), key))
    }

    /// What the stream of statuses holds, by routing key.
    pub(crate) const fn told_of_statuses() -> [&'static str; 3] {
        [
            "intrro.events.v1.CandidateStatusChanged",
            "intrro.events.v1.CandidateMerged",
            "intrro.events.v1.CandidateErased",
        ]
    }

    /// Whether a queue of ours is fed with what is published to `intrro.events` under this key.
    pub fn takes(key: &str) -> bool {
        let below = key.strip_prefix("intrro.events");
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// Queue, and the routing key by which `intrro.events` feeds it.
    pub(crate) fn work_queues(&self) -> [(String, &'static str); 3] {
        [
            (self.introductions(), "intrro.events.#"),
            (self.jobs(), "intrro.events.v1.JobsRefreshRequested"),
            (self.statuses(), "intrro.events.v1.StatusRefreshRequested"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_names_carry_no_prefix_and_tests_may_add_one() {
        assert_eq!(
            Topology::default().introductions(),
            "greenhouse.introductions"
        );
        assert_eq!(Topology::named("t1.").dead(), "t1.greenhouse.dead");
    }

    #[test]
    fn what_no_queue_is_bound_for_is_known() {
        for (key, taken) in [
            ("intrro.events.v1.IntroductionAccepted", true),
            ("intrro.events", true),
            ("IntroductionAccepted", false),
            ("intrro.eventsv1", false),
        ] {
            assert_eq!(Topology::takes(key), taken, "{key}");
        }
    }

    #[test]
    fn only_the_queue_of_everything_shares_keys_that_have_a_queue() {
        let topology = Topology::named("t1.");
        let refresh = "intrro.events.v1.JobsRefreshRequested";
        assert!(topology.is_copied(&topology.introductions(), refresh));
        assert!(!topology.is_copied(&topology.jobs(), refresh));
        let accepted = "intrro.events.v1.IntroductionAccepted";
        for key in [accepted, "intrro.events.v1.Jobs", "intrro.events.#", ""] {
            assert!(!topology.is_copied(&topology.introductions(), key), "{key}");
        }
    }
}
