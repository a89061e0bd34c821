//! Fixed rate-limit windows, one meter per credential. Windows are cut on the epoch, as fixed-window counters are.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use serde::Serialize;

use crate::stamp::Stamp;

/// Windows remembered per meter.
const HISTORY: usize = 10_000;

/// What one window saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct WindowUse {
    /// When it began.
    pub start: Stamp,
    /// Requests let through.
    pub used: u32,
    /// Requests answered 429.
    pub throttled: u32,
}

/// What the rate headers say after a request was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// Epoch second at which the window is over, rounded up.
    pub(crate) reset: i64,
    /// Whole seconds until then, at least 1.
    pub(crate) retry_after: u64,
    pub(crate) allowed: bool,
}

/// One limit, counted per key.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    windows: HashMap<String, VecDeque<WindowUse>>,
}

impl Meter {
    /// Counts a request; `None` when there is no limit.
    pub(crate) fn count(
        &mut self,
        key: &str,
        limit: u32,
        length: Duration,
        now: Stamp,
    ) -> Option<Reading> {
        if limit == 0 {
            return None;
        }
        let length = i64::try_from(length.as_millis()).unwrap_or(i64::MAX).max(1);
        let start = Stamp::from_millis(now.millis() - now.millis().rem_euclid(length));
        let window = self.window(key, start);
        let allowed = window.used < limit;
        window.used += u32::from(allowed);
        window.throttled += u32::from(!allowed);
        let end = start.millis() + length;
        let wait = u64::try_from(end - now.millis()).unwrap_or(1);
        Some(Reading {
            limit,
            remaining: limit - window.used.min(limit),
            reset: end.div_euclid(1000) + i64::from(end.rem_euclid(1000) > 0),
            retry_after: wait.div_ceil(1000).max(1),
            allowed,
        })
    }

    pub(crate) fn windows(&self, key: &str) -> Vec<WindowUse> {
        self.windows
            .get(key)
            .map(|windows| windows.iter().copied().collect())
            .unwrap_or_default()
    }

    fn window(&mut self, key: &str, start: Stamp) -> &mut WindowUse {
        let windows = self.windows.entry(key.to_owned()).or_default();
        if windows.back().is_none_or(|last| last.start != start) {
            windows.push_back(WindowUse {
                start,
                used: 0,
                throttled: 0,
            });
        }
        if windows.len() > HISTORY {
            windows.pop_front();
        }
        let last = windows.len() - 1;
        &mut windows[last]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_secs(30);

    #[test]
    fn a_window_lets_its_limit_through_and_tells_when_it_ends() {
        let mut meter = Meter::default();
        let now = Stamp::from_millis(1_000_010_400);
        let first = meter.count("k", 2, WINDOW, now).unwrap();
        assert_eq!(
            (first.remaining, first.reset, first.allowed),
            (1, 1_000_020, true)
        );
        assert_eq!(meter.count("k", 2, WINDOW, now).unwrap().remaining, 0);
        let third = meter.count("k", 2, WINDOW, now).unwrap();
        assert_eq!((third.allowed, third.retry_after), (false, 10));
        assert_eq!(
            meter.windows("k"),
            [WindowUse {
                start: Stamp::from_millis(999_990_000),
                used: 2,
                throttled: 1
            }]
        );
    }

    #[test]
    fn the_next_window_starts_afresh() {
        let mut meter = Meter::default();
        meter.count("k", 1, WINDOW, Stamp::from_millis(29_999));
        assert!(
            meter
                .count("k", 1, WINDOW, Stamp::from_millis(30_000))
                .unwrap()
                .allowed
        );
    }

    #[test]
    fn no_limit_means_no_reading() {
        assert_eq!(
            Meter::default().count("k", 0, WINDOW, Stamp::from_millis(0)),
            None
        );
    }
}
