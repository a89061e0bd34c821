//! Prospects who apply.

use serde_json::{Value, json};

use crate::world::World;

/// Converts a prospect to the job it was considered for; returns the application that takes its place.
fn convert(world: &World, prospect: i64) -> i64 {
    let shown = world.greenhouse.state().application(prospect).unwrap();
    let job = shown.prospective_job_ids[0];
    let recruiter = world.greenhouse.recruiter();
    recruiter.convert_prospect(prospect, job, None).unwrap()
}

fn of(events: &[Value], application: i64) -> Vec<&Value> {
    let id = json!(application.to_string());
    let theirs = events.iter().filter(|event| event["applicationId"] == id);
    theirs.collect()
}

async fn goes_on_under_its_new_id(world: &World, prospect: i64, new: i64) {
    let events = world.events().await;
    let (old, new) = (of(&events, prospect), of(&events, new));
    assert_eq!((old.len(), new.len()), (2, 1), "{events:#?}");
    assert_eq!(old[1]["current"]["status"], "CONVERTED");
    assert_eq!(new[0]["sequence"], "1");
    assert_eq!(new[0]["convertedFromApplicationId"], prospect.to_string());
    assert_eq!(new[0]["introductionIds"], old[0]["introductionIds"]);
    assert_eq!(new[0]["previous"], old[0]["current"]);
    assert_eq!(new[0]["current"]["stageName"], "Application Review");
}

#[tokio::test]
async fn a_converted_prospect_is_followed_under_its_new_id_from_the_next_poll_on() {
    let (world, prospect) = World::with_prospect().await;
    let new = convert(&world, prospect);
    world.poll().await;
    world.poll().await;
    goes_on_under_its_new_id(&world, prospect, new).await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(new).unwrap();
    world.poll().await;
    let events = world.events().await;
    assert_eq!(of(&events, prospect).len(), 2);
    assert_eq!(of(&events, new)[1]["current"]["stageName"], "Phone Screen");
}

#[tokio::test]
async fn a_conversion_is_found_by_a_webhook_about_what_takes_its_place() {
    let (world, prospect) = World::with_prospect().await;
    let new = convert(&world, prospect);
    let candidate = world.greenhouse.state().application(new).unwrap();
    let candidate = candidate.candidate_id;
    let ids = json!({"application_id": new, "candidate_id": candidate});
    world.webhook("application_changed", ids.clone()).await;
    goes_on_under_its_new_id(&world, prospect, new).await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(new).unwrap();
    world.webhook("application_changed", ids).await;
    let events = world.events().await;
    assert_eq!(of(&events, new)[1]["current"]["stageName"], "Phone Screen");
    let after_the_first = events.iter().skip(1);
    let detectors: Vec<&Value> = after_the_first.map(|event| &event["detectedBy"]).collect();
    assert_eq!(detectors, ["WEBHOOK"; 3]);
}

#[tokio::test]
async fn a_conversion_that_a_webhook_named_and_the_poll_finds_too_is_told_once() {
    let (world, prospect) = World::with_prospect().await;
    let new = convert(&world, prospect);
    world.changed(prospect).await;
    world.changed(new).await;
    world.poll().await;
    world.changed(new).await;
    goes_on_under_its_new_id(&world, prospect, new).await;
}
