//! What the envelope refuses, with which word and which path; and that nothing makes it panic.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use proto::envelope::{self, CLOUDEVENTS_JSON, MAX_BODY, RawMessage, Reason, Refusal};
use proto::{Command, Kind, v1};
use serde_json::{Value, json};

fn accepted() -> Value {
    json!({
        "specversion": "1.0", "id": "e-1", "source": "/intrro", "tenantid": "acme",
        "type": "intrro.events.v1.IntroductionAccepted",
        "data": {"introductionId": "i-1", "candidate": {"id": "c-1"}, "jobIds": ["7"]},
    })
}

fn message(body: impl Into<Vec<u8>>) -> RawMessage {
    RawMessage {
        content_type: Some(CLOUDEVENTS_JSON.into()),
        body: body.into().into(),
        ..RawMessage::default()
    }
}

fn refused(body: impl Into<Vec<u8>>) -> Refusal {
    envelope::decode(&message(body)).unwrap_err()
}

/// The refusal of the good event with one member, given as a JSON pointer, replaced (null: removed).
fn refused_with(pointer: &str, value: Value) -> (Reason, String) {
    let mut event = accepted();
    match event.pointer_mut(pointer) {
        Some(member) => *member = value,
        None => event[pointer.trim_start_matches('/')] = value,
    }
    let refusal = refused(event.to_string());
    (refusal.reason, refusal.path.unwrap_or_default())
}

#[test]
fn the_event_the_other_tests_break_is_good() {
    let incoming = envelope::decode(&message(accepted().to_string())).unwrap();
    assert_eq!(
        (incoming.kind, incoming.subject.as_str()),
        (Kind::IntroductionAccepted, "c-1")
    );
}

#[test]
fn what_is_no_event_is_malformed() {
    for body in [
        "",
        " ",
        "{",
        "[]",
        "null",
        "7",
        "\"x\"",
        "{}",
        "{\"specversion\":\"1.0\"",
        "\u{feff}{}",
    ] {
        assert_eq!(refused(body).reason, Reason::MalformedEnvelope, "{body:?}");
    }
    assert_eq!(refused(&b"{\"id\":\"\xff\"}"[..]).detail, "not UTF-8");
    assert_eq!(
        refused("[".repeat(100_000)).reason,
        Reason::MalformedEnvelope
    );
}

#[test]
fn each_attribute_is_missed_by_name() {
    use Reason::*;
    for (member, reason) in [
        ("specversion", MalformedEnvelope),
        ("id", MalformedEnvelope),
        ("source", MalformedEnvelope),
        ("type", MalformedEnvelope),
    ] {
        for nothing in [Value::Null, json!("")] {
            let path = format!("$.{member}");
            assert_eq!(refused_with(&format!("/{member}"), nothing), (reason, path));
        }
    }
    for tenant in [
        json!(null),
        json!(""),
        json!("a\u{7}"),
        json!("x".repeat(256)),
    ] {
        assert_eq!(
            refused_with("/tenantid", tenant),
            (MissingTenant, "$.tenantid".into())
        );
    }
    assert_eq!(
        refused_with("/id", json!({"a": 1})),
        (MalformedEnvelope, "$.id".into())
    );
    assert_eq!(
        refused_with("/time", json!("today")),
        (MalformedEnvelope, "$.time".into())
    );
    assert_eq!(
        refused_with("/data", Value::Null),
        (MalformedBody, "$.data".into())
    );
    assert_eq!(
        refused_with("/subject", json!("a\u{0}")),
        (MalformedEnvelope, "$.subject".into())
    );
    assert_eq!(
        refused_with("/datacontenttype", json!("text/xml")),
        (MalformedEnvelope, "$.datacontenttype".into())
    );
    assert_eq!(
        refused_with("/data_base64", json!("e30=")),
        (MalformedBody, "$.data_base64".into())
    );
}

