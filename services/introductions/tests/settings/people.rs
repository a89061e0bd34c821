//! `several_matches`, and what somebody is called.

use std::time::Duration;

use domain::JobId;
use greenhouse_sim::{CandidateEdit, CreateAnswer, Fault, Processing, When};
use harvest::{Target, Version};
use serde_json::{Value, json};

use crate::world::{BOTH, World, email};

/// Two candidates with the address of the introduction's person, made an hour apart; the older one first.
async fn twice(version: harvest::Version) -> (World, [i64; 2]) {
    let world = World::new(version).await;
    let target = || Target::Job(JobId(world.jobs()[0]));
    let older = world.plant("i-1", target()).await;
    world.greenhouse.set_clock(60);
    let newer = world.plant("i-1", target()).await;
    (world, [older, newer])
}

#[tokio::test]
async fn among_several_matches_the_most_recent_one_is_taken_and_the_answer_says_so() {
    for (version, edited) in BOTH.into_iter().flat_map(|one| [(one, false), (one, true)]) {
        let (world, [older, newer]) = twice(version).await;
        let edit = CandidateEdit {
            title: Some("Countess".to_owned()),
            ..CandidateEdit::default()
        };
        if edited {
            world.greenhouse.set_clock(120);
            let recruiter = world.greenhouse.recruiter();
            recruiter.edit_candidate(older, edit).unwrap();
        }
        let answer = world.import(world.introduction("i-1")).await;
        assert_eq!(answer.name, "IntroductionImported", "{version:?}");
        assert_eq!(answer.data["how"], "AMBIGUOUS", "{answer:?}");
        let recent = if edited { older } else { newer };
        let taken = answer.data["greenhouseCandidateId"].as_str();
        assert_eq!(taken, Some(&*recent.to_string()), "{version:?}, {edited}");
        let found = world.greenhouse.state().candidates_by_email(&email("i-1"));
        assert_eq!(found.len(), 2, "nobody was created");
    }
}

#[tokio::test]
async fn several_matches_are_held_for_a_person_where_the_tenant_wants_that() {
    for version in BOTH {
        let (world, _) = twice(version).await;
        world.choose(json!({"several_matches": "hold"})).await;
        world.greenhouse.state().clear_log();
        let answer = world.import(world.introduction("i-1")).await;
        assert_eq!(answer.name, "IntroductionImportFailed", "{version:?}");
        assert_eq!(answer.data["code"], "several_matches", "{answer:?}");
        assert_eq!(answer.data["field"], "candidate.emails");
        assert_eq!(answer.data["needsHuman"], true);
        let log = world.greenhouse.state().log();
        let wrote = log
            .iter()
            .filter(|call| call.method != "GET" && call.operation != "token");
        let wrote: Vec<_> = wrote.map(|call| call.operation).collect();
        assert!(
            wrote.iter().all(|call| call.starts_with("candidate_tags")),
            "{wrote:?}"
        );
    }
}

/// Greenhouse insists on two names.
#[tokio::test]
async fn somebody_with_one_name_is_imported_and_gets_the_other_once_it_is_known() {
    for version in BOTH {
        let world = World::new(version).await;
        let mut first = world.introduction("i-1");
        first["data"]["candidate"]["last_name"] = json!(" ");
        let answer = world.import(first).await;
        assert_eq!(answer.data["how"], "CREATED", "{version:?}: {answer:?}");
        assert_eq!(world.person("i-1").last_name.as_deref(), Some("-"));
        let mut second = world.introduction("i-1");
        second["id"] = json!("event-i-2");
        second["data"]["introduction_id"] = json!("i-2");
        let answer = world.import(second).await;
        assert_eq!(answer.data["how"], "MATCHED", "{version:?}: {answer:?}");
        assert_eq!(world.person("i-1").last_name.as_deref(), Some("Lovelace"));
    }
}

#[tokio::test]
async fn a_profile_brings_somebody_the_name_that_they_lacked() {
    for version in BOTH {
        let world = World::new(version).await;
        let whole = world.introduction("i-1");
        let mut first = whole.clone();
        first["data"]["candidate"]["first_name"].take();
        let answer = world.import(first).await;
        assert_eq!(answer.data["how"], "CREATED", "{version:?}: {answer:?}");
        assert_eq!(world.person("i-1").first_name.as_deref(), Some("-"));
        let now = chrono::Utc::now().to_rfc3339();
        let answer = world.import(profile(&whole, "update", "CTO", &now)).await;
        assert_eq!(answer.data["how"], "WRITTEN", "{version:?}: {answer:?}");
        let person = world.person("i-1");
        assert_eq!(person.first_name.as_deref(), Some("Ada"), "{version:?}");
        assert_eq!(person.last_name.as_deref(), Some("Lovelace"));
    }
}

