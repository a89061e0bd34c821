//! Roles, listing, settings, pausing, rotating, disconnecting.

use greenhouse_sim::org::people::NewUser;
use serde_json::{Value, json};
use testkit::http::Answer;

use crate::world::{OPERATOR, TOKEN, VIEWER, World};

async fn send(world: &World, method: &str, path: &str, token: &str, body: &str) -> Answer {
    let method = method.to_uppercase().parse().unwrap();
    let request = world.http.request(method, &world.url(path));
    let answer = request.bearer_auth(token).body(body.to_owned()).send();
    let answer = answer.await.unwrap();
    let status = answer.status().as_u16();
    let body = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default();
    Answer { status, body }
}

async fn connected(world: &World) -> String {
    let answer = world.connect(world.auth()).await;
    answer.body["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_role_may_do_what_it_may() {
    let world = World::new().await;
    let id = connected(&world).await;
    let path = |tail: &str| format!("/v1/connections/{id}{tail}");
    for (method, path, needed) in [
        ("get", path(""), 1),
        ("get", path("/findings"), 1),
        ("get", path("/settings"), 1),
        ("get", "/v1/connections".to_owned(), 1),
        ("post", path("/verify"), 2),
        ("post", path("/pause"), 2),
        ("post", path("/resume"), 2),
        ("post", path("/rotate"), 3),
        ("patch", path(""), 3),
        ("post", "/v1/connections".to_owned(), 3),
        ("delete", path(""), 3),
    ] {
        for (token, role) in [(VIEWER, 1), (OPERATOR, 2), (TOKEN, 3)] {
            let answer = send(&world, method, &path, token, "{}").await;
            let refused = answer.status == 403;
            assert_eq!(refused, role < needed, "{method} {path} {role}: {answer:?}");
            assert!(!refused || answer.body["code"] == "not_permitted");
        }
    }
}

#[tokio::test]
async fn every_refusal_is_a_problem_with_a_code() {
    let world = World::new().await;
    let large = "x".repeat(70_000);
    for (method, path, token, body, status, code) in [
        (
            "get",
            "/v1/connections",
            "wrong",
            "",
            401,
            "token_not_accepted",
        ),
        (
            "get",
            "/v1/connections/nonsense",
            TOKEN,
            "",
            404,
            "connection_unknown",
        ),
        ("get", "/v1/nonsense", TOKEN, "", 404, "route_unknown"),
        (
            "put",
            "/v1/connections",
            TOKEN,
            "",
            405,
            "method_not_allowed",
        ),
        (
            "post",
            "/v1/connections",
            TOKEN,
            large.as_str(),
            413,
            "request_too_large",
        ),
        ("post", "/v1/connections", TOKEN, "{", 422, "invalid_field"),
        (
            "get",
            "/v1/connections?limit=0",
            TOKEN,
            "",
            422,
            "invalid_field",
        ),
        (
            "get",
            "/v1/connections?tennant=x",
            TOKEN,
            "",
            422,
            "invalid_field",
        ),
        (
            "get",
            "/v1/connections?tenant=%00",
            TOKEN,
            "",
            422,
            "invalid_field",
        ),
    ] {
        let answer = send(&world, method, path, token, body).await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (status, &json!(code)),
            "{path}"
        );
        assert_eq!(answer.body["status"], status);
        for part in ["type", "title", "detail"] {
            assert!(
                !answer.body[part].as_str().unwrap().is_empty(),
                "{answer:?}"
            );
        }
    }
}

#[tokio::test]
async fn too_many_wrong_tokens_are_turned_away_and_a_right_one_never_is() {
    let world = World::new().await;
    let mut last = 0;
    for _ in 0..25 {
        last = send(&world, "get", "/v1/connections", "wrong", "")
            .await
            .status;
    }
    assert_eq!(last, 429);
    for token in [TOKEN, OPERATOR, VIEWER] {
        let answer = send(&world, "get", "/v1/connections", token, "").await;
        assert_eq!(answer.status, 200);
    }
}

