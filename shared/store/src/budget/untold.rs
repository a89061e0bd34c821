//! Windows of which no answer tells the end: those of v1, whose answers tell the limit and what is left of it.
//!
//! What is left rises when a window ends. So one call after another goes out, the later half of them spread over a window's
//! length, until one is told more than the one before it had left: between the two, Greenhouse's windows change. As
//! they follow each other without a gap, all later ones begin at the same place, which is known to `ends - safe_until`, and
//! are used like those whose end is told. Clocks run apart, so that the place is known a little less well with each window,
//! until it is looked for again.
//!
//! While it is looked for (`longest_reset` is not yet `longest`), `started` is when the last call went out, `previous_end`
//! when the one before did, `confirmed` whether the last one is answered, and `ends` when what Greenhouse has counted is
//! certainly forgotten.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::Timing;
use super::window::{Lease, Window, between};

/// The length of v1's windows.
const LENGTH: Duration = Duration::from_secs(10);
/// How much our clock and Greenhouse's may come apart in a window.
const DRIFT: TimeDelta = TimeDelta::milliseconds(1);
/// How well a place has to be known.
const WIDEST: Duration = Duration::from_secs(4);
/// Fewer calls than these are too far from each other to find a place between them, and are made at once.
const SPREAD: i32 = 4;
/// More than these need not be spread from the first one on, so that a little work is done soon.
const SOON: i32 = 8;

impl Window {
    pub(super) fn is_untold(&self) -> bool {
        self.longest == LENGTH
    }

    /// Whether it is still to be found where windows begin.
    pub(super) fn is_felt(&self) -> bool {
        self.is_untold() && self.longest_reset != self.longest
    }

    /// One call after another, until their answers tell where windows begin.
    pub(super) fn feel(&mut self, now: DateTime<Utc>, timing: &Timing) -> Lease {
        if now >= self.ends {
            self.remaining = self.quota.unwrap_or(1);
            self.reserved = 0;
            self.carried = 0;
            self.confirmed = true;
        }
        if !self.confirmed {
            return Lease::Probing;
        }
        if self.remaining <= 0 {
            return Lease::Denied(between(now, self.ends));
        }
        let next = self.started + self.gap();
        if now < next {
            return Lease::Denied(between(now, next));
        }
        self.send(now, timing);
        Lease::Granted {
            calls: 1,
            good_for: timing.margin,
        }
    }

    /// A call goes out, whose answer is waited for before the next one does.
    pub(super) fn send(&mut self, now: DateTime<Utc>, timing: &Timing) {
        self.previous_end = self.started;
        self.started = now;
        self.confirmed = false;
        self.remaining -= 1;
        // It may be sent late, and be on its way for long.
        self.ends = now + self.longest + timing.margin * 2;
    }

    /// How long after the last call the next one goes out.
    fn gap(&self) -> Duration {
        let quota = self.quota.unwrap_or(0);
        let spread = if quota < SOON { quota - 1 } else { quota / 2 };
        if quota < SPREAD || self.remaining > spread {
            return Duration::ZERO;
        }
        self.longest / spread.unsigned_abs()
    }

    /// Goes on to the window of now, and forgets the place if it is not known well enough any more.
    pub(super) fn follow(&mut self, now: DateTime<Utc>, timing: &Timing) {
        let longest = TimeDelta::seconds(LENGTH.as_secs().cast_signed());
        let over = (now - self.ends).num_milliseconds() / longest.num_milliseconds();
        let windows = i32::try_from(over + 1).unwrap_or(i32::MAX);
        let known = self.ends - self.safe_until + DRIFT * 2 * windows;
        if known > TimeDelta::seconds(WIDEST.as_secs().cast_signed()) + margin(timing) * 2 {
            self.longest_reset = Duration::ZERO;
            // What went out in doubt is forgotten by then.
            self.ends = self.ends.max(self.started) + LENGTH + timing.margin * 2;
            self.remaining = 0;
            self.reserved = 0;
            self.confirmed = true;
            return;
        }
        self.ends += (longest + DRIFT) * windows;
        self.safe_until = self.ends - known;
        self.previous_end = self.ends - longest;
        self.started = now;
        if windows > 1 {
            self.carried = 0;
        }
        // What is still on its way tells of the window before.
        self.confirmed = self.carried == 0;
        self.recount();
        self.carried = 0;
    }

    /// Learns how many calls are left. `moved`: the limit is another one than it was, so that it cannot be compared.
    pub(super) fn learn_left(
        &mut self,
        now: DateTime<Utc>,
        timing: &Timing,
        left: Option<i32>,
        moved: bool,
    ) {
        if !self.is_felt() {
            if !self.confirmed && now < self.previous_end + timing.margin * 2 {
                return;
            }
            self.confirmed = true;
            return self.take_lower(left);
        }
        if self.confirmed {
            return self.take_lower(left);
        }
        self.confirmed = true;
        self.ends = self.ends.min(now + self.longest);
        let Some(left) = left else { return };
        let rose = left > self.remaining && !moved;
        self.remaining = left;
        let width = between(self.previous_end, now);
        if rose && width <= WIDEST {
            let before = self.previous_end;
            self.longest_reset = self.longest;
            self.previous_end = now;
            self.ends = now + self.longest;
            self.safe_until = before + self.longest - timing.margin;
            self.carried = 0;
        }
    }
}

fn margin(timing: &Timing) -> TimeDelta {
    TimeDelta::from_std(timing.margin).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::{Purpose, told::Told};

    #[test]
    fn a_limit_whose_end_is_never_told_is_not_used_up_for_good() {
        let timing = Timing::default();
        let mut window = Window {
            longest: Duration::from_secs(10),
            ..Window::unknown()
        };
        for round in 1..20 {
            let begun = DateTime::UNIX_EPOCH + Duration::from_secs(1_000 + 30 * round);
            for call in 1..30_i32 {
                let now = begun + Duration::from_millis(400) * call.unsigned_abs();
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

    #[test]
    fn nothing_goes_out_where_nothing_is_left_until_the_window_is_certainly_over() {
        let timing = Timing::default();
        let mut window = Window {
            longest: LENGTH,
            ..Window::unknown()
        };
        let now = DateTime::UNIX_EPOCH + Duration::from_secs(1_000);
        window.begin(now, &timing);
        let told = Told {
            limit: 2,
            remaining: Some(0),
            resets: None,
        };
        window.learn(now, &timing, told);
        let before = now + LENGTH - Duration::from_millis(1);
        let lease = window.lease(before, &timing, Purpose::Proof, 1);
        assert_eq!(lease, Lease::Denied(Duration::from_millis(1)));
        let lease = window.lease(now + LENGTH, &timing, Purpose::Work, 4);
        assert!(
            matches!(lease, Lease::Granted { calls: 1, .. }),
            "{lease:?}"
        );
    }

    #[test]
    fn a_place_is_forgotten_when_clocks_may_have_come_apart() {
        let timing = Timing::default();
        let now = DateTime::UNIX_EPOCH + Duration::from_secs(1_000);
        let placed = Window {
            longest: LENGTH,
            longest_reset: LENGTH,
            quota: Some(20),
            ends: now,
            safe_until: now - Duration::from_secs(2),
            ..Window::unknown()
        };
        let mut soon = placed.clone();
        soon.lease(now + Duration::from_secs(3600), &timing, Purpose::Work, 1);
        assert!(!soon.is_felt());
        let mut late = placed;
        late.lease(
            now + Duration::from_secs(24 * 3600),
            &timing,
            Purpose::Work,
            1,
        );
        assert!(late.is_felt());
    }
}
