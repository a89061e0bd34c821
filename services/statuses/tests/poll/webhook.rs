//! Webhooks name things; what is read then decides.

use std::sync::Arc;

use connected::{api_key, client_credentials};
use greenhouse_sim::{Access, Fault, When};
use serde_json::json;
use statuses::Parts;
use store::connections::Credential;

use crate::refresh::everybody;
use crate::world::World;

#[tokio::test]
async fn a_named_application_is_read_and_told_at_once() {
    let (world, application) = World::with_application().await;
    world
        .greenhouse
        .recruiter()
        .move_to_next_stage(application)
        .unwrap();
    world.changed(application).await;
    let events = world.events().await;
    assert_eq!(events[1]["detectedBy"], "WEBHOOK");
    assert_eq!(events[1]["current"]["stageName"], "Phone Screen");
    world.poll().await;
    assert_eq!(world.events().await.len(), 2, "the poll finds nothing new");
}

#[tokio::test]
async fn a_named_person_has_every_followed_application_read() {
    let (world, application) = World::with_application().await;
    let shown = world.greenhouse.state().application(application);
    let candidate = shown.unwrap().candidate_id;
    world
        .greenhouse
        .recruiter()
        .move_to_next_stage(application)
        .unwrap();
    world
        .webhook("candidate_changed", json!({"candidate_id": candidate}))
        .await;
    let events = world.events().await;
    assert_eq!(events[1]["detectedBy"], "WEBHOOK");
    assert_eq!(events[1]["current"]["stageName"], "Phone Screen");
}

#[tokio::test]
async fn what_nobody_follows_costs_no_call() {
    let (world, application) = World::with_application().await;
    world.greenhouse.state().clear_log();
    world.changed(application + 1).await;
    assert_eq!(world.calls(), [] as [&str; 0]);
}

#[tokio::test]
async fn another_application_of_somebody_who_is_followed_for_a_job_costs_no_call() {
    let (world, application) = World::with_application().await;
    let shown = world.greenhouse.state().application(application).unwrap();
    world.greenhouse.state().clear_log();
    let ids = json!({"application_id": application + 1, "candidate_id": shown.candidate_id});
    world.webhook("application_changed", ids).await;
    assert_eq!(world.calls(), [] as [&str; 0]);
}

#[tokio::test]
async fn a_storm_about_one_application_is_one_look() {
    let (world, application) = World::with_application().await;
    world
        .greenhouse
        .recruiter()
        .move_to_next_stage(application)
        .unwrap();
    for _ in 0..50 {
        let ids = json!({"application_id": application, "candidate_id": null});
        world.named("application_changed", ids).await;
    }
    world.greenhouse.state().clear_log();
    world.changed(application).await;
    let reads = world.greenhouse.state().calls("applications:list").len();
    assert_eq!((reads, world.events().await.len()), (1, 2));
}

#[tokio::test]
async fn what_happened_since_the_webhook_is_told_with_it_and_only_once() {
    let (world, application) = World::with_application().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    recruiter.move_to_next_stage(application).unwrap();
    world.changed(application).await;
    world.changed(application).await;
    let expected = [
        "1 ACTIVE Application Review",
        "2 ACTIVE Phone Screen",
        "3 ACTIVE Technical Interview",
    ];
    assert_eq!(world.told().await, expected);
    assert_eq!(world.events().await[1]["backfilled"], true);
}

#[tokio::test]
async fn a_look_that_failed_is_repeated() {
    let (world, application) = World::with_application().await;
    world
        .greenhouse
        .recruiter()
        .move_to_next_stage(application)
        .unwrap();
    // With another one it fails as well.
    let twice = When::operation("applications:list").times(2);
    world
        .greenhouse
        .faults()
        .add(twice, Fault::ErrorBeforeCommit);
    let ids = json!({"application_id": application, "candidate_id": null});
    world.named("application_changed", ids).await;
    statuses::look_due(world.parts()).await;
    assert_eq!(world.events().await.len(), 1);
    world
        .run("UPDATE webhook_tasks SET not_before = now()")
        .await;
    statuses::look_due(world.parts()).await;
    assert_eq!(world.events().await.len(), 2);
    assert_eq!(world.count("webhook_tasks").await, 0);
}

#[tokio::test]
async fn one_that_cannot_be_read_is_looked_at_again_without_the_others() {
    let world = World::new().await;
    world.follow_first(3).await;
    world.poll().await;
    let all = world.greenhouse.state().applications();
    let named: Vec<i64> = all.iter().take(3).map(|one| one.meta.id).collect();
    world.named_all(&named).await;
    world.fail_at_one("applications:list");
    statuses::look_due(world.parts()).await;
    assert_eq!(world.count("webhook_tasks").await, 1);
    world
        .run("UPDATE webhook_tasks SET not_before = now()")
        .await;
    statuses::look_due(world.parts()).await;
    assert_eq!(world.count("webhook_tasks").await, 0);
}

#[tokio::test]
async fn one_that_cannot_be_read_for_an_hour_is_left_to_polls() {
    let world = World::of_v1().await;
    let application = world.greenhouse.state().applications()[0].meta.id;
    world.follow("acme", application).await;
    world.poll().await;
    world.fail_at(application);
    for (age, left) in [(59, 1), (61, 0)] {
        world.named_all(&[application]).await;
        world
            .run(&format!(
                "UPDATE webhook_tasks SET received_at = now() - interval '{age} min', not_before = now()"
            ))
            .await;
        Box::pin(statuses::look_due(world.parts())).await;
        assert_eq!(world.count("webhook_tasks").await, left, "{age}");
    }
    let waits = "applications WHERE look_again_at IS NOT NULL";
    assert_eq!(world.count(waits).await, 1);
}

