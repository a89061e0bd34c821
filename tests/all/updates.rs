//! What changes in Intrro after an introduction, in Greenhouse.

use domain::Code;
use greenhouse_sim::rows::Candidate;
use greenhouse_sim::{Fault, When};
use reqwest::Method;
use serde_json::{Value, json};

use crate::accounting::settled;
use crate::scene::{self, Integration, about, profile_update, status_change};
use crate::why;
use crate::world::{Announced, World, email, introduction, until};

/// A world in which the introduction `i-1` was imported.
async fn introduced(name: &str) -> (World, Value) {
    let mut world = World::new(name).await;
    world.bridge().await;
    world.connect("acme").await;
    let event = introduction("acme", "i-1", &[world.job(0)]);
    world.publish(&event).await;
    world.answer("i-1").await;
    (world, event)
}

fn person(world: &World) -> Candidate {
    let state = world.greenhouse.state();
    let [person] = &state.candidates_by_email(&email("i-1"))[..] else {
        panic!("one candidate")
    };
    person.clone()
}

/// The answers to updates once there are this many, oldest first.
async fn answers(world: &World, count: usize) -> Vec<Announced> {
    let is_answer = |event: &&Announced| event.name.starts_with("CandidateUpdate");
    let events = world
        .announced_until("the answers to the updates", |events| {
            events.iter().filter(is_answer).count() >= count
        })
        .await;
    events.iter().filter(is_answer).cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_changes_what_differs_and_leaves_what_recruiters_added() {
    let (world, event) = introduced("profile").await;
    let id = person(&world).meta.id;
    let recruiter = Integration::of(&world, "acme").await;
    let emails = json!([{ "value": email("i-1"), "type": "personal" }, { "value": "ada@recruited.example", "type": "work" }]);
    let profiles =
        json!([{ "value": "https://linkedin.com/in/i-1" }, { "value": "https://github.com/ada" }]);
    let edit = json!({ "email_addresses": emails, "social_media_addresses": profiles });
    recruiter
        .send(Method::PATCH, &format!("/v3/candidates/{id}"), &edit)
        .await;

    let update = profile_update(&event);
    world.publish(&update).await;
    let [answer] = &answers(&world, 1).await[..] else {
        panic!("one answer")
    };
    assert_eq!(
        (answer.name.as_str(), answer.text("how")),
        ("CandidateUpdated", "WRITTEN")
    );
    assert_eq!(answer.data["changed"], json!(["title", "emails"]));
    let now = person(&world);
    assert_eq!(now.title.as_deref(), Some("Countess"));
    let values: Vec<&str> = now
        .email_addresses
        .iter()
        .map(|email| email.value.as_str())
        .collect();
    assert_eq!(
        values,
        [
            email("i-1").as_str(),
            "ada@recruited.example",
            "i-1@second.example"
        ]
    );
    assert_eq!(now.social_media_addresses.len(), 2);

    // The same again, and with less in it: nothing is written.
    world.greenhouse.state().clear_log();
    let mut less = about(
        &event,
        "CandidateProfileUpdated",
        "less",
        update["data"].clone(),
    );
    less["data"]["candidate"]["emails"] = json!([]);
    less["data"]["candidate"]["company"] = json!("");
    less["data"]["changed_at"] = json!(chrono::Utc::now().to_rfc3339());
    world.publish(&less).await;
    assert_eq!(answers(&world, 2).await[1].text("how"), "UNCHANGED");
    assert!(
        world
            .greenhouse
            .state()
            .calls("candidates:update")
            .is_empty()
    );
    settled(&world, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_update_that_arrives_late_changes_nothing() {
    let (world, event) = introduced("late").await;
    let mut earlier = profile_update(&event);
    earlier["data"]["candidate"]["title"] = json!("Analyst");
    earlier["id"] = json!("earlier");
    world.publish(&profile_update(&event)).await;
    answers(&world, 1).await;
    world.publish(&earlier).await;
    // Made after the one it is later than, so told to be earlier.
    let mut status = status_change(&event, "Interviewing");
    world.publish(&status).await;
    status["id"] = json!("status-earlier");
    status["data"]["status"] = json!("Accepted");
    status["data"]["changed_at"] = json!("2020-01-01T00:00:00Z");
    world.publish(&status).await;
    let told: Vec<String> = answers(&world, 4)
        .await
        .iter()
        .map(|answer| answer.text("how").to_owned())
        .collect();
    assert_eq!(told[..2], ["WRITTEN", "SUPERSEDED"]);
    let now = person(&world);
    assert_eq!(now.title.as_deref(), Some("Countess"));
    assert_eq!(field(&now), json!("Interviewing"));
    settled(&world, 1).await;
}

fn field(person: &Candidate) -> Value {
    let fields = person.custom_fields.as_ref().expect("custom fields");
    fields["intrro_status"].value.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_is_written_into_the_field_and_its_remark_becomes_one_note() {
    let (world, event) = introduced("status").await;
    let status = status_change(&event, "Interviewing");
    world.publish_all(&[status.clone(), status]).await;
    let [answer] = &answers(&world, 1).await[..] else {
        panic!("one answer")
    };
    assert_eq!(answer.data["changed"], json!(["status", "note"]));
    assert_eq!(answer.text("introductionId"), "i-1");
    let now = person(&world);
    assert_eq!(field(&now), json!("Interviewing"));
    settled(&world, 1).await;
    let notes = world.greenhouse.state().notes_of(now.meta.id);
    let remarks = notes.iter().filter(|note| {
        let body = note.body.as_deref().unwrap_or_default();
        body.contains("Prefers mornings.")
    });
    assert_eq!(remarks.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_an_earlier_try_wrote_is_told_with_the_remark() {
    let (world, event) = introduced("status in two tries").await;
    let rule = world.greenhouse.faults().add(
        When::operation("notes:create").nth(1),
        Fault::Throttle { retry_after: 1 },
    );
    world.publish(&status_change(&event, "Interviewing")).await;
    let [answer] = &answers(&world, 1).await[..] else {
        panic!("one answer")
    };
    assert_eq!(world.greenhouse.faults().fired(rule), 1);
    assert_eq!(answer.data["changed"], json!(["status", "note"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_comes_before_its_introduction_waits_for_it() {
    let mut world = World::new("early").await;
    world.bridge().await;
    world.connect("acme").await;
    let event = introduction("acme", "i-1", &[world.job(0)]);
    let update = profile_update(&event);
    world.publish(&update).await;
    let id = update["id"].as_str().unwrap();
    until("the update waits", async || {
        let stories = world.store.stories(id).await.ok()?;
        let waits = |code: &str| code == "waiting_for_introduction";
        stories
            .first()?
            .code
            .as_deref()
            .is_some_and(waits)
            .then_some(())
    })
    .await;
    let (told, _) = why::bridge(&world, &["why", id]).await;
    assert!(told.contains("came before the introduction"), "{told}");

    world.publish(&event).await;
    world.answer("i-1").await;
    assert_eq!(answers(&world, 1).await[0].name, "CandidateUpdated");
    assert_eq!(person(&world).title.as_deref(), Some("Countess"));
    settled(&world, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_of_somebody_never_introduced_is_given_up_and_says_so() {
    let mut world = World::new("never").await;
    world.bridge().await;
    let (_, connection) = world.connect("acme").await;
    let path = format!("/v1/connections/{}", connection["id"].as_str().unwrap());
    let settings = json!({ "settings": { "introduction_wait_seconds": 1 } });
    let (status, answer) = world.patch(&path, settings).await;
    assert_eq!(status, 200, "{answer}");
    let event = introduction("acme", "i-1", &[world.job(0)]);
    world.publish(&status_change(&event, "Accepted")).await;
    let [answer] = &answers(&world, 1).await[..] else {
        panic!("one answer")
    };
    assert_eq!(answer.name, "CandidateUpdateFailed");
    assert_eq!(answer.text("code"), "candidate_not_introduced");
    assert_eq!(answer.text("introductionId"), "i-1");
    settled(&world, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_of_an_unconnected_tenant_are_told_once_and_written_after_connecting() {
    let mut world = World::new("updates unconnected").await;
    world.bridge().await;
    let event = introduction("acme", "i-1", &[world.job(0)]);
    let updates = scene::updates(&event);
    world.publish_all(&updates).await;
    let told = answers(&world, 2).await;
    for answer in &told {
        let (name, code) = (answer.name.as_str(), answer.text("code"));
        assert_eq!((name, code), ("CandidateUpdateFailed", "not_connected"));
        assert_eq!(answer.text("remedy"), Code::NotConnected.remedy());
        assert_eq!(answer.text("candidateId"), "candidate-i-1");
    }
    let about = told.iter().map(|answer| answer.text("introductionId"));
    assert_eq!(about.collect::<Vec<_>>(), ["", "i-1"]);

    world.publish_all(&updates).await;
    world.connect("acme").await;
    world.publish(&event).await;
    let failed = |event: &&Announced| event.name == "CandidateUpdateFailed";
    let told = answers(&world, 4).await;
    assert_eq!(told.iter().filter(failed).count(), 2, "{told:?}");
    settled(&world, 1).await;
    assert_eq!(world.named("CandidateUpdateFailed").len(), 2);
    let [profile, status] = &world.named("CandidateUpdated")[..] else {
        panic!("two answers: {told:?}")
    };
    assert_eq!(profile.data["changed"], json!(["title", "emails"]));
    assert_eq!(status.data["changed"], json!(["status", "note"]));
    let now = person(&world);
    assert_eq!(now.title.as_deref(), Some("Countess"));
    assert_eq!(field(&now), json!("Interviewing"));
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_of_one_person_happen_in_their_order() {
    let mut world = World::new("order").await;
    world.bridge().await;
    world.connect("acme").await;
    let event = scene::newcomer(&world, "acme", "i-1");
    let mut events = vec![event.clone()];
    for title in ["One", "Two", "Three", "Four"] {
        let mut update = profile_update(&event);
        update["id"] = json!(title);
        update["data"]["candidate"]["title"] = json!(title);
        events.push(update);
    }
    world.publish_all(&events).await;
    let answers = answers(&world, 4).await;
    assert!(
        answers.iter().all(|answer| answer.text("how") == "WRITTEN"),
        "{answers:?}"
    );
    assert_eq!(person(&world).title.as_deref(), Some("Four"));
    settled(&world, 1).await;
}
