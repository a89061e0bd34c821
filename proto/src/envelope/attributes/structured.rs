//! Structured mode: the body is the event, the data one of its members.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::{Attributes, Encoding, Found, Place, check, encoding, media_type, utf8};
use crate::envelope::data::Data;
use crate::envelope::{Reason, Refusal};
use crate::json::Lenient;

pub(super) fn read(body: &[u8]) -> Result<(Attributes, Data<'_>), Refusal> {
    let text = utf8(body, Reason::MalformedEnvelope)?;
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
            Reason::MalformedBody,
            "$.data_base64",
            "either data or data_base64",
        )),
        (_, None, None) => Err(Refusal::at(Reason::MalformedBody, "$.data", "required")),
        (Encoding::Json, Some(data), None) => Ok(Data::Json(Cow::Borrowed(data.get()))),
        (Encoding::Protobuf, Some(_), None) => Err(Refusal::at(
            Reason::MalformedBody,
            "$.data",
            "protobuf belongs into data_base64",
        )),
        (encoding, None, Some(text)) => {
            let bytes = BASE64_STANDARD.decode(text).map_err(|_| {
                Refusal::at(
                    Reason::MalformedBody,
                    "$.data_base64",
                    "not readable as base64",
                )
            })?;
            match encoding {
                Encoding::Protobuf => Ok(Data::Protobuf(Cow::Owned(bytes))),
                Encoding::Json => Ok(Data::Json(Cow::Owned(
                    utf8(&bytes, Reason::MalformedBody)?.to_owned(),
                ))),
            }
        }
    }
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

/// Reads the body once more to learn where it stops being an event.
fn not_an_event(text: &str, error: &serde_json::Error) -> Refusal {
    if error.classify() != Category::Data {
        let (line, column) = (error.line(), error.column());
        let detail = format!("not readable as JSON from line {line}, column {column}");
        return Refusal::new(Reason::MalformedEnvelope, detail);
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let path = match serde_path_to_error::deserialize::<_, Structured<'_>>(&mut deserializer) {
        Err(error) if error.path().iter().next().is_some() => format!("$.{}", error.path()),
        _ => "$".to_owned(),
    };
    Refusal::at(Reason::MalformedEnvelope, path, "not a CloudEvent in JSON")
}
