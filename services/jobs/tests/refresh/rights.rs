//! Whoever acts for a tenant may not see everything, or nothing any more: what is not shown is not gone.

use std::sync::Arc;

use greenhouse_sim::{Fault, ListWithoutSiteAdmin, When};

use crate::world::World;

/// Calls of acme are made for this user from now on, and whatever was set aside goes on.
async fn act_for(world: &World, user: i64) {
    world
        .run(&format!(
            "UPDATE connections SET acting_user_id = {user}, revision = revision + 1, state = 'active', reason = NULL
            WHERE tenant = 'acme'"
        ))
        .await;
}

/// Whoever acts for acme is no Site Admin any more, and is shown nothing.
async fn demote(world: &World) {
    world
        .greenhouse
        .configure(|settings| settings.list_without_site_admin = ListWithoutSiteAdmin::Empty);
    let nobody = world.greenhouse.state().users()[2].meta.id;
    act_for(world, nobody).await;
}

/// Calls back once, when the last list before something is removed is asked for.
fn before_the_last_list(world: &World, change: impl Fn() + Send + Sync + 'static) {
    let last = When::operation("job_hiring_managers:list").times(1);
    let change = Fault::Before(Arc::new(change));
    world.greenhouse.faults().add(last, change);
}

#[tokio::test]
async fn an_empty_list_removes_nothing_and_says_why() {
    let world = World::new().await;
    demote(&world).await;
    world.ask("acme", "r-1", true).await;
    world.go_on().await;
    assert_eq!(world.told().await, Vec::<String>::new());
    assert_eq!(world.answers().await[0]["code"], "jobs_vanished");
    world.ask("acme", "r-2", true).await;
    jobs::refresh_due(&world.parts).await;
    let again = world.answers().await;
    assert_eq!(again[1]["code"], "jobs_vanished", "at once: {again:?}");
    let known = "SELECT count(*) FROM jobs WHERE tenant = 'acme' AND deleted_at IS NULL";
    assert_eq!(world.number(known).await, 6);
}

#[tokio::test]
async fn a_webhook_about_a_job_ends_nothing_while_nothing_is_shown() {
    let world = World::new().await;
    let job = world.open_job("Cook");
    world.refresh().await;
    demote(&world).await;
    world
        .webhook("job_changed", &format!(r#"{{"job_id": {job}}}"#))
        .await;
    assert_eq!(jobs::act_on_notices(&world.parts).await, 1);
    assert_eq!(world.told().await, ["OPENED Cook"]);
    let paused =
        "SELECT count(*) FROM connections WHERE state = 'paused' AND reason = 'not_site_admin'";
    assert_eq!(world.number(paused).await, 1);
    assert_eq!(jobs::act_on_notices(&world.parts).await, 0, "it waits");
    // Somebody acts again who may list, and now the job is gone indeed.
    world.greenhouse.recruiter().delete_job(job).unwrap();
    act_for(&world, world.greenhouse.access().site_admin_id).await;
    assert_eq!(jobs::act_on_notices(&world.parts).await, 1);
    assert_eq!(world.told().await, ["OPENED Cook", "DELETED Cook"]);
}

#[tokio::test]
async fn a_look_for_changes_that_is_shown_nothing_takes_nothing_from_any_job() {
    let world = World::new().await;
    demote(&world).await;
    world.ask("acme", "r-1", false).await;
    world.go_on().await;
    assert_eq!(world.told().await, Vec::<String>::new());
    assert_eq!(world.answers().await[0]["code"], "jobs_vanished");
    let known = "SELECT count(*) FROM job_parts WHERE tenant = 'acme' AND kind = 'department'";
    assert!(world.number(known).await > 0);
}

#[tokio::test]
async fn a_right_that_is_lost_on_the_way_ends_no_job() {
    let world = World::new().await;
    let job = world.open_job("Cook");
    world.refresh().await;
    world.forget_events().await;
    world.greenhouse.recruiter().delete_job(job).unwrap();
    let admin = world.greenhouse.access().site_admin_id;
    let recruiter = world.greenhouse.recruiter();
    world
        .greenhouse
        .configure(|settings| settings.list_without_site_admin = ListWithoutSiteAdmin::Empty);
    before_the_last_list(&world, move || recruiter.demote_user(admin).unwrap());
    world.ask("acme", "r-1", true).await;
    world.go_on().await;
    assert_eq!(world.told().await, Vec::<String>::new());
    assert_eq!(world.answers().await[0]["code"], "jobs_vanished");
}

/// Jobs name their department, so an empty list of departments is no reason to take any from a job that names one.
#[tokio::test]
async fn a_job_loses_its_department_by_what_the_job_says() {
    let world = World::new().await;
    world.open_job("Cook");
    world.refresh().await;
    world.forget_events().await;
    let known = "SELECT count(*) FROM job_parts WHERE tenant = 'acme' AND kind = 'department'";
    let before = world.number(known).await;
    let recruiter = world.greenhouse.recruiter();
    for department in world.greenhouse.state().departments().iter().rev() {
        recruiter.delete_department(department.meta.id).unwrap();
    }
    world.refresh_fully().await;
    assert_eq!(world.number(known).await, before);
    let told = world.told().await;
    assert!(
        told.contains(&"UPDATED Cook: department".to_owned()),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_missing_scope_leaves_out_what_needs_it() {
    let world = World::unread().await;
    world
        .greenhouse
        .set_scope("acme-harvest", "harvest:openings:list", false);
    jobs::refresh_due(&world.parts).await;
    assert_eq!(world.told().await.len(), 5);
    assert_eq!(
        world.answers().await[0]["notRead"],
        serde_json::json!(["opening"])
    );
}

#[tokio::test]
async fn without_the_scope_for_jobs_that_tenant_pauses_and_is_told() {
    let world = World::new().await;
    world
        .greenhouse
        .set_scope("acme-harvest", "harvest:jobs:list", false);
    world.ask("acme", "r-1", false).await;
    world.ask("globex", "r-1", false).await;
    world.go_on().await;
    world.go_on().await;
    let answers = world.answers().await;
    assert_eq!(answers[0]["code"], "scope_missing");
    let other = world.announced("globex", "JobsRefreshed").await;
    assert_eq!(other[0].get("code"), None);
}

/// In v3 a list is refused alike to whoever lacks the right.
#[tokio::test]
async fn whoever_may_not_list_is_told_apart_from_a_missing_right_at_once() {
    for by_webhook in [false, true] {
        let world = World::new().await;
        let admin = world.greenhouse.access().site_admin_id;
        world.greenhouse.recruiter().demote_user(admin).unwrap();
        if by_webhook {
            world.webhook("job_changed", r#"{"job_id": 1}"#).await;
            assert_eq!(jobs::act_on_notices(&world.parts).await, 1);
        } else {
            world.ask("acme", "r-1", false).await;
            world.go_on().await;
            world.go_on().await;
            assert_eq!(world.answers().await[0]["code"], "not_site_admin");
        }
        let aside =
            "SELECT count(*) FROM connections WHERE state = 'paused' AND reason = 'not_site_admin'";
        assert_eq!(world.number(aside).await, 1, "{by_webhook}");
    }
}
