//! What both versions have in common, in reading above all.
//!
//! Reading is generous, because new properties, new words and nulls may appear at any time: unknown fields are ignored,
//! every field may be null or missing, a row without its id (a record that is still being processed) is left out.

mod contacts;
mod created;
mod moment;
mod person;
mod text;
mod values;

pub(crate) use contacts::{WireContact, contacts};
pub(crate) use created::read_created;
pub(crate) use moment::Moment;
pub(crate) use person::{PersonBody, name};
pub(crate) use text::{loose_text, text_in};
pub(crate) use values::{WireFields, values};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Error, IgnoredAny};

/// For writes whose answer tells nothing that their status does not: some clients saw 204 where the specification has
/// 200 and a record, and v1 answers some edits with an array. What is not JSON is not from Greenhouse: a proxy's page says
/// 200 as well, and proves nothing.
pub(crate) fn read_nothing(body: &[u8]) -> Result<(), serde_json::Error> {
    if body.trim_ascii().is_empty() {
        return Ok(());
    }
    serde_json::from_slice(body).map(|IgnoredAny| ())
}

/// Reads an array of rows.
pub(crate) fn rows<W: DeserializeOwned, T>(
    body: &[u8],
    accept: fn(W) -> Option<T>,
) -> Result<Vec<T>, serde_json::Error> {
    let rows = each_row(body, accept)?;
    Ok(rows.into_iter().flatten().collect())
}

/// Reads an array of rows from which absence is concluded: a row without its id is none, and not left out.
pub(crate) fn each_row<W: DeserializeOwned, T>(
    body: &[u8],
    accept: fn(W) -> Option<T>,
) -> Result<Vec<Option<T>>, serde_json::Error> {
    let rows: Vec<Option<W>> = serde_json::from_slice(body)?;
    Ok(rows.into_iter().map(|row| row.and_then(accept)).collect())
}

/// Reads one record, which must have its id.
pub(crate) fn row<W: DeserializeOwned, T>(
    body: &[u8],
    accept: fn(W) -> Option<T>,
) -> Result<T, serde_json::Error> {
    accept(serde_json::from_slice(body)?).ok_or_else(no_id)
}

/// Reads what may be an array of records or a record alone, as a list.
pub(crate) fn one_or_many<W: DeserializeOwned, T>(
    body: &[u8],
    accept: fn(W) -> Option<T>,
) -> Result<Vec<T>, serde_json::Error> {
    let found = match serde_json::from_slice(body)? {
        OneOrMany::Many(rows) => list(Some(rows)),
        OneOrMany::One(record) => vec![record],
    };
    Ok(found.into_iter().filter_map(accept).collect())
}

/// Reads what v1 has under one id. An answer without a record is none: what is not there is 404.
pub(crate) fn single<W: DeserializeOwned, T>(
    body: &[u8],
    accept: fn(W) -> Option<T>,
) -> Result<Vec<T>, serde_json::Error> {
    only(body, accept).map(|record| vec![record])
}

/// Reads the rows of a list that was asked for by ids. One without an id may be any of them, so that nothing would be known
/// of those that are not there.
pub(crate) fn rows_asked_for<W: DeserializeOwned, T>(
    body: &[u8],
    accept: fn(W) -> Option<T>,
) -> Result<Vec<T>, serde_json::Error> {
    let rows = each_row(body, accept)?.into_iter();
    rows.map(|row| row.ok_or_else(no_id)).collect()
}

/// Reads one record that may also be the only element of an array.
pub(crate) fn only<W: DeserializeOwned, T>(
    body: &[u8],
    accept: fn(W) -> Option<T>,
) -> Result<T, serde_json::Error> {
    let found = one_or_many(body, accept)?.into_iter().next();
    found.ok_or_else(no_id)
}

fn no_id() -> serde_json::Error {
    serde_json::Error::custom("no id")
}

/// The id of a record; 0, as of what was never stored, is none.
pub(crate) fn stored<I: Copy + Into<i64>>(id: Option<I>) -> Option<I> {
    id.filter(|id| (*id).into() > 0)
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<W> {
    Many(Vec<Option<W>>),
    One(W),
}

pub(crate) fn time(moment: Option<Moment>) -> Option<DateTime<Utc>> {
    moment.and_then(Moment::time)
}

/// A time in the form that both versions take, to the millisecond.
pub(crate) fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A list that may be null and have nulls in it.
pub(crate) type List<T> = Option<Vec<Option<T>>>;

pub(crate) fn list<T>(list: List<T>) -> Vec<T> {
    list.unwrap_or_default().into_iter().flatten().collect()
}

/// Something of which only the id counts.
#[derive(Deserialize)]
pub(crate) struct WireId {
    pub(crate) id: Option<i64>,
}

/// Something that has a name.
#[derive(Deserialize)]
pub(crate) struct Named {
    pub(crate) id: Option<i64>,
    pub(crate) name: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::read_nothing;

    #[test]
    fn a_page_that_is_no_json_proves_no_write() {
        for body in [
            "",
            " \r\n",
            "{}",
            "[{\"id\": 1}]",
            "null",
            "{\"message\": \"done\"}",
        ] {
            assert!(read_nothing(body.as_bytes()).is_ok(), "{body}");
        }
        for body in ["<html>Please sign in</html>", "OK", "{\"id\": 1", "{} <p>"] {
            assert!(read_nothing(body.as_bytes()).is_err(), "{body}");
        }
    }
}
