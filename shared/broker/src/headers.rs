//! AMQP header tables as plain strings, and which headers must not travel on with a copy of a message.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat};
use lapin::types::{AMQPValue, FieldTable, ShortString};

/// Headers that steer the broker or that it counts with. A copy that carried them on would be dropped by
/// dead-letter cycle detection (`x-death`), routed twice (`CC`, `BCC`) or counted as delivered before.
pub(crate) fn is_brokers_own(name: &str) -> bool {
    matches!(
        name,
        "CC" | "BCC" | "x-delivery-count" | "x-acquired-count" | "x-death"
    ) || name.starts_with("x-first-death-")
        || name.starts_with("x-last-death-")
}

/// Every header with a plain value; tables and arrays (`x-death`) have no text form and are left out.
pub(crate) fn to_strings(table: &FieldTable) -> BTreeMap<String, String> {
    table
        .into_iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), plain(value)?)))
        .collect()
}

fn plain(value: &AMQPValue) -> Option<String> {
    Some(match value {
        AMQPValue::LongString(text) => match std::str::from_utf8(text.as_bytes()) {
            Ok(text) => text.to_owned(),
            Err(_) => String::from_utf8_lossy(text.as_bytes()).into_owned(),
        },
        AMQPValue::ShortString(text) => text.as_str().to_owned(),
        AMQPValue::Boolean(value) => value.to_string(),
        AMQPValue::Float(value) => value.to_string(),
        AMQPValue::Double(value) => value.to_string(),
        AMQPValue::Timestamp(seconds) => time(*seconds),
        other => integer(other)?.to_string(),
    })
}

/// The form in which everybody else writes a time; the number of a time that no calendar knows.
fn time(seconds: u64) -> String {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .map_or_else(
            || seconds.to_string(),
            |time| time.to_rfc3339_opts(SecondsFormat::Secs, true),
        )
}

/// The value of any of AMQP's integer types.
pub(crate) fn integer(value: &AMQPValue) -> Option<i64> {
    match value {
        AMQPValue::ShortShortInt(v) => Some((*v).into()),
        AMQPValue::ShortShortUInt(v) => Some((*v).into()),
        AMQPValue::ShortInt(v) => Some((*v).into()),
        AMQPValue::ShortUInt(v) => Some((*v).into()),
        AMQPValue::LongInt(v) => Some((*v).into()),
        AMQPValue::LongUInt(v) => Some((*v).into()),
        AMQPValue::LongLongInt(v) => Some(*v),
        _ => None,
    }
}

/// Adds `more` to `table`; a name of more than 255 bytes has no AMQP form and is the error.
pub(crate) fn extend(
    table: &mut FieldTable,
    more: &BTreeMap<String, String>,
) -> Result<(), &'static str> {
    for (name, value) in more {
        let name = ShortString::try_new(name.as_str())
            .map_err(|_| "a header name is longer than 255 bytes")?;
        table.insert(name, AMQPValue::LongString(value.as_str().into()));
    }
    Ok(())
}

/// Bytes that these take in a table.
pub(crate) fn size_of(texts: &BTreeMap<String, String>) -> usize {
    let size = |(name, value): (&String, &String)| name.len() + 2 + value.len() + 4;
    texts.iter().map(size).sum()
}

/// Bytes the table takes on the wire, within a few per value.
pub(crate) fn size(table: &FieldTable) -> usize {
    table
        .into_iter()
        .map(|(name, value)| name.as_str().len() + 2 + value_size(value))
        .sum()
}

fn value_size(value: &AMQPValue) -> usize {
    match value {
        AMQPValue::LongString(text) => text.len() + 4,
        AMQPValue::ByteArray(bytes) => bytes.len() + 4,
        AMQPValue::FieldTable(table) => size(table) + 4,
        AMQPValue::FieldArray(array) => {
            array
                .as_slice()
                .iter()
                .map(|v| value_size(v) + 1)
                .sum::<usize>()
                + 4
        }
        _ => 9,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_values_become_text_and_tables_are_left_out() {
        let mut table = FieldTable::default();
        table.insert("traceparent".into(), AMQPValue::LongString("00-ab".into()));
        table.insert("n".into(), AMQPValue::LongInt(-3));
        table.insert("flag".into(), AMQPValue::Boolean(true));
        table.insert(
            "x-death".into(),
            AMQPValue::FieldTable(FieldTable::default()),
        );
        let strings = to_strings(&table);
        assert_eq!(strings["traceparent"], "00-ab");
        assert_eq!(strings["n"], "-3");
        assert_eq!(strings["flag"], "true");
        assert!(!strings.contains_key("x-death"));
    }

    #[test]
    fn a_time_is_written_as_in_json() {
        let text = |seconds| plain(&AMQPValue::Timestamp(seconds)).unwrap();
        assert_eq!(text(1_772_366_400), "2026-03-01T12:00:00Z");
        assert_eq!(text(u64::MAX), u64::MAX.to_string());
    }

    #[test]
    fn an_overlong_header_name_is_an_error_not_a_panic() {
        let more = BTreeMap::from([("n".repeat(256), String::new())]);
        assert!(extend(&mut FieldTable::default(), &more).is_err());
    }
}
