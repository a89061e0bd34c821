//! Greenhouse whose reads run behind edits: what was written moments ago is not undone by what is written next.

use std::time::Duration;

use domain::{CandidateId, JobId};
use greenhouse_sim::CandidateEdit;
use harvest::{CandidatePatch, CustomFieldValue, Target, Version};
use serde_json::{Value, json};

use crate::sight::status_change;
use crate::world::{Answer, BOTH, World, email};

/// A world whose Greenhouse shows a candidate as before an edit for the rest of the test, and somebody who was there.
async fn behind(version: Version) -> World {
    let world = in_time(version, 0).await;
    let hour = Duration::from_secs(3600);
    world
        .greenhouse
        .configure(|settings| settings.edit_lag = hour);
    world
}

/// One whose Greenhouse shows every edit at once, with its clock so far ahead of ours.
async fn in_time(version: Version, ahead_ms: i64) -> World {
    let mut world = World::new(version).await;
    world.settle = Duration::from_secs(60);
    world
        .greenhouse
        .configure(|settings| settings.clock_offset_ms = ahead_ms);
    let target = Target::Job(JobId(world.jobs()[1]));
    world.plant("i-1", target).await;
    world
}

/// What somebody else does twenty seconds after our last edit.
async fn later(world: &World, act: impl AsyncFnOnce()) {
    let turn = |by| {
        world
            .greenhouse
            .configure(|settings| settings.clock_offset_ms += by);
    };
    turn(20_000);
    act().await;
    turn(-20_000);
}

/// An introduction of that person, with this besides.
pub(crate) fn introduction(world: &World, id: &str, data: Value) -> Value {
    let mut event = world.introduction(id);
    event["data"]["candidate"]["emails"] = json!([{ "value": email("i-1") }]);
    event["data"]["referrer"] = Value::Null;
    merge(&mut event["data"], data);
    event
}

/// A profile of an introduction's person that has changed to this.
pub(crate) fn profile(introduction: &Value, id: &str, changed: Value) -> Value {
    let mut event = introduction.clone();
    event["id"] = json!(format!("event-{id}"));
    event["type"] = json!("intrro.events.v1.CandidateProfileUpdated");
    let mut candidate = introduction["data"]["candidate"].clone();
    merge(&mut candidate, changed);
    let now = chrono::Utc::now().to_rfc3339();
    event["data"] = json!({ "candidate": candidate, "changed_at": now });
    event
}

/// A status of an introduction that has changed to this.
fn status(introduction: &Value, status: &str) -> Value {
    let mut event = status_change(introduction);
    event["id"] = json!(format!("event-{}", uuid::Uuid::new_v4()));
    event["data"]["status"] = json!(status);
    event
}

fn merge(into: &mut Value, new: Value) {
    for (key, value) in new.as_object().unwrap() {
        match value.is_object() {
            true => merge(&mut into[key], value.clone()),
            false => into[key] = value.clone(),
        }
    }
}

fn values(values: &[&str]) -> Value {
    let entries = values.iter().map(|value| json!({ "value": value }));
    entries.collect()
}

pub(crate) async fn written(world: &World, event: Value) -> Answer {
    let answer = world.import(event).await;
    assert_eq!(answer.data["how"], "WRITTEN", "{answer:?}");
    assert!(answer.warnings().is_empty(), "{answer:?}");
    answer
}

/// The value of the person's field; null where there is none.
fn field(world: &World, name_key: &str) -> Value {
    let fields = world.person("i-1").custom_fields.unwrap_or_default();
    let found = fields.get(name_key);
    found.map_or(Value::Null, |field| field.value.clone())
}

