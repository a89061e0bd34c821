//! Custom fields that come with an introduction, and `introduction_fields`.

use std::time::Duration;

use domain::JobId;
use greenhouse_sim::{CustomFieldEdit, Fault, When};
use harvest::{FieldType, NewCustomField, Target, ValueType, Version};
use serde_json::{Value, json};

use crate::sight::status_change;
use crate::world::{BOTH, World, email};

/// A field of the seed's organisation, and one that it does not have.
const KNOWN: &str = "work_remotely";
const UNKNOWN: &str = "shoe_size";

fn introduction(world: &World, fields: Value) -> Value {
    let mut event = world.introduction("i-1");
    event["data"]["custom_fields"] = fields;
    // Whoever is not found would be another thing to warn of.
    event["data"]["referrer"] = Value::Null;
    event
}

/// The value of the person's field; null where there is none.
fn field(world: &World, name_key: &str) -> Value {
    let fields = world.person("i-1").custom_fields.unwrap_or_default();
    let found = fields.get(name_key);
    found.map_or(Value::Null, |field| field.value.clone())
}

#[tokio::test]
async fn somebody_new_gets_the_fields_of_the_event() {
    for version in BOTH {
        let world = World::new(version).await;
        let event = introduction(&world, json!({ KNOWN: true }));
        let answer = world.import(event).await;
        assert_eq!(answer.data["how"], "CREATED", "{version:?}: {answer:?}");
        assert!(answer.warnings().is_empty(), "{version:?}: {answer:?}");
        assert_eq!(field(&world, KNOWN), json!(true), "{version:?}");
    }
}

/// Of somebody new and of somebody known.
#[tokio::test]
async fn a_field_with_nothing_in_it_is_not_sent_and_not_warned_of() {
    for version in BOTH {
        for known in [false, true] {
            let world = World::new(version).await;
            if known {
                let job = Target::Job(JobId(world.jobs()[0]));
                world.plant("i-1", job).await;
            }
            let mut fields =
                json!({ "intrro_status": "", "intrro_introduction": " \t", "desired_salary": {} });
            fields["intrro_referrer"] = json!([null, ""]);
            fields[UNKNOWN] = json!([]);
            world.greenhouse.state().clear_log();
            let answer = world.import(introduction(&world, fields)).await;
            assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
            assert!(answer.warnings().is_empty(), "{version:?}: {answer:?}");
            for operation in ["candidates:create", "candidates:update"] {
                let sent = world.greenhouse.state().calls(operation).len();
                assert!(sent <= 1, "{version:?} {known}: {operation} was refused");
            }
            let kept = world.person("i-1").custom_fields.unwrap_or_default();
            let kept = kept.values().filter(|field| !field.value.is_null());
            assert_eq!(kept.count(), 0, "{version:?} {known}");
        }
    }
}

#[tokio::test]
async fn somebody_new_is_imported_without_the_fields_that_are_wrong_and_the_answer_names_them() {
    for version in BOTH {
        let world = World::new(version).await;
        let mut fields = json!({ "desired_salary": "much", "intrro_status": "Nowhere" });
        (fields[KNOWN], fields[UNKNOWN]) = (json!(true), json!(43));
        let event = introduction(&world, fields);
        let answer = world.import(event).await;
        assert_eq!(answer.data["how"], "CREATED", "{version:?}: {answer:?}");
        assert_eq!(
            answer.warnings(),
            ["custom_field_refused"],
            "{version:?}: {answer:?}"
        );
        assert_eq!(field(&world, KNOWN), json!(true), "{version:?}");
        let message = answer.data["warnings"][0]["message"].as_str();
        let keys =
            "custom_fields.desired_salary, custom_fields.intrro_status, custom_fields.shoe_size";
        assert!(message.unwrap().contains(keys), "{version:?}: {answer:?}");
    }
}

