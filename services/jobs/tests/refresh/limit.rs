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
async fn a_look_that_failed_often_is_counted_and_repeated_within_two_minutes() {
    let world = World::new().await;
    let job = world.greenhouse.state().jobs()[0].meta.id;
    let away = When::operation("jobs:list");
    world
        .greenhouse
        .faults()
        .add(away, Fault::ErrorBeforeCommit);
    for _ in 0..20 {
        world.name_all(&[job]).await;
    }
    world.run("UPDATE webhook_tasks SET attempts = 12").await;
    for _ in 0..5 {
        world
            .run("UPDATE webhook_tasks SET not_before = now()")
            .await;
        assert_eq!(jobs::act_on_notices(&world.parts).await, 20);
        let late = "SELECT count(*) FROM webhook_tasks WHERE not_before > now() + interval '2 min'";
        assert_eq!(world.number(late).await, 0);
    }
    let metrics = world.parts.metrics.exposition();
    let mut lines = metrics.lines();
    let counted = |line: &str| line.contains("greenhouse_unavailable") && line.ends_with(" 5");
    assert!(lines.any(counted), "{metrics}");
}

/// Else it would be claimed and refused again at full speed.
#[tokio::test]
async fn what_is_refused_rests_where_its_connection_cannot_be_set_aside() {
    let world = World::new().await;
    let job = world.greenhouse.state().jobs()[0].meta.id;
    for statement in [
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'",
        "CREATE TRIGGER refuse BEFORE UPDATE ON connections FOR EACH ROW EXECUTE FUNCTION refuse()",
    ] {
        world.run(statement).await;
    }
    world
        .greenhouse
        .set_scope("acme-harvest", "harvest:jobs:list", false);
    world.name_all(&[job]).await;
    assert_eq!(jobs::act_on_notices(&world.parts).await, 1);
    let rests = "SELECT count(*) FROM webhook_tasks
        WHERE attempts = 0 AND not_before > now() + interval '1 min'";
    assert_eq!(world.number(rests).await, 1);
    assert_eq!(jobs::act_on_notices(&world.parts).await, 0);
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
