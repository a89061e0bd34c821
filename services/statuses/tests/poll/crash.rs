//! The process dies around the commit; the next one tells what is missing and nothing twice.

use std::env::var;

use domain::crash::{CRASH_AT, CrashPoint};

use crate::world::{Address, World, open, parts};

/// Dies at `point` in a process of its own, then polls here.
async fn tells_everything_once_after_dying_at(point: CrashPoint) {
    let (world, application) = World::with_application().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    recruiter.move_to_next_stage(application).unwrap();
    let before = world.watermark().await;
    world.pass().await;
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "crash::polls_in_another_process"]);
    child.env(CRASH_AT, point.to_string());
    child.env("TEST_DATABASE", &world.address.database);
    child.env("TEST_API", &world.address.api);
    child.env("TEST_AUTH", &world.address.auth);
    let died = child.output().await.unwrap();
    assert_eq!(died.status.code(), None, "killed by its own abort");
    assert_eq!(world.watermark().await, before);
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
    tells_everything_once_after_dying_at(CrashPoint::StatusBeforeCommit).await;
}

#[tokio::test]
async fn after_the_commit() {
    tells_everything_once_after_dying_at(CrashPoint::StatusAfterCommit).await;
}

/// The other process; without an address there is nothing to do.
#[tokio::test]
async fn polls_in_another_process() {
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
    let store = open(&address).await;
    statuses::poll_due(parts(&store, &address)).await;
}
