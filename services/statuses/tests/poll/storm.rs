//! Thousands of webhooks at once, each of them several times and in any order, while recruiters go on and two processes
//! look.

use std::collections::BTreeMap;

use greenhouse_sim::rows::Status;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use statuses::Parts;

use crate::world::{World, parts};

const NOTICES: usize = 10_000;
const ROUNDS: usize = 5;

/// Looks until nothing waits any more.
async fn look(parts: impl Fn() -> Parts) {
    while statuses::look_due(parts()).await > 0 {}
}

/// What Greenhouse says became of an application: the names of its stages, in order.
fn truth(world: &World, application: i64) -> Vec<String> {
    let state = world.greenhouse.state();
    let stages = state.job_stages();
    let name = |id: i64| {
        stages
            .iter()
            .find(|stage| stage.meta.id == id)
            .unwrap()
            .name
            .clone()
    };
    let mut visits = state.stages_of_application(application);
    visits.sort_by_key(|visit| visit.meta.id);
    visits
        .iter()
        .map(|visit| name(visit.job_interview_stage_id))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_storm_every_step_is_told_once_and_in_order() {
    let seed: u64 = rand::random();
    println!("TEST_SEED={seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let world = World::new().await;
    let moving: Vec<i64> = (world.greenhouse.state().applications().iter())
        .filter(|one| one.status == Status::InProcess && !one.prospect)
        .map(|one| one.meta.id)
        .collect();
    for application in &moving {
        world.follow("acme", *application).await;
    }
    world.poll().await;
    for _ in 0..ROUNDS {
        let mut named: Vec<i64> = moving
            .iter()
            .copied()
            .cycle()
            .take(NOTICES / ROUNDS)
            .collect();
        named.shuffle(&mut dice);
        world.named_all(&named).await;
        let other = world.store.clone();
        let recruiter = world.greenhouse.recruiter();
        for application in &moving {
            if dice.random_bool(0.5) {
                // Those at their last stage stay there.
                let _ = recruiter.move_to_next_stage(*application);
            }
        }
        tokio::join!(
            look(|| world.parts()),
            look(|| parts(&other, &world.address)),
            world.poll(),
        );
    }
    world.named_all(&moving).await;
    look(|| world.parts()).await;
    world.poll().await;
    assert_eq!(world.count("webhook_tasks").await, 0);

    let mut told: BTreeMap<i64, Vec<Value>> = BTreeMap::new();
    for event in world.events().await {
        let application = event["applicationId"].as_str().unwrap().parse().unwrap();
        told.entry(application).or_default().push(event);
    }
    for application in moving {
        let steps = &told[&application];
        for (number, step) in (1..).zip(steps) {
            assert_eq!(step["sequence"], number.to_string(), "{steps:#?}");
        }
        for pair in steps.windows(2) {
            assert_eq!(pair[1]["previous"], pair[0]["current"], "{steps:#?}");
        }
        let stage = |step: &Value| step["current"]["stageName"].as_str().unwrap().to_owned();
        let stages: Vec<String> = steps.iter().map(stage).collect();
        let truth = truth(&world, application);
        assert!(truth.ends_with(&stages), "{truth:?}, told: {stages:?}");
    }
}
