//! The attributes of an event, from a structured body or from headers, and where its data is.

mod binary;
mod structured;

pub(super) use binary::header_attributes;
use chrono::{DateTime, Utc};

use super::data::Data;
use super::validate::{MAX_ID, id_problem};
use super::{CLOUDEVENTS_JSON, RawMessage, Reason, Refusal};
use crate::Kind;

/// The attributes the bridge uses; others are ignored.
pub(super) struct Attributes {
    pub(super) id: String,
    pub(super) source: String,
    pub(super) subject: Option<String>,
    pub(super) time: Option<DateTime<Utc>>,
    pub(super) traceparent: Option<String>,
    type_name: String,
    tenant: String,
    place: Place,
}

/// What was found, before anything is asked of it.
#[derive(Default)]
struct Found {
    specversion: Option<String>,
    id: Option<String>,
    source: Option<String>,
    type_name: Option<String>,
    subject: Option<String>,
    time: Option<String>,
    tenantid: Option<String>,
    traceparent: Option<String>,
}

/// Where attributes stand, to name one in a refusal.
#[derive(Clone, Copy)]
enum Place {
    Body,
    Headers,
}

impl Place {
    fn path(self, attribute: &str) -> String {
        match self {
            Self::Body => format!("$.{attribute}"),
            Self::Headers => format!("cloudEvents_{attribute}"),
        }
    }
}

/// Reads the attributes and finds the data, in whichever mode the message is.
pub(super) fn read(message: &RawMessage) -> Result<(Attributes, Data<'_>), Refusal> {
    let media_type = message
        .content_type
        .as_deref()
        .map(media_type)
        .unwrap_or_default();
    let headers = header_attributes(&message.headers);
    match media_type.as_str() {
        CLOUDEVENTS_JSON => structured::read(&message.body),
        "" | "application/json" if headers.is_empty() => structured::read(&message.body),
        _ if headers.is_empty() || media_type.starts_with("application/cloudevents") => {
            let detail =
                "expected application/cloudevents+json, or attributes in cloudEvents_ headers";
            Err(Refusal::at(
                Reason::MalformedEnvelope,
                "content_type",
                detail,
            ))
        }
        _ => binary::read(message, &media_type, headers),
    }
}

impl Attributes {
    /// The command the type names.
    pub(super) fn kind(&self) -> Result<Kind, Refusal> {
        Kind::from_type_name(&self.type_name).ok_or_else(|| {
            let path = self.place.path("type");
            if other_major(&self.type_name) {
                Refusal::at(
                    Reason::UnknownVersion,
                    path,
                    "this bridge reads intrro.events.v1",
                )
            } else {
                Refusal::at(
                    Reason::UnknownType,
                    path,
                    "not the name of a command of intrro.events.v1",
                )
            }
        })
    }

    /// Whose event it is.
    pub(super) fn tenant(&self) -> Result<String, Refusal> {
        match id_problem(&self.tenant) {
            None => Ok(self.tenant.clone()),
            Some(problem) => Err(Refusal::at(
                Reason::MissingTenant,
                self.place.path("tenantid"),
                problem,
            )),
        }
    }
}

/// `intrro.events.vN.…` with N other than 1.
fn other_major(type_name: &str) -> bool {
    type_name
        .strip_prefix("intrro.events.v")
        .and_then(|rest| rest.split_once('.'))
        .is_some_and(|(major, _)| major != "1" && major.parse::<u32>().is_ok())
}

/// A media type without its parameters, in lower case.
fn media_type(content_type: &str) -> String {
    content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

fn check(found: Found, place: Place) -> Result<Attributes, Refusal> {
    if required(found.specversion, "specversion", place)? != "1.0" {
        let path = place.path("specversion");
        return Err(Refusal::at(
            Reason::UnknownVersion,
            path,
            "expected CloudEvents 1.0",
        ));
    }
    let time = found.time.filter(|time| !time.is_empty()).map(|time| {
        DateTime::parse_from_rfc3339(&time)
            .map(|time| time.with_timezone(&Utc))
            .map_err(|_| {
                let detail = "expected a time as in 2026-03-01T12:00:00Z";
                Refusal::at(Reason::MalformedEnvelope, place.path("time"), detail)
            })
    });
    Ok(Attributes {
        id: required(found.id, "id", place)?,
        source: required(found.source, "source", place)?,
        type_name: required(found.type_name, "type", place)?,
        subject: subject(found.subject, place)?,
        time: time.transpose()?,
        traceparent: found.traceparent.filter(|value| is_traceparent(value)),
        tenant: found.tenantid.unwrap_or_default(),
        place,
    })
}

/// An empty subject is none.
fn subject(found: Option<String>, place: Place) -> Result<Option<String>, Refusal> {
    found
        .filter(|text| !text.is_empty())
        .map(|text| required(Some(text), "subject", place))
        .transpose()
}

/// Whether this looks like a W3C traceparent. Another value is dropped: a broken trace is no reason to refuse work.
pub(super) fn is_traceparent(value: &str) -> bool {
    (55..=MAX_ID).contains(&value.len())
        && value
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn required(text: Option<String>, name: &str, place: Place) -> Result<String, Refusal> {
    let text = text.unwrap_or_default();
    match id_problem(&text) {
        None => Ok(text),
        Some(problem) => Err(Refusal::at(
            Reason::MalformedEnvelope,
            place.path(name),
            problem,
        )),
    }
}

enum Encoding {
    Json,
    Protobuf,
}

/// No media type means JSON, as CloudEvents has it for JSON events.
fn encoding(media_type: &str, place: &str) -> Result<Encoding, Refusal> {
    match media_type {
        "" | "application/json" => Ok(Encoding::Json),
        "application/protobuf" | "application/x-protobuf" => Ok(Encoding::Protobuf),
        _ => Err(Refusal::at(
            Reason::MalformedEnvelope,
            place,
            "expected application/json or application/protobuf",
        )),
    }
}

/// `malformed`: what it is where it is none.
fn utf8(bytes: &[u8], malformed: Reason) -> Result<&str, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::new(malformed, "the body is empty"));
    }
    std::str::from_utf8(bytes).map_err(|_| Refusal::new(malformed, "not UTF-8"))
}
