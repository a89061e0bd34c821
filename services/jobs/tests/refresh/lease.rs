//! Whose an import is while it is worked on, and when the process that had it is gone.

use std::time::Duration;

use greenhouse_sim::When;
use testkit::until;

use crate::world::{World, parts};

const UNDER_WAY: &str = "SELECT count(*) FROM job_refreshes WHERE lease_until > clock_timestamp()";

#[tokio::test]
async fn an_import_that_was_killed_goes_on_within_seconds() {
    let world = World::unread().await;
    let lease = world.parts.config.lease;
    assert!(lease <= Duration::from_secs(15));
    let claimed = world.store.claim_job_refreshes(2, lease).await.unwrap();
    assert_eq!(claimed.len(), 2);
    let late = "SELECT count(*) FROM job_refreshes
        WHERE lease_until > clock_timestamp() + interval '15 seconds'";
    assert_eq!(world.number(late).await, 0);
}

#[tokio::test]
async fn an_import_stays_in_hand_however_long_a_call_takes() {
    let mut world = World::unread().await;
    world.parts.config.lease = Duration::from_secs(3);
    let other = parts(&world.store, &world.address);
    let gate = world
        .greenhouse
        .faults()
        .hold_answers(When::operation("departments:list"));
    let slow = async {
        gate.reached_by(2).await;
        world
            .run("UPDATE job_refreshes SET refreshed_at = lease_until")
            .await;
        // So much longer that whoever was first would have lost it by now.
        let longer =
            "SELECT count(*) FROM job_refreshes WHERE lease_until > refreshed_at + interval '3 s'";
        until("both are extended", async || {
            (world.number(longer).await == 2).then_some(())
        })
        .await;
        assert_eq!(world.number(UNDER_WAY).await, 2);
        assert_eq!(jobs::refresh_due(&other).await, 0);
        gate.open();
    };
    let (imported, ()) = tokio::join!(jobs::refresh_due(&world.parts), slow);
    assert_eq!((imported, world.told().await.len()), (2, 5));
    assert_eq!(world.number(UNDER_WAY).await, 0);
}

#[tokio::test]
async fn whoever_lost_an_import_stops_at_once() {
    let mut world = World::unread().await;
    world.parts.config.lease = Duration::from_secs(3);
    let (faults, other) = (
        world.greenhouse.faults(),
        parts(&world.store, &world.address),
    );
    let gate = faults.hold_answers(When::operation("departments:list").times(2));
    let taken = async {
        gate.reached_by(2).await;
        world.rest().await;
        jobs::refresh_due(&other).await
    };
    // The gate stays closed: nobody waits for what was asked under the lease that was lost.
    let ends = tokio::time::timeout(
        Duration::from_secs(8),
        futures::future::join(jobs::refresh_due(&world.parts), taken),
    );
    assert_eq!(ends.await.unwrap(), (2, 2));
    assert_eq!(world.told().await.len(), 5);
}
