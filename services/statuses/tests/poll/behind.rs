//! A webhook comes before Greenhouse's API shows its change.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use connected::{api_key, client_credentials};
use greenhouse_sim::Lag;
use serde_json::{Value, json};

use crate::world::World;

/// The named stage of the application's job, as a webhook tells it that was sent so long ago.
fn stands(world: &World, application: i64, stage: &str, ago: TimeDelta) -> Value {
    let shown = world.greenhouse.state().application(application).unwrap();
    let stages = world
        .greenhouse
        .state()
        .stages_of_job(shown.job_id.unwrap());
    let stage = stages.iter().find(|one| one.name == stage).unwrap();
    json!({"status": "ACTIVE", "job_stage_id": stage.meta.id, "active_at": Utc::now() - ago})
}

/// A webhook says that the application has just come to this stage.
async fn announce(world: &World, application: i64, stage: &str) {
    let stands = stands(world, application, stage, TimeDelta::zero());
    let ids = json!({"application_id": application, "candidate_id": null, "stands": stands});
    world.named("application_changed", ids).await;
    Box::pin(statuses::look_due(world.parts())).await;
}

fn move_on(world: &World, application: i64) {
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
}

#[tokio::test]
async fn a_move_that_shows_after_its_webhook_is_told_by_a_later_look() {
    for credential in [client_credentials, api_key] {
        let world = World::of(12, credential).await;
        let application = world.greenhouse.state().applications()[0].meta.id;
        world.follow("acme", application).await;
        world.poll().await;
        announce(&world, application, "Phone Screen").await;
        assert_eq!(world.events().await.len(), 1);
        move_on(&world, application);
        world.look_again().await;
        let events = world.events().await;
        assert_eq!(events[1]["current"]["stageName"], "Phone Screen");
        assert_eq!(events[1]["detectedBy"], "WEBHOOK");
    }
}

#[tokio::test]
async fn what_never_shows_is_looked_for_for_a_minute() {
    let (world, application) = World::with_application().await;
    world.greenhouse.state().clear_log();
    announce(&world, application, "Phone Screen").await;
    let resting = "webhook_tasks WHERE lease IS NULL AND attempts = 0";
    for (age, next) in [(1, 3), (4, 15), (16, 60)] {
        world
            .run(&format!("UPDATE webhook_tasks SET not_before = now(), received_at = now() - interval '{age} s'"))
            .await;
        Box::pin(statuses::look_due(world.parts())).await;
        let near = format!("abs(extract(epoch FROM not_before - received_at) - {next}) < 0.9");
        assert_eq!(
            world.count(&format!("{resting} AND {near}")).await,
            1,
            "after {age} s"
        );
    }
    world
        .run("UPDATE webhook_tasks SET received_at = now() - interval '60 s'")
        .await;
    world.look_again().await;
    let reads = world.greenhouse.state().calls("applications:list").len();
    assert_eq!((reads, world.events().await.len()), (5, 1));
}

#[tokio::test]
async fn what_a_poll_has_told_since_costs_no_call() {
    let (world, application) = World::with_application().await;
    announce(&world, application, "Phone Screen").await;
    move_on(&world, application);
    world.poll().await;
    assert_eq!(world.count("webhook_tasks").await, 1);
    assert_eq!(world.events().await.len(), 2);
    world.greenhouse.state().clear_log();
    world.look_again().await;
    assert_eq!(world.calls(), [] as [&str; 0]);
}

#[tokio::test]
async fn what_stands_as_announced_or_has_gone_on_is_looked_at_once() {
    let (world, application) = World::with_application().await;
    move_on(&world, application);
    world.changed(application).await;
    announce(&world, application, "Phone Screen").await;
    assert_eq!(world.count("webhook_tasks").await, 0);
    let late = stands(
        &world,
        application,
        "Application Review",
        TimeDelta::hours(1),
    );
    let ids = json!({"application_id": application, "candidate_id": null, "stands": late});
    world.webhook("application_changed", ids).await;
    assert_eq!(world.events().await.len(), 2);
}

/// It was just made: the bridge knows it by the answer to its creation.
#[tokio::test]
async fn a_new_application_that_is_not_shown_yet_is_told_by_a_later_look() {
    for credential in [client_credentials, api_key] {
        let world = World::of(12, credential).await;
        let application = world.greenhouse.state().applications()[0].meta.id;
        world.follow("acme", application).await;
        world.poll().await;
        world
            .run("UPDATE applications SET snapshot = jsonb_set(snapshot, '{as_of}', to_jsonb(now()))")
            .await;
        let lag = |days: u64| {
            let (length, by_id) = (Duration::from_secs(days * 86_400), true);
            world
                .greenhouse
                .configure(|settings| settings.lag = Lag { length, by_id });
        };
        lag(1_000);
        announce(&world, application, "Phone Screen").await;
        assert_eq!(world.count("webhook_tasks").await, 1, "it waits");
        lag(0);
        move_on(&world, application);
        world.look_again().await;
        let events = world.events().await;
        assert_eq!(events[1]["current"]["stageName"], "Phone Screen");
        assert_eq!(events[1]["detectedBy"], "WEBHOOK");
    }
}

#[tokio::test]
async fn an_application_that_is_no_longer_shown_is_not_waited_for() {
    let (world, application) = World::with_application().await;
    world.run("UPDATE applications SET id = 999").await;
    let stands = stands(&world, application, "Phone Screen", TimeDelta::zero());
    let ids = json!({"application_id": 999, "candidate_id": null, "stands": stands});
    world.webhook("application_changed", ids).await;
    assert_eq!(world.events().await.len(), 1);
}

/// No webhook tells the reason in its standing: it may have been entered while the look was under way that saw the rejection.
#[tokio::test]
async fn whoever_is_rejected_is_looked_at_whatever_a_poll_has_told_since() {
    let (world, application) = World::with_application().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.reject(application, None).unwrap();
    let ids = json!({"application_id": application, "candidate_id": null, "stands": {"status": "REJECTED"}});
    world.named("application_changed", ids).await;
    world.poll().await;
    assert_eq!(world.events().await.len(), 2);
    world.greenhouse.state().clear_log();
    Box::pin(statuses::look_due(world.parts())).await;
    assert_ne!(world.calls(), [] as [&str; 0]);
    assert_eq!(world.count("webhook_tasks").await, 0);
}
