//! Many applications change at once in v1, where a look takes a call for each: polls tell most of it.

use connected::api_key;
use greenhouse_sim::rows::Status;
use serde_json::{Value, json};

use crate::world::World;

/// So many applications that are followed and were seen, each of which can move on.
async fn following(count: i64) -> (World, Vec<i64>) {
    let world = World::of(120, api_key).await;
    for one in world.greenhouse.state().applications() {
        let moves = one.status == Status::InProcess && !one.prospect;
        if moves && next_stage(&world, one.meta.id).is_some() {
            world.follow("acme", one.meta.id).await;
        }
    }
    world.poll().await;
    // Without those of a confidential job, which nobody shows us.
    let some =
        format!("SELECT id FROM applications WHERE snapshot IS NOT NULL ORDER BY id LIMIT {count}");
    world
        .run(&format!(
            "DELETE FROM applications WHERE id NOT IN ({some})"
        ))
        .await;
    let ids = sqlx::query_scalar("SELECT id FROM applications ORDER BY id");
    let ids: Vec<i64> = ids.fetch_all(world.store.pool()).await.unwrap();
    assert_eq!(ids.len() as i64, count);
    world.greenhouse.state().clear_log();
    (world, ids)
}

/// How many changes were told since.
async fn changes(world: &World) -> usize {
    let events = world.events().await;
    events
        .iter()
        .filter(|event| event["sequence"] == "2")
        .count()
}

/// The stage behind the one that an application is in.
fn next_stage(world: &World, application: i64) -> Option<i64> {
    let state = world.greenhouse.state();
    let job = state.application(application)?.job_id?;
    let visits = state.stages_of_application(application);
    let now = visits.iter().max_by_key(|visit| visit.meta.id)?;
    let plan = state.stages_of_job(job);
    let mut behind = plan
        .iter()
        .skip_while(|stage| stage.meta.id != now.job_interview_stage_id);
    behind.nth(1).map(|stage| stage.meta.id)
}

/// A webhook tells of each where it is to come to.
async fn announce_moves(world: &World, applications: &[i64]) {
    for application in applications {
        let stage = next_stage(world, *application);
        let stands = json!({"status": "ACTIVE", "job_stage_id": stage});
        announce(world, *application, stands).await;
    }
}

async fn announce(world: &World, application: i64, stands: Value) {
    let ids = json!({"application_id": application, "candidate_id": null, "stands": stands});
    world.named("application_changed", ids).await;
}

fn move_on(world: &World, applications: &[i64]) {
    let recruiter = world.greenhouse.recruiter();
    for application in applications {
        recruiter.move_to_next_stage(*application).unwrap();
    }
}

/// What is due is looked at; so many tasks are left.
async fn look(world: &World, left: i64) {
    world
        .run("UPDATE webhook_tasks SET not_before = now()")
        .await;
    look_at_new(world, left).await;
}

/// The same where most rests.
async fn look_at_new(world: &World, left: i64) {
    Box::pin(statuses::look_due(world.parts())).await;
    assert_eq!(world.count("webhook_tasks").await, left);
}

/// A poll that was asked for comes in its time.
async fn poll_as_asked(world: &World) {
    let wanted_at = async |at| {
        let sql = format!("UPDATE polls SET wanted_at = {at} WHERE wanted_at > polled_at");
        world.run(&sql).await;
    };
    wanted_at("now() + interval '1 min'").await;
    assert_eq!(world.poll_due().await, 0, "more may be told in a moment");
    wanted_at("now()").await;
    assert_eq!(world.poll_due().await, 1);
}

#[tokio::test]
async fn many_moves_at_once_cost_the_page_of_a_poll() {
    let (world, applications) = following(30).await;
    announce_moves(&world, &applications).await;
    move_on(&world, &applications);
    look(&world, 30).await;
    poll_as_asked(&world).await;
    look(&world, 0).await;
    assert_eq!(world.calls(), ["applications:list"]);
    assert_eq!(changes(&world).await, 30);
}

/// As where the list of an introduction that was just made lags behind.
#[tokio::test]
async fn of_those_nobody_has_seen_a_poll_has_told_nothing() {
    let (world, applications) = following(30).await;
    announce_moves(&world, &applications).await;
    look(&world, 30).await;
    poll_as_asked(&world).await;
    world
        .run("UPDATE applications SET snapshot = NULL, observed_at = now() - interval '1 h'")
        .await;
    move_on(&world, &applications);
    world.greenhouse.state().clear_log();
    look(&world, 0).await;
    assert_eq!(world.calls(), ["applications:retrieve"; 30]);
}

#[tokio::test]
async fn so_do_many_rejections_and_their_reasons_are_told() {
    let (world, applications) = following(30).await;
    let reason = world.greenhouse.state().rejection_reasons()[0].clone();
    let recruiter = world.greenhouse.recruiter();
    for application in &applications {
        recruiter
            .reject(*application, Some(reason.meta.id))
            .unwrap();
        announce(&world, *application, json!({"status": "REJECTED"})).await;
    }
    look(&world, 30).await;
    poll_as_asked(&world).await;
    look(&world, 0).await;
    assert_eq!(world.calls(), ["applications:list"]);
    let events = world.events().await;
    let told = |event: &&Value| event["rejection"]["reason"] == reason.name.as_str();
    assert_eq!(events.iter().filter(told).count(), 30);
}

