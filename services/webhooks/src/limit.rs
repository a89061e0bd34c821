//! Token buckets: so many at once, and so many per second after that.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// How many per second, and how many at once after a quiet time.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    per_second: f64,
    burst: f64,
}

impl Rate {
    /// A rate; neither number may be 0.
    #[must_use]
    pub fn new(per_second: u32, burst: u32) -> Rate {
        Rate {
            per_second: f64::from(per_second.max(1)),
            burst: f64::from(burst.max(1)),
        }
    }
}

/// What is left of a rate.
#[derive(Debug)]
pub(crate) struct Bucket {
    rate: Rate,
    level: Mutex<(f64, Instant)>,
}

impl Bucket {
    pub(crate) fn full(rate: Rate, now: Instant) -> Bucket {
        Bucket {
            rate,
            level: Mutex::new((rate.burst, now)),
        }
    }

    /// Takes one, if there is one.
    pub(crate) fn take(&self, now: Instant) -> bool {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let (left, then) = *level;
        let gained = now.saturating_duration_since(then).as_secs_f64() * self.rate.per_second;
        let left = (left + gained).min(self.rate.burst);
        let enough = left >= 1.0;
        *level = (if enough { left - 1.0 } else { left }, then.max(now));
        enough
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let begin = Instant::now();
        let bucket = Bucket::full(Rate::new(10, 3), begin);
        let taken = |at: Duration| {
            let results = std::iter::repeat_with(|| bucket.take(begin + at));
            results.take(100).filter(|taken| *taken).count()
        };
        assert_eq!(taken(Duration::ZERO), 3);
        assert_eq!(taken(Duration::from_millis(200)), 2);
        assert_eq!(taken(Duration::from_secs(3600)), 3);
        assert_eq!(taken(Duration::from_secs(1)), 0, "a clock seen late");
    }
}
