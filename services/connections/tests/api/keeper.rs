//! What is done without anybody asking: what a refusal set aside goes on; and while Greenhouse hangs, that holds up
//! neither pauses nor the end of the process.

use std::sync::Arc;
use std::time::Duration;

use domain::{Code, Problem, Tenant};
use greenhouse_sim::faults::{Fault, When};
use serde_json::json;
use store::connections::{Credential, Health, NewConnection, NewTokens};
use testkit::until;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::world::World;

/// Renewals that are under way together.
const AT_ONCE: usize = 8;
/// Far less than all of them take one after another.
const SOON: Duration = Duration::from_secs(30);

/// Tenants whose consent ends within the hour.
async fn consents(world: &World, count: usize) {
    let hour = Duration::from_secs(3600);
    for tenant in 0..count {
        let tokens = NewTokens {
            access: "access".into(),
            refresh: "refresh".into(),
            access_lasts: hour,
            refresh_lasts: hour,
        };
        let new = NewConnection {
            tenant: Tenant::try_from(format!("tenant-{tenant}")).unwrap(),
            credential: Credential::AuthorizationCode,
            acting_user: None,
            tokens: Some(tokens),
            health: Health::of(Vec::new()),
            limit: None,
        };
        let announce = accounts::health::announcement;
        let connected = world.store.connect_tenant(&world.keys, &new, announce);
        connected.await.unwrap();
    }
}

fn keep(world: &World, stop: &CancellationToken) -> JoinHandle<()> {
    tokio::spawn(connections::keep(
        world.store.clone(),
        Arc::clone(&world.replicas[0]),
        Arc::clone(&world.metrics),
        stop.clone(),
    ))
}

#[tokio::test]
async fn told_to_end_it_begins_no_renewal_and_ends_those_that_are_under_way() {
    let world = World::new().await;
    consents(&world, 2 * AT_ONCE).await;
    let gate = world.greenhouse.faults().hold(When::operation("token"));
    let stop = CancellationToken::new();
    let keeping = keep(&world, &stop);
    timeout(SOON, gate.reached_by(AT_ONCE)).await.unwrap();
    stop.cancel();
    gate.open();
    timeout(SOON, keeping).await.unwrap().unwrap();
    assert_eq!(gate.arrivals(), AT_ONCE);
}

#[tokio::test]
async fn a_pause_ends_in_time_while_renewals_hang() {
    let world = World::new().await;
    let connected = world.connect(world.auth()).await;
    let path = format!("/v1/connections/{}", connected.body["id"].as_str().unwrap());
    consents(&world, 2 * AT_ONCE).await;
    let gate = world.greenhouse.faults().hold(When::operation("token"));
    let stop = CancellationToken::new();
    let keeping = keep(&world, &stop);
    timeout(SOON, gate.reached_by(1)).await.unwrap();
    let pause = json!({"reason": "audit", "for": "1h"});
    let paused = world.post(&format!("{path}/pause"), &pause).await;
    assert_eq!(paused.body["state"], "paused", "{paused:?}");
    sqlx::query("UPDATE connections SET held_until = now() WHERE held_until IS NOT NULL")
        .execute(world.store.pool())
        .await
        .unwrap();
    until("the end of the pause", async || {
        let state = world.get(&path).await.body["state"].take();
        (state == "active").then_some(())
    })
    .await;
    stop.cancel();
    gate.open();
    keeping.await.unwrap();
}

const SCOPE: &str = "harvest:notes:create";

/// A round of looks, with each that is put off, or not due yet, due now.
async fn look(world: &World) {
    for sql in [
        "UPDATE connections SET updated_at = now() - interval '1 hour'",
        "UPDATE remote_cache SET value = jsonb_set(value, '{due}', to_jsonb(now())) WHERE kind = 'look'",
    ] {
        sqlx::query(sql).execute(world.store.pool()).await.unwrap();
    }
    connections::keep_once(&world.store, &world.replicas[0], &world.metrics).await;
}

/// A connected tenant whose note was refused at work; its path.
async fn refused(world: &World) -> String {
    let connected = world.connect(world.auth()).await;
    let tenant = Tenant::try_from("acme").unwrap();
    let problem = Problem::new(Code::ScopeMissing).field(SCOPE);
    let revision = connected.body["revision"].as_i64().unwrap();
    let aside = accounts::health::set_aside(&world.store, &tenant, revision, &problem, "a test");
    assert_eq!(aside.await, Duration::ZERO);
    format!("/v1/connections/{}", connected.body["id"].as_str().unwrap())
}

#[tokio::test]
async fn what_a_refusal_set_aside_goes_on_by_itself_when_nothing_is_missing_any_more() {
    let world = World::new().await;
    let client = world.greenhouse.access().client_id;
    let path = refused(&world).await;
    let state = async || world.get(&path).await.body["state"].clone();
    connections::keep_once(&world.store, &world.replicas[0], &world.metrics).await;
    assert_eq!(state().await, "paused", "it is too early");
    world.greenhouse.set_scope(&client, SCOPE, false);
    look(&world).await;
    assert_eq!(state().await, "paused", "it is missing");
    world.greenhouse.set_scope(&client, SCOPE, true);
    world.greenhouse_goes_down();
    look(&world).await;
    assert_eq!(state().await, "paused", "nobody has answered");
    world.greenhouse.faults().clear();
    look(&world).await;
    assert_eq!(state().await, "active");
    assert_eq!(world.announced().await, ["ACTIVE", "PAUSED", "ACTIVE"]);
}

#[tokio::test]
async fn what_was_not_answered_at_connect_is_looked_at_again() {
    let world = World::new().await;
    let sources = When::operation("sources:list");
    world
        .greenhouse
        .faults()
        .add(sources, Fault::ErrorBeforeCommit);
    let connected = world.connect(world.auth()).await;
    let told = (&connected.body["state"], &connected.body["reason"]);
    let expected = (&json!("degraded"), &json!("greenhouse_unavailable"));
    assert_eq!(told, expected, "{connected:?}");
    let path = format!("/v1/connections/{}", connected.body["id"].as_str().unwrap());
    let state = async || world.get(&path).await.body["state"].clone();
    look(&world).await;
    assert_eq!(state().await, "degraded", "it is not answered yet");
    world.greenhouse.faults().clear();
    look(&world).await;
    assert_eq!(state().await, "active");
    assert_eq!(world.announced().await, ["DEGRADED", "ACTIVE"]);
}

#[tokio::test]
async fn what_somebody_paused_is_not_looked_at() {
    let world = World::new().await;
    let path = refused(&world).await;
    let pause = json!({"reason": "audit"});
    world.post(&format!("{path}/pause"), &pause).await;
    let before = world.get(&path).await.body;
    look(&world).await;
    let after = world.get(&path).await.body;
    for kept in ["state", "findings", "revision", "verified_at"] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
}
