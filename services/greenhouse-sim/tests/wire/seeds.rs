//! What the seeds plant, and that the size of a seed does not show in the time of a page.

use std::time::{Duration, Instant};

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

/// Not a benchmark: it only notices a page that walks the whole table, which takes thirty times as long.
#[test]
fn a_page_of_many_costs_about_what_a_page_of_few_does() {
    let pages = |count| {
        let sim = planted(Seed::Candidates(count));
        let queries = [
            "",
            "&status=active",
            "&updated_at=gte|2020-01-01T00:00:00Z",
            "&prospect=false",
        ];
        let fastest = queries.map(|query| {
            let path = format!("/v3/applications?per_page=100{query}");
            let time = || {
                let begun = Instant::now();
                assert_eq!(sim.get(&path).ids().len(), 100);
                begun.elapsed()
            };
            (0..5).map(|_| time()).min().unwrap()
        });
        fastest.iter().sum::<Duration>()
    };
    let (few, many) = (pages(200), pages(6_000));
    assert!(many < few * 8, "{few:?} for few, {many:?} for many");
}
