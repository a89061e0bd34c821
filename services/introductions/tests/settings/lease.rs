//! Whose an operation is while somebody works on it, and when their process is gone.

use std::time::Duration;

use greenhouse_sim::When;
use harvest::Version;
use testkit::until;

use crate::world::World;

/// For how many milliseconds it is still somebody's.
const LEFT: &str =
    "SELECT (extract(epoch FROM not_before - clock_timestamp()) * 1000)::bigint FROM operations
    WHERE lease IS NOT NULL";
/// When that ends, in milliseconds.
const ENDS: &str = "SELECT (extract(epoch FROM not_before) * 1000)::bigint FROM operations WHERE lease IS NOT NULL";

#[tokio::test]
async fn what_a_killed_process_had_in_hand_is_free_within_seconds() {
    let mut world = World::new(Version::V3).await;
    let address = "https://app.intrro.com".parse().unwrap();
    world.lease = introductions::Config::new(address).lease;
    world.take(&world.introduction("i-1")).await;
    let reads = When::operation("candidates:list");
    let gate = world.greenhouse.faults().hold_answers(reads);
    tokio::select! {
        () = world.perform_due() => panic!("nothing was held"),
        () = gate.reached_by(1) => {}
    }
    let left = world.number(LEFT).await;
    assert!((1..=20_000).contains(&left), "{left} ms");
    gate.open();
    world.perform().await;
    assert_eq!(world.last_answer().await.data["how"], "CREATED");
}

#[tokio::test]
async fn it_stays_in_hand_and_may_be_written_for_however_long_a_call_takes() {
    let mut world = World::new(Version::V3).await;
    // As claimed it may be written for during its first five seconds, which is when it is extended.
    world.lease = Duration::from_secs(15);
    world.take(&world.introduction("i-1")).await;
    let reads = When::operation("candidates:list").nth(1);
    let gate = world.greenhouse.faults().hold_answers(reads);
    let slow = async {
        gate.reached_by(1).await;
        let first = world.number(ENDS).await;
        until("it is extended", async || {
            (world.number(ENDS).await > first).then_some(())
        })
        .await;
        gate.open();
    };
    tokio::join!(world.perform_due(), slow);
    assert_eq!(world.open().await, 0, "given back");
    assert_eq!(world.last_answer().await.data["how"], "CREATED");
}

/// Somebody else has it by then.
#[tokio::test]
async fn nothing_is_sent_for_what_is_no_longer_ours() {
    let mut world = World::new(Version::V3).await;
    world.lease = Duration::from_secs(15);
    world.take(&world.introduction("i-1")).await;
    let reads = When::operation("candidates:list").nth(1);
    let gate = world.greenhouse.faults().hold_answers(reads);
    let taken = async {
        gate.reached_by(1).await;
        world
            .run("UPDATE operations SET lease = gen_random_uuid()")
            .await;
        gate.open();
    };
    tokio::join!(world.perform_due(), taken);
    let state = world.greenhouse.state();
    assert_eq!(state.calls("candidates:create").len(), 0);
    let theirs = "SELECT count(*) FROM operations WHERE lease IS NOT NULL AND code IS NULL";
    assert_eq!(world.number(theirs).await, 1);
}