#[tokio::test]
async fn an_update_takes_nothing_back_that_the_one_before_has_added() {
    for version in BOTH {
        let world = behind(version).await;
        let phone = json!({ "candidate": { "phones": values(&["+1 555 0100"]) } });
        let introduction = introduction(&world, "i-1", phone);
        let answer = world.import(introduction.clone()).await;
        assert_eq!(answer.data["how"], "MATCHED", "{version:?}: {answer:?}");
        let first = json!({ "emails": values(&["second@people.example"]) });
        written(&world, profile(&introduction, "first", first)).await;
        let second = json!({
            "emails": values(&["third@people.example"]),
            "phones": values(&["+1 555 0200"]),
            "websites": values(&["https://ada.example"]),
        });
        let answer = written(&world, profile(&introduction, "second", second)).await;
        let changed = answer.data["changed"].as_array().unwrap().iter();
        // v1 says nothing of a tag that they have.
        let changed = changed.filter(|name| *name != "tags");
        assert!(changed.eq(["emails", "phones", "websites"]), "{answer:?}");
        let person = world.person("i-1");
        let emails = person.email_addresses.iter().map(|one| one.value.as_str());
        let all = [
            "i-1@people.example",
            "second@people.example",
            "third@people.example",
        ];
        assert!(emails.eq(all), "{version:?}: {person:?}");
        assert_eq!(person.phone_numbers.len(), 2, "{version:?}: {person:?}");
        let websites = person.website_addresses.len();
        assert_eq!(websites, 2, "{version:?}: the link back: {person:?}");
    }
}

#[tokio::test]
async fn an_introduction_under_another_id_takes_nothing_back_and_overwrites_nothing() {
    for version in BOTH {
        let world = behind(version).await;
        let known = introduction(&world, "i-1", json!({}));
        world.import(known.clone()).await;
        let update = json!({ "title": "CTO", "phones": values(&["+1 555 0100"]) });
        written(&world, profile(&known, "update", update)).await;
        let other = json!({ "candidate": {
            "title": "Programmer", "company": "Engines", "phones": values(&["+1 555 0200"]),
        } });
        let other = introduction(&world, "i-2", other);
        let answer = world.import(other).await;
        assert_eq!(answer.data["how"], "MATCHED", "{version:?}: {answer:?}");
        let person = world.person("i-1");
        assert_eq!(person.phone_numbers.len(), 2, "{version:?}: {person:?}");
        assert_eq!(person.website_addresses.len(), 2, "{version:?}");
        assert_eq!(person.title.as_deref(), Some("CTO"), "{version:?}");
        assert_eq!(person.company.as_deref(), Some("Engines"), "{version:?}");
    }
}

#[tokio::test]
async fn a_change_that_is_taken_back_at_once_is_taken_back() {
    for version in BOTH {
        let world = behind(version).await;
        let introduction = introduction(&world, "i-1", json!({}));
        world.import(introduction.clone()).await;
        for name in ["Byron", "Known"] {
            let named = json!({ "last_name": name });
            written(&world, profile(&introduction, name, named)).await;
            let now = world.person("i-1").last_name;
            assert_eq!(now.as_deref(), Some(name), "{version:?}");
        }
        for option in ["Accepted", "Closed", "Accepted"] {
            written(&world, status(&introduction, option)).await;
            let now = field(&world, "intrro_status");
            assert_eq!(now, json!(option), "{version:?}");
        }
    }
}

/// v3 takes all of a person's fields at once.
#[tokio::test]
async fn a_status_and_an_introduction_take_no_fields_back() {
    for version in BOTH {
        let world = behind(version).await;
        world.choose(json!({ "introduction_fields": true })).await;
        let fields = json!({ "custom_fields": { "work_remotely": true } });
        let first = introduction(&world, "i-1", fields);
        let answer = world.import(first.clone()).await;
        assert_eq!(answer.data["how"], "MATCHED", "{version:?}: {answer:?}");
        let link = field(&world, "intrro_introduction");
        assert!(link.is_string(), "{version:?}");
        written(&world, status(&first, "Accepted")).await;
        let fields = json!({ "custom_fields": {
            "work_remotely": false, "desired_salary": { "amount": 1, "currency_code": "EUR" },
        } });
        let answer = world.import(introduction(&world, "i-2", fields)).await;
        assert_eq!(answer.data["how"], "MATCHED", "{version:?}: {answer:?}");
        assert!(answer.warnings().is_empty(), "{version:?}: {answer:?}");
        assert!(!field(&world, "desired_salary").is_null(), "{version:?}");
        assert_eq!(field(&world, "work_remotely"), json!(true), "{version:?}");
        assert_eq!(field(&world, "intrro_introduction"), link, "{version:?}");
        let status = field(&world, "intrro_status");
        assert_eq!(status, json!("Accepted"), "{version:?}");
    }
}