#[tokio::test]
async fn what_is_told_while_a_poll_is_awaited_is_left_to_it_too() {
    let (world, applications) = following(31).await;
    let (most, last) = applications.split_at(30);
    announce_moves(&world, most).await;
    look(&world, 30).await;
    let rest = "UPDATE webhook_tasks SET not_before = now() + interval '1 min'";
    world.run(rest).await;
    announce_moves(&world, last).await;
    move_on(&world, &applications);
    look_at_new(&world, 31).await;
    assert!(world.calls().is_empty());
    poll_as_asked(&world).await;
    look(&world, 0).await;
    assert_eq!(world.calls(), ["applications:list"]);
}

#[tokio::test]
async fn a_few_are_looked_at_one_by_one_at_once() {
    let (world, applications) = following(20).await;
    announce_moves(&world, &applications).await;
    move_on(&world, &applications);
    look(&world, 0).await;
    assert_eq!(world.calls(), ["applications:retrieve"; 20]);
    assert_eq!(world.poll_due().await, 0);
    assert_eq!(changes(&world).await, 20);
}

#[tokio::test]
async fn many_whom_nobody_follows_ask_for_no_poll() {
    let (world, applications) = following(30).await;
    announce_moves(&world, &applications).await;
    move_on(&world, &applications);
    world
        .run("DELETE FROM applications WHERE id IN (SELECT id FROM applications ORDER BY id LIMIT 20)")
        .await;
    look(&world, 0).await;
    assert_eq!(world.calls(), ["applications:retrieve"; 10]);
}

#[tokio::test]
async fn moves_that_a_poll_told_before_their_webhooks_cost_one_more() {
    let (world, applications) = following(30).await;
    let stages: Vec<_> = applications
        .iter()
        .map(|one| next_stage(&world, *one))
        .collect();
    move_on(&world, &applications);
    world.poll().await;
    for (application, stage) in applications.iter().zip(stages) {
        let stands = json!({"status": "ACTIVE", "job_stage_id": stage});
        announce(&world, *application, stands).await;
    }
    // Where the machine stands still during the poll, its end is taken for later than it was, and so than a webhook.
    world
        .run("UPDATE webhook_tasks SET received_at = now()")
        .await;
    look(&world, 30).await;
    poll_as_asked(&world).await;
    look(&world, 0).await;
    assert_eq!(world.calls(), ["applications:list"; 2]);
    assert_eq!(changes(&world).await, 30);
}

/// Entering a reason touches nothing that a window goes by.
#[tokio::test]
async fn rejections_that_a_poll_told_before_their_webhooks_are_read_by_themselves() {
    let (world, applications) = following(30).await;
    for application in &applications {
        world
            .greenhouse
            .recruiter()
            .reject(*application, None)
            .unwrap();
    }
    world.poll().await;
    for application in &applications {
        announce(&world, *application, json!({"status": "REJECTED"})).await;
    }
    look(&world, 30).await;
    poll_as_asked(&world).await;
    look(&world, 0).await;
    let calls = world.calls();
    assert_eq!(calls[..2], ["applications:list"; 2]);
    assert_eq!(calls[2..], ["applications:retrieve"; 30]);
}

/// So many seconds ago the webhooks came, and began the last poll, which had been asked for.
async fn pass(world: &World, told: u8, polled: u8) {
    world
        .run(&format!(
            "UPDATE webhook_tasks SET received_at = now() - interval '{told} s'"
        ))
        .await;
    world
        .run(&format!(
            "UPDATE polls SET polled_at = now() - interval '{polled} s', wanted_at = now() - interval '{polled} s'"
        ))
        .await;
}

#[tokio::test]
async fn many_moves_that_show_after_their_webhooks_are_told_by_a_later_poll() {
    let (world, applications) = following(30).await;
    announce_moves(&world, &applications).await;
    look(&world, 30).await;
    poll_as_asked(&world).await;
    pass(&world, 4, 0).await;
    look(&world, 30).await;
    let wanted = "polls WHERE wanted_at > polled_at";
    assert_eq!(world.count(wanted).await, 0, "it has looked");
    move_on(&world, &applications);
    pass(&world, 16, 12).await;
    look(&world, 30).await;
    poll_as_asked(&world).await;
    look(&world, 0).await;
    assert_eq!(world.calls(), ["applications:list"; 2]);
    assert_eq!(changes(&world).await, 30);
}

#[tokio::test]
async fn what_no_poll_has_shown_for_a_minute_is_read_by_itself() {
    let (world, applications) = following(30).await;
    announce_moves(&world, &applications).await;
    pass(&world, 65, 0).await;
    look(&world, 0).await;
    assert_eq!(world.calls(), ["applications:retrieve"; 30]);
}

#[tokio::test]
async fn where_polls_fail_each_is_looked_at() {
    let (world, applications) = following(30).await;
    announce_moves(&world, &applications).await;
    world.run("UPDATE polls SET failures = 1").await;
    move_on(&world, &applications);
    look(&world, 0).await;
    assert_eq!(world.calls(), ["applications:retrieve"; 30]);
}

#[tokio::test]
async fn a_poll_that_does_not_come_is_not_waited_for() {
    let (world, applications) = following(30).await;
    announce_moves(&world, &applications).await;
    move_on(&world, &applications);
    look(&world, 30).await;
    world
        .run("UPDATE polls SET wanted_at = now() - interval '31 s', polled_at = now() - interval '50 s'")
        .await;
    look(&world, 0).await;
    assert_eq!(world.calls(), ["applications:retrieve"; 30]);
}
