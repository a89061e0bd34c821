//! The ids that a message names, whether or not it keeps the contract: whoever asks after a refused one knows it by them.
//!
//! Deliberately not here: anything else of the message. Where an id belongs there may stand somebody's name or address
//! instead, so what could not be an id is passed over.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::attributes::header_attributes;
use super::validate::id_problem;
use super::{MAX_BODY, RawMessage};
use crate::json::Lenient;
use crate::{Command, Kind};

/// Event, introduction, candidate and `subject` that a message names, each once, as far as they can be read: in either mode
/// and either encoding of the data, and from data without an envelope. None from bytes that cannot be read. The event has the
/// id that it would be stored under; the property `message_id` may be another one.
#[must_use]
pub fn names(message: &RawMessage) -> Vec<String> {
    let headers = header_attributes(&message.headers);
    let type_name = headers.get("type").copied().or(message.type_.as_deref());
    let kind = type_name.and_then(Kind::from_type_name);
    let named = ["id", "subject"].into_iter();
    let named = named.filter_map(|name| headers.get(name));
    let mut names: Vec<String> = named.map(|text| (*text).to_owned()).collect();
    add_event(&message.body, kind, &mut names);
    names.retain(|name| could_be_id(name));
    names.sort_unstable();
    names.dedup();
    names
}

/// Narrower than the contract: a text with a space or an `@` in it is rather a name or an address.
fn could_be_id(text: &str) -> bool {
    let is_prose = |character: char| character == '@' || character.is_whitespace();
    id_problem(text).is_none() && !text.contains(is_prose)
}

fn add_event(body: &[u8], kind: Option<Kind>, names: &mut Vec<String>) {
    let Some(event) = Members::read(body) else {
        add_data(body, kind, names);
        return;
    };
    names.extend(event.id.and_then(text));
    event.add(names);
    if let Some(data) = event.data {
        add_data(data.get().as_bytes(), kind, names);
    }
    let encoded = event.data_base64.and_then(text);
    if let Some(data) = encoded.and_then(|text| BASE64_STANDARD.decode(text).ok()) {
        let own = event.type_name.and_then(text);
        let own = own.and_then(|name| Kind::from_type_name(&name));
        add_data(&data, own.or(kind), names);
    }
}

/// Goes no deeper: what nests without end must not end the process.
fn add_data(data: &[u8], kind: Option<Kind>, names: &mut Vec<String>) {
    if let Some(members) = Members::read(data) {
        members.add(names);
        return;
    }
    let json = kind.and_then(|kind| as_json(kind, data));
    if let Some(members) = json
        .as_deref()
        .and_then(|json| Members::read(json.as_bytes()))
    {
        members.add(names);
    }
}

/// A protobuf message in JSON. A large one is not decoded: it may take many times its size in memory.
fn as_json(kind: Kind, data: &[u8]) -> Option<String> {
    if data.len() > MAX_BODY {
        return None;
    }
    let command = Command::decode(kind, data).ok()?;
    serde_json::to_string(&command).ok()
}

/// What names somebody in an event or in its data, unread, so that one of them may be anything without hiding the others.
#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow, rename = "type")]
    type_name: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    subject: Option<&'a RawValue>,
    #[serde(borrow, alias = "introductionId")]
    introduction_id: Option<&'a RawValue>,
    #[serde(borrow, alias = "candidateId")]
    candidate_id: Option<&'a RawValue>,
    #[serde(borrow)]
    candidate: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    data_base64: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Candidate<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
}

impl<'a> Members<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        serde_json::from_str(std::str::from_utf8(bytes).ok()?).ok()
    }

    fn add(&self, names: &mut Vec<String>) {
        let candidate = self.candidate.and_then(|candidate| {
            let candidate: Candidate<'a> = serde_json::from_str(candidate.get()).ok()?;
            candidate.id
        });
        let places = [
            self.subject,
            self.introduction_id,
            self.candidate_id,
            candidate,
        ];
        names.extend(places.into_iter().flatten().filter_map(text));
    }
}

