//! Harvest v3's requests and JSON. Pure: functions that build a [`crate::request::Request`], and functions that read
//! the body of a success into the crate's types.
//!
//! Reading is generous, because new properties, new words and nulls may appear at any time: unknown fields are ignored,
//! every field may be null or missing, a row without its id (a record that is still being processed) is left out.

pub(crate) mod application_stages;
pub(crate) mod applications;
pub(crate) mod applied_candidate_tags;
pub(crate) mod candidate_tags;
pub(crate) mod candidates;
pub(crate) mod custom_fields;
pub(crate) mod introspection;
pub(crate) mod job_interview_stages;
pub(crate) mod jobs;
mod moment;
pub(crate) mod notes;
pub(crate) mod referrers;
pub(crate) mod rejection_details;
pub(crate) mod rejection_reasons;
pub(crate) mod sources;
pub(crate) mod users;

pub(crate) use moment::Moment;

use chrono::{DateTime, Utc};
use serde::de::{DeserializeOwned, Error};

/// For writes whose answer tells nothing that their status does not: some clients saw 204 where the specification has
/// 200 and a record.
pub(crate) fn read_nothing(_: &[u8]) -> Result<(), serde_json::Error> {
    Ok(())
}

/// Reads an array of rows.
fn rows<W: DeserializeOwned, T>(
    body: &[u8],
    accept: fn(W) -> Option<T>,
) -> Result<Vec<T>, serde_json::Error> {
    let rows: Vec<Option<W>> = serde_json::from_slice(body)?;
    Ok(rows.into_iter().flatten().filter_map(accept).collect())
}

/// Reads one record, which must have its id.
fn row<W: DeserializeOwned, T>(
    body: &[u8],
    accept: fn(W) -> Option<T>,
) -> Result<T, serde_json::Error> {
    accept(serde_json::from_slice(body)?).ok_or_else(|| serde_json::Error::custom("no id"))
}

fn time(moment: Option<Moment>) -> Option<DateTime<Utc>> {
    moment.and_then(|moment| moment.time())
}

/// A list that may be null and have nulls in it.
type List<T> = Option<Vec<Option<T>>>;

fn list<T>(list: List<T>) -> Vec<T> {
    list.unwrap_or_default().into_iter().flatten().collect()
}

#[cfg(test)]
mod tests;