#[tokio::test]
async fn somebody_new_is_imported_without_fields_where_those_of_greenhouse_cannot_be_read() {
    let world = World::new(Version::V3).await;
    let access = world.greenhouse.access();
    let scope = "harvest:custom_fields:list";
    assert!(world.greenhouse.set_scope(&access.client_id, scope, false));
    let event = introduction(&world, json!({ KNOWN: true, UNKNOWN: 43 }));
    let answer = world.import(event).await;
    assert_eq!(answer.data["how"], "CREATED", "{answer:?}");
    assert_eq!(answer.warnings(), ["custom_field_refused"], "{answer:?}");
    assert_eq!(field(&world, KNOWN), Value::Null);
}

/// As where the process stood still until the end of its lease, and somebody else may have gone on.
#[tokio::test]
async fn nobody_is_sent_a_second_time_under_a_lease_that_ends() {
    for version in BOTH {
        let mut world = World::new(version).await;
        // What it refers to is known from now on.
        world.import(world.introduction("i-0")).await;
        world.greenhouse.state().clear_log();
        // Over before the lease is extended, at a third of it.
        let time_to_write = Duration::from_secs(2);
        world.lease = time_to_write + Duration::from_secs(10);
        let refusal = When::operation("candidates:create").nth(1);
        let late = Fault::Slow(time_to_write);
        world.greenhouse.faults().add(refusal, late);
        let event = introduction(&world, json!({ UNKNOWN: 43 }));
        world.take(&event).await;
        world.try_once().await;
        let state = world.greenhouse.state();
        assert_eq!(state.calls("candidates:create").len(), 1, "{version:?}");
        let step = world.steps("create_candidate").await.pop();
        assert!(step.unwrap().ends_with(" planned"), "{version:?}");
        let uncounted = "SELECT count(*) FROM operations WHERE state = 'open' AND attempts = 0 AND lease IS NULL";
        assert_eq!(world.number(uncounted).await, 1, "{version:?}: given back");
        world.perform().await;
        let answer = world.last_answer().await;
        assert_eq!(answer.data["how"], "CREATED", "{version:?}: {answer:?}");
        world.person("i-1");
    }
}

#[tokio::test]
async fn somebody_known_keeps_their_fields_and_gets_those_that_are_missing() {
    for version in BOTH {
        let world = World::new(version).await;
        let first = introduction(&world, json!({ KNOWN: false }));
        world.import(first).await;
        let mut second = introduction(&world, json!({ KNOWN: true, "desired_salary": null }));
        second["id"] = json!("event-i-2");
        second["data"]["introduction_id"] = json!("i-2");
        second["data"]["custom_fields"]["intrro_status"] = json!("Introduced");
        let answer = world.import(second).await;
        assert_eq!(answer.data["how"], "MATCHED", "{version:?}: {answer:?}");
        assert!(answer.warnings().is_empty(), "{version:?}: {answer:?}");
        assert_eq!(field(&world, KNOWN), json!(false), "{version:?}");
        assert_eq!(
            field(&world, "intrro_status"),
            json!("Introduced"),
            "{version:?}"
        );
    }
}

/// The rest of what is known about them is not lost with the field.
#[tokio::test]
async fn somebody_known_gets_the_rest_where_a_field_is_refused_and_the_answer_says_so() {
    for version in BOTH {
        let world = World::new(version).await;
        world
            .plant("i-1", Target::Job(JobId(world.jobs()[0])))
            .await;
        let mut event = introduction(&world, json!({ UNKNOWN: 43, KNOWN: true }));
        event["data"]["candidate"]["title"] = json!("Programmer");
        let second = json!({ "value": "ada@second.example" });
        event["data"]["candidate"]["emails"] = json!([{ "value": email("i-1") }, second]);
        let answer = world.import(event).await;
        assert_eq!(answer.data["how"], "MATCHED", "{version:?}: {answer:?}");
        assert_eq!(
            answer.warnings(),
            ["custom_field_refused"],
            "{version:?}: {answer:?}"
        );
        assert_eq!(field(&world, KNOWN), json!(true), "{version:?}");
        let person = world.person("i-1");
        assert_eq!(person.title.as_deref(), Some("Programmer"), "{version:?}");
        assert_eq!(person.email_addresses.len(), 2, "{version:?}");
    }
}

