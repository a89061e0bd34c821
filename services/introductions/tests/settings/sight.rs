//! An acting user who is no Site Admin any more, and whom v3 therefore shows nothing.

use domain::{Code, JobId};
use greenhouse_sim::ListWithoutSiteAdmin;
use harvest::{Target, Version};
use serde_json::{Value, json};
use store::connections::State;

use crate::world::World;

/// After so many tries somebody who is not shown counts as gone.
const LOOKS: usize = 7;

/// A tenant of whose jobs an import has stored one.
async fn with_jobs() -> World {
    let world = World::new(Version::V3).await;
    world
        .run("INSERT INTO jobs (tenant, id, content) VALUES ('acme', 1, '{}')")
        .await;
    world
}

/// Whoever acts may not list any more, and is told so by nothing but empty lists.
async fn demote(world: &World) {
    world
        .greenhouse
        .configure(|settings| settings.list_without_site_admin = ListWithoutSiteAdmin::Empty);
    let staff = world.greenhouse.state().users();
    let mut staff = staff.iter().filter(|user| !user.service_account);
    let recruiter = staff.find(|user| !user.site_admin && !user.deactivated);
    world.act_for(recruiter.unwrap().meta.id).await;
}

/// A Site Admin acts again, and the connection was verified.
async fn promote(world: &World) {
    world.act_for(world.greenhouse.access().site_admin_id).await;
    world.verify().await;
}

async fn assert_set_aside(world: &World) {
    assert_eq!(world.open().await, 1, "it waits");
    let connection = world.connection().await;
    assert_eq!(
        (connection.state, connection.reason),
        (State::Paused, Some(Code::NotSiteAdmin))
    );
}

/// That the person of this introduction was interviewed.
pub(crate) fn status_change(introduction: &Value) -> Value {
    let mut event = introduction.clone();
    event["id"] = json!("event-status");
    event["type"] = json!("intrro.events.v1.IntroductionStatusChanged");
    event["data"] = json!({
        "introduction_id": introduction["data"]["introduction_id"],
        "candidate_id": introduction["data"]["candidate"]["id"],
        "status": "interviewing",
        "changed_at": chrono::Utc::now().to_rfc3339(),
    });
    event
}

#[tokio::test]
async fn an_introduction_waits_while_nothing_is_shown_and_is_imported_once_after_that() {
    let world = with_jobs().await;
    demote(&world).await;
    world.take(&world.introduction("i-1")).await;
    world.try_once().await;
    assert_set_aside(&world).await;
    promote(&world).await;
    world.perform().await;
    let answer = world.last_answer().await;
    assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
    assert_eq!(answer.data["how"], "CREATED", "{answer:?}");
    world.application("i-1");
}

#[tokio::test]
async fn an_update_waits_while_nothing_is_shown_and_nobody_counts_as_gone() {
    let world = with_jobs().await;
    let introduction = world.introduction("i-1");
    world.import(introduction.clone()).await;
    demote(&world).await;
    world.take(&status_change(&introduction)).await;
    for _ in 0..LOOKS {
        world.try_once().await;
    }
    assert_set_aside(&world).await;
    promote(&world).await;
    world.perform().await;
    let answer = world.last_answer().await;
    assert_eq!(answer.name, "CandidateUpdated", "{answer:?}");
}

#[tokio::test]
async fn a_job_that_is_not_shown_is_unknown_where_others_are() {
    let world = with_jobs().await;
    for id in ["i-1", "i-2"] {
        let mut event = world.introduction(id);
        event["data"]["job_ids"] = json!([424_242]);
        let answer = world.import(event).await;
        assert_eq!(answer.data["code"], "job_unknown", "{answer:?}");
    }
    let asked = world.greenhouse.state().calls("jobs:list");
    let whether_any = asked.iter().filter(|call| call.query == "per_page=1");
    assert_eq!(whether_any.count(), 1, "believed for a minute");
}

#[tokio::test]
async fn a_greenhouse_without_jobs_is_believed() {
    let world = World::new(Version::V3).await;
    demote(&world).await;
    let answer = world.import(world.introduction("i-1")).await;
    assert_eq!(answer.data["code"], "job_unknown", "{answer:?}");
}

/// v1 says of whoever acts, too, that they are not found. Nothing that the write refers to is left out for it.
#[tokio::test]
async fn an_acting_user_who_is_gone_costs_one_write_and_one_look() {
    for (operation, there) in [
        ("candidates:create", None),
        ("applications:create", Some(1)),
        ("applications:update", Some(0)),
    ] {
        let world = World::new(Version::V1).await;
        let by_rita = |id| {
            let mut event = world.introduction(id);
            event["data"]["referrer"] = json!({ "email": "rita.recruiter@acme.example" });
            event
        };
        world.import(by_rita("before")).await;
        if let Some(job) = there {
            let job = JobId(world.jobs()[job]);
            world.plant("after", Target::Job(job)).await;
        }
        world.greenhouse.set_clock(15);
        let acting = world.greenhouse.access().site_admin_id;
        let recruiter = world.greenhouse.recruiter();
        recruiter.deactivate_user(acting).unwrap();
        world.greenhouse.state().clear_log();
        world.take(&by_rita("after")).await;
        world.try_once().await;
        assert_eq!(world.open().await, 1, "{operation}: it waits");
        let calls = |name| world.greenhouse.state().calls(name).len();
        assert_eq!((calls(operation), calls("users:retrieve")), (1, 1));
        let answer = world.last_answer().await;
        assert_eq!(answer.data["code"], "acting_user_missing", "{answer:?}");
        let reason = world.connection().await.reason;
        assert_eq!(reason, Some(Code::ActingUserMissing));
    }
}
