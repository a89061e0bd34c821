//! Two-sided time windows for polling what has changed: where the next one begins and ends, and when the watermark moves.
//!
//! Both sides are bounded so that a page read later cannot slip out of the result while new changes arrive. What changed is
//! stamped by Greenhouse's clock, so its clock and ours both have a say: a window reaches ahead to the later one, and what
//! lies before the earlier one is done. The overlap covers late visibility and small differences of the clocks; what it
//! returns twice is sorted out by the status diff. Deliberately absent: asking a clock, requests, storage.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// Clocks further apart than this are not two clocks that differ: one of them is no clock.
const APART: TimeDelta = TimeDelta::days(1);

/// What the clocks show at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    ours: DateTime<Utc>,
    greenhouse: DateTime<Utc>,
}

impl Clocks {
    /// `ours`: the database's clock. `greenhouse`: Greenhouse's, where an answer has told it. One that differs from ours by
    /// more than a day is not believed.
    #[must_use]
    pub fn new(ours: DateTime<Utc>, greenhouse: Option<DateTime<Utc>>) -> Self {
        let near = |told: &DateTime<Utc>| (*told - ours).abs() <= APART;
        Self {
            ours,
            greenhouse: greenhouse.filter(near).unwrap_or(ours),
        }
    }

    /// The clock by which Greenhouse stamps: as it was told, else ours.
    #[must_use]
    pub fn greenhouse(self) -> DateTime<Utc> {
        self.greenhouse
    }

    /// By how much Greenhouse's clock is behind ours; nothing if it is ahead.
    #[must_use]
    pub fn behind(self) -> TimeDelta {
        (self.ours - self.greenhouse).max(TimeDelta::zero())
    }

    /// The one that shows less.
    #[must_use]
    pub fn earlier(self) -> DateTime<Utc> {
        self.ours.min(self.greenhouse)
    }

    /// What neither of them shows yet: Greenhouse tells whole seconds.
    #[must_use]
    pub fn later(self) -> DateTime<Utc> {
        if self.greenhouse > self.ours {
            return self.greenhouse + TimeDelta::seconds(1);
        }
        self.ours
    }
}

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
    /// The window to read next. `watermark`: everything changed before it has been read.
    ///
    /// A clock that was set back takes the watermark along: what is stamped from then on lies before it.
    #[must_use]
    pub fn next(&self, watermark: DateTime<Utc>, now: Clocks) -> Window {
        let to = after(watermark, self.max_span).min(now.later());
        Window {
            from: before(watermark.min(now.earlier()), self.overlap),
            to,
            read_to: to.min(now.earlier()),
        }
    }

    /// Whether a window that was cut before Greenhouse's clock was known begins too late or ends too early, now that the
    /// `right` one is known: half of the overlap is for clocks, the other half for late visibility.
    #[must_use]
    pub fn falls_short(&self, window: Window, right: Window) -> bool {
        let slack = self.overlap / 2;
        before(window.from, slack) > right.from || after(window.to, slack) < right.to
    }
}

/// A span of time, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Changed at or after.
    pub from: DateTime<Utc>,
    /// Changed at or before.
    pub to: DateTime<Utc>,
    /// The new watermark, only to be stored once the last page of this window has been read: what is stamped later may not
    /// have happened yet.
    pub read_to: DateTime<Utc>,
}

impl Window {
    /// Whether this window reaches the present, so that the next one can wait for the poll interval.
    #[must_use]
    pub fn reaches(&self, now: DateTime<Utc>) -> bool {
        self.to >= now
    }
}

fn before(time: DateTime<Utc>, span: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(span)
        .ok()
        .and_then(|span| time.checked_sub_signed(span))
        .unwrap_or(DateTime::<Utc>::MIN_UTC)
}