/// An application of which was told that it is rejected, and not why; Greenhouse knows the reason since.
async fn unexplained(credential: fn(&Access) -> Credential) -> (World, i64, String) {
    let world = World::of(12, credential).await;
    let state = world.greenhouse.state();
    let application = state.applications()[0].meta.id;
    world.follow("acme", application).await;
    world.poll().await;
    let reason = state.rejection_reasons()[0].clone();
    let recruiter = world.greenhouse.recruiter();
    recruiter.reject(application, Some(reason.meta.id)).unwrap();
    world.poll().await;
    let blank = r#"{"reason_id": null, "reason": null, "kind": null}"#;
    world
        .run(&format!(
            "UPDATE applications SET snapshot = jsonb_set(snapshot, '{{rejection}}', '{blank}')"
        ))
        .await;
    (world, application, reason.name)
}

/// A webhook tells of it, and nothing that a window goes by.
#[tokio::test]
async fn a_reason_that_is_entered_after_the_rejection_was_told_is_told() {
    for credential in [client_credentials, api_key] {
        let (world, application, reason) = unexplained(credential).await;
        world.changed(application).await;
        world.changed(application).await;
        let events = world.events().await;
        assert_eq!(events.len(), 3);
        assert_eq!(events[2]["rejection"]["reason"], reason);
    }
}

#[tokio::test]
async fn so_is_one_that_nobody_told_of_once_somebody_asks() {
    for credential in [client_credentials, api_key] {
        let (world, _, reason) = unexplained(credential).await;
        everybody(&world).await;
        let events = world.events().await;
        assert_eq!(events.len(), 3);
        assert_eq!(events[2]["rejection"]["reason"], reason);
        assert_eq!(events[2]["detectedBy"], "REFRESH");
    }
}

#[tokio::test]
async fn a_rejection_that_is_looked_at_again_counts_once() {
    let (world, application, _) = unexplained(client_credentials).await;
    world.named_all(&[application]).await;
    let parts = world.parts();
    let metrics = Arc::clone(&parts.metrics);
    Box::pin(statuses::look_due(parts)).await;
    let counted = metrics.exposition();
    let records = counted
        .lines()
        .filter(|line| line.starts_with("bridge_poll_records_total{") && !line.ends_with(" 0"));
    let records: Vec<&str> = records.collect();
    assert_eq!(
        records,
        [r#"bridge_poll_records_total{action="changed",resource="applications"} 1"#]
    );
}

#[tokio::test]
async fn in_v1_one_that_cannot_be_read_keeps_back_no_other_part() {
    let world = World::of(20, api_key).await;
    let all = world.greenhouse.state().applications();
    let named: Vec<i64> = all.iter().take(12).map(|one| one.meta.id).collect();
    for followed in [named[0], named[11]] {
        world.follow("acme", followed).await;
    }
    world.poll().await;
    world.fail_at(named[0]);
    world.named_all(&named).await;
    statuses::look_due(world.parts()).await;
    let left = format!(
        "webhook_tasks WHERE attempts = 1 AND ids ->> 'application_id' = '{}'",
        named[0]
    );
    assert_eq!(world.count(&left).await, 1);
    assert_eq!(world.count("webhook_tasks").await, 1);
}

#[tokio::test]
async fn a_look_has_client_and_settings_of_one_revision() {
    let (world, application) = World::with_application().await;
    let accounts = world.parts().accounts;
    let look = async || {
        let ids = json!({"application_id": application, "candidate_id": null});
        world.named("application_changed", ids).await;
        let accounts = Arc::clone(&accounts);
        let parts = Parts {
            accounts,
            ..world.parts()
        };
        assert_eq!(statuses::look_due(parts).await, 1);
    };
    look().await;
    // A change makes a new revision; this one does not, so only whoever reads settings apart from the client sees it.
    world
        .run(r#"UPDATE connections SET settings = '{"phases": {"phone screen": "OFFER"}}'"#)
        .await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    look().await;
    assert_eq!(world.events().await[1]["current"]["phase"], "SCREEN");
}

#[tokio::test]
async fn while_webhooks_arrive_the_poll_is_the_net_until_it_catches_something() {
    let (world, application) = World::with_application().await;
    world
        .run("INSERT INTO webhook_seen (connection, told_at) SELECT id, now() FROM connections")
        .await;
    let pass = "UPDATE polls SET polled_at = now() - interval '90 s'";
    world.run(pass).await;
    assert_eq!(world.poll_due().await, 0);
    world.greenhouse.set_clock(-5);
    world
        .run("UPDATE applications SET snapshot = jsonb_set(snapshot, '{as_of}', to_jsonb(now() - interval '20 min'))")
        .await;
    world
        .run("UPDATE polls SET watermark = now() - interval '20 min'")
        .await;
    world
        .greenhouse
        .recruiter()
        .move_to_next_stage(application)
        .unwrap();
    world.greenhouse.set_clock(0);
    world.poll().await;
    assert_eq!(world.events().await.len(), 2);
    world.run(pass).await;
    assert_eq!(
        world.poll_due().await,
        1,
        "webhooks are no longer relied on"
    );
}
