//! More to look at than Greenhouse allows calls for at a time: each look goes on where the limit stopped the one before.

use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use connected::{api_key, client_credentials};
use greenhouse_sim::{Access, Fault, When};
use store::connections::Credential;

use crate::world::World;

/// Polls once, in windows of any length.
async fn poll(world: &World) {
    let mut parts = world.parts();
    parts.config.windows.max_span = Duration::from_secs(60 * 24 * 3600);
    world.pass().await;
    statuses::poll_due(parts).await;
}

/// Somebody moved since, and three pages of others have changed; two polls in a row have one call each.
async fn reads_three_pages_by_one_call_each(credential: fn(&Access) -> Credential) {
    let world = World::of(1_100, credential).await;
    world.follow_first(1).await;
    world.poll().await;
    let state = world.greenhouse.state();
    let application = state.applications()[0].meta.id;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    world
        .run("UPDATE polls SET watermark = now() - interval '40 d'")
        .await;
    state.clear_log();
    for _ in 0..2 {
        world.let_through(1, "applications:list");
        poll(&world).await;
        world.next_window().await;
    }
    assert_eq!(world.events().await.len(), 1, "it is on the last page");
    poll(&world).await;
    assert_eq!(world.events().await.len(), 2);
    let calls = state.calls("applications:list").len();
    assert_eq!(calls, 5, "three pages, and two calls too many");
    assert!(Utc::now() - world.watermark().await < TimeDelta::minutes(1));
}

#[tokio::test]
async fn a_window_with_more_pages_than_calls_goes_on_from_its_page() {
    reads_three_pages_by_one_call_each(client_credentials).await;
    reads_three_pages_by_one_call_each(api_key).await;
}

/// v1 pages by number, so what is deleted on a page that was read hides the first row of the next one.
#[tokio::test]
async fn what_slips_between_two_pages_of_a_window_is_told() {
    let world = World::of(1_100, api_key).await;
    let mut applications: Vec<i64> = world
        .greenhouse
        .state()
        .applications()
        .iter()
        .map(|one| one.meta.id)
        .collect();
    applications.sort_unstable_by(|one, next| next.cmp(one));
    for application in &applications[500..510] {
        world.follow("acme", *application).await;
    }
    world.poll().await;
    let recruiter = world.greenhouse.recruiter();
    let moves = |place: &usize| recruiter.move_to_next_stage(applications[*place]).is_ok();
    let hidden = (500..510).find(moves).unwrap();
    let read_already = applications[..hidden - 499].to_vec();
    let told = world.events().await.len();
    world
        .run("UPDATE polls SET watermark = now() - interval '40 d'")
        .await;
    world.greenhouse.state().clear_log();
    let delete = Fault::Before(Arc::new(move || {
        for application in &read_already {
            recruiter.delete_application(*application).unwrap();
        }
    }));
    let second = When::operation("applications:list").nth(2);
    world.greenhouse.faults().add(second, delete);
    poll(&world).await;
    assert_eq!(world.events().await.len(), told + 1);
    let calls = world.greenhouse.state().calls("applications:list").len();
    assert_eq!(calls, 6, "three pages, twice");
}

#[tokio::test]
async fn a_window_whose_page_greenhouse_does_not_know_begins_anew() {
    let (world, application) = World::with_application().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    world
        .run(
            "UPDATE polls SET page = '/v3/applications?cursor=unknown', page_to = now(),
            page_revision = (SELECT revision FROM connections WHERE id = polls.connection)",
        )
        .await;
    world.poll().await;
    assert_eq!(world.events().await.len(), 2);
    assert_eq!(world.count("polls WHERE page IS NOT NULL").await, 0);
}

#[tokio::test]
async fn an_audit_that_the_limit_stops_holds_up_no_window_and_goes_on() {
    let world = World::of_v1().await;
    world.follow_first(4).await;
    world.poll().await;
    world
        .run("UPDATE polls SET audited_at = now() - interval '25 h'")
        .await;
    let before = world.watermark().await;
    world.let_through(3, "applications:retrieve");
    world.poll().await;
    assert!(world.watermark().await > before);
    assert_eq!(world.count("polls WHERE compared = 3").await, 1);
    world.next_window().await;
    world.poll().await;
    let audited = "polls WHERE compared = 0 AND audited_at > now() - interval '25 h'";
    assert_eq!(world.count(audited).await, 1);
}

#[tokio::test]
async fn what_webhooks_name_is_settled_as_far_as_the_limit_goes() {
    let world = World::of(30, api_key).await;
    world.follow_first(15).await;
    world.poll().await;
    let all = world.greenhouse.state().applications();
    let named: Vec<i64> = all.iter().take(15).map(|one| one.meta.id).collect();
    world.named_all(&named).await;
    world.let_through(12, "applications:retrieve");
    statuses::look_due(world.parts()).await;
    assert_eq!(world.count("webhook_tasks").await, 5, "ten were read");
    world.next_window().await;
    world
        .run("UPDATE webhook_tasks SET not_before = now()")
        .await;
    statuses::look_due(world.parts()).await;
    assert_eq!(world.count("webhook_tasks").await, 0);
}

#[tokio::test]
async fn newly_followed_applications_are_told_as_far_as_the_limit_goes() {
    let world = World::of_v1().await;
    world.follow_first(4).await;
    world.let_through(3, "applications:retrieve");
    world.poll().await;
    assert_eq!(world.events().await.len(), 3);
    world.next_window().await;
    world.poll().await;
    assert_eq!(world.events().await.len(), 4);
    let calls = world.greenhouse.state().calls("applications:retrieve");
    assert_eq!(calls.len(), 5, "three, the one too many, and the fourth");
}
