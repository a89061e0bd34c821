//! How long to wait before a delayed retry (server errors, timeouts, refused connections), and when to stop.
//!
//! Full jitter: anything between nothing and a window that doubles. Waiting because of a limit, a pause or a missing
//! proof is no retry and is not counted here. Deliberately absent: the clock and the dice.

use std::time::Duration;

/// The window after the first attempt.
pub const BASE: Duration = Duration::from_secs(2);
/// The window grows no further than this.
pub const CAP: Duration = Duration::from_secs(15 * 60);
/// After so many attempts it is over: what Greenhouse answers does not change by asking more often.
pub const MAX_ATTEMPTS: u32 = 10;
/// After so many it is over where Greenhouse does not answer: all waits together are then shorter than a day, and half
/// a day on average.
pub const MAX_ATTEMPTS_UNANSWERED: u32 = 100;

/// The wait after attempt number `attempt` (1 is the first) has failed. `random_unit` is drawn evenly from `0.0..1.0`;
/// what lies outside is clamped.
#[must_use]
pub fn delay(attempt: u32, random_unit: f64) -> Duration {
    within(CAP, attempt, random_unit)
}

/// As [`delay`], where the window grows no further than `cap`: cutting the delay itself would leave no jitter.
#[must_use]
pub fn within(cap: Duration, attempt: u32, random_unit: f64) -> Duration {
    let doublings = attempt.saturating_sub(1).min(16);
    let window = cap.min(BASE * 2_u32.pow(doublings));
    let unit = if random_unit.is_nan() {
        0.5
    } else {
        random_unit.clamp(0.0, 1.0)
    };
    window.mul_f64(unit)
}

/// The wait before the next attempt, or `None` when `limit` attempts are used up. Deliberately absent: how long ago the
/// first one was, because what waited for other reasons has not been tried.
#[must_use]
pub fn next(attempt: u32, limit: u32, random_unit: f64) -> Option<Duration> {
    (attempt < limit).then(|| delay(attempt, random_unit))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn windows_double_up_to_the_cap() {
        let windows: Vec<u64> = (1..=11)
            .map(|attempt| delay(attempt, 1.0).as_secs())
            .collect();
        assert_eq!(windows, [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    }

    #[test]
    fn the_mean_of_many_even_draws_is_half_the_window() {
        let draws = 10_000_u32;
        let total: f64 = (0..draws)
            .map(|i| delay(5, (f64::from(i) + 0.5) / f64::from(draws)).as_secs_f64())
            .sum();
        let mean = total / f64::from(draws);
        assert!((mean - 16.0).abs() < 16.0 * 0.02, "{mean}");
    }

    #[test]
    fn it_ends_with_the_attempts() {
        assert!(next(MAX_ATTEMPTS - 1, MAX_ATTEMPTS, 1.0).is_some());
        assert_eq!(next(MAX_ATTEMPTS, MAX_ATTEMPTS, 0.0), None);
        assert!(next(MAX_ATTEMPTS, MAX_ATTEMPTS_UNANSWERED, 0.0).is_some());
    }

    #[test]
    fn all_delays_together_are_shorter_than_a_day() {
        let longest: Duration = (1..MAX_ATTEMPTS_UNANSWERED)
            .map(|attempt| delay(attempt, 1.0))
            .sum();
        assert!(longest < Duration::from_secs(24 * 60 * 60), "{longest:?}");
    }

    proptest! {
        #[test]
        fn a_delay_is_never_longer_than_the_cap(attempt: u32, unit: f64) {
            prop_assert!(delay(attempt, unit) <= CAP);
        }
    }
}
