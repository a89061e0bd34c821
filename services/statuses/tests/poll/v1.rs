//! Polls by an API key. v1 shows no stage history: what lies between two looks is told as one step.

use greenhouse_sim::{Fault, When};
use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn what_recruiters_do_is_found_by_last_activity() {
    let world = World::of_v1().await;
    let application = world.greenhouse.state().applications()[0].meta.id;
    world.follow("acme", application).await;
    world.poll().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    world.poll().await;
    recruiter.move_to_stage(application, "Offer").unwrap();
    recruiter.hire(application).unwrap();
    world.poll().await;
    world.poll().await;
    let expected = [
        "1 ACTIVE Application Review",
        "2 ACTIVE Phone Screen",
        "3 HIRED",
    ];
    assert_eq!(world.told().await, expected);
    assert!(
        world
            .greenhouse
            .state()
            .log()
            .iter()
            .all(|call| call.path.starts_with("/v1/"))
    );
}

#[tokio::test]
async fn a_rejection_carries_its_reason_and_an_unchanged_poll_costs_one_page() {
    let world = World::of_v1().await;
    let state = world.greenhouse.state();
    let application = state.applications()[0].meta.id;
    let reason = &state.rejection_reasons()[0];
    world.follow("acme", application).await;
    world.poll().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.reject(application, Some(reason.meta.id)).unwrap();
    world.poll().await;
    let told = world.events().await;
    assert_eq!(told[1]["rejection"]["reason"], reason.name.as_str());
    state.clear_log();
    world.poll().await;
    assert_eq!(world.calls(), ["applications:list"]);
    assert_eq!(world.events().await.len(), 2);
}

#[tokio::test]
async fn a_rejection_is_told_as_the_application_tells_it_whoever_may_read_the_list_of_reasons() {
    let world = World::of_v1().await;
    let state = world.greenhouse.state();
    let application = state.applications()[0].meta.id;
    world.follow("acme", application).await;
    world.poll().await;
    let refuse = Fault::Refuse {
        status: 403,
        body: json!({"message": "This API Key does not have permission for this endpoint"}),
    };
    let list = When::operation("rejection_reasons:list");
    world.greenhouse.faults().add(list, refuse);
    let reasons = state.rejection_reasons();
    let theirs = reasons.iter().find(|known| known.name == "Type of work");
    let recruiter = world.greenhouse.recruiter();
    recruiter
        .reject(application, Some(theirs.unwrap().meta.id))
        .unwrap();
    state.clear_log();
    world.poll().await;
    let told = world.events().await[1].take();
    let rejection = &told["rejection"];
    assert_eq!(told["current"]["phase"], "WITHDRAWN");
    assert_eq!(rejection["reason"], "Type of work");
    assert_eq!(rejection["type"], "THEY_REJECTED_US");
    assert_eq!(world.calls(), ["applications:list"]);
}

#[tokio::test]
async fn a_rejection_by_the_other_side_between_two_polls_is_told() {
    let world = World::of_v1().await;
    let state = world.greenhouse.state();
    let application = state.applications()[0].meta.id;
    world.follow("acme", application).await;
    world.poll().await;
    let recruiter = world.greenhouse.recruiter();
    let reject = |reason: &str| {
        let reasons = state.rejection_reasons();
        let reason = reasons.iter().find(|known| known.name == reason).unwrap();
        recruiter.reject(application, Some(reason.meta.id)).unwrap();
    };
    reject("Hired other candidate");
    world.poll().await;
    recruiter.unreject(application).unwrap();
    reject("Type of work");
    world.poll().await;
    world.poll().await;
    let events = world.events().await;
    let phases: Vec<&Value> = events
        .iter()
        .map(|event| &event["current"]["phase"])
        .collect();
    assert_eq!(phases, ["REVIEW", "REJECTED", "WITHDRAWN"]);
    assert_eq!(events[2]["previous"], events[1]["current"]);
    assert_eq!(events[2]["rejection"]["type"], "THEY_REJECTED_US");
}
