//! The golden events: complete CloudEvents, one for each kind, that must be read and written the same for ever.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proto::envelope::{self, CLOUDEVENTS_JSON, Incoming, OutMeta, RawMessage};
use proto::{Command, Kind, Notice};
use serde_json::Value;

fn golden(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(name)
        .with_extension("json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn structured(event: &Value) -> RawMessage {
    RawMessage {
        content_type: Some(CLOUDEVENTS_JSON.into()),
        body: serde_json::to_vec(event).unwrap().into(),
        ..RawMessage::default()
    }
}

fn binary(event: &Value, content_type: &str, data: Vec<u8>) -> RawMessage {
    let attribute = |(name, value): (&String, &Value)| {
        let value = value.as_str().filter(|_| name != "datacontenttype")?;
        Some((format!("cloudEvents_{name}"), value.to_owned()))
    };
    RawMessage {
        headers: event
            .as_object()
            .unwrap()
            .iter()
            .filter_map(attribute)
            .collect(),
        content_type: Some(content_type.into()),
        body: data.into(),
        ..RawMessage::default()
    }
}

fn decode(message: &RawMessage) -> Incoming {
    envelope::decode(message).unwrap()
}

fn text<'a>(event: &'a Value, name: &str) -> &'a str {
    event[name].as_str().unwrap()
}

fn meta(event: &Value) -> OutMeta<'_> {
    OutMeta {
        id: text(event, "id").parse().unwrap(),
        source: text(event, "source"),
        tenant: text(event, "tenantid"),
        subject: text(event, "subject"),
        time: text(event, "time").parse().unwrap(),
        traceparent: event["traceparent"].as_str(),
    }
}

#[test]
fn each_event_has_a_golden_file_and_each_file_an_event() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let files: BTreeSet<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| {
            file.unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let commands = Kind::ALL.iter().map(|kind| kind.as_str());
    let events = commands
        .chain(Notice::KINDS.iter().copied())
        .map(str::to_owned)
        .collect();
    assert_eq!(files, events);
}

#[test]
fn commands_are_read_and_written_the_same() {
    for kind in Kind::ALL {
        let event = golden(kind.as_str());
        let incoming = decode(&structured(&event));
        assert_eq!(incoming.kind, *kind);
        assert_eq!(incoming.tenant, "acme");
        assert_eq!(incoming.subject, text(&event, "subject"));
        assert_eq!(
            incoming.traceparent.as_deref(),
            event["traceparent"].as_str()
        );
        let written = envelope::encode_command(&incoming.event, &meta(&event)).unwrap();
        assert_eq!(
            serde_json::from_slice::<Value>(&written.body).unwrap(),
            event,
            "{kind}"
        );
        assert_eq!(written.routing_key, text(&event, "type"));
        assert_eq!(written.message_id, text(&event, "id"));
    }
}

#[test]
fn notices_are_read_and_written_the_same() {
    for name in Notice::KINDS {
        let event = golden(name);
        let notice = Notice::from_json(text(&event, "type"), &event["data"].to_string());
        let notice = notice.unwrap().unwrap();
        assert_eq!(notice.kind(), *name);
        let written = envelope::encode(&notice, &meta(&event)).unwrap();
        assert_eq!(
            serde_json::from_slice::<Value>(&written.body).unwrap(),
            event,
            "{name}"
        );
        let seconds = u64::try_from(written.timestamp).ok();
        assert_eq!(envelope::timestamp(&written.body), seconds, "{name}");
    }
}

