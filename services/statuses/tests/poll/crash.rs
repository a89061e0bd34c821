//! The process dies around the commit; the next one tells what is missing and nothing twice.

use std::env::var;

use connected::Address;
use domain::crash::{CRASH_AT, CrashPoint};
use serde_json::json;
use statuses::Parts;

use crate::world::{World, parts};

/// What the process that dies is doing.
#[derive(Clone, Copy, PartialEq)]
enum Doing {
    Poll,
    Webhook,
    Refresh,
}

impl Doing {
    const ALL: [(Doing, &str); 3] = [
        (Doing::Poll, "poll"),
        (Doing::Webhook, "webhook"),
        (Doing::Refresh, "refresh"),
    ];

    fn word(self) -> &'static str {
        Doing::ALL.iter().find(|(one, _)| *one == self).unwrap().1
    }

    async fn prepare(self, world: &World, application: i64) {
        match self {
            Doing::Poll => world.pass().await,
            Doing::Webhook => {
                let ids = json!({"application_id": application, "candidate_id": null});
                world.named("application_changed", ids).await;
            }
            Doing::Refresh => {
                world
                    .run("INSERT INTO status_refreshes (tenant, request_id, everybody, candidate_ids) VALUES ('acme', 'r-1', true, '{}')")
                    .await;
            }
        }
    }

    async fn perform(self, parts: Parts) -> usize {
        match self {
            Doing::Poll => statuses::poll_due(parts).await,
            Doing::Webhook => statuses::look_due(parts).await,
            Doing::Refresh => statuses::refresh_due(parts).await,
        }
    }
}

/// Dies at `point` in a process of its own, then does the same again here.
async fn tells_everything_once_after_dying_at(point: CrashPoint, doing: Doing) {
    let (world, application) = World::with_application().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    recruiter.move_to_next_stage(application).unwrap();
    let before = world.watermark().await;
    doing.prepare(&world, application).await;
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "crash::works_in_another_process"]);
    child.env(CRASH_AT, point.to_string());
    child.env("TEST_DOING", doing.word());
    child.env("TEST_DATABASE", &world.address.database);
    child.env("TEST_API", &world.address.api);
    child.env("TEST_AUTH", &world.address.auth);
    let died = child.output().await.unwrap();
    assert_eq!(died.status.code(), None, "killed by its own abort");
    assert_eq!(world.watermark().await, before);
    // Its leases end.
    world.pass().await;
    for table in ["webhook_tasks", "status_refreshes"] {
        world
            .run(&format!("UPDATE {table} SET not_before = now()"))
            .await;
    }
    assert_eq!(doing.perform(world.parts()).await, 1);
    world.poll().await;
    let expected = [
        "1 ACTIVE Application Review",
        "2 ACTIVE Phone Screen",
        "3 ACTIVE Technical Interview",
    ];
    assert_eq!(world.told().await, expected);
}

#[tokio::test]
async fn before_the_commit() {
    for (doing, _) in Doing::ALL {
        tells_everything_once_after_dying_at(CrashPoint::StatusBeforeCommit, doing).await;
    }
}

#[tokio::test]
async fn after_the_commit() {
    for (doing, _) in Doing::ALL {
        tells_everything_once_after_dying_at(CrashPoint::StatusAfterCommit, doing).await;
    }
}

/// The other process; without an address there is nothing to do.
#[tokio::test]
async fn works_in_another_process() {
    let (Ok(database), Ok(api), Ok(auth)) =
        (var("TEST_DATABASE"), var("TEST_API"), var("TEST_AUTH"))
    else {
        return;
    };
    let address = Address {
        database,
        api,
        auth,
    };
    let word = var("TEST_DOING").unwrap();
    let (doing, _) = Doing::ALL
        .into_iter()
        .find(|(_, known)| *known == word)
        .unwrap();
    let store = address.store().await;
    doing.perform(parts(&store, &address)).await;
}
