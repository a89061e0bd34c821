//! Writing events: structured mode only, so that a body is complete without its headers.

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::CLOUDEVENTS_JSON;
use crate::{Command, Notice};

/// What the envelope of an event to be sent says.
#[derive(Clone, Copy, Debug)]
pub struct OutMeta<'a> {
    /// Id of the event; the same at every attempt to send it.
    pub id: Uuid,
    /// Who sends it, a URI reference (`/intrro-greenhouse-bridge/statuses`).
    pub source: &'a str,
    /// Whose it is.
    pub tenant: &'a str,
    /// The ordering key.
    pub subject: &'a str,
    /// When it happened.
    pub time: DateTime<Utc>,
    /// W3C trace context to go on with.
    pub traceparent: Option<&'a str>,
}

/// An event ready to be published.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoded {
    /// The full message name; also the AMQP property `type`.
    pub routing_key: &'static str,
    /// AMQP property `content_type`.
    pub content_type: &'static str,
    /// AMQP property `message_id`: the event's id.
    pub message_id: String,
    /// AMQP property `timestamp`, seconds since 1970.
    pub timestamp: i64,
    /// AMQP headers: `traceparent` when there is one.
    pub headers: BTreeMap<String, String>,
    /// The CloudEvent.
    pub body: Bytes,
}

/// A message holds what its JSON cannot say: a timestamp outside the years 1 to 9999, or a number that is none of its
/// enum's. Only a mistake in the bridge makes one.
#[derive(Debug, thiserror::Error)]
#[error("{kind} has no JSON form")]
pub struct EncodeError {
    /// The event's short name.
    pub kind: &'static str,
    /// What the writer met.
    #[source]
    pub source: serde_json::Error,
}

/// Writes a notice.
///
/// # Errors
/// [`EncodeError`].
pub fn encode(notice: &Notice, meta: &OutMeta<'_>) -> Result<Encoded, EncodeError> {
    write(notice.type_name(), notice, meta).map_err(|source| EncodeError {
        kind: notice.kind(),
        source,
    })
}

/// Writes a command, as Intrro does; for `bridge publish`, tests and demonstrations.
///
/// # Errors
/// [`EncodeError`].
pub fn encode_command(command: &Command, meta: &OutMeta<'_>) -> Result<Encoded, EncodeError> {
    write(command.kind().type_name(), command, meta).map_err(|source| EncodeError {
        kind: command.kind().as_str(),
        source,
    })
}

/// The AMQP property `timestamp` of an event in structured mode: its `time` in seconds since 1970, so that a repeat carries
/// the same. Nothing else of it is read. None where it has no time that AMQP can say.
pub fn timestamp(event: &[u8]) -> Option<u64> {
    let event: Timed = serde_json::from_slice(event).ok()?;
    u64::try_from(event.time.timestamp()).ok()
}

/// When what a CandidateStatusChanged in structured mode tells of happened in Greenhouse, so that its way to whoever reads it
/// can be timed. None where that is not known; nor of the first one about an application, for how long that had been where it
/// was first seen says nothing about its way.
pub fn changed_at(event: &[u8]) -> Option<DateTime<Utc>> {
    let Told { data } = serde_json::from_slice(event).ok()?;
    let is_change = data.previous.is_some() && data.sequence != "1";
    let is_known = data.occurred_at_quality != "UNKNOWN";
    (is_change && is_known).then_some(data.occurred_at)
}

#[derive(Deserialize)]
struct Timed {
    time: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Told<'a> {
    #[serde(borrow)]
    data: Changed<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changed<'a> {
    previous: Option<IgnoredAny>,
    sequence: &'a str,
    occurred_at: DateTime<Utc>,
    occurred_at_quality: &'a str,
}

#[derive(Serialize)]
struct Structured<'a, D> {
    specversion: &'static str,
    id: &'a str,
    source: &'a str,
    #[serde(rename = "type")]
    type_name: &'static str,
    subject: &'a str,
    time: String,
    tenantid: &'a str,
    datacontenttype: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    data: &'a D,
}

fn write<D: Serialize>(
    type_name: &'static str,
    data: &D,
    meta: &OutMeta<'_>,
) -> Result<Encoded, serde_json::Error> {
    let id = meta.id.to_string();
    let body = serde_json::to_vec(&Structured {
        specversion: "1.0",
        id: &id,
        source: meta.source,
        type_name,
        subject: meta.subject,
        time: meta.time.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        tenantid: meta.tenant,
        datacontenttype: "application/json",
        traceparent: meta.traceparent,
        data,
    })?;
    let traceparent = meta
        .traceparent
        .map(|value| ("traceparent".to_owned(), value.to_owned()));
    Ok(Encoded {
        routing_key: type_name,
        content_type: CLOUDEVENTS_JSON,
        message_id: id,
        timestamp: meta.time.timestamp(),
        headers: traceparent.into_iter().collect(),
        body: body.into(),
    })
}
