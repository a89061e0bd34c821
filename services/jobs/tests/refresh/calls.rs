//! v1 tells one job in each call: each is asked for once, and not at all where lists take fewer calls.

use std::collections::BTreeSet;
use std::sync::Arc;

use greenhouse_sim::{Fault, JobEdit, NewPost, PostEdit, When};
use serde_json::{Value, json};

use crate::world::World;

/// Calls of a look that finds nothing: seven lists, of which the reasons for closing are read again because they come in no order.
const LISTS: usize = 8;

/// Asks for what changed in acme; returns the calls that the answer counts, which are those that Greenhouse saw.
async fn look(world: &World) -> Value {
    world.greenhouse.state().clear_log();
    world.ask_by("a look", "acme", "r-1", false).await;
    world.go_on().await;
    let calls = world.answers().await[0]["calls"].clone();
    assert_eq!(calls, world.calls().len());
    calls
}

fn add_post(world: &World, job: i64) -> i64 {
    let post = NewPost {
        title: "Cook (m/f/x)".to_owned(),
        job_id: Some(job),
        location: Some("Remote".to_owned()),
        ..NewPost::default()
    };
    world.greenhouse.recruiter().add_post(post).unwrap()
}

/// The job of an event has whatever was opened with it.
fn is_complete(event: &Value) {
    let job = &event["job"];
    let count = |field: &str| job[field].as_array().map_or(0, Vec::len);
    assert_eq!((count("stages"), count("openings")), (5, 3), "{job}");
    assert_eq!(job["hiringTeam"][0]["role"], "RECRUITER");
    assert_eq!(job["posts"][0]["locations"][0], "Remote");
}

#[tokio::test]
async fn a_job_that_a_look_shows_is_not_asked_for_again() {
    let world = World::new_v1().await;
    let job = world.open_job("Cook");
    add_post(&world, job);
    assert_eq!(look(&world).await, LISTS + 2, "and what belongs to the job");
    let counts = world.call_counts();
    assert_eq!(
        (counts.get("jobs:retrieve"), counts["jobs:list"]),
        (None, 1)
    );
    assert_eq!(counts["job_posts_of_job:list"], 1);
    assert_eq!(counts["job_interview_stages_of_job:list"], 1);
    is_complete(&world.announced("acme", "JobChanged").await[0]);
}

#[tokio::test]
async fn what_belongs_to_many_jobs_is_read_from_the_lists() {
    let world = World::new_v1().await;
    for number in 0..12 {
        let job = world.open_job(&format!("Cook {number}"));
        add_post(&world, job);
    }
    assert_eq!(look(&world).await, LISTS);
    let counts = world.call_counts();
    assert_eq!(counts["job_posts:list"], 2, "the posts, and their places");
    assert_eq!(counts["job_interview_stages:list"], 1);
    let events = world.announced("acme", "JobChanged").await;
    assert_eq!(events.len(), 12);
    events.iter().for_each(is_complete);
}

#[tokio::test]
async fn what_is_gone_from_the_lists_is_gone_from_its_job() {
    let world = World::new_v1().await;
    let recruiter = world.greenhouse.recruiter();
    let jobs: Vec<i64> = (0..3).map(|_| world.open_job("Cook")).collect();
    let posts: Vec<i64> = jobs.iter().map(|job| add_post(&world, *job)).collect();
    world.refresh().await;
    world.forget_events().await;
    recruiter.delete_post(posts[0]).unwrap();
    for job in &jobs {
        let rename = JobEdit {
            name: Some("Chef".to_owned()),
            ..JobEdit::default()
        };
        recruiter.edit_job(*job, rename).unwrap();
    }
    look(&world).await;
    let mut told = world.told().await;
    told.sort_unstable();
    let (renamed, lost) = ("UPDATED Chef: name", "UPDATED Chef: name posts");
    assert_eq!(told, [renamed, renamed, lost]);
}

#[tokio::test]
async fn the_place_of_a_changed_post_is_read_with_it() {
    let world = World::new_v1().await;
    let job = world.open_job("Cook");
    let post = add_post(&world, job);
    world.refresh().await;
    world.forget_events().await;
    let moved = PostEdit {
        location: Some("London".to_owned()),
        ..PostEdit::default()
    };
    world.greenhouse.recruiter().edit_post(post, moved).unwrap();
    look(&world).await;
    assert_eq!(world.call_counts()["job_posts:list"], 2, "and the deleted");
    let event = &world.announced("acme", "JobChanged").await[0];
    assert_eq!(event["job"]["posts"][0]["locations"], json!(["London"]));
}

#[tokio::test]
async fn a_job_that_a_webhook_names_is_asked_for_once() {
    let world = World::new_v1().await;
    let job = world.open_job("Cook");
    add_post(&world, job);
    let ids = json!({"job_id": job}).to_string();
    world.webhook("job_changed", &ids).await;
    assert_eq!(jobs::act_on_notices(&world.parts).await, 1);
    let mut calls = world.calls();
    calls.sort_unstable();
    let once = [
        "job_interview_stages_of_job:list",
        "job_posts_of_job:list",
        "jobs:retrieve",
    ];
    assert_eq!(calls, once);
    is_complete(&world.announced("acme", "JobChanged").await[0]);
}

/// v1 pages by number, so what is deleted on a page that was read hides the first row of the next one.
#[tokio::test]
async fn what_slips_between_two_pages_is_not_gone() {
    let world = World::new_v1().await;
    let job = world.open_job("Cook");
    let posts: Vec<i64> = (0..510).map(|_| add_post(&world, job)).collect();
    world.refresh().await;
    world.forget_events().await;
    world.greenhouse.state().clear_log();
    let recruiter = world.greenhouse.recruiter();
    let read_already = posts[509];
    let delete = Fault::Before(Arc::new(move || {
        recruiter.delete_post(read_already).unwrap()
    }));
    let second = When::operation("job_posts:list").nth(2);
    world.greenhouse.faults().add(second, delete);
    world.ask("acme", "r-1", true).await;
    world.go_on().await;
    // Its place is gone from the second list of posts already, and the others are all there.
    assert_eq!(world.told().await, ["UPDATED Cook: posts"]);
    let told = &world.announced("acme", "JobChanged").await[0]["job"]["posts"];
    let told: BTreeSet<&str> = told
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|post| post["id"].as_str())
        .collect();
    assert!(posts.iter().all(|post| told.contains(&*post.to_string())));
}
