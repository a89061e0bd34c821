//! Greenhouse's clock and ours differ, and nothing that it stamps is missed for it. Every poll is a process that was told no
//! clock yet.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use statuses::Parts;

use crate::world::World;

#[tokio::test]
async fn a_change_is_told_at_once_whatever_greenhouses_clock_shows() {
    for minutes in [-60, -10, 10, 60] {
        // The watermark is by clocks that agree.
        let (world, application) = World::with_application().await;
        world.greenhouse.set_clock(minutes);
        let recruiter = world.greenhouse.recruiter();
        for (stage, told) in [("Phone Screen", 2), ("Offer", 3)] {
            recruiter.move_to_stage(application, stage).unwrap();
            world.poll().await;
            assert_eq!(world.told().await.len(), told, "{minutes} minutes, {stage}");
        }
    }
}

#[tokio::test]
async fn when_it_was_observed_is_told_by_the_databases_clock() {
    for minutes in [-60, 60] {
        let (world, application) = World::with_application().await;
        world.greenhouse.set_clock(minutes);
        let recruiter = world.greenhouse.recruiter();
        recruiter.move_to_next_stage(application).unwrap();
        world.changed(application).await;
        let ids = json!({"application_id": application, "candidate_id": null});
        world.webhook("application_deleted", ids).await;
        for event in world.events().await.split_off(1) {
            let observed = event["observedAt"].as_str().unwrap();
            let observed: DateTime<Utc> = observed.parse().unwrap();
            let apart = (Utc::now() - observed).abs();
            assert!(apart < TimeDelta::minutes(5), "{minutes} minutes: {event}");
        }
        let ours = "applications WHERE abs(extract(epoch FROM observed_at - now())) < 300";
        assert_eq!(world.count(ours).await, 1);
        assert_eq!(world.events().await.len(), 3);
    }
}

#[tokio::test]
async fn a_clock_that_was_set_back_takes_the_watermark_along() {
    let (world, application) = World::with_application().await;
    world.greenhouse.set_clock(-30);
    world.poll().await;
    // Twenty-five minutes later by that clock, and nobody has looked in between.
    world.greenhouse.set_clock(-25);
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    world.greenhouse.set_clock(-5);
    world.poll().await;
    assert_eq!(world.told().await.len(), 2);
}

#[tokio::test]
async fn a_process_that_was_told_the_clock_cuts_its_window_by_it() {
    let (world, _) = World::with_application().await;
    world.greenhouse.set_clock(-30);
    let accounts = world.parts().accounts;
    let mut calls = Vec::new();
    for _ in 0..2 {
        world.greenhouse.state().clear_log();
        world.pass().await;
        let parts = Parts {
            accounts: Arc::clone(&accounts),
            ..world.parts()
        };
        statuses::poll_due(parts).await;
        calls.push(world.calls().len());
    }
    assert_eq!(calls, [2, 1]);
}

#[tokio::test]
async fn how_old_a_rejection_is_shows_greenhouses_clock() {
    let (world, application) = World::with_application().await;
    world.greenhouse.set_clock(-30);
    let lag = |seconds| {
        world
            .greenhouse
            .configure(|settings| settings.lag.length = Duration::from_secs(seconds));
    };
    let reason = &world.greenhouse.state().rejection_reasons()[0];
    let recruiter = world.greenhouse.recruiter();
    recruiter.reject(application, Some(reason.meta.id)).unwrap();
    lag(600);
    world.changed_early(application).await;
    lag(0);
    world.look_again().await;
    let told = world.events().await;
    assert_eq!(told[1]["rejection"]["reason"], reason.name.as_str());
}