#[test]
fn types_that_are_no_command_here_are_told_apart() {
    let type_of = |name: &str| refused_with("/type", json!(name)).0;
    assert_eq!(
        type_of("intrro.events.v2.IntroductionAccepted"),
        Reason::UnknownVersion
    );
    assert_eq!(
        type_of("intrro.events.v10.Anything"),
        Reason::UnknownVersion
    );
    assert_eq!(type_of("intrro.events.v1.Anything"), Reason::UnknownType);
    assert_eq!(
        type_of("intrro.events.v1.IntroductionImported"),
        Reason::UnknownType
    );
    assert_eq!(
        type_of("intrro.events.vx.IntroductionAccepted"),
        Reason::UnknownType
    );
    assert_eq!(type_of("IntroductionAccepted"), Reason::UnknownType);
    assert_eq!(
        refused_with("/specversion", json!("0.3")).0,
        Reason::UnknownVersion
    );
}

#[test]
fn an_introduction_needs_a_job_a_person_and_an_id() {
    use Reason::*;
    assert_eq!(
        refused_with("/data/jobIds", json!([])),
        (NoJobs, "$.data.jobIds".into())
    );
    assert_eq!(
        refused_with("/data/jobIds", json!(null)),
        (NoJobs, "$.data.jobIds".into())
    );
    for (pointer, value, path) in [
        ("/data/introductionId", json!(""), "$.data.introductionId"),
        ("/data/candidate", json!(null), "$.data.candidate"),
        ("/data/candidate/id", json!(""), "$.data.candidate.id"),
        ("/data/candidate/id", json!(true), "$.data.candidate.id"),
        ("/data/jobIds", json!(["7", null]), "$.data.jobIds[1]"),
        ("/data/jobIds", json!(["7", "seven"]), "$.data.jobIds[1]"),
        ("/data/jobIds", json!(["7", 0]), "$.data.jobIds[1]"),
        ("/data/jobIds", json!([1.5]), "$.data.jobIds[0]"),
        (
            "/data/jobIds",
            json!([18_446_744_073_709_551_615_u64]),
            "$.data.jobIds[0]",
        ),
        ("/data/jobIds", json!("7"), "$.data.jobIds"),
        ("/data/candidate", json!([]), "$.data.candidate"),
        (
            "/data/candidate",
            json!({"id": "c", "emails": [null]}),
            "$.data.candidate.emails[0]",
        ),
        (
            "/data/candidate",
            json!({"id": "c", "tags": ["a", null]}),
            "$.data.candidate.tags[1]",
        ),
        ("/data", json!([]), "$.data"),
    ] {
        assert_eq!(refused_with(pointer, value), (InvalidField, path.into()));
    }
}

#[test]
fn size_is_judged_before_anything_else() {
    let refusal = refused(vec![b'['; MAX_BODY + 1]);
    assert_eq!((refusal.reason, refusal.path), (Reason::TooLarge, None));
    assert_eq!(
        refused(vec![b'['; MAX_BODY]).reason,
        Reason::MalformedEnvelope
    );
}

#[test]
fn the_tenant_is_never_taken_from_the_data() {
    let mut event = accepted();
    event["data"]["tenantid"] = json!("acme");
    event.as_object_mut().unwrap().remove("tenantid");
    assert_eq!(refused(event.to_string()).reason, Reason::MissingTenant);
}

#[test]
fn the_id_of_the_event_wins_over_the_id_of_the_message() {
    let mut delivery = message(accepted().to_string());
    delivery.message_id = Some("another".into());
    assert_eq!(envelope::decode(&delivery).unwrap().id, "e-1");
}

#[test]
fn content_types_that_promise_something_else_are_refused() {
    let mut delivery = message(accepted().to_string());
    for other in [
        "application/cloudevents-batch+json",
        "text/plain",
        "application/protobuf",
    ] {
        delivery.content_type = Some(other.into());
        let refusal = envelope::decode(&delivery).unwrap_err();
        assert_eq!(
            (refusal.reason, refusal.path.as_deref()),
            (Reason::MalformedEnvelope, Some("content_type"))
        );
    }
    for same in [
        None,
        Some("application/json"),
        Some("Application/CloudEvents+JSON; charset=UTF-8"),
    ] {
        delivery.content_type = same.map(str::to_owned);
        assert!(envelope::decode(&delivery).is_ok(), "{same:?}");
    }
}