/// Only v3 tells of somebody it still makes.
#[tokio::test]
async fn somebody_who_is_still_being_made_is_waited_for_and_not_made_again() {
    let world = World::new(harvest::Version::V3).await;
    let hour = Duration::from_secs(3600);
    world.greenhouse.configure(|settings| {
        settings.create_answer = CreateAnswer::Truncated(hour);
        settings.processing = Processing::Message;
    });
    world
        .plant("i-1", Target::Job(JobId(world.jobs()[0])))
        .await;
    world.take(&world.introduction("i-1")).await;
    world.try_once().await;
    assert_eq!(world.open().await, 1, "it waits");
    assert_eq!(world.steps("create_candidate").await, Vec::<String>::new());
    let [story] = &world.store.stories("i-1").await.unwrap()[..] else {
        panic!("one operation")
    };
    assert_eq!(story.code.as_deref(), Some("waiting_for_proof"));
    world.greenhouse.set_clock(120);
    world.perform().await;
    let answer = world.last_answer().await;
    assert_eq!(answer.data["how"], "MATCHED", "{answer:?}");
    world.person("i-1");
}

/// Of v1's filter it is not described whether it minds the case.
#[tokio::test]
async fn somebody_is_found_by_an_address_as_the_event_writes_it() {
    let world = World::new(harvest::Version::V1).await;
    world
        .greenhouse
        .configure(|settings| settings.v1.email_minds_case = true);
    let target = Target::Job(JobId(world.jobs()[0]));
    // "Ada-1@people.example"
    world.plant("Ada-1", target).await;
    let mut event = world.introduction("ada-1");
    event["data"]["candidate"]["emails"][0]["value"] = json!(email("Ada-1"));
    let answer = world.import(event).await;
    assert_eq!(answer.data["how"], "MATCHED", "{answer:?}");
    world.person("ada-1");
}

/// A profile of this introduction's person, changed then.
fn profile(introduction: &Value, id: &str, title: &str, changed_at: &str) -> Value {
    let mut event = introduction.clone();
    event["id"] = json!(format!("event-{id}"));
    event["type"] = json!("intrro.events.v1.CandidateProfileUpdated");
    let mut candidate = introduction["data"]["candidate"].clone();
    candidate["title"] = json!(title);
    event["data"] = json!({ "candidate": candidate, "changed_at": changed_at });
    event
}

#[tokio::test]
async fn a_change_from_the_future_is_not_the_last_word_on_a_profile() {
    let world = World::new(harvest::Version::V3).await;
    let introduction = world.introduction("i-1");
    world.import(introduction.clone()).await;
    let ahead = profile(&introduction, "ahead", "CTO", "2099-01-01T00:00:00Z");
    let answer = world.import(ahead).await;
    assert_eq!(answer.data["how"], "WRITTEN", "{answer:?}");
    // An hour has passed since then.
    world
        .run("UPDATE update_marks SET changed_at = changed_at - interval '1 hour'")
        .await;
    let now = chrono::Utc::now().to_rfc3339();
    let next = profile(&introduction, "next", "CEO", &now);
    let answer = world.import(next).await;
    assert_eq!(answer.data["how"], "WRITTEN", "{answer:?}");
    assert_eq!(world.person("i-1").title.as_deref(), Some("CEO"));
}

/// However soon it comes.
#[tokio::test]
async fn a_change_that_is_told_rightly_is_written_after_one_from_the_future() {
    let world = World::new(harvest::Version::V3).await;
    let introduction = world.introduction("i-1");
    world.import(introduction.clone()).await;
    let ahead = profile(&introduction, "ahead", "CTO", "2031-01-01T00:00:00Z");
    world.import(ahead).await;
    let now = chrono::Utc::now().to_rfc3339();
    let answer = world
        .import(profile(&introduction, "next", "CEO", &now))
        .await;
    assert_eq!(answer.data["how"], "WRITTEN", "{answer:?}");
    // What happened before either is still late.
    let before = "2026-01-01T00:00:00Z";
    let answer = world
        .import(profile(&introduction, "late", "Clerk", before))
        .await;
    assert_eq!(answer.data["how"], "SUPERSEDED", "{answer:?}");
    assert_eq!(world.person("i-1").title.as_deref(), Some("CEO"));
}

#[tokio::test]
async fn a_late_status_of_which_only_the_note_is_written_is_superseded() {
    let world = World::new(harvest::Version::V3).await;
    let introduction = world.introduction("i-1");
    world.import(introduction.clone()).await;
    let status = crate::sight::status_change(&introduction);
    world.import(status.clone()).await;
    let mut late = status;
    late["id"] = json!("event-late");
    late["data"]["changed_at"] = json!("2026-01-01T00:00:00Z");
    late["data"]["note"] = json!("Prefers mornings.");
    let answer = world.import(late).await;
    assert_eq!(answer.data["how"], "SUPERSEDED", "{answer:?}");
    assert_eq!(answer.data["changed"], json!(["note"]));
}