fn after(time: DateTime<Utc>, span: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(span)
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

    fn alone(second: i64) -> Clocks {
        Clocks::new(at(second), None)
    }

    fn apart(ours: i64, greenhouse: i64) -> Clocks {
        Clocks::new(at(ours), Some(at(greenhouse)))
    }

    #[test]
    fn a_window_overlaps_the_last_one_and_ends_now() {
        let window = CUT.next(at(10_000), alone(10_030));
        assert_eq!(
            window,
            Window {
                from: at(9_880),
                to: at(10_030),
                read_to: at(10_030)
            }
        );
        assert!(window.reaches(at(10_030)));
    }

    #[test]
    fn a_long_absence_is_caught_up_in_spans() {
        let window = CUT.next(at(10_000), alone(20_000));
        assert_eq!((window.to, window.read_to), (at(11_000), at(11_000)));
        assert!(!window.reaches(at(20_000)));
    }

    #[test]
    fn a_window_reaches_the_later_clock_and_is_done_up_to_the_earlier_one() {
        for (now, to) in [
            (apart(10_030, 9_530), 10_030),
            (apart(9_530, 10_030), 10_031),
        ] {
            let window = CUT.next(at(10_000), now);
            assert_eq!(window.from, at(9_410));
            assert_eq!((window.to, window.read_to), (at(to), at(9_530)));
            assert!(window.reaches(at(10_030)));
        }
    }

    #[test]
    fn a_clock_set_back_takes_the_watermark_along() {
        let window = CUT.next(at(10_000), alone(9_000));
        assert_eq!((window.from, window.to), (at(8_880), at(9_000)));
        assert_eq!(window.read_to, at(9_000));
    }

    #[test]
    fn a_window_cut_by_ours_alone_falls_short_where_greenhouses_is_over_a_minute_away() {
        let cut = CUT.next(at(10_000), alone(10_000));
        let short = |greenhouse| {
            let right = CUT.next(at(10_000), apart(10_000, greenhouse));
            CUT.falls_short(cut, right)
        };
        assert!(!short(10_059) && !short(9_940));
        assert!(short(10_060) && short(9_939));
    }

    #[test]
    fn what_differs_by_more_than_a_day_is_no_clock() {
        let day = 24 * 3_600;
        for (told, behind) in [(-day, day), (-day - 1, 0), (day, 0), (day + 1, 0)] {
            let now = apart(0, told);
            assert_eq!(now.behind().num_seconds(), behind);
            let believed = told.abs() <= day;
            assert_eq!(now.greenhouse(), at(if believed { told } else { 0 }));
        }
    }

    #[test]
    fn absurd_spans_do_not_overflow() {
        let absurd = Windows {
            overlap: Duration::MAX,
            max_span: Duration::MAX,
        };
        assert_eq!(
            absurd.next(at(0), alone(5)),
            Window {
                from: DateTime::<Utc>::MIN_UTC,
                to: at(5),
                read_to: at(5)
            }
        );
    }

    proptest! {
        /// Each step: how far our clock goes on or is set back, and by how much Greenhouse's is then ahead of it.
        #[test]
        fn whatever_the_clocks_do_nothing_stamped_between_two_windows_is_left_out(
            steps in prop::collection::vec((-500_i64..5_000, -3_000_i64..3_000), 1..40),
            span in 1_u64..3_000,
        ) {
            let cut = Windows { max_span: Duration::from_secs(span), ..CUT };
            let (mut watermark, mut ours) = (at(100_000), at(100_000));
            for (step, ahead) in steps {
                ours += TimeDelta::seconds(step);
                let greenhouse = ours + TimeDelta::seconds(ahead);
                let window = cut.next(watermark, Clocks::new(ours, Some(greenhouse)));
                prop_assert!(window.from < watermark && window.from < greenhouse);
                prop_assert!(window.read_to <= window.to && window.read_to <= greenhouse);
                watermark = window.read_to;
            }
        }

        #[test]
        fn a_clock_that_stands_still_is_reached(behind in 0_i64..100_000, span in 1_u64..3_000) {
            let cut = Windows { max_span: Duration::from_secs(span), ..CUT };
            let (mut watermark, now) = (at(0), at(behind));
            for _ in 0..=(behind as u64 / span) {
                watermark = cut.next(watermark, Clocks::new(now, None)).read_to;
            }
            prop_assert_eq!(watermark, now);
        }
    }
}
