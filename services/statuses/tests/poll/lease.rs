//! Whose a poll, a request or what webhooks named is while somebody works on it, and when their process is gone.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::{LocalBoxFuture, join};
use greenhouse_sim::When;
use statuses::Parts;
use testkit::until;

use crate::refresh::{ask, request};
use crate::world::World;

#[derive(Debug, Clone, Copy)]
enum Work {
    Poll,
    Request,
    Named,
}

const ALL: [Work; 3] = [Work::Poll, Work::Request, Work::Named];

impl Work {
    async fn arrives(self, world: &World, application: i64) {
        match self {
            Work::Poll => world.pass().await,
            Work::Request => drop(ask(world, &[request("r-1", true, &[])]).await),
            Work::Named => world.named_all(&[application]).await,
        }
    }

    /// Boxed: a test that holds all of it and more is too deep for the compiler.
    fn perform(self, parts: Parts) -> LocalBoxFuture<'static, usize> {
        match self {
            Work::Poll => Box::pin(statuses::poll_due(parts)),
            Work::Request => Box::pin(statuses::refresh_due(parts)),
            Work::Named => Box::pin(statuses::look_due(parts)),
        }
    }

    fn table(self) -> &'static str {
        match self {
            Work::Poll => "polls",
            Work::Request => "status_refreshes",
            Work::Named => "webhook_tasks",
        }
    }

    /// When the lease ends.
    async fn ends(self, world: &World) -> DateTime<Utc> {
        let ends = match self {
            Work::Poll => "SELECT lease_until FROM polls WHERE lease IS NOT NULL",
            Work::Request => "SELECT not_before FROM status_refreshes WHERE lease IS NOT NULL",
            Work::Named => "SELECT not_before FROM webhook_tasks WHERE lease IS NOT NULL",
        };
        let ends = sqlx::query_scalar(ends).fetch_one(world.store.pool());
        ends.await.unwrap()
    }
}

fn parts_with(world: &World, lease: Duration) -> Parts {
    let mut parts = world.parts();
    parts.config.lease = lease;
    parts
}

#[tokio::test]
async fn what_a_killed_process_had_in_hand_is_free_within_seconds() {
    for work in ALL {
        let (world, application) = World::with_application().await;
        work.arrives(&world, application).await;
        let reads = When::operation("applications:list");
        let gate = world.greenhouse.faults().hold_answers(reads);
        tokio::select! {
            _ = work.perform(world.parts()) => panic!("{work:?}: nothing was held"),
            () = gate.reached_by(1) => {}
        }
        let now: DateTime<Utc> = sqlx::query_scalar("SELECT clock_timestamp()")
            .fetch_one(world.store.pool())
            .await
            .unwrap();
        let left = (work.ends(&world).await - now).num_seconds();
        assert!((1..=15).contains(&left), "{work:?}: {left}");
    }
}

#[tokio::test]
async fn it_stays_in_hand_however_long_a_call_takes() {
    let lease = Duration::from_secs(3);
    for work in ALL {
        let (world, application) = World::with_application().await;
        work.arrives(&world, application).await;
        let reads = When::operation("applications:list");
        let gate = world.greenhouse.faults().hold_answers(reads);
        let slow = async {
            gate.reached_by(1).await;
            let first = work.ends(&world).await;
            // So much longer that it would have been lost by now.
            until("it is extended", async || {
                (work.ends(&world).await > first + lease).then_some(())
            })
            .await;
            assert_eq!(work.perform(world.parts()).await, 0, "{work:?}");
            gate.open();
        };
        let (done, ()) = tokio::join!(work.perform(parts_with(&world, lease)), slow);
        assert_eq!(done, 1, "{work:?}");
        let held = format!("{} WHERE lease IS NOT NULL", work.table());
        assert_eq!(world.count(&held).await, 0, "{work:?}");
    }
}

#[tokio::test]
async fn whoever_lost_it_stops_in_the_middle_of_a_call() {
    let lease = Duration::from_secs(3);
    for work in ALL {
        let (world, application) = World::with_application().await;
        work.arrives(&world, application).await;
        let reads = When::operation("applications:list");
        let gate = world.greenhouse.faults().hold_answers(reads);
        let taken = async {
            gate.reached_by(1).await;
            let sql = format!("UPDATE {} SET lease = gen_random_uuid()", work.table());
            world.run(&sql).await;
        };
        // The gate stays closed.
        let both = join(work.perform(parts_with(&world, lease)), taken);
        let ends = tokio::time::timeout(Duration::from_secs(8), both).await;
        assert!(ends.is_ok(), "{work:?}");
        let theirs = format!("{} WHERE lease IS NOT NULL", work.table());
        assert_eq!(world.count(&theirs).await, 1, "{work:?}");
    }
}
