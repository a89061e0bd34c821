//! An acting user who is no Site Admin any more, and whom v3 therefore shows nothing.

use domain::{Code, JobId};
use greenhouse_sim::{Fault, ListWithoutSiteAdmin, When};
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

/// Somebody in front of Greenhouse knows nothing of a job, whatever their words.
#[tokio::test]
async fn no_job_is_unknown_while_v1_refuses_everything() {
    for body in [
        r#"{"message":"Forbidden"}"#,
        "",
        "Forbidden",
        r#"{"error":{"code":403,"status":"denied"}}"#,
    ] {
        let world = World::new(Version::V1).await;
        let refused = Fault::Answer {
            status: 403,
            headers: Vec::new(),
            body: body.to_owned(),
        };
        world.greenhouse.faults().add(When::any(), refused);
        for id in ["i-1", "i-2"] {
            world.take(&world.introduction(id)).await;
        }
        world.try_once().await;
        assert_eq!(world.open().await, 2, "{body}: they wait");
        world.greenhouse.faults().clear();
        world.verify().await;
        world.perform().await;
        let answer = world.last_answer().await;
        assert_eq!(answer.data["how"], "CREATED", "{body}: {answer:?}");
    }
}

#[tokio::test]
async fn a_key_that_may_not_list_jobs_is_told_of_an_unknown_one() {
    let world = World::new(Version::V1).await;
    let lacking = Fault::Refuse {
        status: 403,
        body: json!({ "message": "This API Key does not have permission for this endpoint" }),
    };
    let list = When::operation("jobs:list");
    world.greenhouse.faults().add(list, lacking);
    let answer = world.import(world.picking("i-1", &[424_242])).await;
    assert_eq!(answer.data["code"], "job_unknown", "{answer:?}");
}

#[tokio::test]
async fn an_acting_user_who_is_gone_is_told_whatever_a_create_is_refused_with() {
    let world = World::new(Version::V1).await;
    world.import(world.introduction("before")).await;
    let denied = Fault::Refuse {
        status: 403,
        body: json!({ "message": "Access denied" }),
    };
    let create = When::operation("candidates:create");
    world.greenhouse.faults().add(create, denied);
    let acting = world.greenhouse.access().site_admin_id;
    let recruiter = world.greenhouse.recruiter();
    recruiter.deactivate_user(acting).unwrap();
    world.take(&world.introduction("after")).await;
    world.try_once().await;
    let reason = world.connection().await.reason;
    assert_eq!(reason, Some(Code::ActingUserMissing));
}

/// Of the job it is believed for a minute that it is open.
#[tokio::test]
async fn nobody_is_made_twice_while_nothing_is_shown() {
    let world = with_jobs().await;
    world.import(world.introduction("before")).await;
    let job = JobId(world.jobs()[0]);
    world.plant("after", Target::Job(job)).await;
    world
        .greenhouse
        .configure(|settings| settings.list_without_site_admin = ListWithoutSiteAdmin::Empty);
    let acting = world.greenhouse.access().site_admin_id;
    let recruiter = world.greenhouse.recruiter();
    recruiter.demote_user(acting).unwrap();
    // What was shown then is some time ago.
    world
        .run("UPDATE remote_cache SET expires_at = now() WHERE kind = 'sight'")
        .await;
    world.take(&world.introduction("after")).await;
    world.try_once().await;
    assert_set_aside(&world).await;
    world.person("after");
}

/// In v3 a list is refused alike to whoever lacks the right.
#[tokio::test]
async fn a_refused_list_is_told_as_what_it_is_at_once() {
    for (demoted, code) in [(true, "not_site_admin"), (false, "scope_missing")] {
        let world = World::new(Version::V3).await;
        let access = world.greenhouse.access();
        match demoted {
            true => {
                let recruiter = world.greenhouse.recruiter();
                recruiter.demote_user(access.site_admin_id).unwrap();
            }
            false => {
                let (client, scope) = (&access.client_id, "harvest:jobs:list");
                assert!(world.greenhouse.set_scope(client, scope, false));
            }
        }
        world.take(&world.introduction("i-1")).await;
        world.try_once().await;
        let answer = world.last_answer().await;
        assert_eq!(answer.data["code"], code, "{answer:?}");
        let reason = world.connection().await.reason;
        assert_eq!(reason.map(Code::as_str), Some(code));
    }
}

#[tokio::test]
async fn who_creates_many_at_once_asks_once_whether_anything_is_shown() {
    let world = with_jobs().await;
    world.import(world.introduction("before")).await;
    world
        .run("UPDATE remote_cache SET expires_at = now() WHERE kind = 'sight'")
        .await;
    world.greenhouse.state().clear_log();
    let all = ["i-1", "i-2", "i-3"];
    for id in all {
        world.take(&world.introduction(id)).await;
    }
    world.try_once().await;
    let asked = world.greenhouse.state().calls("jobs:list");
    assert_eq!(asked.len(), 1, "{asked:?}");
    for id in all {
        world.person(id);
    }
}
