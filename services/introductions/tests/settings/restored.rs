//! A database that was put back to an older state, and events that come again: what was written to Greenhouse since is found.

use harvest::{Target, Version};
use serde_json::{Value, json};

use crate::sight::status_change;
use crate::world::{Answer, BOTH, World};

const READ: &str = "notes:list";

/// A Greenhouse into which these were imported, and a database that knows of none of them.
async fn restored(version: Version, imported: &[&str]) -> World {
    let mut world = World::new(version).await;
    for id in imported {
        let answer = world.import(of_ada(&world, id)).await;
        assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
    }
    world.put_back(version).await;
    world
}

/// One of several introductions of one person.
fn of_ada(world: &World, id: &str) -> Value {
    let mut event = world.introduction("ada");
    event["id"] = json!(format!("event-{id}"));
    event["data"]["introduction_id"] = json!(id);
    event["data"]["referrer"] = Value::Null;
    event
}

fn notes(world: &World) -> usize {
    let ada = world.person("ada").meta.id;
    world.greenhouse.state().notes_of(ada).len()
}

/// Whoever acts may write notes and not read them.
fn hide_notes(world: &World) {
    let access = world.greenhouse.access();
    let scope = "harvest:notes:list";
    assert!(world.greenhouse.set_scope(&access.client_id, scope, false));
}

fn assert_matched(answer: &Answer, warnings: &[&str]) {
    assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
    assert_eq!(answer.data["how"], "MATCHED", "{answer:?}");
    assert_eq!(answer.warnings(), warnings, "{answer:?}");
}

#[tokio::test]
async fn an_introduction_that_was_imported_before_leaves_one_note() {
    let world = restored(Version::V3, &["i-1", "i-2"]).await;
    world.greenhouse.state().clear_log();
    for id in ["i-1", "i-2"] {
        let answer = world.import(of_ada(&world, id)).await;
        assert_matched(&answer, &[]);
        assert_eq!(notes(&world), 2, "{id}");
    }
    assert_eq!(world.greenhouse.state().calls(READ).len(), 2);
    let kept = world.steps("add_note").await;
    assert_eq!(kept, ["add_note confirmed"; 2]);
    world.application("ada");
}

/// The note's intent is on disk with that of an application that had not come so far.
#[tokio::test]
async fn a_note_from_before_is_found_where_an_application_is_added() {
    let world = restored(Version::V3, &["i-1"]).await;
    let mut event = of_ada(&world, "i-1");
    event["data"]["job_ids"] = json!(world.jobs()[..2]);
    assert_matched(&world.import(event).await, &[]);
    assert_eq!(notes(&world), 1);
    let kept = world.steps("add_note").await;
    assert_eq!(kept, ["add_note confirmed"]);
}

#[tokio::test]
async fn another_introduction_of_somebody_forgotten_gets_its_note() {
    let world = restored(Version::V3, &["i-1"]).await;
    assert_matched(&world.import(of_ada(&world, "i-2")).await, &[]);
    assert_eq!(notes(&world), 2);
}

/// v1 shows no notes, v3 only to whoever may read them.
#[tokio::test]
async fn a_note_that_nothing_shows_is_left_to_a_person_where_the_database_forgot_them() {
    for version in BOTH {
        let world = restored(version, &["i-1"]).await;
        hide_notes(&world);
        let mut event = of_ada(&world, "i-1");
        event["data"]["job_ids"] = json!(world.jobs()[..2]);
        assert_matched(&world.import(event).await, &["remote_unknown"]);
        assert_eq!(notes(&world), 1, "{version:?}");
        assert_eq!(world.steps("add_note").await, ["add_note parked"]);
        // From here on the database knows them again.
        assert_matched(&world.import(of_ada(&world, "i-2")).await, &[]);
        assert_eq!(notes(&world), 2, "{version:?}");
    }
}

