//! The answers to the writes of updates get lost: what was written is there once all the same, and told once.

use greenhouse_sim::{Config, Fault, When};
use harvest::Version;

use super::{BEYOND_THE_DEADLINE, in_both_versions, settling};
use crate::accounting::settled;
use crate::scene;
use crate::world::{Announced, World};

#[tokio::test(flavor = "multi_thread")]
async fn updates_that_are_written_and_answered_with_500() {
    each_write_meets("updates done 500", Fault::CommitThen500).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_that_are_written_and_lose_their_connection() {
    each_write_meets("updates done reset", Fault::CommitThenDrop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_that_are_written_after_the_deadline() {
    each_write_meets("updates slow", Fault::Slow(BEYOND_THE_DEADLINE)).await;
}

/// One after the other, so that each has its first send.
async fn each_write_meets(name: &str, fault: Fault) {
    in_both_versions(async |version| {
        let mut world = settling(name, Config::default(), version, 2).await;
        world.bridge().await;
        world.connect("acme").await;
        let event = scene::newcomer(&world, "acme", scene::NEW);
        world.publish(&event).await;
        settled(&world, 1).await;

        let [profile, status] = scene::updates(&event);
        let fails = |write| {
            let first = When::operation(write).nth(1);
            (write, world.greenhouse.faults().add(first, fault.clone()))
        };
        let mut rules = vec![fails("candidates:update")];
        world.publish(&profile).await;
        updated(&world, 1).await;
        rules.extend(["candidates:update", "notes:create"].map(fails));
        world.publish(&status).await;
        updated(&world, 2).await;
        super::each_has_failed(&world, rules);
        // v1 shows no notes: the one whose answer was lost is there, and nobody can know.
        let unknown = (version == Version::V1).then_some(1);
        scene::updated_once(&world, 1, &event, unknown).await;
    })
    .await;
}

async fn updated(world: &World, count: usize) {
    let enough = |events: &[Announced]| {
        let told = events
            .iter()
            .filter(|event| event.name == "CandidateUpdated");
        told.count() >= count
    };
    world
        .announced_until("the answers to the updates", enough)
        .await;
}