#[tokio::test]
async fn a_field_that_was_refused_before_keeps_no_status_out() {
    for version in BOTH {
        let world = behind(version).await;
        let fields = json!({ "custom_fields": { "work_remotely": true, "shoe_size": 43 } });
        let introduction = introduction(&world, "i-1", fields);
        let answer = world.import(introduction.clone()).await;
        assert_eq!(answer.warnings(), ["custom_field_refused"], "{version:?}");
        written(&world, status(&introduction, "Accepted")).await;
        let status = field(&world, "intrro_status");
        assert_eq!(status, json!("Accepted"), "{version:?}");
        assert_eq!(field(&world, "work_remotely"), json!(true), "{version:?}");
    }
}

#[tokio::test]
async fn a_good_value_follows_one_that_was_refused() {
    for version in BOTH {
        let world = behind(version).await;
        let fields =
            json!({ "custom_fields": { "work_remotely": true, "desired_salary": "much" } });
        let answer = world.import(introduction(&world, "i-1", fields)).await;
        assert_eq!(answer.warnings(), ["custom_field_refused"], "{version:?}");
        let salary = json!({ "amount": 1, "currency_code": "EUR" });
        let fields = json!({ "custom_fields": { "desired_salary": salary } });
        let answer = world.import(introduction(&world, "i-2", fields)).await;
        assert!(answer.warnings().is_empty(), "{version:?}: {answer:?}");
        assert!(!field(&world, "desired_salary").is_null(), "{version:?}");
        assert_eq!(field(&world, "work_remotely"), json!(true), "{version:?}");
    }
}

#[tokio::test]
async fn a_field_that_was_refused_before_keeps_no_other_out() {
    let world = behind(Version::V3).await;
    let fields = json!({ "custom_fields": { "shoe_size": 43 } });
    let answer = world.import(introduction(&world, "i-1", fields)).await;
    assert_eq!(answer.warnings(), ["custom_field_refused"]);
    let access = world.greenhouse.access();
    let scope = "harvest:custom_fields:list";
    assert!(world.greenhouse.set_scope(&access.client_id, scope, false));
    let fields = json!({ "custom_fields": { "work_remotely": true } });
    let answer = world.import(introduction(&world, "i-2", fields)).await;
    assert!(answer.warnings().is_empty(), "{answer:?}");
    assert_eq!(field(&world, "work_remotely"), json!(true));
}

#[tokio::test]
async fn what_a_recruiter_has_changed_since_stays() {
    for (version, ahead_ms) in BOTH
        .map(|version| [0, -3_600_000].map(|by| (version, by)))
        .concat()
    {
        let world = in_time(version, ahead_ms).await;
        let known = introduction(&world, "i-1", json!({}));
        world.import(known.clone()).await;
        written(&world, status(&known, "Accepted")).await;
        let update = json!({ "title": "CTO", "phones": values(&["+1 555 0100"]) });
        written(&world, profile(&known, "update", update)).await;
        let person = world.person("i-1").meta.id;
        let closed = CustomFieldValue {
            name_key: "intrro_status".into(),
            value: "Closed".into(),
        };
        let patch = CandidatePatch {
            custom_fields: Some(vec![closed]),
            ..CandidatePatch::default()
        };
        let edit = CandidateEdit {
            title: Some(String::new()),
            phones: Some(vec!["+1 555 0300".into()]),
            ..CandidateEdit::default()
        };
        let client = world.other_program().await;
        later(&world, async || {
            let candidates = client.candidates();
            let id = CandidateId(person);
            candidates.update(id, &patch).await.unwrap();
            let recruiter = world.greenhouse.recruiter();
            recruiter.edit_candidate(person, edit).unwrap();
        })
        .await;
        let other = json!({
            "candidate": { "title": "Programmer", "phones": values(&["+1 555 0200"]) },
            "custom_fields": { "work_remotely": true },
        });
        let answer = world.import(introduction(&world, "i-2", other)).await;
        assert!(answer.warnings().is_empty(), "{version:?}: {answer:?}");
        let status = field(&world, "intrro_status");
        assert_eq!(status, json!("Closed"), "{version:?} {ahead_ms}");
        assert_eq!(field(&world, "work_remotely"), json!(true), "{version:?}");
        let person = world.person("i-1");
        let phones = person.phone_numbers.iter().map(|one| one.value.as_str());
        assert!(phones.eq(["+1 555 0300", "+1 555 0200"]), "{person:?}");
        assert_eq!(person.title.as_deref(), Some("Programmer"), "{version:?}");
    }
}
