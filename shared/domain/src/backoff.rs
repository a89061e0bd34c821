//! How long to wait before a delayed retry (server errors, timeouts, refused connections), and when to stop.
//!
//! Full jitter: anything between nothing and a window that doubles. Waiting because of a limit, a pause or a missing
//! proof is no retry and is not counted here. Deliberately absent: the clock and the dice.

use std::time::Duration;

/// The window after the first attempt.
pub const BASE: Duration = Duration::from_secs(2);
/// The window grows no further than this.
pub const CAP: Duration = Duration::from_secs(15 * 60);
/// After so many attempts it is over.
pub const MAX_ATTEMPTS: u32 = 10;
/// So long after the first attempt it is over, however few attempts there were.
pub const MAX_TOTAL: Duration = Duration::from_secs(24 * 60 * 60);

/// The wait after attempt number `attempt` (1 is the first) has failed. `random_unit` is drawn evenly from `0.0..1.0`;
/// what lies outside is clamped.
#[must_use]
pub fn delay(attempt: u32, random_unit: f64) -> Duration {
    let doublings = attempt.saturating_sub(1).min(16);
    let window = CAP.min(BASE * 2_u32.pow(doublings));
    let unit = if random_unit.is_nan() {
        0.5
    } else {
        random_unit.clamp(0.0, 1.0)
    };
    window.mul_f64(unit)
}

/// The wait before the next attempt, or `None` when the attempts or the day are used up. `elapsed` is the time since
/// the first attempt.
#[must_use]
pub fn next(attempt: u32, elapsed: Duration, random_unit: f64) -> Option<Duration> {
    let delay = delay(attempt, random_unit);
    (attempt < MAX_ATTEMPTS && elapsed + delay <= MAX_TOTAL).then_some(delay)
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
    fn it_ends_with_the_attempts_or_with_the_day() {
        assert!(next(MAX_ATTEMPTS - 1, Duration::ZERO, 1.0).is_some());
        assert_eq!(next(MAX_ATTEMPTS, Duration::ZERO, 0.0), None);
        assert_eq!(next(2, MAX_TOTAL, 0.5), None);
        assert!(next(2, MAX_TOTAL - CAP, 0.5).is_some());
    }

    proptest! {
        #[test]
        fn a_delay_is_never_longer_than_the_cap(attempt: u32, unit: f64) {
            prop_assert!(delay(attempt, unit) <= CAP);
        }

        #[test]
        fn all_delays_together_are_shorter_than_a_day(units in prop::collection::vec(0.0..1.0_f64, MAX_ATTEMPTS as usize)) {
            let (mut elapsed, mut attempts) = (Duration::ZERO, 1);
            while let Some(delay) = next(attempts, elapsed, units[attempts as usize - 1]) {
                elapsed += delay;
                attempts += 1;
            }
            prop_assert_eq!(attempts, MAX_ATTEMPTS);
            prop_assert!(elapsed < MAX_TOTAL);
        }
    }
}
