//! Webhooks name more jobs than Greenhouse allows calls for at a time: each look goes on where the limit stopped the one
//! before.

use greenhouse_sim::{Fault, When};
use store::wake::Wake;
use tokio_util::sync::CancellationToken;

use crate::world::{World, parts};

/// A webhook names each of so many new jobs of acme.
async fn name_new_jobs(world: &World, count: usize) {
    let jobs: Vec<i64> = (0..count).map(|_| world.open_job("Cook")).collect();
    world.name_all(&jobs).await;
}

/// Acts in one window of the limit, which has so many calls.
async fn act_with(world: &World, calls: u64) {
    let faults = world.greenhouse.faults();
    faults.clear();
    let throttle = Fault::Throttle { retry_after: 20 };
    faults.add(When::request("GET", "/v*").after(calls), throttle);
    world
        .run("UPDATE webhook_tasks SET not_before = now()")
        .await;
    world.rest().await;
    // Whoever counts the budget knows of the throttling as well: another replica starts without that.
    jobs::act_on_notices(&parts(&world.store, &world.address)).await;
}

#[tokio::test]
async fn in_v1_changed_jobs_are_told_as_far_as_the_limit_goes_and_then_the_rest() {
    let world = World::new_v1().await;
    name_new_jobs(&world, 16).await;
    act_with(&world, 40).await;
    let left = world.notices_left("acme").await;
    assert_eq!(left, 6, "three calls for each of ten");
    assert_eq!(world.told().await.len(), 10);
    act_with(&world, 40).await;
    assert_eq!(world.notices_left("acme").await, 0);
    assert_eq!(world.told().await.len(), 16);
}

#[tokio::test]
async fn jobs_in_several_calls_are_told_as_far_as_the_limit_goes_and_then_the_rest() {
    let world = World::new().await;
    name_new_jobs(&world, 120).await;
    act_with(&world, 14).await;
    assert_eq!(world.notices_left("acme").await, 20);
    act_with(&world, 14).await;
    assert_eq!(world.notices_left("acme").await, 0);
    assert_eq!(world.told().await.len(), 120);
}

#[tokio::test]
async fn many_webhooks_about_few_jobs_are_one_look() {
    let world = World::new_v1().await;
    let jobs: Vec<i64> = (0..3).map(|_| world.open_job("Cook")).collect();
    for _ in 0..20 {
        world.name_all(&jobs).await;
    }
    act_with(&world, 9).await;
    assert_eq!(world.notices_left("acme").await, 0);
    assert_eq!(world.told().await.len(), 3);
}

#[tokio::test]
async fn a_process_that_is_told_to_stop_gives_back_what_webhooks_told_after_the_part_in_hand() {
    let world = World::new_v1().await;
    name_new_jobs(&world, 16).await;
    let first = When::operation("jobs:retrieve").nth(1);
    let gate = world.greenhouse.faults().hold(first);
    let stop = CancellationToken::new();
    let wake = Wake::start(&world.store).await.unwrap();
    let parts = std::sync::Arc::new(parts(&world.store, &world.address));
    let stopping = async {
        gate.reached_by(1).await;
        stop.cancel();
        gate.open();
    };
    tokio::join!(jobs::work(parts, wake, stop.clone()), stopping);
    let free = "SELECT count(*) FROM webhook_tasks WHERE lease IS NULL AND attempts = 0";
    assert_eq!(world.number(free).await, 6);
    assert_eq!(world.told().await.len(), 10);
}
