//! What an answer teaches about a window: where it ends, what the limit is, and how much of it is left.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Timing;
use super::window::{PROBES, Window, between};

/// What an answer told, in the database's time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    pub(super) limit: i32,
    pub(super) remaining: Option<i32>,
    /// When the answer arrived, and how long after that the window ends.
    pub(super) resets: Option<(DateTime<Utc>, Duration)>,
}

impl Window {
    /// Learns what an answer told.
    pub(super) fn learn(&mut self, now: DateTime<Utc>, timing: &Timing, told: Told) {
        self.metered = Some(true);
        if let Some(before) = self.quota.replace(told.limit) {
            self.remaining = (self.remaining + told.limit - before).max(0);
        }
        let Some((seen, resets_in)) = told.resets else {
            if self.is_probing() {
                // What Greenhouse does not count any more arrived in earlier windows, for good. Without this, where no
                // answer tells an end, every call ever made would be carried on. Probes may still be on their way.
                if let Some(left) = told.remaining {
                    self.carried = self.carried.min(told.limit - left + PROBES);
                }
                self.recount();
                self.confirmed = true;
                self.ends = now + self.longest + timing.margin;
            }
            return self.take_lower(told.remaining);
        };
        let end = seen + resets_in + timing.margin;
        if self.is_stale(end, timing) {
            return;
        }
        self.longest_reset = self.longest_reset.max(resets_in);
        let later = end > self.ends + timing.doubt;
        if !self.confirmed {
            self.confirm(now, end, timing);
        } else if end < self.ends {
            self.ends = end;
            self.safe_until = end - timing.doubt;
        } else if later && now >= self.safe_until {
            self.succeed(now, end, timing);
        } else if later {
            self.ends = end;
            self.safe_until = end - timing.doubt;
        }
        self.take_lower(told.remaining);
    }

    /// Whether an answer that turns `self` into `next` is worth telling the other processes.
    pub(super) fn differs(&self, next: &Self, timing: &Timing) -> bool {
        (self.metered, self.quota, self.confirmed, self.started)
            != (next.metered, next.quota, next.confirmed, next.started)
            || between(self.ends, next.ends).max(between(next.ends, self.ends)) > timing.margin
    }

    /// The first answer of this window tells where we are in it.
    fn confirm(&mut self, now: DateTime<Utc>, end: DateTime<Utc>, timing: &Timing) {
        let probed = self.is_probing();
        self.confirmed = true;
        self.ends = end;
        self.safe_until = end - timing.doubt;
        if probed {
            self.recount();
        }
        // Probes may still be on their way to the wire: see `good_for`.
        if now + timing.margin < self.safe_until {
            self.carried = 0;
        }
    }

    /// An answer shows that the next window has begun already.
    fn succeed(&mut self, now: DateTime<Utc>, end: DateTime<Utc>, timing: &Timing) {
        self.previous_end = now;
        self.started = now;
        self.ends = end;
        self.safe_until = end - timing.doubt;
        self.refill();
    }

    fn take_lower(&mut self, told: Option<i32>) {
        if let Some(told) = told.filter(|told| *told < self.left()) {
            self.reserved = self.reserved.min(told);
            self.remaining = told - self.reserved;
        }
    }

    /// Whether that end is the one of a window before this one. An answer that was on its way for long tells it later
    /// than it was, so there is no sharp line; half a window is far from both.
    fn is_stale(&self, end: DateTime<Utc>, timing: &Timing) -> bool {
        let cuts = timing.doubt.saturating_sub(timing.margin);
        let far = cuts.max(self.longest_reset / 2);
        end <= self.previous_end + far || (self.confirmed && end + far < self.ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::{Purpose, window::Lease};

    #[test]
    fn a_limit_whose_end_is_never_told_is_not_used_up_for_good() {
        let timing = Timing::default();
        let mut window = Window {
            longest: Duration::from_secs(10),
            ..Window::unknown()
        };
        for round in 1..20 {
            let now = DateTime::UNIX_EPOCH + Duration::from_secs(1_000 + 30 * round);
            for call in 1..30 {
                let lease = window.lease(now, &timing, Purpose::Work, 1);
                assert!(
                    matches!(lease, Lease::Granted { .. }),
                    "call {call} of window {round}: {lease:?}"
                );
                let told = Told {
                    limit: 50,
                    remaining: Some(50 - call),
                    resets: None,
                };
                window.learn(now, &timing, told);
            }
        }
    }
}
