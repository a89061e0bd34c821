//! The row as a process last saw it, good enough to tell news from what everybody knows.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::told::Told;
use super::window::Window;
use super::{Report, Timing};

/// How often at most a lower count alone is told to others.
const LOWER: Duration = Duration::from_millis(250);

/// A row, and when it was read by which clock.
#[derive(Clone)]
pub(super) struct View {
    pub(super) window: Window,
    pub(super) now: DateTime<Utc>,
    pub(super) seen: Instant,
}

/// What an answer told, and when it arrived.
#[derive(Clone, Copy)]
pub(super) struct Answer {
    pub(super) limit: u32,
    pub(super) remaining: Option<u32>,
    pub(super) resets_in: Option<Duration>,
    pub(super) seen: Instant,
}

impl View {
    /// Whether other processes should know of the answer: tries it on the row.
    pub(super) fn is_news(&self, answer: &Answer, timing: &Timing) -> bool {
        let now = self.now + self.seen.elapsed();
        let mut next = self.window.clone();
        next.learn(now, timing, answer.told(now));
        let lower = next.left() < self.window.left() && self.seen.elapsed() > LOWER;
        lower || self.window.differs(&next, timing)
    }
}

impl Answer {
    /// None where no limit was told.
    pub(super) fn of(report: Report, seen: Instant) -> Option<Self> {
        match report {
            Report::Absent => None,
            Report::Window {
                limit,
                remaining,
                resets_in,
            } => Some(Self {
                limit,
                remaining,
                resets_in,
                seen,
            }),
        }
    }

    /// The same in the database's time.
    pub(super) fn told(&self, now: DateTime<Utc>) -> Told {
        let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        let seen = now - self.seen.elapsed();
        Told {
            limit: number(self.limit),
            remaining: self.remaining.map(number),
            resets: self.resets_in.map(|resets_in| (seen, resets_in)),
        }
    }
}
