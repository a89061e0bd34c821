//! Answers that refuse what an import can do without, and what it cannot.

use domain::{Code, JobId};
use greenhouse_sim::{Fault, When};
use harvest::{Target, Version};
use serde_json::{Value, json};

use crate::world::{BOTH, World};

/// A 422 about this field, or about none.
pub(crate) fn unprocessable(field: Option<&str>) -> Fault {
    let error = match field {
        Some(field) => json!({ "message": "is not accepted", "field": field }),
        None => json!({ "message": "Unprocessable" }),
    };
    refuse(422, error)
}

fn refuse(status: u16, error: Value) -> Fault {
    let body = json!({ "message": "Refused", "errors": [error] });
    Fault::Refuse { status, body }
}

/// Imports somebody with custom fields of whom each creation that carries the note is refused like this.
async fn import_with_refused_note(world: &World, field: Option<&str>) -> crate::world::Answer {
    let create = When::operation("candidates:create");
    // The first send, and one more without custom fields where nothing says that it is not about them.
    let times = if field.is_some() { 1 } else { 2 };
    let faults = world.greenhouse.faults();
    faults.add(create.times(times), unprocessable(field));
    let mut event = world.introduction("i-1");
    event["data"]["custom_fields"] = json!({ "work_remotely": true });
    world.import(event).await
}

#[tokio::test]
async fn nobody_is_left_out_for_their_note() {
    for field in [
        Some("activity_feed_notes[0].visibility"),
        Some("activity_feed_notes"),
        Some("body"),
        Some("user_id"),
        None,
    ] {
        let world = World::new(Version::V1).await;
        let answer = import_with_refused_note(&world, field).await;
        assert_eq!(answer.data["how"], "CREATED", "{field:?}: {answer:?}");
        assert_eq!(answer.warnings(), ["referrer_unknown"], "{field:?}");
        let person = world.person("i-1");
        let kept = person.custom_fields.unwrap_or_default();
        assert_eq!(kept["work_remotely"].value, json!(true), "{field:?}");
        let notes = world.greenhouse.state().notes_of(person.meta.id);
        assert_eq!(notes.len(), 1, "{field:?}: written by itself");
    }
}

#[tokio::test]
async fn a_note_that_is_refused_by_itself_as_well_is_a_warning() {
    let world = World::new(Version::V1).await;
    let notes = When::operation("notes:create");
    let refused = unprocessable(Some("body"));
    world.greenhouse.faults().add(notes, refused);
    let answer = import_with_refused_note(&world, Some("body")).await;
    assert_eq!(answer.data["how"], "CREATED", "{answer:?}");
    assert_eq!(answer.warnings(), ["referrer_unknown", "note_refused"]);
    world.person("i-1");
}

/// v1's notes cannot be read: what was left out is known from what was on disk before the person was sent without it.
#[tokio::test]
async fn a_note_that_was_left_out_is_written_by_whoever_finds_the_person_made() {
    let world = World::new(Version::V1).await;
    let create = || When::operation("candidates:create").times(1);
    let faults = world.greenhouse.faults();
    faults.add(create(), unprocessable(Some("body")));
    faults.add(create(), Fault::CommitThen500);
    let answer = world.import(world.introduction("i-1")).await;
    assert_eq!(answer.data["how"], "CREATED", "{answer:?}");
    let person = world.person("i-1").meta.id;
    assert_eq!(world.greenhouse.state().notes_of(person).len(), 1);
}

#[tokio::test]
async fn what_is_refused_for_now_is_tried_again_and_what_is_refused_for_good_is_not() {
    for version in BOTH {
        for (status, later) in [
            (409, true),
            (423, true),
            (425, true),
            (413, false),
            (451, false),
        ] {
            let world = World::new(version).await;
            let create = When::operation("candidates:create").times(1);
            let refusal = refuse(status, json!("Not now"));
            world.greenhouse.faults().add(create, refusal);
            world.take(&world.introduction("i-1")).await;
            world.try_once().await;
            let open = world.open().await == 1;
            assert_eq!(open, later, "{version:?} {status}");
            let steps = world.steps("create_candidate").await;
            let state = if later { " planned" } else { " rejected" };
            assert!(steps[0].ends_with(state), "{version:?} {status}: {steps:?}");
            world.perform().await;
            let answer = world.last_answer().await;
            let (how, code) = (answer.data["how"].as_str(), answer.data["code"].as_str());
            let expected = match later {
                true => (Some("CREATED"), None),
                false => (None, Some("candidate_refused")),
            };
            assert_eq!((how, code), expected, "{version:?} {status}: {answer:?}");
        }
    }
}