/// v3 replaces all fields at once, so what it does not take again would be lost; v1 leaves the others alone.
#[tokio::test]
async fn a_value_that_cannot_be_written_back_keeps_the_others_out_and_is_named() {
    for version in BOTH {
        let world = World::new(version).await;
        let job = Target::Job(JobId(world.jobs()[0]));
        let person = world.plant("i-1", job).await;
        let recruiter = world.greenhouse.recruiter();
        let filled = recruiter.write_rich_text(person, "Story", "<b>Hi</b>");
        filled.unwrap();
        let mut event = introduction(&world, json!({ KNOWN: true }));
        event["data"]["candidate"]["title"] = json!("Programmer");
        let answer = world.import(event).await;
        assert_eq!(field(&world, "story"), json!("<b>Hi</b>"), "{version:?}");
        let title = world.person("i-1").title;
        assert_eq!(title.as_deref(), Some("Programmer"), "{version:?}");
        let warnings = answer.data["warnings"].as_array();
        let messages = warnings.into_iter().flatten().map(|one| &one["message"]);
        let about = |field: &str| {
            json!(format!(
                "Greenhouse refused custom fields, so they were left out: custom_fields.{field}."
            ))
        };
        let expected = match version {
            Version::V3 => vec![about(KNOWN), about("story")],
            Version::V1 => Vec::new(),
        };
        assert!(messages.eq(&expected), "{version:?}: {answer:?}");
    }
}

#[tokio::test]
async fn our_own_fields_are_written_where_the_tenant_wants_them() {
    for version in BOTH {
        let world = World::choosing(version, json!({ "introduction_fields": true })).await;
        world.import(world.introduction("i-1")).await;
        let link = field(&world, "intrro_introduction");
        let link = link.as_str().unwrap_or_default();
        assert!(
            link.starts_with("https://app.intrro.com/"),
            "{version:?}: {link}"
        );
        let referrer = field(&world, "intrro_referrer");
        assert_eq!(referrer, json!("Sam Q Stranger"), "{version:?}");
    }
}

/// A field on candidates that the organisation did not have.
async fn add(world: &World, name: &str, value_type: ValueType) {
    let new = NewCustomField {
        name: name.to_owned(),
        field_type: FieldType::Candidate,
        value_type,
        description: None,
        private: false,
        options: match value_type {
            ValueType::MultiSelect => vec!["Red".to_owned(), "Green".to_owned()],
            _ => Vec::new(),
        },
    };
    let client = world.other_program().await;
    client.custom_fields().create(&new).await.unwrap();
}

/// A refusal need not say which one it is about.
#[tokio::test]
async fn a_value_that_a_field_does_not_take_costs_no_other() {
    for version in BOTH {
        let world = World::new(version).await;
        let user = world.greenhouse.access().site_admin_id;
        let kinds = [
            (
                "day",
                ValueType::Date,
                json!("2026-01-31"),
                json!("31.1.2026"),
            ),
            (
                "link",
                ValueType::Url,
                json!("https://a.example"),
                json!("a"),
            ),
            ("mentor", ValueType::User, json!(user), json!(999_999)),
            (
                "colours",
                ValueType::MultiSelect,
                json!(["Red"]),
                json!(["Pink"]),
            ),
        ];
        let mut fields = json!({});
        for (name, kind, good, bad) in &kinds {
            add(&world, &format!("Good {name}"), *kind).await;
            add(&world, &format!("Bad {name}"), *kind).await;
            fields[format!("good_{name}")] = good.clone();
            fields[format!("bad_{name}")] = bad.clone();
        }
        let create = When::operation("candidates:create").nth(1);
        let body = json!({"message": "Unprocessable Content"});
        let refusal = Fault::Refuse { status: 422, body };
        world.greenhouse.faults().add(create, refusal);
        let answer = world.import(introduction(&world, fields)).await;
        assert_eq!(answer.data["how"], "CREATED", "{version:?}: {answer:?}");
        for (name, _, good, _) in &kinds {
            assert_eq!(field(&world, &format!("good_{name}")), *good, "{version:?}");
            let bad = field(&world, &format!("bad_{name}"));
            assert_eq!(bad, Value::Null, "{version:?}");
        }
        let message = answer.data["warnings"][0]["message"].as_str().unwrap();
        let keys = ["bad_colours", "bad_day", "bad_link", "bad_mentor"];
        let keys = keys.map(|key| format!("custom_fields.{key}")).join(", ");
        assert!(message.contains(&keys), "{version:?}: {message}");
    }
}

