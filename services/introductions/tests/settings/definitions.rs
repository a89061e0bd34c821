//! Introductions to a tenant that wants our own custom fields, while nobody is told which fields there are.

use domain::JobId;
use greenhouse_sim::{Fault, When};
use harvest::Target;
use serde_json::{Value, json};

use crate::world::{BOTH, World};

/// A field of the seed's organisation.
const KNOWN: &str = "work_remotely";

/// An introduction with a field of its own, by somebody of whom there is nothing to warn.
fn introduction(world: &World) -> Value {
    let mut event = world.introduction("i-1");
    event["data"]["custom_fields"] = json!({ KNOWN: true });
    event["data"]["referrer"] = Value::Null;
    event
}

/// The values that the person has.
fn fields(world: &World) -> Vec<(String, Value)> {
    let fields = world.person("i-1").custom_fields.unwrap_or_default();
    let fields = fields.into_iter().map(|(key, field)| (key, field.value));
    fields.filter(|(_, value)| !value.is_null()).collect()
}

async fn wanting_fields(version: harvest::Version, known: bool) -> World {
    let world = World::choosing(version, json!({ "introduction_fields": true })).await;
    if known {
        let job = Target::Job(JobId(world.jobs()[0]));
        world.plant("i-1", job).await;
    }
    world
}

/// The fields of the event are no worse for it.
#[tokio::test]
async fn nobody_is_left_out_for_fields_that_cannot_be_looked_up() {
    for version in BOTH {
        for known in [false, true] {
            let world = wanting_fields(version, known).await;
            let list = When::operation("custom_fields:list");
            let faults = world.greenhouse.faults();
            faults.add(list, Fault::ErrorBeforeCommit);
            world.take(&introduction(&world)).await;
            for _ in 0..9 {
                world.try_once().await;
                assert_eq!(world.open().await, 1, "{version:?} {known}: so soon");
            }
            world.perform().await;
            let answer = world.last_answer().await;
            let case = format!("{version:?} {known}: {answer:?}");
            assert_eq!(answer.name, "IntroductionImported", "{case}");
            assert_eq!(answer.warnings(), ["retries_exhausted"], "{case}");
            let message = answer.data["warnings"][0]["message"].as_str();
            assert!(message.unwrap().ends_with(": custom_fields."), "{case}");
            let theirs = (KNOWN.to_owned(), json!(true));
            assert_eq!(fields(&world), [theirs], "{case}");
        }
    }
}

#[tokio::test]
async fn fields_that_are_not_answered_for_a_moment_are_written() {
    for version in BOTH {
        for known in [false, true] {
            let world = wanting_fields(version, known).await;
            let list = When::operation("custom_fields:list").times(2);
            let faults = world.greenhouse.faults();
            faults.add(list, Fault::ErrorBeforeCommit);
            let answer = world.import(introduction(&world)).await;
            let case = format!("{version:?} {known}: {answer:?}");
            assert_eq!(answer.warnings(), [""; 0], "{case}");
            let written = fields(&world);
            let ours = written.iter().any(|(key, _)| key == "intrro_introduction");
            assert!(ours, "{case}: {written:?}");
        }
    }
}