/// v1 may say of whoever may not write that nothing is found, though the person is shown.
#[tokio::test]
async fn what_is_not_found_about_somebody_who_is_shown_is_refused() {
    for (operation, warning, made_ago) in [
        ("candidates:update", Some("edit_refused"), 15),
        ("notes:create", Some("note_refused"), 15),
        // Not all of Greenhouse may know them yet.
        ("notes:create", None, 5),
    ] {
        let world = World::new(Version::V1).await;
        let job = Target::Job(JobId(world.jobs()[0]));
        world.plant("i-1", job).await;
        world.greenhouse.set_clock(made_ago);
        let missing = refuse(404, json!({ "message": "Not found" }));
        world
            .greenhouse
            .faults()
            .add(When::operation(operation), missing);
        let mut event = world.introduction("i-1");
        event["data"]["candidate"]["company"] = json!("Analytical Engines");
        world.take(&event).await;
        world.try_once().await;
        let Some(warning) = warning else {
            assert_eq!(world.open().await, 1, "it is tried again");
            let [story] = &world.store.stories("i-1").await.unwrap()[..] else {
                panic!("one operation")
            };
            assert_eq!(story.code.as_deref(), Some("waiting_for_proof"));
            continue;
        };
        assert_eq!(world.open().await, 0, "{operation}: done at once");
        let answer = world.last_answer().await;
        assert!(answer.warnings().contains(&warning), "{answer:?}");
    }
}

/// As somebody private, whom v1 refuses in either way.
#[tokio::test]
async fn whom_the_acting_user_may_not_change_gets_no_application_and_that_is_told() {
    for (status, body) in [
        (403, json!({ "message": "Access denied" })),
        (404, json!({ "errors": [{ "message": "Not found" }] })),
    ] {
        let world = World::new(Version::V1).await;
        let other = Target::Job(JobId(world.jobs()[1]));
        world.plant("i-1", other).await;
        world.greenhouse.set_clock(15);
        let apply = When::operation("applications:create");
        world.greenhouse.faults().add(apply, refuse(status, body));
        world.take(&world.introduction("i-1")).await;
        world.try_once().await;
        assert_eq!(world.open().await, 0, "{status}: done at once");
        let answer = world.last_answer().await;
        assert_eq!(answer.data["code"], "acting_user_refused", "{answer:?}");
        assert_eq!(answer.data["field"], "job_ids[0]");
    }
}

/// Whoever is told that they have to act is told what is there by then, by this try or an earlier one.
#[tokio::test]
async fn the_answer_of_an_import_that_waits_tells_of_the_applications_that_are_there() {
    let world = World::new(Version::V3).await;
    let missing = || refuse(403, json!("Not allowed"));
    let faults = world.greenhouse.faults();
    faults.add(When::operation("applications:create").times(1), missing());
    let jobs = world.jobs();
    world.take(&world.picking("i-1", &jobs[..2])).await;
    world.try_once().await;
    let answer = world.last_answer().await;
    assert_eq!(answer.data["code"], "scope_missing", "{answer:?}");
    assert_eq!(answer.applications(), [("CREATED", None)]);
    world.verify().await;
    faults.add(When::operation("applications:list"), missing());
    world.try_once().await;
    assert_eq!(world.open().await, 1, "it waits again");
    let again = world.last_answer().await;
    assert_ne!(again.data["field"], answer.data["field"], "{again:?}");
    assert_eq!(again.applications(), [("CREATED", None)]);
}

/// Also of those that came before a credit of its own, in the event's order.
#[tokio::test]
async fn the_answer_of_a_prospect_whose_credit_waits_tells_of_each_job() {
    for unknown_first in [true, false] {
        let world = World::choosing(Version::V3, json!({ "import_as": "prospect" })).await;
        let missing = refuse(403, json!("Not allowed"));
        let faults = world.greenhouse.faults();
        faults.add(When::operation("applications:update"), missing);
        let mut jobs = [999_999, world.jobs()[0]];
        let mut expected = [("FAILED", Some("job_unknown")), ("CREATED", None)];
        if !unknown_first {
            jobs.reverse();
            expected.reverse();
        }
        world.take(&world.picking("i-1", &jobs)).await;
        world.try_once().await;
        assert_eq!(world.open().await, 1, "it waits");
        let answer = world.last_answer().await;
        assert_eq!(answer.data["code"], "scope_missing", "{answer:?}");
        assert_eq!(answer.applications(), expected, "{answer:?}");
    }
}

