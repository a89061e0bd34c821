//! What a window reaches, how often it is read, and what it costs.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use greenhouse_sim::{Stamp, When};

use crate::world::World;

#[tokio::test]
async fn what_is_not_followed_is_read_by_the_page_and_not_told() {
    let (world, application) = World::with_application().await;
    let state = world.greenhouse.state();
    for other in state
        .applications()
        .iter()
        .filter(|one| one.meta.id != application)
    {
        let _ = world
            .greenhouse
            .recruiter()
            .move_to_next_stage(other.meta.id);
    }
    state.clear_log();
    world.poll().await;
    assert_eq!(world.events().await.len(), 1);
    assert_eq!(state.calls("applications:list").len(), 1);
    assert_eq!(state.calls("application_stages:list").len(), 0);
}

#[tokio::test]
async fn an_unchanged_application_costs_no_call_of_its_own() {
    let (world, application) = World::with_application().await;
    world
        .greenhouse
        .recruiter()
        .move_to_next_stage(application)
        .unwrap();
    world.poll().await;
    let state = world.greenhouse.state();
    state.clear_log();
    world.poll().await;
    assert_eq!(world.calls(), ["applications:list"]);
}

/// The change lies at `end` of the window that begins two minutes before the watermark and ends at most a day after it.
async fn a_change_is_told_at(end: fn(Stamp) -> Stamp) {
    let (world, application) = World::with_application().await;
    world.greenhouse.set_clock(-10);
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    world.greenhouse.set_clock(0);
    let moved = world.greenhouse.state().application(application).unwrap();
    let watermark = end(moved.meta.updated_at);
    let set = format!("UPDATE polls SET watermark = '{watermark}'");
    world.run(&set).await;
    world.poll().await;
    assert_eq!(world.told().await.len(), 2);
    world.run(&set).await;
    world.poll().await;
    assert_eq!(world.told().await.len(), 2);
}

#[tokio::test]
async fn a_change_at_the_begin_of_a_window_is_told_once() {
    a_change_is_told_at(|change| change.plus(Duration::from_secs(120))).await;
}

#[tokio::test]
async fn a_change_at_the_end_of_a_window_is_told_once() {
    a_change_is_told_at(|change| change.minus_millis(24 * 3600 * 1000)).await;
}

#[tokio::test]
async fn a_long_absence_is_read_window_by_window() {
    let (world, application) = World::with_application().await;
    world
        .greenhouse
        .recruiter()
        .move_to_next_stage(application)
        .unwrap();
    world
        .run("UPDATE polls SET watermark = now() - interval '70 h'")
        .await;
    world.pass().await;
    let mut windows = 0;
    while world.poll_due().await > 0 {
        windows += 1;
    }
    assert_eq!(windows, 3);
    assert_eq!(world.told().await.len(), 2);
    assert!(Utc::now() - world.watermark().await < TimeDelta::minutes(1));
}

#[tokio::test]
async fn a_poll_that_lost_its_lease_repeats_nothing() {
    let (world, application) = World::with_application().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    let history = When::operation("application_stages:list").times(1);
    let gate = world.greenhouse.faults().hold_answers(history);
    world.pass().await;
    let faster = async {
        gate.reached_by(1).await;
        recruiter.move_to_next_stage(application).unwrap();
        world.poll().await;
        gate.open();
    };
    tokio::join!(world.poll_due(), faster);
    let expected = [
        "1 ACTIVE Application Review",
        "2 ACTIVE Phone Screen",
        "3 ACTIVE Technical Interview",
    ];
    assert_eq!(world.told().await, expected);
    world.poll().await;
    assert_eq!(world.told().await.len(), 3);
}

#[tokio::test]
async fn what_greenhouse_does_not_show_is_not_looked_for_at_every_poll() {
    let (world, _) = World::with_application().await;
    world.follow("acme", 404).await;
    world.poll().await;
    let state = world.greenhouse.state();
    state.clear_log();
    world.poll().await;
    assert_eq!(world.calls(), ["applications:list"]);
}
