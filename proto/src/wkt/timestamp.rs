//! `google.protobuf.Timestamp`: the same bytes as everybody's, RFC 3339 in JSON, conversions to chrono.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};

/// The first and the last second protobuf allows: years 1 to 9999, as seconds since 1970.
/// Source: the comment on `google.protobuf.Timestamp`.
const YEARS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// A moment in UTC with nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Timestamp {
    /// Seconds since 1970-01-01T00:00:00Z, negative before.
    #[prost(int64, tag = "1")]
    pub seconds: i64,
    /// Nanoseconds after `seconds`, 0 to 999 999 999.
    #[prost(int32, tag = "2")]
    pub nanos: i32,
}

impl Timestamp {
    /// The moment as chrono has it; `None` outside what protobuf allows (possible only in binary messages).
    pub fn to_utc(&self) -> Option<DateTime<Utc>> {
        let nanos = u32::try_from(self.nanos)
            .ok()
            .filter(|nanos| *nanos < 1_000_000_000)?;
        YEARS
            .contains(&self.seconds)
            .then(|| DateTime::from_timestamp(self.seconds, nanos))
            .flatten()
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(moment: DateTime<Utc>) -> Self {
        // chrono writes a leap second as more than 10^9 nanoseconds; protobuf has no such thing.
        let nanos = moment.timestamp_subsec_nanos().min(999_999_999);
        Self {
            seconds: moment.timestamp(),
            nanos: i32::try_from(nanos).unwrap_or_default(),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let moment = self
            .to_utc()
            .ok_or_else(|| ser::Error::custom("a timestamp outside the years 1 to 9999"))?;
        serializer.serialize_str(&moment.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Rfc3339)
    }
}

struct Rfc3339;

impl Visitor<'_> for Rfc3339 {
    type Value = Timestamp;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a time as in 2026-03-01T12:00:00Z")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Timestamp, E> {
        DateTime::parse_from_rfc3339(text)
            .map(|moment| Timestamp::from(moment.with_timezone(&Utc)))
            .ok()
            .filter(|timestamp| timestamp.to_utc().is_some())
            .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(text: &str) -> String {
        let parsed: Timestamp = serde_json::from_str(&format!("{text:?}")).unwrap();
        serde_json::to_string(&parsed).unwrap().replace('"', "")
    }

    #[test]
    fn offsets_become_utc_and_fractions_keep_their_length_class() {
        assert_eq!(round_trip("2026-03-01T12:00:00Z"), "2026-03-01T12:00:00Z");
        assert_eq!(
            round_trip("2026-03-01T14:00:00+02:00"),
            "2026-03-01T12:00:00Z"
        );
        assert_eq!(
            round_trip("2026-03-01T12:00:00.5Z"),
            "2026-03-01T12:00:00.500Z"
        );
        assert_eq!(
            round_trip("1969-12-31T23:59:59.25Z"),
            "1969-12-31T23:59:59.250Z"
        );
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "\"\"",
            "\"yesterday\"",
            "\"2026-03-01\"",
            "\"0000-01-01T00:00:00Z\"",
            "7",
        ] {
            assert!(serde_json::from_str::<Timestamp>(text).is_err(), "{text}");
        }
        assert!(
            serde_json::to_string(&Timestamp {
                seconds: i64::MAX,
                nanos: 0
            })
            .is_err()
        );
        assert!(
            serde_json::to_string(&Timestamp {
                seconds: 0,
                nanos: -1
            })
            .is_err()
        );
    }
}
