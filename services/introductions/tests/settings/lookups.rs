//! Many introductions at once that look up the same, while its list hangs.

use std::time::Duration;

use futures::future::join_all;
use greenhouse_sim::When;
use harvest::Version;

use crate::world::World;

const MANY: usize = 20;

/// Longer than it takes all of them to come to the list.
const HANGS: Duration = Duration::from_secs(4);

/// Introductions of as many people, who wait for one list. Each has waited for one answer, if not for its own.
async fn assert_asked_together(list: &str) {
    let mut world = World::new(Version::V3).await;
    world.deadline = HANGS;
    world.capacity = 1;
    world.replace_process();
    let faults = world.greenhouse.faults();
    let gate = faults.hold(When::operation(list));
    for number in 1..=MANY {
        world
            .take(&world.introduction(&format!("i-{number}")))
            .await;
    }
    let process = world.process();
    let taken = join_all((0..MANY).map(|_| process.perform_due())).await;
    assert_eq!(taken.iter().sum::<usize>(), MANY, "{list}: at once");
    let tries = "SELECT count(*) FROM operations WHERE state = 'open' AND attempts = 1 AND code = 'greenhouse_unavailable'";
    assert_eq!(world.number(tries).await, MANY as i64, "{list}");
    let calls = gate.arrivals();
    assert!(calls < MANY / 4, "{list}: {calls} calls");
}

#[tokio::test]
async fn jobs_that_are_not_answered_are_not_asked_for_by_one_after_the_other() {
    assert_asked_together("jobs:list").await;
}

#[tokio::test]
async fn a_list_that_is_not_answered_is_not_asked_for_by_one_after_the_other() {
    assert_asked_together("sources:list").await;
}

#[tokio::test]
async fn an_employee_who_is_not_answered_is_not_asked_for_by_one_after_the_other() {
    assert_asked_together("users:list").await;
}
