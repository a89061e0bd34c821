//! Greenhouse does not answer: what works is not replaced, and what was refused is not called repaired.

use greenhouse_sim::faults::{Fault, When};
use serde_json::{Value, json};
use testkit::http::Answer;

use crate::world::World;

/// What the token endpoint does instead of answering, and the code that tells of it.
fn silences() -> [(Fault, &'static str); 2] {
    [
        (Fault::ErrorBeforeCommit, "greenhouse_unavailable"),
        (Fault::Throttle { retry_after: 3600 }, "throttled"),
    ]
}

fn path(connected: &Answer) -> String {
    let id = connected.body["id"].as_str().unwrap();
    format!("/v1/connections/{id}")
}

fn mistyped(world: &World) -> Value {
    let mut auth = world.auth();
    auth["client_secret"] = json!("mistyped");
    auth
}

#[tokio::test]
async fn nothing_replaces_what_works_while_nobody_says_whether_it_works_too() {
    let world = World::new().await;
    let path = path(&world.connect(world.auth()).await);
    let before = world.get(&path).await.body;
    let rotate = format!("{path}/rotate");
    let rotation = json!({ "auth": mistyped(&world) });
    let user = json!({"acting_user_id": 999, "settings": {"tags": false}});
    let by_address = json!({"acting_user_id": "somebody@acme.example"});
    for (silence, code) in silences() {
        let faults = world.greenhouse.faults();
        faults.add(When::operation("token"), silence);
        let answers = [
            world.post(&rotate, &rotation).await,
            world.patch(&path, &user).await,
            world.patch(&path, &by_address).await,
            world.connect(mistyped(&world)).await,
        ];
        for answer in answers {
            let told = (answer.status, &answer.body["code"]);
            assert_eq!(told, (503, &json!(code)), "{answer:?}");
            let remedy = answer.body["detail"].as_str().unwrap();
            assert!(remedy.contains("Send the request again"), "{answer:?}");
        }
        assert_eq!(world.get(&path).await.body, before);
        faults.clear();
    }
    let refused = world.post(&rotate, &rotation).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    let rotation = json!({ "auth": world.auth() });
    assert_eq!(world.post(&rotate, &rotation).await.status, 200);
}

#[tokio::test]
async fn a_late_refusal_does_not_replace_what_was_connected_meanwhile() {
    let world = World::new().await;
    let first = When::operation("token").times(1);
    let gate = world.greenhouse.faults().hold(first);
    let meanwhile = async {
        gate.reached_by(1).await;
        let connected = world.connect(world.auth()).await;
        gate.open();
        connected
    };
    let (refused, connected) = tokio::join!(world.connect(mistyped(&world)), meanwhile);
    let told = (connected.status, &connected.body["state"]);
    assert_eq!(told, (201, &json!("active")), "{connected:?}");
    assert_eq!(refused.status, 422, "{refused:?}");
    let now = world.get(&path(&connected)).await.body;
    assert_eq!(now, connected.body);
    assert_eq!(world.announced().await, ["ACTIVE"]);
}

#[tokio::test]
async fn a_user_whom_nobody_could_look_up_does_not_act() {
    let world = World::new().await;
    world
        .greenhouse
        .configure(|settings| settings.rate_limit = 0);
    let access = world.greenhouse.access();
    let key = json!({"kind": "api_key", "api_key": access.api_key, "acting_user_id": access.site_admin_id});
    let path = path(&world.connect(key).await);
    let lookup = When::operation("users:retrieve");
    let faults = world.greenhouse.faults();
    faults.add(lookup, Fault::ErrorBeforeCommit);
    let nobody = json!({"acting_user_id": 999});
    let answer = world.patch(&path, &nobody).await;
    let told = (answer.status, &answer.body["code"]);
    assert_eq!(told, (503, &json!("greenhouse_unavailable")), "{answer:?}");
    let unchanged = world.get(&path).await.body;
    let acting = &unchanged["auth"]["acting_user_id"];
    assert_eq!(acting, access.site_admin_id);
}

#[tokio::test]
async fn a_look_without_an_answer_leaves_the_state_and_says_what_it_missed() {
    let world = World::new().await;
    for (auth, state) in [(mistyped(&world), "reauthorise"), (world.auth(), "active")] {
        let before = world.connect(auth).await;
        assert_eq!(before.body["state"], state, "{before:?}");
        let verify = format!("{}/verify", path(&before));
        for (silence, code) in silences() {
            let faults = world.greenhouse.faults();
            faults.add(When::operation("token"), silence);
            let after = world.post(&verify, &Value::Null).await;
            faults.clear();
            assert_eq!(after.status, 200);
            for kept in ["state", "reason", "revision", "verified_at"] {
                assert_eq!(after.body[kept], before.body[kept], "{kept}: {after:?}");
            }
            let findings = after.body["findings"].as_array().unwrap();
            let missed = findings.iter().find(|finding| finding["code"] == code);
            let evidence = missed.unwrap()["evidence"].as_str().unwrap();
            assert!(evidence.starts_with("token endpoint"), "{evidence}");
        }
    }
    assert_eq!(world.announced().await, ["REAUTHORISE", "ACTIVE"]);
}

#[tokio::test]
async fn what_is_refused_may_be_replaced_by_what_nobody_answered_for() {
    let world = World::new().await;
    let refused = world.connect(mistyped(&world)).await;
    assert_eq!(refused.body["state"], "reauthorise", "{refused:?}");
    let auth = world.auth();
    world.greenhouse_goes_down();
    let replaced = world.connect(auth).await;
    let told = (replaced.status, &replaced.body["state"]);
    assert_eq!(told, (201, &json!("degraded")), "{replaced:?}");
}

/// What Harvest v1 answers once it is switched off was never announced.
#[tokio::test]
async fn a_version_that_is_not_served_is_told_as_such_and_replaces_nothing() {
    let world = World::new().await;
    let off = |status| {
        world
            .greenhouse
            .configure(|settings| settings.v1.switched_off = Some(status));
    };
    let access = world.greenhouse.access();
    let key =
        |user: Value| json!({"kind": "api_key", "api_key": access.api_key, "acting_user_id": user});
    let by_id = || key(json!(access.site_admin_id));
    for status in [301, 308, 400, 403, 404, 410, 418] {
        off(status);
        for auth in [by_id(), key(json!("somebody@acme.example"))] {
            let answer = world.connect(auth).await;
            let told = (&answer.body["state"], &answer.body["findings"][0]["code"]);
            assert_eq!(
                told,
                (&json!("reauthorise"), &json!("v1_not_served")),
                "{answer:?}"
            );
            let evidence = &answer.body["findings"][0]["evidence"];
            assert_eq!(evidence, &json!(format!("Harvest v1 answered {status}")));
        }
    }
    let works = world.connect(world.auth()).await;
    assert_eq!(works.body["state"], "active");
    let refused = world.connect(by_id()).await;
    let told = (refused.status, &refused.body["code"]);
    assert_eq!(told, (422, &json!("v1_not_served")), "{refused:?}");
    // An outage is none of it.
    off(503);
    let answer = world.connect(by_id()).await;
    assert_eq!(answer.body["code"], "greenhouse_unavailable", "{answer:?}");
}

/// Greenhouse's own service user is in no list of users, so only what it is shown tells whether it may list.
#[tokio::test]
async fn a_service_user_who_is_shown_nothing_stays_set_aside() {
    let world = World::new().await;
    world.lists_are_empty_for_others();
    let mut auth = world.auth();
    auth.as_object_mut().unwrap().remove("acting_user_id");
    let connected = world.connect(auth).await;
    // As far as is known there is nothing to be seen.
    assert_ne!(connected.body["state"], "paused", "{connected:?}");
    let known = "INSERT INTO jobs (tenant, id, content) VALUES ('acme', 1, '{}')";
    sqlx::query(known)
        .execute(world.store.pool())
        .await
        .unwrap();
    let verify = format!("{}/verify", path(&connected));
    for _ in 0..2 {
        let seen = world.post(&verify, &Value::Null).await;
        let told = (&seen.body["state"], &seen.body["reason"]);
        let aside = (&json!("paused"), &json!("not_site_admin"));
        assert_eq!(told, aside, "{seen:?}");
    }
}
