//! Requests from Intrro to look now.

use std::time::Duration;

use domain::Tenant;
use greenhouse_sim::{Fault, When};
use store::refreshes::{NewRefresh, accept};

use crate::world::World;

pub(crate) fn request(id: &str, everybody: bool, candidates: &[&str]) -> NewRefresh {
    NewRefresh {
        tenant: Tenant::try_from("acme").unwrap(),
        source: "/intrro".into(),
        message_id: id.into(),
        request_id: id.into(),
        everybody,
        candidates: candidates.iter().map(|id| (*id).to_owned()).collect(),
        trace: None,
    }
}

pub(crate) async fn ask(world: &World, requests: &[NewRefresh]) -> u64 {
    let mut tx = world.store.begin().await.unwrap();
    let new = accept(&mut tx, requests).await.unwrap();
    tx.commit().await.unwrap();
    new
}

async fn work(world: &World) {
    world
        .run("UPDATE status_refreshes SET not_before = now()")
        .await;
    // Boxed: a test that holds all of it and more is too deep for the compiler.
    Box::pin(statuses::refresh_due(world.parts())).await;
}

/// Everybody's applications are looked at once more.
pub(crate) async fn everybody(world: &World) {
    ask(world, &[request("everybody", true, &[])]).await;
    work(world).await;
}

#[tokio::test]
async fn the_people_asked_for_are_looked_at_and_the_request_is_answered() {
    let (world, application) = World::with_application().await;
    world
        .greenhouse
        .recruiter()
        .move_to_next_stage(application)
        .unwrap();
    ask(&world, &[request("r-1", false, &["person-1", "stranger"])]).await;
    work(&world).await;
    assert_eq!(world.events().await[1]["detectedBy"], "REFRESH");
    let answers = world.events_of("StatusesRefreshed").await;
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0]["requestId"], "r-1");
    let counts = &answers[0]["counts"];
    let named =
        ["followed", "read", "changed", "unknownCandidates"].map(|name| counts[name].as_i64());
    assert_eq!(named, [Some(1); 4]);
    assert_eq!(world.count("status_refreshes").await, 0);
}

#[tokio::test]
async fn everybody_is_read_fifty_at_a_time() {
    let world = World::new().await;
    for application in world.greenhouse.state().applications() {
        world.follow("acme", application.meta.id).await;
    }
    world.poll().await;
    world.greenhouse.state().clear_log();
    ask(&world, &[request("r-1", true, &[])]).await;
    work(&world).await;
    assert_eq!(world.greenhouse.state().calls("applications:list").len(), 1);
    let counts = world.events_of("StatusesRefreshed").await[0]["counts"].take();
    // One is of a confidential job, which nobody shows us.
    assert_eq!(
        (&counts["followed"], &counts["read"]),
        (&12.into(), &11.into())
    );
}

#[tokio::test]
async fn everybody_is_read_as_far_as_the_limit_goes_and_then_the_rest() {
    let world = World::of_v1().await;
    world.follow_first(4).await;
    world.poll().await;
    world.greenhouse.state().clear_log();
    ask(&world, &[request("r-1", true, &[])]).await;
    world.let_through(3, "applications:retrieve");
    work(&world).await;
    assert_eq!(world.events_of("StatusesRefreshed").await.len(), 0);
    world.next_window().await;
    work(&world).await;
    let answers = world.events_of("StatusesRefreshed").await;
    assert_eq!(answers[0]["counts"]["read"], 4);
    let calls = world.greenhouse.state().calls("applications:retrieve");
    assert_eq!(calls.len(), 5, "three, the one too many, and the fourth");
}

#[tokio::test]
async fn one_that_cannot_be_read_keeps_no_request_from_its_answer() {
    let world = World::new().await;
    world.follow_first(3).await;
    world.poll().await;
    world.fail_at_one("applications:list");
    ask(&world, &[request("r-1", true, &[])]).await;
    work(&world).await;
    let counts = world.events_of("StatusesRefreshed").await[0]["counts"].take();
    assert_eq!(
        (&counts["followed"], &counts["read"]),
        (&3.into(), &2.into())
    );
}

#[tokio::test]
async fn in_v1_one_that_cannot_be_read_keeps_no_request_from_its_answer() {
    let world = World::of_v1().await;
    world.follow_first(3).await;
    world.poll().await;
    world.fail_at(world.greenhouse.state().applications()[1].meta.id);
    ask(&world, &[request("r-1", true, &[])]).await;
    work(&world).await;
    let answers = world.events_of("StatusesRefreshed").await;
    let counts = &answers[0]["counts"];
    assert_eq!(
        (&counts["followed"], &counts["read"]),
        (&3.into(), &2.into())
    );
}

