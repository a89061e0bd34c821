//! Greenhouse's clock, as its answers tell it (`Date`, whole seconds, RFC 9110 section 6.6.1).
//!
//! All its rows are stamped by it, so what is asked for by time, and how old something is, is judged by it: a wrong clock on
//! either side then changes nothing. Between two answers our monotonic clock carries it on; how long the last answer
//! was under way, and the part of a second that `Date` leaves out, make it show too little, never too much.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use chrono::{DateTime, Utc};
use reqwest::header::{DATE, HeaderMap};

/// What the last answer told, and when it came.
#[derive(Debug, Default)]
pub(crate) struct Clock(Mutex<Option<(DateTime<Utc>, Instant)>>);

impl Clock {
    pub(crate) fn set(&self, date: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((date, Instant::now()));
    }

    pub(crate) fn now(&self) -> Option<DateTime<Utc>> {
        let told = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.map(|(date, at)| date + at.elapsed())
    }
}

/// When an answer was made, by the clock of whoever made it.
pub(crate) fn date(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    let date = headers.get(DATE)?.to_str().ok()?;
    let date = DateTime::parse_from_rfc2822(date).ok()?;
    Some(date.to_utc())
}
