//! What the seeds plant.

use greenhouse_sim::{Seed, rows::JobStatus};

use crate::client::Sim;

fn planted(seed: Seed) -> Sim {
    Sim::with(|config| config.organisations[0].seed = seed)
}

#[test]
fn the_demo_is_a_company() {
    let sim = planted(Seed::Demo);
    let state = sim.sim.state();
    assert_eq!((state.offices().len(), state.departments().len()), (3, 5));
    assert_eq!(state.jobs().len(), 25);
    let people: Vec<_> = state
        .users()
        .into_iter()
        .filter(|user| !user.service_account)
        .collect();
    assert_eq!((people.len(), state.counts().candidates), (40, 400));
    for job in state.jobs().iter().filter(|job| !job.confidential) {
        assert!(!state.stages_of_job(job.id()).is_empty(), "{}", job.name);
        if job.status == JobStatus::Open {
            let mut posts = state.job_posts().into_iter();
            assert!(
                posts.any(|post| post.job_id == Some(job.id()) && post.live),
                "{}",
                job.name
            );
        }
    }
    for status in ["active", "rejected", "hired"] {
        let path = format!("/v3/applications?status={status}");
        assert!(!sim.get(&path).ids().is_empty(), "{status}");
    }
    assert!(!sim.get("/v3/applications?prospect=true").ids().is_empty());
}

#[test]
fn names_of_jobs_are_not_given_twice() {
    let sim = planted(Seed::Candidates(600));
    let mut names: Vec<String> = sim
        .sim
        .state()
        .jobs()
        .into_iter()
        .map(|job| job.name)
        .collect();
    assert_eq!(names.len(), 60);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 60);
}

#[test]
fn some_visits_of_the_crowd_do_not_say_when_they_began() {
    let sim = planted(Seed::Demo);
    let visits = sim.get("/v3/application_stages?per_page=500").json();
    let visits = visits.as_array().unwrap();
    let unknown = |visit: &&serde_json::Value| visit["entered_at"].is_null();
    let unknown: Vec<_> = visits.iter().filter(unknown).collect();
    assert!(!unknown.is_empty() && unknown.len() < visits.len() / 2);
    assert!(unknown.iter().all(|visit| visit["current"] == false));
}