#[tokio::test]
async fn nothing_is_written_to_somebody_who_was_anonymised_without_a_word() {
    for version in BOTH {
        let world = World::new(version).await;
        let introduction = world.introduction("i-1");
        let imported = world.import(introduction.clone()).await;
        let person = world.person("i-1").meta.id;
        let recruiter = world.greenhouse.recruiter();
        recruiter.anonymise_candidate(person, &[]).unwrap();
        world.greenhouse.state().clear_log();
        let now = chrono::Utc::now().to_rfc3339();
        let answer = world
            .import(profile(&introduction, "update", "CTO", &now))
            .await;
        assert_eq!(answer.name, "CandidateUpdateFailed", "{imported:?}");
        assert_eq!(answer.data["code"], "candidate_gone", "{answer:?}");
        let told = "SELECT count(*) FROM outbox WHERE routing_key LIKE '%CandidateErased'";
        assert_eq!(world.number(told).await, 1, "{version:?}");
        let log = world.greenhouse.state().log();
        let writes = log.iter().filter(|call| call.method != "GET");
        let writes: Vec<_> = writes
            .map(|call| call.operation)
            .filter(|name| *name != "token")
            .collect();
        assert!(writes.is_empty(), "{writes:?}");
        let mut again = world.introduction("i-1");
        again["id"] = json!("event-again");
        again["data"]["introduction_id"] = json!("again");
        let answer = world.import(again).await;
        assert_eq!(answer.data["how"], "CREATED", "{version:?}: {answer:?}");
        assert_ne!(world.person("i-1").meta.id, person);
    }
}

#[tokio::test]
async fn an_introduction_under_another_id_does_not_reach_somebody_anonymised() {
    for version in BOTH {
        let world = World::new(version).await;
        world.import(world.introduction("i-1")).await;
        let person = world.person("i-1").meta.id;
        let recruiter = world.greenhouse.recruiter();
        recruiter.anonymise_candidate(person, &[]).unwrap();
        let mut other = world.introduction("i-2");
        other["data"]["candidate"]["emails"] =
            world.introduction("i-1")["data"]["candidate"]["emails"].take();
        let answer = world.import(other).await;
        assert_eq!(answer.data["how"], "CREATED", "{version:?}: {answer:?}");
        assert_ne!(world.person("i-1").meta.id, person);
    }
}

#[tokio::test]
async fn somebody_who_lost_only_their_address_is_still_the_one() {
    for version in BOTH {
        let world = World::new(version).await;
        let introduction = world.introduction("i-1");
        world.import(introduction.clone()).await;
        let person = world.person("i-1").meta.id;
        let recruiter = world.greenhouse.recruiter();
        let address = ["emails".to_owned()];
        recruiter.anonymise_candidate(person, &address).unwrap();
        let now = chrono::Utc::now().to_rfc3339();
        let answer = world
            .import(profile(&introduction, "update", "CTO", &now))
            .await;
        assert_eq!(answer.data["how"], "WRITTEN", "{version:?}: {answer:?}");
    }
}

/// v1 alone has a request of its own for one person, which can show less than the search does.
#[tokio::test]
async fn whoever_is_found_by_their_address_was_not_anonymised_but_is_hidden_from_us() {
    let world = World::new(Version::V1).await;
    let introduction = world.introduction("i-1");
    world.import(introduction.clone()).await;
    let person = world.person("i-1").meta.id;
    let edit = CandidateEdit {
        phones: Some(vec!["+1 555 0100".to_owned()]),
        ..CandidateEdit::default()
    };
    let recruiter = world.greenhouse.recruiter();
    recruiter.edit_candidate(person, edit).unwrap();
    let shown = json!({"id": person, "first_name": "Ada", "created_at": "2026-01-01T00:00:00Z"});
    let path = format!("/v1/candidates/{person}");
    let bare = Fault::Refuse {
        status: 200,
        body: shown,
    };
    let faults = world.greenhouse.faults();
    faults.add(When::request("GET", &path), bare);
    let now = chrono::Utc::now().to_rfc3339();
    let update = profile(&introduction, "update", "CTO", &now);
    let answer = world.import(update).await;
    assert_eq!(answer.data["how"], "WRITTEN", "{answer:?}");
    let mut again = world.introduction("i-1");
    again["id"] = json!("event-again");
    again["data"]["introduction_id"] = json!("again");
    let answer = world.import(again).await;
    assert_eq!(answer.data["how"], "MATCHED", "{answer:?}");
    // Of a status there is no address to look for them by.
    let status = crate::sight::status_change(&introduction);
    let answer = world.import(status).await;
    assert_eq!(answer.data["code"], "candidate_gone", "{answer:?}");
    let told = "SELECT count(*) FROM outbox WHERE routing_key LIKE '%CandidateErased'";
    assert_eq!(world.number(told).await, 0);
    let numbers = world.person("i-1").phone_numbers;
    assert_eq!(numbers.len(), 1, "what was hidden is still there");
}
