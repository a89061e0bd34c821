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
}

impl Clock {
    /// The database's clock now, carried forward by this process's monotonic clock.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.taken_at + self.elapsed()
    }

    /// For how long it is taken.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.taken.elapsed()
    }
}
