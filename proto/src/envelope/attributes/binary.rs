//! Binary mode: the attributes are headers, the body is the data.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Attributes, Encoding, Found, Place, check, encoding, media_type, utf8};
use crate::envelope::data::Data;
use crate::envelope::{RawMessage, Reason, Refusal};

/// `content_type` is the media type that the AMQP property says, `""` for none.
pub(super) fn read<'a>(
    message: &'a RawMessage,
    content_type: &str,
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
    let encoding = match headers.remove("datacontenttype") {
        // The property is where CloudEvents wants it; some senders leave it among the other attributes.
        Some(header) if content_type.is_empty() => {
            encoding(&media_type(header), &Place::Headers.path("datacontenttype"))
        }
        _ => encoding(content_type, "content_type"),
    };
    let data = match encoding? {
        Encoding::Protobuf => Data::Protobuf(Cow::Borrowed(&message.body)),
        Encoding::Json => Data::Json(Cow::Borrowed(utf8(&message.body, Reason::MalformedBody)?)),
    };
    Ok((attributes, data))
}

/// The headers that are attributes, by the attribute's name in lower case.
pub(in crate::envelope) fn header_attributes(
    headers: &BTreeMap<String, String>,
) -> BTreeMap<String, &str> {
    let attributes = headers.iter().filter_map(|(name, value)| {
        let name = name
            .strip_prefix("cloudEvents_")
            .or_else(|| name.strip_prefix("cloudEvents:"))?;
        Some((name.to_ascii_lowercase(), value.as_str()))
    });
    attributes.collect()
}