/// A text, or a number in the place of one.
fn text(value: &RawValue) -> Option<String> {
    let text: Lenient<String> = serde_json::from_str(value.get()).ok()?;
    Some(text.0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;

    const ACCEPTED: &str = "intrro.events.v1.IntroductionAccepted";

    fn of_body(body: impl Into<Vec<u8>>) -> Vec<String> {
        let body = body.into().into();
        names(&RawMessage {
            body,
            ..RawMessage::default()
        })
    }

    fn of(event: &Value) -> Vec<String> {
        of_body(event.to_string())
    }

    /// In binary mode, with this body.
    fn of_binary(body: impl Into<Vec<u8>>) -> Vec<String> {
        let attributes = [
            ("cloudEvents_type", ACCEPTED),
            ("cloudEvents:subject", "c-1"),
        ];
        let headers: BTreeMap<String, String> = attributes
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        names(&RawMessage {
            headers,
            body: body.into().into(),
            ..RawMessage::default()
        })
    }

    /// As protobuf, which needs no job to be readable.
    fn protobuf() -> Vec<u8> {
        let introduction = json!({"introductionId": "i-1", "candidate": {"id": "c-2"}});
        let introduction: crate::v1::IntroductionAccepted =
            serde_json::from_value(introduction).unwrap();
        Command::from(introduction).encode_to_vec()
    }

    #[test]
    fn an_event_names_its_introduction_its_candidate_and_its_subject() {
        for data in [
            json!({"introductionId": "i-1", "candidate": {"id": "c-2"}, "jobIds": []}),
            json!({"introduction_id": "i-1", "candidate_id": "c-2"}),
            json!({"introductionId": "i-1", "candidateId": "c-2", "candidate": "nobody"}),
        ] {
            let event = json!({"subject": "c-1", "data": data});
            assert_eq!(of(&event), ["c-1", "c-2", "i-1"], "{event}");
            // Without its envelope, and in binary mode.
            assert_eq!(of(&data), ["c-2", "i-1"], "{data}");
            assert_eq!(of_binary(data.to_string()), ["c-1", "c-2", "i-1"]);
        }
        let twice = json!({"subject": "c-1", "data": {"candidateId": "c-1"}});
        assert_eq!(of(&twice), ["c-1"]);
        assert_eq!(of(&json!({"data": {"introductionId": 7}})), ["7"]);
    }

    #[test]
    fn an_event_names_itself() {
        let event = json!({"id": "e-1", "data": {"id": "no event", "introductionId": "i-1"}});
        assert_eq!(of(&event), ["e-1", "i-1"]);
        let headers = [("cloudEvents_id".to_owned(), "e-1".to_owned())];
        let message = RawMessage {
            message_id: Some("m-1".to_owned()),
            headers: headers.into(),
            body: "no event".into(),
            ..RawMessage::default()
        };
        assert_eq!(names(&message), ["e-1"]);
    }

    #[test]
    fn protobuf_is_read_where_the_type_is_known() {
        assert_eq!(of_binary(protobuf()), ["c-1", "c-2", "i-1"]);
        let event = json!({"type": ACCEPTED, "data_base64": BASE64_STANDARD.encode(protobuf())});
        assert_eq!(of(&event), ["c-2", "i-1"]);
        assert!(of_body(protobuf()).is_empty());
    }

    #[test]
    fn bytes_that_cannot_be_read_name_nobody() {
        let deep = format!("{{\"data\":{}", "{\"data\":".repeat(50_000));
        for body in [
            "",
            "no event",
            "[1, 2]",
            "null",
            "{\"subject\": \"c-1\", ",
            &deep,
        ] {
            assert!(of_body(body).is_empty(), "{body}");
            assert_eq!(of_binary(body), ["c-1"], "{body}");
        }
        assert!(of_body([0xff, 0xfe, 0x00, 0x80]).is_empty());
    }

    #[test]
    fn what_could_not_be_an_id_is_passed_over() {
        let long = "x".repeat(256);
        for text in [
            "",
            "Ada Lovelace",
            "ada@example.com",
            "a\u{0}",
            "a\u{a0}b",
            &long,
        ] {
            let data = json!({"introductionId": text, "candidateId": "c-1"});
            let event = json!({"subject": text, "data": data});
            assert_eq!(of(&event), ["c-1"], "{text:?}");
        }
        let nested = json!({"subject": {"id": "c-0"}, "data": {"candidate": {"id": ["c-1"]}}});
        assert!(of(&nested).is_empty());
    }
}