#[tokio::test]
async fn the_same_request_twice_is_one_request() {
    let (world, _) = World::with_application().await;
    let twice = [request("r-1", true, &[]), request("r-1", true, &[])];
    assert_eq!(ask(&world, &twice).await, 1);
    assert_eq!(ask(&world, &twice).await, 0);
}

#[tokio::test]
async fn two_events_with_one_request_id_get_an_answer_each() {
    let (world, _) = World::with_application().await;
    let again = NewRefresh {
        message_id: "r-1-again".into(),
        ..request("r-1", true, &[])
    };
    assert_eq!(ask(&world, &[request("r-1", true, &[]), again]).await, 2);
    work(&world).await;
    assert_eq!(world.events_of("StatusesRefreshed").await.len(), 2);
    let ids = "SELECT count(DISTINCT message_id) FROM outbox WHERE routing_key LIKE '%.StatusesRefreshed'";
    assert_eq!(world.number(ids).await, 2);
}

#[tokio::test]
async fn a_tenant_that_must_act_is_answered_with_what_to_do() {
    let (world, _) = World::with_application().await;
    for state in [
        "UPDATE connections SET state = 'paused'",
        "UPDATE connections SET state = 'reauthorise', reason = 'credential_refused' WHERE tenant = 'globex'",
    ] {
        world.run(state).await;
    }
    let tenants = ["acme", "globex", "nobody"];
    let requests = tenants.map(|tenant| NewRefresh {
        tenant: Tenant::try_from(tenant).unwrap(),
        ..request("r-1", true, &[])
    });
    ask(&world, &requests).await;
    work(&world).await;
    let mut answers = Vec::new();
    for tenant in tenants {
        answers.extend(world.announced(tenant, "StatusesRefreshed").await);
    }
    let mut codes: Vec<_> = answers
        .iter()
        .map(|answer| answer["code"].as_str().unwrap())
        .collect();
    codes.sort_unstable();
    assert_eq!(
        codes,
        ["connection_paused", "credential_refused", "not_connected"]
    );
    assert!(answers.iter().all(|answer| answer["remedy"] != ""));
}

#[tokio::test]
async fn greenhouses_own_trouble_is_waited_out_for_a_day() {
    let (world, application) = World::with_application().await;
    world
        .greenhouse
        .recruiter()
        .move_to_next_stage(application)
        .unwrap();
    let away = When::operation("applications:list");
    let faults = world.greenhouse.faults();
    faults.add(away, Fault::ErrorBeforeCommit);
    ask(&world, &[request("r-1", true, &[])]).await;
    work(&world).await;
    assert_eq!(world.events_of("StatusesRefreshed").await.len(), 0);
    world
        .run("UPDATE status_refreshes SET created_at = now() - interval '25 h'")
        .await;
    work(&world).await;
    let answers = world.events_of("StatusesRefreshed").await;
    assert_eq!(answers[0]["code"], "greenhouse_unavailable");
}

#[tokio::test]
async fn a_limit_that_leaves_no_call_is_waited_out_for_a_day() {
    let (world, _) = World::with_application().await;
    ask(&world, &[request("r-1", true, &[])]).await;
    world.let_through(0, "applications:list");
    work(&world).await;
    assert_eq!(world.events_of("StatusesRefreshed").await.len(), 0);
    world.next_window().await;
    world
        .run("UPDATE status_refreshes SET created_at = now() - interval '25 h'")
        .await;
    world.let_through(0, "applications:list");
    work(&world).await;
    let answers = world.events_of("StatusesRefreshed").await;
    assert_eq!(answers[0]["code"], "throttled");
}

#[tokio::test]
async fn whoever_asks_often_leaves_room_for_others() {
    let world = World::new().await;
    let mut requests: Vec<NewRefresh> = (0..6)
        .map(|number| request(&format!("r-{number}"), true, &[]))
        .collect();
    requests.push(NewRefresh {
        tenant: Tenant::try_from("globex").unwrap(),
        ..request("theirs", true, &[])
    });
    ask(&world, &requests).await;
    let lease = Duration::from_secs(60);
    let claim = async || {
        let claimed = world.store.claim_refreshes(4, 2, lease).await.unwrap();
        let mut tenants: Vec<String> = claimed.iter().map(|one| one.tenant.to_string()).collect();
        tenants.sort_unstable();
        tenants
    };
    assert_eq!(claim().await, ["acme", "acme", "globex"]);
    assert_eq!(claim().await, [] as [String; 0], "two are in hand");
}
