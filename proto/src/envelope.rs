//! The CloudEvents 1.0 envelope: [`decode`] a delivery into a [`Command`], [`encode`] a [`Notice`].
//!
//! Pure: headers, properties and bytes in, values out. What a refused message becomes (a dead letter) and whether a message was seen before is decided elsewhere.

mod attributes;
mod data;
mod encode;
mod names;
mod refusal;
mod validate;

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

pub use encode::{EncodeError, Encoded, OutMeta, changed_at, encode, encode_command, timestamp};
pub use names::names;
pub use refusal::{Reason, Refusal};

use crate::{Command, Kind};
use attributes::Attributes;

/// The largest body that is read as an event, in bytes.
pub const MAX_BODY: usize = 256 * 1024;

/// The content type of an event in structured mode.
pub const CLOUDEVENTS_JSON: &str = "application/cloudevents+json";

/// A delivery as the broker handed it over.
#[derive(Clone, Default)]
pub struct RawMessage {
    /// AMQP headers whose values are texts, under their names as sent.
    pub headers: BTreeMap<String, String>,
    /// AMQP property `content_type`.
    pub content_type: Option<String>,
    /// AMQP property `message_id`. Used only in binary mode, and only when the header `cloudEvents_id` is missing: what
    /// the event itself says of its id wins.
    pub message_id: Option<String>,
    /// AMQP property `type`. Used as `message_id` is.
    pub type_: Option<String>,
    /// The body, untouched.
    pub body: Bytes,
}

/// A command and what its envelope says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// CloudEvents id; unique together with `source`.
    pub id: String,
    /// Who sent it.
    pub source: String,
    /// The ordering key: CloudEvents subject, else [`Command::ordering_key`].
    pub subject: String,
    /// Whose it is: the extension `tenantid`, never anything in the data.
    pub tenant: String,
    /// When it happened, as the producer says.
    pub time: Option<DateTime<Utc>>,
    /// W3C trace context: the AMQP header, else the extension attribute.
    pub traceparent: Option<String>,
    /// Which command it is.
    pub kind: Kind,
    /// The command.
    pub event: Command,
    /// The command as protobuf, for storage; [`Command::decode`] reads it.
    pub data: Bytes,
    /// SHA-256 over kind and `data`: equal for the same content however it was spelt in JSON.
    pub content_hash: [u8; 32],
}

/// Reads a delivery.
///
/// Structured mode: content type `application/cloudevents+json`, or none, or `application/json` without attributes in
/// headers. Binary mode: attributes in headers `cloudEvents_*` or `cloudEvents:*`, data in the body.
///
/// # Errors
/// The message will never be readable: see [`Reason`] for the cases.
pub fn decode(message: &RawMessage) -> Result<Incoming, Refusal> {
    if message.body.len() > MAX_BODY {
        let size = message.body.len();
        return Err(Refusal::new(
            Reason::TooLarge,
            format!("{size} bytes, at most {MAX_BODY} are read"),
        ));
    }
    let (attributes, data) = attributes::read(message)?;
    let refused = |refusal: Refusal| refusal.of(&attributes);
    let kind = attributes.kind().map_err(refused)?;
    let tenant = attributes.tenant().map_err(refused)?;
    let event = data::read(kind, data)
        .and_then(validate::command)
        .map_err(refused)?;
    let encoded = event.encode_to_vec();
    let Attributes {
        id,
        source,
        subject,
        time,
        traceparent,
        ..
    } = attributes;
    Ok(Incoming {
        id,
        source,
        subject: subject.unwrap_or_else(|| event.ordering_key().to_owned()),
        tenant,
        time,
        traceparent: header_traceparent(message).or(traceparent),
        kind,
        content_hash: content_hash(kind, &encoded),
        event,
        data: encoded.into(),
    })
}

fn header_traceparent(message: &RawMessage) -> Option<String> {
    message
        .headers
        .get("traceparent")
        .filter(|value| attributes::is_traceparent(value))
        .cloned()
}

/// The hash of a command's protobuf bytes that [`Incoming::content_hash`] carries.
pub fn content_hash(kind: Kind, data: &[u8]) -> [u8; 32] {
    Sha256::new_with_prefix(kind.as_str())
        .chain_update([0])
        .chain_update(data)
        .finalize()
        .into()
}
