//! Two-sided time windows for polling what has changed: where the next one begins and ends, and when the watermark moves.
//!
//! Both sides are bounded so that a page read later cannot slip out of the result while new changes arrive. Times are
//! compared with those of Greenhouse's clock; the overlap covers the difference of the clocks and late visibility, and what
//! it returns twice is sorted out by the status diff. Deliberately absent: clock, requests, storage.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// How windows are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    /// How far a window reaches back behind the watermark.
    pub overlap: Duration,
    /// How far a window reaches beyond the watermark at most. It bounds the time, not the pages: a window has as many as
    /// there were changes.
    pub max_span: Duration,
}

impl Default for Windows {
    /// Two minutes back, at most a day ahead.
    fn default() -> Self {
        Self {
            overlap: Duration::from_secs(120),
            max_span: Duration::from_secs(24 * 60 * 60),
        }
    }
}

impl Windows {
    /// The window to read next. `watermark`: everything changed before it has been read. `now`: the database's clock.
    ///
    /// A clock that was set back gives a window that ends at `now`, and the watermark stays where it is.
    #[must_use]
    pub fn next(&self, watermark: DateTime<Utc>, now: DateTime<Utc>) -> Window {
        let from = before(watermark.min(now), self.overlap);
        Window {
            from,
            to: after(watermark, self.max_span).min(now),
        }
    }
}

/// A span of time, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Changed at or after.
    pub from: DateTime<Utc>,
    /// Changed at or before.
    pub to: DateTime<Utc>,
}

impl Window {
    /// The new watermark. Only to be stored once the last page of this window has been read; never earlier than the old one.
    #[must_use]
    pub fn after_last_page(self, watermark: DateTime<Utc>) -> DateTime<Utc> {
        self.to.max(watermark)
    }

    /// Whether this window reaches the present, so that the next one can wait for the poll interval.
    #[must_use]
    pub fn reaches(&self, now: DateTime<Utc>) -> bool {
        self.to >= now
    }
}

fn before(time: DateTime<Utc>, span: Duration) -> DateTime<Utc> {
    chrono::TimeDelta::from_std(span)
        .ok()
        .and_then(|span| time.checked_sub_signed(span))
        .unwrap_or(DateTime::<Utc>::MIN_UTC)
}

fn after(time: DateTime<Utc>, span: Duration) -> DateTime<Utc> {
    chrono::TimeDelta::from_std(span)
        .ok()
        .and_then(|span| time.checked_add_signed(span))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    const CUT: Windows = Windows {
        overlap: Duration::from_secs(120),
        max_span: Duration::from_secs(1_000),
    };

    #[test]
    fn a_window_overlaps_the_last_one_and_ends_now() {
        let window = CUT.next(at(10_000), at(10_030));
        assert_eq!(
            window,
            Window {
                from: at(9_880),
                to: at(10_030)
            }
        );
        assert!(window.reaches(at(10_030)));
    }

    #[test]
    fn a_long_absence_is_caught_up_in_spans() {
        let window = CUT.next(at(10_000), at(20_000));
        assert_eq!(window.to, at(11_000));
        assert!(!window.reaches(at(20_000)));
    }

    #[test]
    fn a_clock_set_back_reads_on_but_moves_no_watermark() {
        let window = CUT.next(at(10_000), at(9_000));
        assert_eq!(
            window,
            Window {
                from: at(8_880),
                to: at(9_000)
            }
        );
        assert_eq!(window.after_last_page(at(10_000)), at(10_000));
    }

    #[test]
    fn absurd_spans_do_not_overflow() {
        let absurd = Windows {
            overlap: Duration::MAX,
            max_span: Duration::MAX,
        };
        assert_eq!(
            absurd.next(at(0), at(5)),
            Window {
                from: DateTime::<Utc>::MIN_UTC,
                to: at(5)
            }
        );
    }

    proptest! {
        #[test]
        fn windows_leave_no_gap_and_the_watermark_never_goes_back(
            clock in prop::collection::vec(-500_i64..5_000, 1..40),
            span in 1_u64..3_000,
        ) {
            let cut = Windows { max_span: Duration::from_secs(span), ..CUT };
            let (mut watermark, mut now) = (at(100_000), at(100_000));
            for step in clock {
                now += chrono::TimeDelta::seconds(step);
                let window = cut.next(watermark, now);
                prop_assert!(window.from <= window.to && window.from < watermark && window.to <= now);
                let next = window.after_last_page(watermark);
                prop_assert!(next >= watermark && next <= watermark.max(window.to));
                watermark = next;
            }
        }

        #[test]
        fn a_clock_that_stands_still_is_reached(behind in 0_i64..100_000, span in 1_u64..3_000) {
            let cut = Windows { max_span: Duration::from_secs(span), ..CUT };
            let (mut watermark, now) = (at(0), at(behind));
            for _ in 0..=(behind as u64 / span) {
                watermark = cut.next(watermark, now).after_last_page(watermark);
            }
            prop_assert_eq!(watermark, now);
        }
    }
}
