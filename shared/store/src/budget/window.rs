//! The rules of a window, as a pure function of what is known, what is asked or told, and the time.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Purpose, Timing};

/// Calls that may be out while nobody knows the limit, or where in its window Greenhouse is.
pub(super) const PROBES: i32 = 4;
/// Which part of what is left a process takes at once.
const SHARE: i32 = 16;
/// Which part of the limit is kept for proofs.
const RESERVE: i32 = 20;

/// A connection's window as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Window {
    /// Longest that a window can last.
    pub(super) longest: Duration,
    pub(super) quota: Option<i32>,
    pub(super) metered: Option<bool>,
    pub(super) remaining: i32,
    pub(super) reserved: i32,
    pub(super) carried: i32,
    pub(super) confirmed: bool,
    pub(super) started: DateTime<Utc>,
    pub(super) safe_until: DateTime<Utc>,
    pub(super) ends: DateTime<Utc>,
    pub(super) previous_end: DateTime<Utc>,
    /// The longest time to an end ever told: windows last at least about as long.
    pub(super) longest_reset: Duration,
    pub(super) blocked_until: DateTime<Utc>,
}

/// Answer to a request for calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lease {
    /// Nothing is counted.
    Free,
    /// So many calls, to be sent within `good_for`.
    Granted { calls: u32, good_for: Duration },
    /// None before others have told more; that is a matter of one answer's time.
    Probing,
    /// None for so long.
    Denied(Duration),
}

impl Window {
    /// A connection of which nothing is known.
    #[cfg(test)]
    pub(super) fn unknown() -> Self {
        let epoch = DateTime::UNIX_EPOCH;
        Self {
            longest: Duration::from_secs(30),
            quota: None,
            metered: None,
            remaining: 0,
            reserved: 0,
            carried: 0,
            confirmed: false,
            started: epoch,
            safe_until: epoch,
            ends: epoch,
            previous_end: epoch,
            longest_reset: Duration::ZERO,
            blocked_until: epoch,
        }
    }

    /// Hands out calls: at least `wanted` if there are so many, else what there is.
    pub(super) fn lease(
        &mut self,
        now: DateTime<Utc>,
        timing: &Timing,
        purpose: Purpose,
        wanted: u32,
    ) -> Lease {
        if now < self.blocked_until {
            return Lease::Denied(between(now, self.blocked_until));
        }
        if self.metered == Some(false) {
            return Lease::Free;
        }
        if now >= self.ends {
            self.begin(now, timing);
        }
        self.release(now, timing);
        let doubtful = now >= self.safe_until;
        let mut available = self.remaining;
        if purpose == Purpose::Proof {
            available += self.reserved;
        }
        if available <= 0 {
            return if self.is_probing() {
                Lease::Probing
            } else {
                Lease::Denied(self.next_chance(now, timing))
            };
        }
        let wanted = i32::try_from(wanted).unwrap_or(i32::MAX).max(1);
        let calls = if doubtful {
            wanted
        } else {
            wanted.max(self.remaining / SHARE)
        }
        .min(available);
        // Of the reserve a single call, which the proof that asks takes at once: what a process has over is anybody's.
        let calls = calls.min(self.remaining.max(1));
        let from_reserve = (calls - self.remaining).max(0);
        self.remaining -= calls - from_reserve;
        self.reserved -= from_reserve;
        if doubtful {
            self.carried += calls;
        }
        Lease::Granted {
            calls: calls.unsigned_abs(),
            // A doubtful call is charged for this moment only; a second is for a slow database.
            good_for: if doubtful {
                timing.margin
            } else {
                between(now, self.safe_until)
            },
        }
    }

    /// A call was throttled: whatever we reckoned, there is nothing left.
    pub(super) fn exhaust(&mut self, now: DateTime<Utc>, timing: &Timing, retry_after: Duration) {
        self.blocked_until = self.blocked_until.max(now + retry_after);
        // Greenhouse knows when its window ends. Should it be wrong, only probes go out before it tells more.
        self.ends = self.blocked_until + timing.margin;
        self.remaining = 0;
        self.reserved = 0;
        // It should not have happened: whatever we believed of the length of windows is in doubt.
        self.longest_reset = Duration::ZERO;
        // Where Greenhouse tells no limit it has told all it will: to wait as long as it says is all there is to do.
    }

    /// Calls left for anybody at this moment.
    pub(super) fn left(&self) -> i32 {
        self.remaining + self.reserved
    }