/// The marker that a second try meets may be that of the first.
#[tokio::test]
async fn whoever_was_marked_by_an_earlier_try_gets_their_note() {
    use greenhouse_sim::{Fault, When};
    for version in BOTH {
        let world = World::new(version).await;
        let target = Target::Job(domain::JobId(world.jobs()[0]));
        world.plant("ada", target).await;
        hide_notes(&world);
        let edited = When::operation("candidates:update").times(1);
        world.greenhouse.faults().add(edited, Fault::CommitThen500);
        assert_matched(&world.import(of_ada(&world, "i-1")).await, &[]);
        assert_eq!(notes(&world), 1, "{version:?}");
    }
}

/// Who was forgotten on request and agrees anew is nobody of whom the database lost something.
#[tokio::test]
async fn somebody_who_was_erased_and_agrees_anew_gets_their_note() {
    let world = World::new(Version::V1).await;
    world.import(of_ada(&world, "i-1")).await;
    let mut erasure = of_ada(&world, "erasure");
    erasure["type"] = json!("intrro.events.v1.CandidateErasureRequested");
    erasure["data"] = json!({"candidate_id": "candidate-ada"});
    world.take(&erasure).await;
    let (mut tx, erasure) = world.store.next_erasure().await.unwrap().unwrap();
    store::erase::erase(&mut tx, &erasure).await.unwrap();
    tx.commit().await.unwrap();
    let answer = world.import(of_ada(&world, "i-2")).await;
    assert_matched(&answer, &["erased_before"]);
    assert_eq!(notes(&world), 2);
}

#[tokio::test]
async fn notes_are_not_read_of_whom_no_introduction_has_reached() {
    let world = World::new(Version::V3).await;
    let target = Target::Job(domain::JobId(world.jobs()[0]));
    world.plant("ada", target).await;
    assert_matched(&world.import(of_ada(&world, "i-1")).await, &[]);
    world.import(world.introduction("new")).await;
    assert_eq!(world.greenhouse.state().calls(READ).len(), 0);
}

/// Nothing but the marker tells who they are.
#[tokio::test]
async fn somebody_without_an_address_is_not_made_a_second_time() {
    for version in BOTH {
        let mut world = World::new(version).await;
        let event = |world: &World, id| {
            let mut event = of_ada(world, id);
            event["data"]["candidate"]["emails"] = json!([]);
            event["data"]["candidate"]["id"] = json!(format!("candidate-{id}"));
            event
        };
        for id in ["i-1", "i-2"] {
            let answer = world.import(event(&world, id)).await;
            assert_eq!(answer.data["how"], "CREATED", "{version:?}: {answer:?}");
        }
        let first = event(&world, "i-1");
        world.put_back(version).await;
        world.greenhouse.state().clear_log();
        let warnings = match version {
            Version::V3 => &[][..],
            Version::V1 => &["remote_unknown"],
        };
        assert_matched(&world.import(first).await, warnings);
        assert_eq!(
            world.greenhouse.state().candidates().len(),
            2,
            "{version:?}"
        );
        let searches = world.greenhouse.state().calls("candidates:list").len();
        assert_eq!(searches, 1, "{version:?}");
        let other = world.import(event(&world, "i-3")).await;
        assert_eq!(other.data["how"], "CREATED", "{version:?}: {other:?}");
    }
}

/// It tells of something that happened longer ago than a message takes.
#[tokio::test]
async fn a_remark_that_comes_again_leaves_one_note() {
    let mut world = World::new(Version::V3).await;
    let introduction = of_ada(&world, "i-1");
    let mut status = status_change(&introduction);
    status["data"]["note"] = json!("Prefers mornings.");
    world.import(introduction.clone()).await;
    status["time"] = json!(chrono::Utc::now().to_rfc3339());
    world.import(status.clone()).await;
    assert_eq!(world.greenhouse.state().calls(READ).len(), 0);
    world.put_back(Version::V3).await;
    world.import(introduction).await;
    let long_ago = chrono::Utc::now() - chrono::TimeDelta::seconds(5);
    status["time"] = json!(long_ago.to_rfc3339());
    let answer = world.import(status).await;
    assert_eq!(answer.data["changed"], json!(["note"]), "{answer:?}");
    assert_eq!(notes(&world), 2);
}
