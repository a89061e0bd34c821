//! Recruiters move people in a strict Greenhouse; what the polls announce about it, on a real PostgreSQL.
#![recursion_limit = "256"]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod behind;
mod clocks;
mod conversion;
mod crash;
mod crowd;
mod early;
mod feed;
mod lacking;
mod lease;
mod limit;
mod missing_lists;
mod people;
mod refresh;
mod storm;
mod trouble;
mod upkeep;
mod v1;
mod webhook;
mod windows;
mod world;

use serde_json::json;
use sqlx::postgres::PgListener;
use store::wake::Wake;
use tokio_util::sync::CancellationToken;

use world::World;

#[tokio::test]
async fn the_first_sight_of_an_application_is_one_event() {
    let world = World::new().await;
    let application = &world.greenhouse.state().applications()[0];
    world.follow("acme", application.meta.id).await;
    world.poll().await;
    world.poll().await;
    let events = world.events().await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["sequence"], "1");
    assert_eq!(events[0].get("previous"), None);
    assert_eq!(events[0]["current"]["stageName"], "Application Review");
    assert_eq!(events[0]["current"]["phase"], "REVIEW");
    assert_eq!(events[0]["introductionIds"], json!(["intro-1"]));
    assert_eq!(events[0]["jobId"], application.job_id.unwrap().to_string());
    assert_eq!(events[0]["occurredAtQuality"], "EXACT");
}

#[tokio::test]
async fn what_happened_between_the_introduction_and_the_first_look_is_told_in_full() {
    let world = World::new().await;
    let application = world.greenhouse.state().applications()[0].meta.id;
    world.follow("acme", application).await;
    // Longer ago than anything in this Greenhouse: the application was made for the introduction.
    world
        .run("UPDATE applications SET created_at = now() - interval '90 days'")
        .await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    recruiter.move_to_stage(application, "Offer").unwrap();
    recruiter.reject(application, None).unwrap();
    world.poll().await;
    let expected = [
        "1 ACTIVE Application Review",
        "2 ACTIVE Phone Screen",
        "3 ACTIVE Offer",
        "4 REJECTED Offer",
    ];
    assert_eq!(world.told().await, expected);
    let events = world.events().await;
    let late = events.iter().map(|event| event["backfilled"] == true);
    assert_eq!(late.collect::<Vec<_>>(), [true, true, true, false]);
    assert_eq!(events[0].get("previous"), None);
    assert_eq!(events[1]["previous"], events[0]["current"]);
    world.poll().await;
    assert_eq!(world.events().await.len(), 4);
}

#[tokio::test]
async fn two_moves_between_polls_are_two_events_in_order() {
    let (world, application) = World::with_application().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    recruiter.move_to_next_stage(application).unwrap();
    world.poll().await;
    let events = world.events().await;
    assert_eq!(events.len(), 3);
    let (one, other) = (&events[1], &events[2]);
    assert_eq!(
        (&one["sequence"], &other["sequence"]),
        (&json!("2"), &json!("3"))
    );
    assert_eq!(one["current"]["stageName"], "Phone Screen");
    assert_eq!(one["current"], other["previous"]);
    assert_eq!(other["current"]["stageName"], "Technical Interview");
    assert_eq!(other["current"]["phase"], "INTERVIEW");
    assert_eq!(
        (&one["backfilled"], &other["backfilled"]),
        (&json!(true), &json!(false))
    );
}

#[tokio::test]
async fn there_and_back_between_polls_is_told() {
    let (world, application) = World::with_application().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_stage(application, "Offer").unwrap();
    recruiter
        .move_to_stage(application, "Application Review")
        .unwrap();
    world.poll().await;
    let expected = [
        "1 ACTIVE Application Review",
        "2 ACTIVE Offer",
        "3 ACTIVE Application Review",
    ];
    assert_eq!(world.told().await, expected);
}

#[tokio::test]
async fn a_rejection_names_reason_and_type_and_can_be_taken_back() {
    let (world, application) = World::with_application().await;
    let reasons = world.greenhouse.state().rejection_reasons();
    let reason = reasons
        .iter()
        .find(|reason| reason.name == "Type of work")
        .unwrap();
    let recruiter = world.greenhouse.recruiter();
    recruiter.reject(application, Some(reason.meta.id)).unwrap();
    world.poll().await;
    recruiter.unreject(application).unwrap();
    world.poll().await;
    let events = world.events().await;
    let why = json!({"reason": "Type of work", "type": "THEY_REJECTED_US"});
    assert_eq!(
        (&events[1]["rejection"], &events[1]["occurredAtQuality"]),
        (&why, &json!("EXACT"))
    );
    assert_eq!(events[1]["current"]["stageName"], "Application Review");
    assert_eq!(events[2]["current"]["status"], "ACTIVE");
    assert_eq!(events[2].get("rejection"), None);
}

#[tokio::test]
async fn a_tenants_own_words_for_its_stages_tell_the_phase() {
    let world = World::new().await;
    let set = r#"UPDATE connections SET settings = '{"phases": {"application review": "SCREEN"}}'"#;
    world.run(set).await;
    let application = world.greenhouse.state().applications()[0].meta.id;
    world.follow("acme", application).await;
    world.poll().await;
    assert_eq!(world.events().await[0]["current"]["phase"], "SCREEN");
}

#[tokio::test]
async fn a_day_without_looks_is_told_in_full_and_flagged() {
    let (world, application) = World::with_application().await;
    world.greenhouse.set_clock(-1200);
    let recruiter = world.greenhouse.recruiter();
    // Before the first look by Greenhouse's clock, so the snapshot is put back as well.
    world
        .run("UPDATE applications SET snapshot = jsonb_set(snapshot, '{as_of}', to_jsonb(now() - interval '21 h'))")
        .await;
    world
        .run("UPDATE polls SET watermark = now() - interval '22 h'")
        .await;
    recruiter
        .move_to_stage(application, "Phone Screen")
        .unwrap();
    recruiter.move_to_stage(application, "Offer").unwrap();
    recruiter.hire(application).unwrap();
    world.greenhouse.set_clock(0);
    world.poll().await;
    let expected = [
        "1 ACTIVE Application Review",
        "2 ACTIVE Phone Screen",
        "3 ACTIVE Offer",
        "4 HIRED",
    ];
    assert_eq!(world.told().await, expected);
    let late = world.events().await.split_off(1);
    assert!(
        late.iter().all(|event| event["backfilled"] == true),
        "{late:?}"
    );
}

#[tokio::test]
async fn a_hire_after_a_move_is_two_events() {
    let (world, application) = World::with_application().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_stage(application, "Offer").unwrap();
    recruiter.hire(application).unwrap();
    world.poll().await;
    let expected = ["1 ACTIVE Application Review", "2 ACTIVE Offer", "3 HIRED"];
    assert_eq!(world.told().await, expected);
}

#[tokio::test]
async fn the_service_polls_by_itself_and_stops_when_told() {
    let world = World::new().await;
    let mut outbox = PgListener::connect_with(world.store.pool()).await.unwrap();
    outbox.listen("outbox").await.unwrap();
    let stop = CancellationToken::new();
    let wake = Wake::start(&world.store).await.unwrap();
    let service = tokio::spawn(statuses::look(world.parts(), wake, stop.clone()));
    let application = world.greenhouse.state().applications()[0].meta.id;
    world.follow("acme", application).await;
    outbox.recv().await.unwrap();
    assert_eq!(world.told().await, ["1 ACTIVE Application Review"]);
    stop.cancel();
    service.await.unwrap();
}
