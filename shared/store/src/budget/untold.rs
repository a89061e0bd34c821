//! Windows of which no answer tells the end: those of v1, whose answers tell the limit and what is left of it.
//!
//! What is left rises when a window ends. So one call after another goes out, the later half of them spread over a window's
//! length, until one is told more than the one before it had left: between the two, Greenhouse's windows change. As
//! they follow each other without a gap, all later ones begin at the same place, which is known to `ends - safe_until`, and
//! are used like those whose end is told. Clocks run apart, so that the place is known a little less well with each window,
//! until it is looked for again.
//!
//! Where answers take so long that calls one after another show no place, calls go out side by side for a while: as many
//! as fit in a window, whichever it is, and then none until they are certainly forgotten.
//!
//! While it is looked for (`longest_reset` is not yet `longest`), `started` is when the last call went out, `previous_end`
//! when the one before did, `confirmed` whether the last one is answered, `ends` when what Greenhouse has counted is
//! certainly forgotten, and `safe_until` up to when it is looked for. After that `started` is from when on `carried`
//! counts what went out side by side.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::told::Told;
use super::window::{Lease, RESERVE, Window, between};
use super::{Purpose, Timing};

/// The length of v1's windows.
const LENGTH: Duration = Duration::from_secs(10);
/// How much our clock and Greenhouse's may come apart in a window.
const DRIFT: TimeDelta = TimeDelta::milliseconds(1);
/// How well a place has to be known.
const WIDEST: Duration = Duration::from_secs(7);
/// How long it is looked for.
const LOOK: Duration = Duration::from_secs(30);
/// How long calls go out side by side before it is looked for again.
const ABREAST: Duration = Duration::from_secs(60);
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
    pub(super) fn feel(
        &mut self,
        now: DateTime<Utc>,
        timing: &Timing,
        purpose: Purpose,
        wanted: i32,
    ) -> Lease {
        if now >= self.ends {
            self.remaining = self.quota.unwrap_or(1);
            self.reserved = 0;
            self.carried = 0;
            self.confirmed = true;
            if now >= self.safe_until + ABREAST {
                self.safe_until = now + LOOK;
            } else if now >= self.safe_until && self.quota.is_some() {
                self.started = now;
            }
        }
        if let Some(quota) = self.quota.filter(|_| now >= self.safe_until) {
            return self.abreast(now, timing, quota, purpose, wanted);
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

    /// No more than fit in a window, within any time as long as one.
    fn abreast(
        &mut self,
        now: DateTime<Utc>,
        timing: &Timing,
        quota: i32,
        purpose: Purpose,
        wanted: i32,
    ) -> Lease {
        let forgotten = self.longest + timing.margin * 2;
        if self.started < self.safe_until {
            self.started = now;
            self.confirmed = true;
            self.carried = (quota - self.remaining).max(0);
        } else if now >= self.started + forgotten {
            self.started = now;
            self.remaining = (quota - self.carried).max(0);
            self.carried = 0;
        }
        let kept = match purpose {
            Purpose::Work | Purpose::Poll if quota > 1 => (quota + RESERVE - 1) / RESERVE,
            _ => 0,
        };
        let calls = wanted.min(self.remaining - kept);
        if calls <= 0 {
            let next = self.ends.min(self.started + forgotten);
            return Lease::Denied(between(now, next));
        }
        self.remaining -= calls;
        self.carried += calls;
        self.ends = now + forgotten;
        Lease::Granted {
            calls: calls.unsigned_abs(),
            good_for: timing.margin,
        }
    }

    /// Begins to look for the place, from `ends` on.
    pub(super) fn forget_place(&mut self) {
        self.longest_reset = Duration::ZERO;
        self.safe_until = self.ends + LOOK;
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
            // What went out in doubt is forgotten by then.
            self.ends = self.ends.max(self.started) + LENGTH + timing.margin * 2;
            self.forget_place();
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
        self.confirmed = true;
        self.recount();
        self.carried = 0;
    }

    /// Learns how many calls are left to one that went out at `sent`. `moved`: the limit is another one than it was, so
    /// that it cannot be compared.
    pub(super) fn learn_left(
        &mut self,
        now: DateTime<Utc>,
        timing: &Timing,
        told: Told,
        moved: bool,
    ) {
        let left = told.remaining;
        if !self.is_felt() {
            // What went out before tells of the window before, however late.
            if told.sent >= self.started {
                self.take_lower(left);
            }
            return;
        }
        // Who sent it reckons its time by another clock.
        if told.sent + timing.margin < self.started {
            return;
        }
        if self.confirmed {
            return self.take_lower(left);
        }
        self.confirmed = true;
        self.ends = self.ends.min(now + self.longest);
        let Some(left) = left else { return };
        let rose = left > self.remaining && !moved;
        self.remaining = left;
        // However late its answer, it has arrived by then.
        let after = now.min(self.started + timing.margin * 2);
        if rose && between(self.previous_end, after) <= WIDEST {
            let before = self.previous_end;
            self.longest_reset = self.longest;
            self.previous_end = after;
            self.ends = after + self.longest;
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
                    sent: now,
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
            sent: now,
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
    fn a_late_answer_takes_nothing_from_the_window_after_its_own() {
        let timing = Timing::default();
        let now = DateTime::UNIX_EPOCH + Duration::from_secs(1_000);
        let mut window = Window {
            longest: LENGTH,
            longest_reset: LENGTH,
            quota: Some(20),
            confirmed: true,
            started: now - LENGTH,
            ends: now,
            safe_until: now - Duration::from_secs(2),
            ..Window::unknown()
        };
        window.lease(now, &timing, Purpose::Work, 1);
        let told = |remaining, sent| Told {
            limit: 20,
            remaining: Some(remaining),
            resets: None,
            sent,
        };
        let late = now + Duration::from_secs(5);
        window.learn(late, &timing, told(0, now - Duration::from_secs(4)));
        assert_eq!(window.left(), 19);
        window.learn(late, &timing, told(7, now + Duration::from_secs(1)));
        assert_eq!(window.left(), 7, "somebody else uses the credential");
    }

    #[test]
    fn a_twentieth_is_kept_for_proofs_where_no_place_is_found() {
        let timing = Timing::default();
        let now = DateTime::UNIX_EPOCH + Duration::from_secs(1_000);
        let mut window = Window {
            longest: LENGTH,
            quota: Some(40),
            ends: now,
            safe_until: now,
            ..Window::unknown()
        };
        let work = window.lease(now, &timing, Purpose::Work, 50);
        assert!(matches!(work, Lease::Granted { calls: 38, .. }), "{work:?}");
        let more = window.lease(now, &timing, Purpose::Work, 1);
        assert!(matches!(more, Lease::Denied(_)), "{more:?}");
        let proof = window.lease(now, &timing, Purpose::Proof, 1);
        assert!(
            matches!(proof, Lease::Granted { calls: 1, .. }),
            "{proof:?}"
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
