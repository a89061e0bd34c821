//! Polls by an API key. v1 shows no stage history: what lies between two looks is told as one step.

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
