//! The HTTP API as an admin meets it, with a simulated Greenhouse and a database of our own.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod consent;
mod findings;
mod keeper;
mod manage;
mod outage;
mod readme;
mod rights;
mod schema;
mod secrets;
mod world;

use domain::Tenant;
use greenhouse_sim::org::people::NewUser;
use serde_json::{Value, json};
use store::connections::State;

use world::{TOKEN, World};

fn codes(body: &Value) -> Vec<&str> {
    let findings = body["findings"].as_array().unwrap();
    // What is good to know is found in every account.
    let wrong = findings
        .iter()
        .filter(|finding| finding["severity"] != "info");
    wrong
        .map(|finding| finding["code"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_complete_account_is_active_and_nothing_is_found() {
    let world = World::new().await;
    let answer = world.connect(world.auth()).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.body["state"], "active", "{answer:?}");
    assert_eq!(codes(&answer.body), [""; 0]);
    let told = answer.body["findings"].as_array().unwrap();
    let told: Vec<&Value> = told.iter().map(|finding| &finding["code"]).collect();
    assert_eq!(told, ["jobs_visible", "rate_limit_seen"]);
    assert_eq!(answer.body["tenant"], "acme");
    let id = answer.body["id"].as_str().unwrap();
    assert_eq!(
        world.get(&format!("/v1/connections/{id}")).await.body,
        answer.body
    );
    let listed = world.get("/v1/connections?tenant=acme").await.body;
    assert_eq!(listed["connections"], json!([answer.body]));
    assert_eq!(world.announced().await, ["ACTIVE"]);
}

#[tokio::test]
async fn every_finding_says_what_where_and_what_to_do() {
    let world = World::new().await;
    world.remove_source();
    let answer = world.connect(world.auth()).await;
    assert_eq!(
        (answer.status, &answer.body["state"]),
        (201, &json!("degraded"))
    );
    assert_eq!(codes(&answer.body), ["source_missing"]);
    for part in [
        "code", "severity", "message", "evidence", "feature", "remedy",
    ] {
        assert!(
            !answer.body["findings"][0][part]
                .as_str()
                .unwrap()
                .is_empty(),
            "{part}"
        );
    }
}

#[tokio::test]
async fn a_refused_credential_is_stored_and_waits_for_the_admin() {
    let world = World::new().await;
    let mut auth = world.auth();
    auth["client_secret"] = json!("wrong-secret");
    let refused = world.connect(auth).await;
    assert_eq!(
        (refused.status, &refused.body["state"]),
        (201, &json!("reauthorise"))
    );
    assert_eq!(codes(&refused.body), ["token_endpoint_refused"]);
    let right = world.connect(world.auth()).await;
    assert_eq!(
        (&right.body["id"], &right.body["state"]),
        (&refused.body["id"], &json!("active"))
    );
    assert_eq!(right.body["revision"], 2);
    assert_eq!(world.announced().await, ["REAUTHORISE", "ACTIVE"]);
}

#[tokio::test]
async fn a_refused_credential_takes_no_place_of_one_that_works() {
    let world = World::new().await;
    let before = world.connect(world.auth()).await.body;
    let mut auth = world.auth();
    auth["client_secret"] = json!("wrong-secret");
    let refused = world.connect(auth).await;
    assert_eq!(
        (refused.status, &refused.body["field"]),
        (422, &json!("auth")),
        "{refused:?}"
    );
    assert_eq!(codes(&refused.body), ["token_endpoint_refused"]);
    let path = format!("/v1/connections/{}", before["id"].as_str().unwrap());
    assert_eq!(world.get(&path).await.body, before);
    let verified = world.post(&format!("{path}/verify"), &Value::Null).await;
    assert_eq!(verified.body["state"], "active", "{verified:?}");
    assert_eq!(world.announced().await, ["ACTIVE"]);
}

#[tokio::test]
async fn an_acting_user_who_is_gone_is_named() {
    let world = World::new().await;
    let mut auth = world.auth();
    auth["acting_user_id"] = json!(999);
    let answer = world.connect(auth).await;
    assert_eq!(codes(&answer.body), ["acting_user_missing"], "{answer:?}");
    assert_eq!(answer.body["findings"][0]["evidence"], "user 999");
}

#[tokio::test]
async fn an_acting_user_who_is_no_site_admin_is_named_once() {
    let world = World::new().await;
    let user = world.greenhouse.recruiter().add_user(NewUser {
        first_name: "Nora".into(),
        last_name: "Nobody".into(),
        email: "nora@example.com".into(),
        site_admin: false,
        employee_id: None,
        deactivated: false,
    });
    let mut auth = world.auth();
    auth["acting_user_id"] = json!(user.unwrap());
    for empty in [false, true] {
        if empty {
            world.lists_are_empty_for_others();
        }
        let answer = world.connect(auth.clone()).await;
        assert_eq!(answer.body["reason"], "not_site_admin", "{answer:?}");
        let found = codes(&answer.body);
        assert_eq!(
            found
                .iter()
                .filter(|code| **code == "not_site_admin")
                .count(),
            1
        );
        assert!(!found.contains(&"scope_missing"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_scope_that_is_not_granted_is_named_with_what_suffers() {
    let world = World::new().await;
    let client = world.greenhouse.access().client_id;
    world
        .greenhouse
        .set_scope(&client, "harvest:notes:create", false);
    let answer = world.connect(world.auth()).await;
    assert_eq!(answer.body["state"], "degraded");
    assert_eq!(codes(&answer.body), ["scope_missing"]);
    assert_eq!(
        answer.body["findings"][0]["evidence"],
        "harvest:notes:create"
    );
    assert_eq!(answer.body["findings"][0]["scope"], "harvest:notes:create");
    assert_eq!(answer.body["findings"][0]["feature"], "note");
}

#[tokio::test]
async fn a_repaired_account_is_verified_again_without_its_secret() {
    let world = World::new().await;
    let client = world.greenhouse.access().client_id;
    world
        .greenhouse
        .set_scope(&client, "harvest:sources:list", false);
    let broken = world.connect(world.auth()).await;
    assert_eq!(codes(&broken.body), ["scope_missing"]);
    world
        .greenhouse
        .set_scope(&client, "harvest:sources:list", true);
    let id = broken.body["id"].as_str().unwrap();
    let verified = world
        .post(&format!("/v1/connections/{id}/verify"), &Value::Null)
        .await;
    assert_eq!(
        (verified.status, &verified.body["state"]),
        (200, &json!("active")),
        "{verified:?}"
    );
    assert_eq!(world.announced().await, ["DEGRADED", "ACTIVE"]);
}

#[tokio::test]
async fn no_answer_and_no_error_holds_a_secret() {
    let world = World::new().await;
    let mut auth = world.auth();
    let secret = auth["client_secret"].as_str().unwrap().to_owned();
    let connected = world.connect(auth.clone()).await;
    let id = connected.body["id"].as_str().unwrap().to_owned();
    auth["acting_user_id"] = json!("seven");
    let hooks =
        json!({"webhook_secrets": ["hook-secret"], "settings": {"poll_interval_seconds": 45}});
    let path = format!("/v1/connections/{id}");
    let answers = [
        connected,
        world.connect(auth).await,
        world.patch(&path, &hooks).await,
        world.get(&path).await,
    ];
    for answer in &answers {
        let text = answer.body.to_string();
        assert!(
            !text.contains(&secret) && !text.contains("hook-secret"),
            "{text}"
        );
    }
    assert_eq!(answers[1].status, 422);
    assert_eq!(
        answers[3].body["settings"],
        json!({"poll_interval_seconds": 45})
    );
}

#[tokio::test]
async fn bad_input_is_refused_with_field_and_reason() {
    let world = World::new().await;
    let key = json!({"kind": "api_key", "acting_user_id": 1});
    for (body, field) in [
        (json!([]), "$"),
        (json!({"auth": world.auth()}), "tenant"),
        (json!({"tenant": "acme"}), "auth"),
        (json!({"tenant": "acme", "auth": key}), "auth.api_key"),
        (
            json!({"tenant": "acme", "auth": {"kind": "client_credentials"}}),
            "auth.client_id",
        ),
    ] {
        let answer = world.post("/v1/connections", &body).await;
        assert_eq!(answer.status, 422, "{answer:?}");
        assert_eq!(answer.body["field"], field);
        assert!(!answer.body["reason"].as_str().unwrap().is_empty());
    }
    assert!(
        world
            .store
            .connection_of(&Tenant::try_from("acme").unwrap())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn without_the_token_everything_looks_the_same() {
    let world = World::new().await;
    let mut answers = Vec::new();
    for token in [None, Some(""), Some("wrong"), Some("almost the token")] {
        for path in ["/v1/connections?tenant=acme", "/v1/connections/nonsense"] {
            answers.push(world.http.get(&world.url(path), token).await.unwrap());
        }
    }
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 401 && *answer == answers[0]),
        "{answers:?}"
    );
    assert_eq!(
        world
            .http
            .get(&world.url("/v1/connections/nonsense"), Some(TOKEN))
            .await
            .unwrap()
            .status,
        404
    );
}

#[tokio::test]
async fn a_greenhouse_that_is_down_does_not_keep_a_tenant_from_connecting() {
    let world = World::new().await;
    let auth = world.auth();
    world.greenhouse_goes_down();
    let answer = world.connect(auth).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(codes(&answer.body), ["greenhouse_unavailable"]);
    let stored = world
        .store
        .connection_of(&Tenant::try_from("acme").unwrap())
        .await
        .unwrap();
    assert_eq!(stored.unwrap().state, State::Degraded);
}