/// Where it is named by its place; what else is said of it may be personal.
#[tokio::test]
async fn a_refused_edit_names_the_part_of_the_event() {
    for (version, field) in [(Version::V1, "company"), (Version::V3, "/company")] {
        let world = World::new(version).await;
        let job = Target::Job(JobId(world.jobs()[0]));
        world.plant("i-1", job).await;
        let edit = When::operation("candidates:update");
        world
            .greenhouse
            .faults()
            .add(edit, unprocessable(Some(field)));
        let mut event = world.introduction("i-1");
        event["data"]["candidate"]["company"] = json!("Analytical Engines");
        let answer = world.import(event).await;
        let warnings = answer.data["warnings"].as_array().unwrap();
        let refused = warnings.iter().find(|one| one["code"] == "edit_refused");
        let message = "Greenhouse refused to change the candidate: candidate.company.";
        assert_eq!(refused.unwrap()["message"], message, "{version:?}");
    }
}

/// The introduction's person has changed: another company, and a tag that others have.
fn profile_update(introduction: &Value) -> Value {
    let mut event = introduction.clone();
    event["id"] = json!("event-profile");
    event["type"] = json!("intrro.events.v1.CandidateProfileUpdated");
    let mut candidate = introduction["data"]["candidate"].clone();
    candidate["company"] = json!("Analytical Engines");
    candidate["tags"] = json!(["Poetry"]);
    let changed_at = chrono::Utc::now().to_rfc3339();
    event["data"] = json!({ "candidate": candidate, "changed_at": changed_at });
    event
}

#[tokio::test]
async fn an_update_of_somebody_who_is_shown_is_not_tried_again_where_it_is_not_found() {
    let world = World::new(Version::V1).await;
    let introduction = world.introduction("i-1");
    world.import(introduction.clone()).await;
    world.greenhouse.set_clock(15);
    let edit = When::operation("candidates:update");
    let missing = refuse(404, json!({ "message": "Not found" }));
    world.greenhouse.faults().add(edit, missing);
    world.take(&profile_update(&introduction)).await;
    world.try_once().await;
    assert_eq!(world.open().await, 0, "done at once");
    let answer = world.last_answer().await;
    assert_eq!(answer.name, "CandidateUpdateFailed", "{answer:?}");
    assert_eq!(answer.data["code"], "edit_refused", "{answer:?}");
}

/// v1 says of whoever acts, too, that they are not found.
#[tokio::test]
async fn a_tag_waits_for_somebody_who_may_act() {
    let world = World::new(Version::V1).await;
    let mut other = world.introduction("i-0");
    other["data"]["candidate"]["tags"] = json!(["Poetry"]);
    world.import(other).await;
    let introduction = world.introduction("i-1");
    world.import(introduction.clone()).await;
    let mut event = profile_update(&introduction);
    event["data"]["candidate"]["company"] = Value::Null;
    let acting = world.greenhouse.access().site_admin_id;
    let recruiter = world.greenhouse.recruiter();
    recruiter.deactivate_user(acting).unwrap();
    world.take(&event).await;
    world.try_once().await;
    assert_eq!(world.open().await, 1, "it waits");
    let reason = world.connection().await.reason;
    assert_eq!(reason, Some(Code::ActingUserMissing));
}

/// Where a try ends with it; jobs that take no application have a test of their own.
#[tokio::test]
async fn what_the_company_decides_spends_nothing_of_the_error_budget() {
    let world = World::choosing(Version::V3, json!({ "several_matches": "hold" })).await;
    let introduction = world.introduction("i-0");
    world.import(introduction.clone()).await;
    let job = JobId(world.jobs()[0]);
    for _ in 0..2 {
        world.plant("i-1", Target::Job(job)).await;
    }
    let held = world.import(world.introduction("i-1")).await;
    let faults = world.greenhouse.faults();
    for operation in ["candidates:create", "candidates:update"] {
        let refused = unprocessable(Some("first_name"));
        faults.add(When::operation(operation), refused);
    }
    let refused = world.import(world.introduction("i-2")).await;
    let codes = [&held, &refused].map(|answer| answer.data["code"].as_str());
    assert_eq!(codes, [Some("several_matches"), Some("candidate_refused")]);
    // No introduction, which alone the objective is about.
    let update = world.import(profile_update(&introduction)).await;
    assert_eq!(update.data["code"], "edit_refused", "{update:?}");
    for (result, ended) in [("created", 1), ("refused", 2), ("failed", 0)] {
        let counted = format!("bridge_intro_terminal_total{{result=\"{result}\"}} {ended}\n");
        let told = world.metrics.exposition();
        assert!(told.contains(&counted), "{counted}");
    }
}