    /// The old window is certainly over.
    pub(super) fn begin(&mut self, now: DateTime<Utc>, timing: &Timing) {
        self.previous_end = self.ends;
        self.started = now;
        let unanswered = !self.confirmed;
        self.confirmed = false;
        // Windows follow each other, so this one lasts at least a window's length from the earliest end of the last.
        let known = self.previous_end + self.longest_reset;
        self.safe_until = known - timing.doubt - timing.margin * 2;
        if self.safe_until > now {
            self.ends = now + self.longest + timing.margin;
            self.refill();
        } else {
            self.probe(now, timing, unanswered);
        }
    }

    /// Nobody knows where we are. What goes out now can arrive in a window together with all that went out since the
    /// last answer, or within the length of a window.
    fn probe(&mut self, now: DateTime<Utc>, timing: &Timing, unanswered: bool) {
        let carried = if unanswered {
            self.carried.min(self.probes_per_window(timing))
        } else {
            self.carried
        };
        self.ends = now + timing.probe;
        self.carried = carried;
        self.recount();
        self.remaining = self.remaining.clamp(1, PROBES);
    }

    fn probes_per_window(&self, timing: &Timing) -> i32 {
        let windows = self.longest.as_secs_f64() / timing.probe.as_secs_f64();
        PROBES * (windows.ceil() as i32)
    }

    pub(super) fn is_probing(&self) -> bool {
        !self.confirmed && self.safe_until <= self.started
    }

    /// What the limit leaves after the calls that went out in doubt.
    pub(super) fn recount(&mut self) {
        let carried = self.carried;
        self.refill();
        self.carried = carried;
    }

    pub(super) fn refill(&mut self) {
        let quota = self.quota.unwrap_or(PROBES);
        let total = (quota - self.carried).max(0);
        self.reserved = match self.quota {
            Some(quota) if quota > 1 => ((quota + RESERVE - 1) / RESERVE).min(total),
            _ => 0,
        };
        self.remaining = total - self.reserved;
        self.carried = 0;
    }

    /// Gives the reserve to everybody, once no proof can need it in this window any more.
    pub(super) fn release(&mut self, now: DateTime<Utc>, timing: &Timing) {
        let known = self.confirmed || now < self.safe_until;
        if known && now >= self.safe_until - timing.release {
            self.remaining += self.reserved;
            self.reserved = 0;
        }
    }

    /// When there may be something again.
    fn next_chance(&self, now: DateTime<Utc>, timing: &Timing) -> Duration {
        let released = self.safe_until - timing.release;
        let at = if self.reserved > 0 && released > now {
            released
        } else {
            self.ends
        };
        between(now, at)
    }
}

pub(super) fn between(from: DateTime<Utc>, to: DateTime<Utc>) -> Duration {
    (to - from).to_std().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::told::Told;
    use super::*;

    #[test]
    fn a_proof_takes_nothing_from_the_reserve_for_who_stands_in_line_with_it() {
        let (timing, now) = (Timing::default(), DateTime::UNIX_EPOCH);
        let mut window = Window {
            remaining: 0,
            reserved: 3,
            confirmed: true,
            safe_until: now + Duration::from_secs(20),
            ends: now + Duration::from_secs(25),
            ..Window::unknown()
        };
        let lease = window.lease(now, &timing, Purpose::Proof, 3);
        assert!(
            matches!(lease, Lease::Granted { calls: 1, .. }),
            "{lease:?}"
        );
        assert_eq!(window.left(), 2);
        let work = window.lease(now, &timing, Purpose::Work, 1);
        assert!(matches!(work, Lease::Denied(_)), "{work:?}");
    }

    #[test]
    fn who_was_throttled_asks_again_when_greenhouse_says() {
        let (timing, second) = (Timing::default(), Duration::from_secs(1));
        let mut window = Window {
            longest: 10 * second,
            ..Window::unknown()
        };
        let mut now = DateTime::UNIX_EPOCH + 1_000 * second;
        for _ in 0..3 {
            let lease = window.lease(now, &timing, Purpose::Work, 1);
            assert!(matches!(lease, Lease::Granted { .. }), "{lease:?}");
            let told = Told {
                limit: 50,
                remaining: Some(40),
                resets: None,
            };
            window.learn(now, &timing, told);
            window.exhaust(now, &timing, 2 * second);
            let lease = window.lease(now + second, &timing, Purpose::Work, 1);
            assert_eq!(lease, Lease::Denied(second));
            now += 2 * second + timing.margin;
        }
    }
}
