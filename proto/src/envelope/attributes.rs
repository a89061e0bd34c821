//! The attributes of an event, from a structured body or from headers, and where its data is.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::data::Data;
use super::validate::id_problem;
use super::{CLOUDEVENTS_JSON, RawMessage, Reason, Refusal};
use crate::Kind;
use crate::json::Lenient;

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
        CLOUDEVENTS_JSON => structured(&message.body),
        "" | "application/json" if headers.is_empty() => structured(&message.body),
        _ if headers.is_empty() || media_type.starts_with("application/cloudevents") => {
            let detail =
                "expected application/cloudevents+json, or attributes in cloudEvents_ headers";
            Err(Refusal::at(Reason::Malformed, "content_type", detail))
        }
        _ => binary(message, &media_type, headers),
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

/// A structured event. Unknown members are skipped, null ones count as absent.
#[derive(Deserialize)]
struct Structured<'a> {
    specversion: Option<Lenient<String>>,
    id: Option<Lenient<String>>,
    source: Option<Lenient<String>>,
    #[serde(rename = "type")]
    type_name: Option<Lenient<String>>,
    subject: Option<Lenient<String>>,
    time: Option<Lenient<String>>,
    tenantid: Option<Lenient<String>>,
    traceparent: Option<Lenient<String>>,
    datacontenttype: Option<Lenient<String>>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    data_base64: Option<Lenient<String>>,
}

fn structured(body: &[u8]) -> Result<(Attributes, Data<'_>), Refusal> {
    let text = utf8(body)?;
    let event: Structured<'_> =
        serde_json::from_str(text).map_err(|error| not_an_event(text, &error))?;
    let found = Found {
        specversion: event.specversion.map(|text| text.0),
        id: event.id.map(|text| text.0),
        source: event.source.map(|text| text.0),
        type_name: event.type_name.map(|text| text.0),
        subject: event.subject.map(|text| text.0),
        time: event.time.map(|text| text.0),
        tenantid: event.tenantid.map(|text| text.0),
        traceparent: event.traceparent.map(|text| text.0),
    };
    let attributes = check(found, Place::Body)?;
    let media_type = media_type(event.datacontenttype.as_ref().map_or("", |text| &text.0));
    let data = structured_data(
        &media_type,
        event.data,
        event.data_base64.map(|text| text.0),
    )?;
    Ok((attributes, data))
}

fn structured_data<'a>(
    media_type: &str,
    data: Option<&'a RawValue>,
    data_base64: Option<String>,
) -> Result<Data<'a>, Refusal> {
    match (
        encoding(media_type, "$.datacontenttype")?,
        data,
        data_base64,
    ) {
        (_, Some(_), Some(_)) => Err(Refusal::at(
            Reason::Malformed,
            "$.data_base64",
            "either data or data_base64",
        )),
        (_, None, None) => Err(Refusal::at(Reason::Malformed, "$.data", "required")),
        (Encoding::Json, Some(data), None) => Ok(Data::Json(Cow::Borrowed(data.get()))),
        (Encoding::Protobuf, Some(_), None) => Err(Refusal::at(
            Reason::Malformed,
            "$.data",
            "protobuf belongs into data_base64",
        )),
        (encoding, None, Some(text)) => {
            let bytes = BASE64_STANDARD.decode(text).map_err(|_| {
                Refusal::at(Reason::Malformed, "$.data_base64", "not readable as base64")
            })?;
            match encoding {
                Encoding::Protobuf => Ok(Data::Protobuf(Cow::Owned(bytes))),
                Encoding::Json => Ok(Data::Json(Cow::Owned(utf8(&bytes)?.to_owned()))),
            }
        }
    }
}

fn binary<'a>(
    message: &'a RawMessage,
    media_type: &str,
    mut headers: BTreeMap<String, &str>,
) -> Result<(Attributes, Data<'a>), Refusal> {
    let mut take = |name: &str| headers.remove(name).map(str::to_owned);
    let found = Found {
        specversion: take("specversion"),
        id: take("id").or_else(|| message.message_id.clone()),
        source: take("source"),
        type_name: take("type").or_else(|| message.type_.clone()),
        subject: take("subject"),
        time: take("time"),
        tenantid: take("tenantid"),
        traceparent: take("traceparent"),
    };
    let attributes = check(found, Place::Headers)?;
    let data = match encoding(media_type, "content_type")? {
        Encoding::Protobuf => Data::Protobuf(Cow::Borrowed(&message.body)),
        Encoding::Json => Data::Json(Cow::Borrowed(utf8(&message.body)?)),
    };
    Ok((attributes, data))
}

/// The headers that are attributes, by the attribute's name in lower case.
fn header_attributes(headers: &BTreeMap<String, String>) -> BTreeMap<String, &str> {
    let attributes = headers.iter().filter_map(|(name, value)| {
        let name = name
            .strip_prefix("cloudEvents_")
            .or_else(|| name.strip_prefix("cloudEvents:"))?;
        Some((name.to_ascii_lowercase(), value.as_str()))
    });
    attributes.collect()
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
                Refusal::at(Reason::Malformed, place.path("time"), detail)
            })
    });
    Ok(Attributes {
        id: required(found.id, "id", place)?,
        source: required(found.source, "source", place)?,
        type_name: required(found.type_name, "type", place)?,
        subject: found.subject.filter(|subject| !subject.is_empty()),
        time: time.transpose()?,
        traceparent: found.traceparent,
        tenant: found.tenantid.unwrap_or_default(),
        place,
    })
}

fn required(text: Option<String>, name: &str, place: Place) -> Result<String, Refusal> {
    let text = text.unwrap_or_default();
    match id_problem(&text) {
        None => Ok(text),
        Some(problem) => Err(Refusal::at(Reason::Malformed, place.path(name), problem)),
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
            Reason::Malformed,
            place,
            "expected application/json or application/protobuf",
        )),
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::new(Reason::Malformed, "the body is empty"));
    }
    std::str::from_utf8(bytes).map_err(|_| Refusal::new(Reason::Malformed, "not UTF-8"))
}

/// Reads the body once more to learn where it stops being an event.
fn not_an_event(text: &str, error: &serde_json::Error) -> Refusal {
    if error.classify() != Category::Data {
        let (line, column) = (error.line(), error.column());
        let detail = format!("not readable as JSON from line {line}, column {column}");
        return Refusal::new(Reason::Malformed, detail);
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let path = match serde_path_to_error::deserialize::<_, Structured<'_>>(&mut deserializer) {
        Err(error) if error.path().iter().next().is_some() => format!("$.{}", error.path()),
        _ => "$".to_owned(),
    };
    Refusal::at(Reason::Malformed, path, "not a CloudEvent in JSON")
}