/// v3 gets what the person has again, and the words of a refusal may be about that.
#[tokio::test]
async fn a_status_that_another_field_keeps_out_is_not_told_as_an_option_that_is_missing() {
    for version in BOTH {
        let world = World::new(version).await;
        let event = introduction(&world, json!({ KNOWN: true }));
        let change = status_change(&event);
        world.import(event).await;
        archive(&world, KNOWN).await;
        let body = json!({"message": "custom field Remote (yes_no): bad value"});
        let refusal = Fault::Refuse { status: 422, body };
        let update = When::operation("candidates:update").nth(1);
        world.greenhouse.faults().add(update, refusal);
        let answer = world.import(change).await;
        let blamed = match version {
            Version::V3 => KNOWN,
            Version::V1 => "intrro_status",
        };
        let message = answer.data["warnings"][0]["message"].as_str();
        let message = message.unwrap_or_default();
        let told = message.ends_with(&format!("left out: custom_fields.{blamed}."));
        assert!(told, "{version:?}: {answer:?}");
    }
}

/// Archives the field of that key.
async fn archive(world: &World, key: &str) {
    let client = world.other_program().await;
    let known = client.custom_fields().of_type(FieldType::Candidate).await;
    let known = known
        .unwrap()
        .into_iter()
        .find(|field| field.name_key == key);
    let archived = CustomFieldEdit {
        active: Some(false),
        ..CustomFieldEdit::default()
    };
    let recruiter = world.greenhouse.recruiter();
    recruiter
        .edit_custom_field(known.unwrap().id.0, archived)
        .unwrap();
}

/// Archives the field of that name and makes another one: Greenhouse derives another key then.
async fn make_anew(world: &World, name: &str) -> String {
    let client = world.other_program().await;
    let known = client.custom_fields().of_type(FieldType::Candidate).await;
    let known = known.unwrap().into_iter().find(|field| field.name == name);
    archive(world, &known.unwrap().name_key).await;
    let new = NewCustomField {
        name: name.to_owned(),
        field_type: FieldType::Candidate,
        value_type: ValueType::ShortText,
        description: None,
        private: false,
        options: Vec::new(),
    };
    client.custom_fields().create(&new).await.unwrap().name_key
}

#[tokio::test]
async fn our_own_fields_are_found_by_name_and_read_once() {
    for version in BOTH {
        let world = World::choosing(version, json!({ "introduction_fields": true })).await;
        let key = make_anew(&world, "Intrro referrer").await;
        assert_ne!(key, "intrro_referrer", "{version:?}");
        world.greenhouse.state().clear_log();
        let answer = world.import(world.introduction("i-1")).await;
        assert_eq!(answer.warnings(), ["referrer_unknown"], "{version:?}");
        assert_eq!(field(&world, &key), json!("Sam Q Stranger"), "{version:?}");
        world.import(world.introduction("i-2")).await;
        let reads = world.greenhouse.state().calls("custom_fields:list");
        assert_eq!(reads.len(), 1, "{version:?}");
    }
}
