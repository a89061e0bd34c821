//! A moment as Greenhouse writes it: UTC with milliseconds, `2017-08-28T21:08:29.000Z`. Nothing finer is ever kept, so
//! that what a filter compares is what an answer showed.

use std::{fmt, time::Duration};

use chrono::{DateTime, SecondsFormat, Utc};
use hyper::header::HeaderValue;
use serde::{Serialize, Serializer};

/// Milliseconds since 1970, in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(i64);

impl Stamp {
    /// The moment this many milliseconds after 1970.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// The machine's clock, moved by `offset_ms`.
    pub fn now(offset_ms: i64) -> Self {
        Self(Utc::now().timestamp_millis() + offset_ms)
    }

    /// Milliseconds since 1970.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339 with an explicit zone; a bare date is refused.
    pub fn parse(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|moment| Self(moment.timestamp_millis()))
    }

    /// This much later.
    pub fn plus(self, length: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(length.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// As a `Date` header tells it: in whole seconds, cut.
    pub(crate) fn http_date(self) -> HeaderValue {
        let moment = DateTime::<Utc>::from_timestamp_millis(self.0).unwrap_or_default();
        let text = moment.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
    }

    /// As webhooks write the days of a career: `09/15/2007`.
    pub(crate) fn american_date(self) -> String {
        let moment = DateTime::<Utc>::from_timestamp_millis(self.0).unwrap_or_default();
        moment.format("%m/%d/%Y").to_string()
    }

    /// This many milliseconds earlier.
    pub fn minus_millis(self, millis: i64) -> Self {
        Self(self.0 - millis)
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = DateTime::<Utc>::from_timestamp_millis(self.0).unwrap_or_default();
        out.write_str(&moment.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