#[test]
fn a_broken_trace_is_dropped_and_the_header_wins() {
    let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let mut event = accepted();
    event["traceparent"] = json!(good);
    let mut delivery = message(event.to_string());
    let read = |delivery: &RawMessage| envelope::decode(delivery).unwrap().traceparent;
    assert_eq!(read(&delivery).as_deref(), Some(good));
    delivery
        .headers
        .insert("traceparent".into(), "nonsense".into());
    assert_eq!(read(&delivery).as_deref(), Some(good));
    delivery
        .headers
        .insert("traceparent".into(), good.replace("4bf9", "aaaa"));
    assert_ne!(read(&delivery).as_deref(), Some(good));
}

fn golden(kind: Kind) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    std::fs::read(folder.join(kind.as_str()).with_extension("json")).unwrap()
}

/// A refusal says nothing of the body (the goldens are about Ada), and what is accepted can be read back from storage.
fn decode_quietly(delivery: &RawMessage) {
    match envelope::decode(delivery) {
        Ok(incoming) => {
            assert_eq!(
                Command::decode(incoming.kind, &incoming.data).unwrap(),
                incoming.event
            );
        }
        Err(refusal) => assert!(!refusal.to_string().contains("Ada"), "{refusal}"),
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(
        body in proptest::collection::vec(any::<u8>(), 0..512),
        content_type in proptest::option::of(prop_oneof![
            Just(CLOUDEVENTS_JSON.to_owned()), Just("application/protobuf".to_owned()), ".*",
        ]),
        headers in proptest::collection::btree_map("(cloudEvents[_:])?[a-z]{0,12}", ".*", 0..8),
    ) {
        let delivery = RawMessage { headers, content_type, body: body.into(), ..RawMessage::default() };
        decode_quietly(&delivery);
    }

    #[test]
    fn arbitrary_protobuf_never_panics(
        index in 0..Kind::ALL.len(),
        body in proptest::collection::vec(any::<u8>(), 0..256),
    ) {
        let headers = [
            ("specversion", "1.0"), ("id", "1"), ("source", "s"), ("tenantid", "t"),
            ("type", Kind::ALL[index].type_name()),
        ];
        let headers = headers.map(|(name, value)| (format!("cloudEvents_{name}"), value.to_owned()));
        decode_quietly(&RawMessage {
            headers: headers.into(),
            content_type: Some("application/protobuf".into()),
            body: body.into(),
            ..RawMessage::default()
        });
    }

    #[test]
    fn mutated_goldens_never_panic(
        index in 0..Kind::ALL.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut body = golden(Kind::ALL[index]);
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        if let Some(cut) = cut {
            body.truncate(cut.index(body.len()));
        }
        decode_quietly(&message(body));
    }
}

#[test]
fn whose_a_refused_message_is_can_be_said_once_its_envelope_is_read() {
    let refusal = |pointer: &str, value: Value| {
        let mut event = accepted();
        event["subject"] = json!("c-1");
        match event.pointer_mut(pointer) {
            Some(member) => *member = value,
            None => event[pointer.trim_start_matches('/')] = value,
        }
        let refusal = refused(event.to_string());
        (refusal.tenant, refusal.subject)
    };
    let (acme, subject) = (Some("acme".to_owned()), Some("c-1".to_owned()));
    for (pointer, value) in [
        ("/type", json!("intrro.events.v1.Something")),
        ("/data/jobIds", json!([])),
        ("/data/jobIds/0", json!("first")),
    ] {
        let whose = (acme.clone(), subject.clone());
        assert_eq!(refusal(pointer, value), whose, "{pointer}");
    }
    assert_eq!(refusal("/tenantid", json!("")), (None, subject));
    assert_eq!(refusal("/time", json!("today")), (None, None));
}

/// A text that no column of PostgreSQL can hold.
const NUL: &str = "a\0b";

/// Every text in a value: where it is, as a JSON pointer and as a refusal names it.
fn texts(value: &Value, pointer: &str, path: &str) -> Vec<(String, String)> {
    match value {
        Value::String(_) => vec![(pointer.to_owned(), path.to_owned())],
        Value::Array(elements) => (0..)
            .zip(elements)
            .flat_map(|(at, element): (usize, _)| {
                texts(
                    element,
                    &format!("{pointer}/{at}"),
                    &format!("{path}[{at}]"),
                )
            })
            .collect(),
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, member)| {
                texts(
                    member,
                    &format!("{pointer}/{name}"),
                    &format!("{path}.{name}"),
                )
            })
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

#[test]
fn a_nul_in_any_text_of_the_data_is_refused_by_its_path() {
    for kind in Kind::ALL {
        let event: Value = serde_json::from_slice(&golden(*kind)).unwrap();
        let places = texts(&event["data"], "/data", "$.data");
        assert!(!places.is_empty(), "{kind}");
        for (pointer, path) in places {
            let mut event = event.clone();
            *event.pointer_mut(&pointer).unwrap() = json!(NUL);
            let refusal = refused(event.to_string());
            // Below custom fields the names are the sender's.
            let known = path.split_inclusive("customFields").next();
            assert_eq!(
                (refusal.reason, refusal.path.as_deref()),
                (Reason::InvalidField, known),
                "{kind}"
            );
        }
    }
    let named = json!({"introductionId": "i-1", "candidate": {"id": "c-1"}, "jobIds": ["7"], "customFields": {NUL: 1}});
    assert_eq!(
        refused_with("/data", named),
        (Reason::InvalidField, "$.data.customFields".into())
    );
}

/// A message in binary mode: attributes, and a body of this media type.
fn binary(attributes: &[(&str, &str)], media_type: &str, body: Vec<u8>) -> RawMessage {
    let header =
        |(name, value): &(&str, &str)| (format!("cloudEvents_{name}"), (*value).to_owned());
    RawMessage {
        headers: attributes.iter().map(header).collect(),
        content_type: Some(media_type.to_owned()),
        body: body.into(),
        ..RawMessage::default()
    }
}

const ATTRIBUTES: [(&str, &str); 7] = [
    ("specversion", "1.0"),
    ("id", "e-1"),
    ("source", "/intrro"),
    ("type", "intrro.events.v1.JobsRefreshRequested"),
    ("subject", "jobs"),
    ("time", "2026-03-01T12:00:00Z"),
    ("tenantid", "acme"),
];

#[test]
fn a_nul_in_an_attribute_is_refused_by_its_name() {
    let body = br#"{"requestId":"r-1"}"#.to_vec();
    let read = |attributes: &[(&str, &str)]| {
        envelope::decode(&binary(attributes, "application/json", body.clone()))
    };
    assert!(read(&ATTRIBUTES).is_ok());
    for (at, (name, _)) in ATTRIBUTES.into_iter().enumerate() {
        let (reason, path) = refused_with(&format!("/{name}"), json!(NUL));
        assert_eq!(
            (reason, path),
            (Reason::MalformedEnvelope, format!("$.{name}"))
        );
        let mut attributes = ATTRIBUTES;
        attributes[at].1 = NUL;
        let refusal = read(&attributes).unwrap_err();
        let reason = match name {
            "tenantid" => Reason::MissingTenant,
            _ => Reason::MalformedEnvelope,
        };
        let path = format!("cloudEvents_{name}");
        assert_eq!((refusal.reason, refusal.path), (reason, Some(path)));
    }
    // What the properties of the message say counts where the attribute is missing.
    let mut without_id = binary(&ATTRIBUTES, "application/json", body.clone());
    without_id.headers.remove("cloudEvents_id");
    without_id.message_id = Some(NUL.to_owned());
    let refusal = envelope::decode(&without_id).unwrap_err();
    assert_eq!(refusal.path.as_deref(), Some("cloudEvents_id"));
}

#[test]
fn a_nul_in_protobuf_is_refused_by_the_path_it_has_in_json() {
    let command = Command::from(v1::JobsRefreshRequested {
        request_id: NUL.to_owned(),
        ..v1::JobsRefreshRequested::default()
    });
    let body = command.encode_to_vec();
    let delivery = binary(&ATTRIBUTES, "application/protobuf", body);
    let refusal = envelope::decode(&delivery).unwrap_err();
    assert_eq!(
        (refusal.reason, refusal.path.as_deref()),
        (Reason::InvalidField, Some("$.data.requestId"))
    );
}
