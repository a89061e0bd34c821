//! The database's clock, for whoever took something and works on it without asking again.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

/// When something was taken, by the database's clock and by this process's: together they tell the database's clock now.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// The database's clock then.
    pub taken_at: DateTime<Utc>,
    /// This process's monotonic clock then. It is read before the database is asked, so that a lease counts as over here
    /// no later than there.
    pub taken: Instant,
    /// This process's monotonic clock once the database had answered.
    answered: Instant,
}

impl Clock {
    /// Of an answer that has just come: what the database's clock showed in it, and this process's before it was asked.
    #[must_use]
    pub fn new(taken_at: DateTime<Utc>, taken: Instant) -> Clock {
        Clock {
            taken_at,
            taken,
            answered: Instant::now(),
        }
    }

    /// The database's clock now, carried forward by this process's monotonic clock. It may be ahead by as long as the
    /// database took to answer.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.taken_at + self.elapsed()
    }

    /// The same, behind by no more than the answer was under way, and never ahead: the order in which Greenhouse was asked
    /// tells which answer is right, and a moment too late would let an older one replace a newer one.
    #[must_use]
    pub fn no_later_than_now(&self) -> DateTime<Utc> {
        self.taken_at + self.answered.elapsed()
    }

    /// How long ago that was, by the database's clock; no time at all if it is still to come.
    #[must_use]
    pub fn since(&self, then: DateTime<Utc>) -> Duration {
        (self.now() - then).to_std().unwrap_or_default()
    }

    /// For how long it is taken.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.taken.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn what_is_still_to_come_was_no_time_ago() {
        let clock = Clock::new(DateTime::UNIX_EPOCH, Instant::now());
        let hour = TimeDelta::hours(1);
        let ago = clock.since(DateTime::UNIX_EPOCH - hour);
        assert!(ago >= Duration::from_secs(3600), "{ago:?}");
        assert_eq!(clock.since(DateTime::UNIX_EPOCH + hour), Duration::ZERO);
    }

    #[test]
    fn what_the_database_took_to_answer_is_not_added_to_its_clock() {
        let slow = Duration::from_secs(5);
        let before = Instant::now().checked_sub(slow).unwrap();
        let clock = Clock::new(DateTime::UNIX_EPOCH, before);
        assert!(clock.no_later_than_now() + slow <= clock.now());
    }
}