#[tokio::test]
async fn connections_are_listed_page_by_page() {
    let world = World::new().await;
    for tenant in ["a", "b", "c"] {
        let body = json!({"tenant": tenant, "auth": world.auth()});
        assert_eq!(world.post("/v1/connections", &body).await.status, 201);
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world
            .get(&format!("/v1/connections?limit=2{cursor}"))
            .await
            .body;
        let tenants = page["connections"].as_array().unwrap().iter();
        seen.extend(tenants.map(|found| found["tenant"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["a", "b", "c"]);
    let one = world.get("/v1/connections?tenant=b").await.body;
    assert_eq!(one["connections"][0]["tenant"], "b");
    let none = world.get("/v1/connections?tenant=z").await.body;
    assert_eq!(none, json!({"connections": [], "next_cursor": null}));
}

#[tokio::test]
async fn settings_are_checked_kept_and_remembered() {
    let world = World::new().await;
    let path = format!("/v1/connections/{}", connected(&world).await);
    let wrong = world
        .patch(&path, &json!({"settings": {"pol_interval_seconds": 30}}))
        .await;
    assert_eq!(
        (wrong.status, &wrong.body["field"]),
        (422, &json!("settings.pol_interval_seconds"))
    );
    assert!(
        wrong.body["reason"]
            .as_str()
            .unwrap()
            .contains("poll_interval_seconds")
    );
    let right = world
        .patch(&path, &json!({"settings": {"poll_interval_seconds": 30}}))
        .await;
    assert_eq!(right.body["settings"], json!({"poll_interval_seconds": 30}));
    assert_eq!(
        right.body["effective_settings"]["poll_interval_seconds"],
        30
    );
    world
        .patch(&path, &json!({"settings": {"poll_interval_seconds": null}}))
        .await;
    let shown = world.get(&format!("{path}/settings")).await.body;
    assert_eq!(shown["settings"], json!({}));
    let history = shown["history"].as_array().unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!(
        history[0]["settings"],
        json!({"poll_interval_seconds": null})
    );
    assert_eq!(history[1]["changed_by"], "admin");
}

#[tokio::test]
async fn settings_that_come_with_a_connection_are_checked_and_kept_like_any_others() {
    let world = World::new().await;
    let connect = async |settings: Value| {
        let body = json!({"tenant": "acme", "auth": world.auth(), "settings": settings,
            "webhook_secrets": ["hook-secret"]});
        world.post("/v1/connections", &body).await
    };
    let wrong = json!({"poll_interval_seconds": 7, "nonsense": 1});
    let refused = connect(wrong.clone()).await;
    let field = &refused.body["field"];
    assert_eq!(
        (refused.status, field),
        (422, &json!("settings.nonsense")),
        "{refused:?}"
    );
    assert_eq!(world.announced().await, [""; 0], "nothing was connected");
    let connected = connect(json!({"poll_interval_seconds": 7})).await;
    assert_eq!(connected.status, 201, "{connected:?}");
    let path = format!("/v1/connections/{}", connected.body["id"].as_str().unwrap());
    let told = world.patch(&path, &json!({"settings": wrong})).await;
    assert_eq!(told.body["reason"], refused.body["reason"]);

    let shown = world.get(&format!("{path}/settings")).await.body;
    assert_eq!(shown["settings"], json!({"poll_interval_seconds": 7}));
    assert_eq!(shown["history"][0]["changed_by"], "admin");
    assert_eq!(connected.body["settings"], shown["settings"]);
    assert_eq!(world.announced().await, ["ACTIVE"]);
    let verified = world.post(&format!("{path}/verify"), &Value::Null).await;
    assert!(verified.body.to_string().contains("webhook_silent"));
    // Connecting again without any leaves them as they are.
    let again = world.connect(world.auth()).await;
    assert_eq!(again.body["settings"], shown["settings"]);
}

#[tokio::test]
async fn what_is_looked_at_first_follows_the_settings_that_come_with_it() {
    let world = World::new().await;
    let client = world.greenhouse.access().client_id;
    let scope = "harvest:candidate_tags:create";
    world.greenhouse.set_scope(&client, scope, false);
    let off = json!({"tenant": "acme", "auth": world.auth(), "settings": {"tags": false}});
    let connected = world.post("/v1/connections", &off).await;
    assert_eq!(connected.body["state"], "active", "{connected:?}");
}

#[tokio::test]
async fn what_a_connection_does_not_know_is_refused_by_name() {
    let world = World::new().await;
    let access = world.greenhouse.access();
    let key = json!({"kind": "api_key", "api_key": access.api_key,
        "acting_user_id": access.site_admin_id, "client_secret": access.client_secret});
    for (body, field, known) in [
        (
            json!({"tenant": "acme", "auth": world.auth(), "zzz": 1}),
            "zzz",
            "webhook_secrets",
        ),
        (
            json!({"tenant": "acme", "auth": key}),
            "auth.client_secret",
            "api_key",
        ),
    ] {
        let refused = world.post("/v1/connections", &body).await;
        let (code, told) = (&refused.body["code"], &refused.body["field"]);
        assert_eq!(
            (refused.status, code, told),
            (422, &json!("invalid_field"), &json!(field))
        );
        assert!(refused.body["reason"].as_str().unwrap().contains(known));
    }
}

#[tokio::test]
async fn a_paused_connection_stays_paused_until_it_is_resumed() {
    let world = World::new().await;
    let path = format!("/v1/connections/{}", connected(&world).await);
    let paused = world
        .post(&format!("{path}/pause"), &json!({"reason": "audit"}))
        .await;
    assert_eq!(
        (paused.status, &paused.body["state"]),
        (200, &json!("paused"))
    );
    assert_eq!(paused.body["findings"][0]["evidence"], "audit");
    let verified = world.post(&format!("{path}/verify"), &Value::Null).await;
    assert_eq!(verified.body["state"], "paused");
    let again = world.connect(world.auth()).await;
    assert_eq!(again.body["state"], "paused");
    let resumed = world.post(&format!("{path}/resume"), &Value::Null).await;
    assert_eq!(resumed.body["state"], "active");
    assert!(!resumed.body["findings"].to_string().contains("audit"));
    assert_eq!(world.announced().await, ["ACTIVE", "PAUSED", "ACTIVE"]);
}

#[tokio::test]
async fn a_pause_can_end_by_itself() {
    let world = World::new().await;
    let path = format!("/v1/connections/{}", connected(&world).await);
    let body = json!({"reason": "audit", "for": "1h"});
    world.post(&format!("{path}/pause"), &body).await;
    let announce = accounts::health::announcement;
    assert_eq!(world.store.end_holds(announce).await.unwrap(), 0);
    sqlx::query("UPDATE connections SET held_until = now() - interval '1 second'")
        .execute(world.store.pool())
        .await
        .unwrap();
    assert_eq!(world.store.end_holds(announce).await.unwrap(), 1);
    assert_eq!(world.get(&path).await.body["state"], "active");
    assert_eq!(world.store.end_holds(announce).await.unwrap(), 0);
}

#[tokio::test]
async fn a_credential_is_replaced_only_by_one_that_works() {
    let world = World::new().await;
    let path = format!("/v1/connections/{}", connected(&world).await);
    let mut auth = world.auth();
    auth["client_secret"] = json!("wrong-secret");
    let refused = world
        .post(&format!("{path}/rotate"), &json!({"auth": auth}))
        .await;
    assert_eq!(
        (refused.status, &refused.body["field"]),
        (422, &json!("auth"))
    );
    assert_eq!(
        refused.body["findings"][0]["code"],
        "token_endpoint_refused"
    );
    let unchanged = world.get(&path).await.body;
    assert_eq!(
        (&unchanged["state"], &unchanged["revision"]),
        (&json!("active"), &json!(1))
    );
    let rotated = world
        .post(&format!("{path}/rotate"), &json!({"auth": world.auth()}))
        .await;
    assert_eq!(
        (rotated.status, &rotated.body["revision"]),
        (200, &json!(2)),
        "{rotated:?}"
    );
}

#[tokio::test]
async fn another_acting_user_is_verified_before_it_replaces_the_old_one() {
    let world = World::new().await;
    let path = format!("/v1/connections/{}", connected(&world).await);
    let first = world.greenhouse.access().site_admin_id;
    for (wrong, code) in [
        (json!(999), "acting_user_missing"),
        (json!("nobody@example.com"), "invalid_field"),
        (Value::Null, "invalid_field"),
    ] {
        let body = json!({"acting_user_id": wrong, "settings": {"tags": false}});
        let refused = world.patch(&path, &body).await;
        let told = (
            refused.status,
            &refused.body["field"],
            &refused.body["code"],
        );
        assert_eq!(
            told,
            (422, &json!("acting_user_id"), &json!(code)),
            "{refused:?}"
        );
    }
    let unchanged = world.get(&path).await.body;
    assert_eq!(unchanged["auth"]["acting_user_id"], first);
    assert_eq!(
        (&unchanged["revision"], &unchanged["settings"]),
        (&json!(1), &json!({}))
    );

    let second = world.greenhouse.recruiter().add_user(NewUser {
        first_name: "Sara".into(),
        last_name: "Second".into(),
        email: "sara@example.com".into(),
        site_admin: true,
        employee_id: None,
        deactivated: false,
    });
    let (second, body) = (
        second.unwrap(),
        json!({"acting_user_id": "sara@example.com"}),
    );
    let changed = world.patch(&path, &body).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.body["auth"]["acting_user_id"], second);
    assert_eq!(changed.body["state"], "active");
    let settings = world.get(&format!("{path}/settings")).await.body;
    let last = &settings["history"][0];
    assert_eq!(last["settings"], json!({"acting_user_id": second}));
    assert_eq!(last["changed_by"], "admin");
    assert_eq!(settings["settings"], json!({}));
    // It is the new one that counts from now on.
    world.greenhouse.recruiter().deactivate_user(first).unwrap();
    let verified = world.post(&format!("{path}/verify"), &Value::Null).await;
    assert_eq!(verified.body["state"], "active", "{verified:?}");
}

#[tokio::test]
async fn an_acting_user_is_found_by_address() {
    let world = World::new().await;
    let id = world.greenhouse.access().site_admin_id;
    let users = world.greenhouse.state().users();
    let admin = users.iter().find(|user| user.meta.id == id).unwrap();
    let api_key = world.greenhouse.access().api_key;
    let key = |email: &str| json!({"kind": "api_key", "api_key": api_key, "acting_user_id": email});
    let answer = world.connect(key(&admin.primary_email)).await;
    assert_eq!(answer.body["auth"]["acting_user_id"], id, "{answer:?}");
    // v3 lists users only to a Site Admin, and without an acting user nobody is one.
    let mut auth = world.auth();
    auth["acting_user_id"] = json!(admin.primary_email);
    for auth in [key("nobody@example.com"), auth] {
        let answer = world.connect(auth).await;
        let field = &answer.body["field"];
        assert_eq!((answer.status, field), (422, &json!("auth.acting_user_id")));
    }
}

#[tokio::test]
async fn a_look_for_an_acting_user_waits_for_the_budget() {
    let world = World::new().await;
    let path = format!("/v1/connections/{}", connected(&world).await);
    let id = world.greenhouse.access().site_admin_id;
    let users = world.greenhouse.state().users();
    let admin = users.iter().find(|user| user.meta.id == id).unwrap();
    let used_up = "UPDATE budgets SET blocked_until = clock_timestamp() + interval '3 seconds'";
    let used_up = sqlx::query(used_up).execute(world.store.pool()).await;
    assert_eq!(used_up.unwrap().rows_affected(), 1);
    let by_address = json!({"acting_user_id": admin.primary_email});
    let answer = world.patch(&path, &by_address).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.body["auth"]["acting_user_id"], id);
}

#[tokio::test]
async fn disconnecting_deletes_the_secrets_and_says_so() {
    let world = World::new().await;
    let path = format!("/v1/connections/{}", connected(&world).await);
    world
        .patch(&path, &json!({"webhook_secrets": ["hook-secret"]}))
        .await;
    let gone = send(&world, "delete", &path, TOKEN, "").await;
    assert_eq!(gone.status, 204);
    assert_eq!(world.get(&path).await.status, 404);
    assert_eq!(send(&world, "delete", &path, TOKEN, "").await.status, 404);
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM connections")
        .fetch_one(world.store.pool())
        .await
        .unwrap();
    assert_eq!(left, 0);
    assert_eq!(world.announced().await, ["ACTIVE", "PAUSED"]);
}

#[tokio::test]
async fn the_document_of_the_api_is_served_and_every_route_in_it_answers() {
    let world = World::new().await;
    let document = world
        .http
        .get(&world.url("/v1/openapi.json"), None)
        .await
        .unwrap();
    assert_eq!(document.body["openapi"], "3.1.0");
    let paths = document.body["paths"].as_object().unwrap();
    // The document describes the services beside this one too.
    let ours = |path: &str| path.starts_with("/v1/connections") || path.starts_with("/connect");
    let mut asked = 0;
    for (path, methods) in paths.iter().filter(|(path, _)| ours(path)) {
        let path = path.replace("{id}", "00000000-0000-0000-0000-000000000000");
        let methods = methods.as_object().unwrap().keys();
        for method in methods.filter(|key| *key != "parameters") {
            let answer = send(&world, method, &path, TOKEN, "{}").await;
            let code = &answer.body["code"];
            assert!(
                code != "route_unknown" && code != "method_not_allowed",
                "{method} {path}"
            );
            asked += 1;
        }
    }
    assert!(asked > 10, "{asked}");
}
