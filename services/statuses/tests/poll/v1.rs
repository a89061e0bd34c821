//! Polls by an API key. v1 shows no stage history: what lies between two looks is told as one step.

use serde_json::Value;

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
