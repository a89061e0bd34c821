//! Greenhouse's clock and ours differ, and nothing that it stamps is missed for it.

use greenhouse_sim::JobEdit;

use crate::world::{World, parts};

/// Somebody renames the job.
fn rename(world: &World, job: i64, name: &str) {
    let edit = JobEdit {
        name: Some(name.to_owned()),
        ..JobEdit::default()
    };
    world.greenhouse.recruiter().edit_job(job, edit).unwrap();
}

#[tokio::test]
async fn a_change_is_told_at_once_whatever_greenhouses_clock_shows() {
    for minutes in [-60, -10, 10] {
        for world in [World::new().await, World::new_v1().await] {
            // The watermark is by clocks that agreed.
            world.greenhouse.set_clock(minutes);
            let job = world.open_job("Cook");
            world.refresh().await;
            for name in ["Chef", "Baker"] {
                rename(&world, job, name);
                world.refresh().await;
                let told = world.told().await;
                let expected = format!("UPDATED {name}: name");
                assert_eq!(told.last(), Some(&expected), "{minutes} minutes: {told:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_process_that_was_told_no_clock_yet_hears_it_before_it_looks_for_changes() {
    let mut world = World::new().await;
    world.greenhouse.set_clock(-10);
    let job = world.open_job("Cook");
    world.refresh().await;
    world
        .run("UPDATE job_refreshes SET watermark = now()")
        .await;
    rename(&world, job, "Chef");
    world.parts = parts(&world.store, &world.address);
    world.refresh().await;
    assert_eq!(world.told().await, ["OPENED Cook", "UPDATED Chef: name"]);
}

#[tokio::test]
async fn a_clock_that_was_set_back_takes_the_watermark_along() {
    let world = World::new().await;
    world.greenhouse.set_clock(-60);
    let job = world.open_job("Cook");
    world.greenhouse.set_clock(0);
    world.refresh_fully().await;
    world.greenhouse.set_clock(-30);
    world.refresh().await;
    // Twenty-five minutes later by that clock, and nobody has looked in between.
    world.greenhouse.set_clock(-25);
    rename(&world, job, "Chef");
    world.greenhouse.set_clock(-5);
    world.refresh().await;
    assert_eq!(world.told().await, ["OPENED Cook", "UPDATED Chef: name"]);
}

#[tokio::test]
async fn a_request_is_answered_by_an_import_that_began_after_it_whatever_the_clock() {
    let world = World::new().await;
    world.greenhouse.set_clock(-10);
    world.ask("acme", "r-1", false).await;
    world.go_on().await;
    let answers = world.answers().await;
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0]["requestId"], "r-1");
    // Ten lists and the deleted posts, once.
    assert_eq!(world.calls().len(), 11);
}