#[test]
fn the_way_of_a_change_is_timed_from_when_it_happened_if_that_is_known() {
    let golden = include_str!("../golden/candidate_status_changed.json");
    let happened = |from: &str, to: &str| {
        assert!(golden.contains(from), "{from}");
        let at = envelope::changed_at(golden.replace(from, to).as_bytes());
        at.map(|at| at.to_rfc3339())
    };
    let known = Some("2026-03-12T14:02:51+00:00".to_owned());
    assert_eq!(happened("EXACT", "APPROXIMATE"), known);
    assert_eq!(happened("EXACT", "UNKNOWN"), None);
    assert_eq!(happened(r#""previous""#, r#""elsewhere""#), None);
    // The first one about an application that took the place of a prospect's.
    assert_eq!(happened(r#""sequence": "3""#, r#""sequence": "1""#), None);
    assert_eq!(envelope::changed_at(b"{}"), None);
}

#[test]
fn only_a_time_since_1970_becomes_a_timestamp() {
    let timestamp = |event: &str| envelope::timestamp(event.as_bytes());
    assert_eq!(timestamp(r#"{"time":"1970-01-01T00:01:00.9Z"}"#), Some(60));
    for event in [
        "",
        "[]",
        "{}",
        r#"{"time":null}"#,
        r#"{"time":"today"}"#,
        r#"{"time":"1969-12-31T23:59:59Z"}"#,
    ] {
        assert_eq!(timestamp(event), None, "{event}");
    }
}

#[test]
fn every_mode_and_encoding_gives_the_same_command() {
    for kind in Kind::ALL {
        let event = golden(kind.as_str());
        let expected = decode(&structured(&event));
        let json = serde_json::to_vec(&event["data"]).unwrap();
        assert_eq!(
            decode(&binary(&event, "application/json; charset=utf-8", json)),
            expected
        );
        let protobuf = expected.event.encode_to_vec();
        assert_eq!(
            decode(&binary(&event, "application/protobuf", protobuf)),
            expected
        );
    }
}

#[test]
fn without_a_content_type_the_attribute_says_what_the_body_is() {
    let event = golden("introduction_accepted");
    let expected = decode(&structured(&event));
    let header = "cloudEvents_datacontenttype";
    let mut message = binary(&event, "", expected.event.encode_to_vec());
    for absent in [None, Some(String::new())] {
        message.content_type = absent;
        let protobuf = "application/protobuf".to_owned();
        message.headers.insert(header.to_owned(), protobuf);
        assert_eq!(decode(&message), expected);
        message.headers.insert(header.to_owned(), "PNG".to_owned());
        let refusal = envelope::decode(&message).unwrap_err();
        assert_eq!(refusal.path.as_deref(), Some(header));
        // The property wins.
        message.content_type = Some("application/protobuf".to_owned());
        assert_eq!(decode(&message), expected);
    }
}

#[test]
fn colon_headers_are_read_like_underscore_headers() {
    let event = golden("introduction_accepted");
    let json = serde_json::to_vec(&event["data"]).unwrap();
    let mut message = binary(&event, "application/json", json);
    let expected = decode(&message);
    let colons =
        |(name, value): (String, String)| (name.replace("cloudEvents_", "cloudEvents:"), value);
    message.headers = std::mem::take(&mut message.headers)
        .into_iter()
        .map(colons)
        .collect();
    assert_eq!(decode(&message), expected);
}

#[test]
fn protobuf_data_may_travel_as_base64_in_a_structured_event() {
    use base64::Engine as _;
    let mut event = golden("introduction_accepted");
    let expected = decode(&structured(&event));
    let bytes = base64::prelude::BASE64_STANDARD.encode(expected.event.encode_to_vec());
    event["datacontenttype"] = "application/protobuf".into();
    event["data_base64"] = bytes.into();
    event.as_object_mut().unwrap().remove("data");
    assert_eq!(decode(&structured(&event)), expected);
}

#[test]
fn stored_data_is_the_command_again() {
    for kind in Kind::ALL {
        let incoming = decode(&structured(&golden(kind.as_str())));
        assert_eq!(
            Command::decode(*kind, &incoming.data).unwrap(),
            incoming.event
        );
    }
}

#[test]
fn spelling_does_not_change_the_hash_and_content_does() {
    let event = golden("introduction_accepted");
    let hash = |event: &Value| decode(&structured(event)).content_hash;
    let mut other = event.clone();
    other["data"] = snake_case(&event["data"]);
    other["data"]["job_ids"] = serde_json::json!([4018265, "4018266", 4018266.0]);
    other["data"]["unheard_of"] = serde_json::json!({"x": [null]});
    other["data"]["prospect"] = Value::Null;
    other["data"]["custom_fields"] = event["data"]["customFields"].clone();
    assert_eq!(hash(&other), hash(&event));
    other["data"]["job_ids"] = serde_json::json!([4018265]);
    assert_ne!(hash(&other), hash(&event));
}

#[test]
fn ids_of_intrro_may_be_numbers() {
    let mut event = golden("introduction_accepted");
    event["data"]["introductionId"] = 5512.into();
    event["data"]["candidate"]["id"] = 731.into();
    event["id"] = 17.into();
    let incoming = decode(&structured(&event));
    let Command::IntroductionAccepted(accepted) = &incoming.event else {
        panic!("another kind")
    };
    assert_eq!(
        (accepted.introduction_id.as_str(), incoming.id.as_str()),
        ("5512", "17")
    );
    assert_eq!(accepted.candidate.as_ref().unwrap().id, "731");
}

#[test]
fn consumers_of_status_events_get_every_field_and_survive_new_enum_values() {
    let data =
        serde_json::json!({"sequence": 1, "current": {"status": "ACTIVE", "phase": "ONBOARDING"}});
    let notice = Notice::from_json("intrro.events.v1.CandidateStatusChanged", &data.to_string());
    let written = serde_json::to_value(notice.unwrap().unwrap()).unwrap();
    assert_eq!(written["sequence"], "1");
    assert_eq!(written["backfilled"], false);
    assert_eq!(written["introductionIds"], serde_json::json!([]));
    assert_eq!(
        written["current"],
        serde_json::json!({"status": "ACTIVE", "phase": "UNSPECIFIED"})
    );
    assert!(written.get("rejection").is_none() && written.get("jobId").is_none());
}

#[test]
fn debug_of_a_command_names_nobody() {
    let event = golden("introduction_accepted");
    let shown = format!("{:?}", decode(&structured(&event)).event);
    for personal in ["Ada", "ada", "Hartmann", "ledger", "Northwind", "7946"] {
        assert!(!shown.contains(personal), "{shown}");
    }
    assert!(shown.contains("intro-5512"));
}

fn snake_case(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<_, _> = members
                .iter()
                .map(|(name, value)| (snake(name), snake_case(value)))
                .collect();
            members.into_iter().collect()
        }
        Value::Array(elements) => elements.iter().map(snake_case).collect(),
        other => other.clone(),
    }
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
