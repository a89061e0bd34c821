//! Processes are killed (SIGKILL) at random pages of a big import; what is left goes on in the next one.

use std::collections::BTreeMap;
use std::env::var;

use connected::Address;
use greenhouse_sim::{NewPost, When};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::world::{World, parts};

const JOBS: usize = 10_000;
const KILLS: usize = 20;
/// The test as its own program knows it: run again with an address, it is the process that is killed.
const THIS: &str = "kills::ten_thousand_jobs_killed_at_random_pages_end_as_one_clean_import";

#[tokio::test]
async fn ten_thousand_jobs_killed_at_random_pages_end_as_one_clean_import() {
    if let Some(address) = told() {
        return import(&address).await;
    }
    let seed: u64 = var("TEST_SEED").map_or_else(|_| rand::random(), |text| text.parse().unwrap());
    println!("TEST_SEED={seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let world = World::unread().await;
    open_many(&world);
    for _ in 0..KILLS {
        kill_at_page(&world, dice.random_range(1..=12_u64)).await;
    }
    finish(&world).await;
    let told = world.told().await;
    assert_eq!(told.len(), JOBS + 5, "every open job is told once");
    let interrupted = world.everything().await;
    world
        .run("TRUNCATE jobs, job_parts, job_refreshes, job_gone, job_refresh_requests, outbox")
        .await;
    finish(&world).await;
    assert_eq!(world.everything().await, interrupted);
    assert_eq!(world.told().await.len(), told.len());
}

fn open_many(world: &World) {
    let recruiter = world.greenhouse.recruiter();
    for number in 0..JOBS {
        let job = world.open_job(&format!("Job {number}"));
        let post = NewPost {
            title: format!("Post {number}"),
            job_id: Some(job),
            location: Some("Remote".to_owned()),
            ..NewPost::default()
        };
        recruiter.add_post(post).unwrap();
    }
}

/// Until nothing is due any more.
async fn finish(world: &World) {
    world.rest().await;
    while jobs::refresh_due(&world.parts).await > 0 {}
}

/// A process imports until Greenhouse is about to answer its `pages`th call from now, and is killed then.
async fn kill_at_page(world: &World, pages: u64) {
    world.rest().await;
    let gate = world
        .greenhouse
        .faults()
        .hold_answers(When::request("GET", "/v3/*").after(pages - 1));
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", THIS]);
    let address = &world.address;
    let variables = BTreeMap::from([
        ("TEST_DATABASE", &address.database),
        ("TEST_API", &address.api),
        ("TEST_AUTH", &address.auth),
    ]);
    child.envs(variables).stdout(std::process::Stdio::null());
    let mut child = child.kill_on_drop(true).spawn().unwrap();
    tokio::select! {
        () = gate.reached_by(1) => child.kill().await.unwrap(),
        ended = child.wait() => assert!(ended.unwrap().success(), "it came to its end first"),
    }
    world.greenhouse.faults().clear();
}

/// Where to import from, in the process that is to be killed.
fn told() -> Option<Address> {
    Some(Address {
        database: var("TEST_DATABASE").ok()?,
        api: var("TEST_API").ok()?,
        auth: var("TEST_AUTH").ok()?,
    })
}

async fn import(address: &Address) {
    let store = address.store().await;
    jobs::refresh_due(&parts(&store, address)).await;
}
