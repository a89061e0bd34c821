//! What is done without anybody asking, while Greenhouse hangs: it holds up neither pauses nor the end of the process.

use std::sync::Arc;
use std::time::Duration;

use domain::Tenant;
use greenhouse_sim::faults::When;
use serde_json::json;
use store::connections::{Credential, Health, NewConnection, NewTokens};
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
    let ended = async {
        while world.get(&path).await.body["state"] != "active" {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(SOON, ended).await.unwrap();
    stop.cancel();
    gate.open();
    keeping.await.unwrap();
}
