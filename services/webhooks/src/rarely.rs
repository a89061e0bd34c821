//! Log lines that are written at most so often: a storm of deliveries must not become a storm of lines.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Least time between two lines about the same.
pub(crate) const INTERVAL: Duration = Duration::from_secs(10);

/// When the last one was written, and how many were left out since.
#[derive(Debug, Default)]
pub(crate) struct Rarely(Mutex<(Option<Instant>, u64)>);

impl Rarely {
    /// How many were left out before this one, where it is to be written.
    pub(crate) fn now(&self, now: Instant) -> Option<u64> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rested = |last: Instant| now.saturating_duration_since(last) >= INTERVAL;
        if last.0.is_none_or(rested) {
            return Some(std::mem::replace(&mut *last, (Some(now), 0)).1);
        }
        last.1 += 1;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_written_and_what_was_left_out_is_counted() {
        let (rarely, first) = (Rarely::default(), Instant::now());
        assert_eq!(rarely.now(first), Some(0));
        for second in 1..10 {
            assert_eq!(rarely.now(first + Duration::from_secs(second)), None);
        }
        assert_eq!(rarely.now(first + INTERVAL), Some(9));
        assert_eq!(rarely.now(first + 3 * INTERVAL), Some(0));
    }
}
