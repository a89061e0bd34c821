//! What is taken for a list that is missing, and what only for a moment without it.

use accounts::health;
use domain::{Code, Tenant};
use greenhouse_sim::{Fault, When};
use serde_json::json;
use store::connections::{Finding, Severity};

use crate::world::World;

/// What is remembered of lists that were refused.
const REMEMBERED: &str = "remote_cache WHERE kind = 'refused_list'";

/// So many that were seen, the first two of which are elsewhere since: one is rejected, the other moved on.
async fn changed(followed: usize) -> World {
    let world = World::new().await;
    world.follow_first(followed).await;
    world.poll().await;
    let state = world.greenhouse.state();
    let reason = state.rejection_reasons()[0].meta.id;
    let recruiter = world.greenhouse.recruiter();
    let applications = state.applications();
    recruiter
        .reject(applications[0].meta.id, Some(reason))
        .unwrap();
    recruiter
        .move_to_next_stage(applications[1].meta.id)
        .unwrap();
    world
}

fn refuse(world: &World, when: When, status: u16) {
    let refuse = Fault::Refuse {
        status,
        body: json!({"message": "Resource not found"}),
    };
    world.greenhouse.faults().add(when, refuse);
}

/// While webhooks arrive, polls are minutes apart.
#[tokio::test]
async fn two_refusals_have_to_do_with_each_other_if_only_some_polls_are_between_them() {
    for (apart, missing) in [("6 min", true), ("6 h", false)] {
        let world = changed(2).await;
        refuse(&world, When::operation("application_stages:list"), 404);
        world.poll().await;
        assert_eq!(world.count(REMEMBERED).await, 1);
        world
            .run(&format!(
                "UPDATE remote_cache SET value = to_jsonb(now() - interval '{apart}'), expires_at = expires_at - interval '{apart}'
                WHERE kind = 'refused_list'"
            ))
            .await;
        world.greenhouse.set_clock(2);
        world
            .run("UPDATE applications SET look_again_at = now() WHERE look_again_at IS NOT NULL")
            .await;
        world.poll().await;
        assert_eq!(world.events().await.len() > 2, missing, "{apart}");
        let degraded = "connections WHERE state = 'degraded'";
        assert_eq!(world.count(degraded).await, i64::from(missing), "{apart}");
    }
}

#[tokio::test]
async fn a_list_that_can_be_read_ends_what_another_process_remembers() {
    for list in [
        "application_stages:list",
        "rejection_details:list",
        "job_interview_stages:list",
        "rejection_reasons:list",
    ] {
        let world = changed(2).await;
        refuse(&world, When::operation(list), 403);
        world.poll().await;
        assert_eq!(world.count(REMEMBERED).await, 1, "{list}");
        world.greenhouse.faults().clear();
        let state = world.greenhouse.state();
        let reason = state.rejection_reasons()[0].meta.id;
        let moved = state.applications()[1].meta.id;
        let recruiter = world.greenhouse.recruiter();
        recruiter.reject(moved, Some(reason)).unwrap();
        // Each poll of a test is a process of its own.
        world.poll().await;
        assert_eq!(world.count(REMEMBERED).await, 0, "{list}");
    }
}

#[tokio::test]
async fn a_list_that_is_refused_for_some_applications_only_is_not_missing() {
    for (followed, status) in [(2, 404), (2, 422), (3, 404), (3, 422)] {
        let world = changed(followed).await;
        let list = "application_stages:list";
        // Both at once, and each alone; another one is shown, and then each is asked for once more. A call that is hit is not
        // counted by the rules behind.
        let once_more = When::operation(list).nth(2);
        for theirs in [When::operation(list).times(3), once_more.clone(), once_more] {
            refuse(&world, theirs, status);
        }
        world.greenhouse.state().clear_log();
        world.poll().await;
        let read = world.greenhouse.state().calls(list).len();
        assert_eq!(read, 6, "{followed}: {status}");
        assert_eq!(world.count(REMEMBERED).await, 0, "{followed}: {status}");
        assert_eq!(world.events().await.len(), followed);
    }
}

#[tokio::test]
async fn plans_that_are_refused_for_some_jobs_only_are_not_missing() {
    let world = changed(2).await;
    let theirs = When::operation("job_interview_stages:list").times(1);
    refuse(&world, theirs, 404);
    world.poll().await;
    assert_eq!(world.events().await.len(), 4);
    assert_eq!(world.count(REMEMBERED).await, 0);
}

#[tokio::test]
async fn what_two_processes_find_missing_is_noted_once() {
    let world = World::new().await;
    let acme = Tenant::try_from("acme").unwrap();
    let known = world.store.connection_of(&acme).await.unwrap().unwrap();
    for _ in 0..2 {
        // Both have read the connection before either noted it.
        let finding = Finding::new(
            Code::UnexpectedAnswer,
            Severity::Warning,
            "status",
            "application_stages.list",
        );
        health::degrade(&world.store, &known, finding).await;
    }
    let now = world.store.connection_of(&acme).await.unwrap().unwrap();
    assert_eq!(now.findings.len(), known.findings.len() + 1);
    let told = world.announced("acme", "ConnectionHealthChanged").await;
    assert_eq!(told.len(), 1);
}
