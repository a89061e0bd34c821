//! What a missing right means, and what the bridge creates on request.

use std::collections::{BTreeMap, BTreeSet};

use greenhouse_sim::faults::{Fault, When};
use harvest::{Feature, Operation, Version, least_scopes};
use serde_json::{Value, json};

use crate::world::World;

/// Connects a tenant that has every feature on.
async fn connect_with_everything(world: &World, auth: Value) -> Value {
    let settings = json!({"referrer_unknown": "add_user", "introduction_fields": true});
    let body = json!({"tenant": "acme", "auth": auth, "settings": settings});
    let answer = world.post("/v1/connections", &body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.body
}

/// The rights that operations need, each with the code that tells of one which nobody granted: a write shows it only
/// when it is made.
fn codes_of_rights(version: Version) -> BTreeMap<&'static str, &'static str> {
    let code = |operation: &Operation| match operation.is_write() {
        true => "permission_unproven",
        false => "scope_missing",
    };
    let all = Operation::ALL.iter();
    all.filter_map(|operation| Some((operation.needs(version)?, code(operation))))
        .collect()
}

/// The rights that findings of a code name.
fn named(answer: &Value, code: &str) -> BTreeSet<String> {
    let findings = answer["findings"].as_array().unwrap().iter();
    let told = findings.filter(|finding| finding["code"] == code);
    told.map(|finding| finding["scope"].as_str().unwrap().to_owned())
        .collect()
}

/// Where a connection is provisioned.
fn provision(connection: &Value) -> String {
    format!(
        "/v1/connections/{}/provision",
        connection["id"].as_str().unwrap()
    )
}

/// What every tenant has on.
const FEATURES: &[Feature] = &[
    Feature::Connect,
    Feature::Import,
    Feature::Note,
    Feature::Tags,
    Feature::Referrer,
    Feature::Updates,
    Feature::Status,
    Feature::Jobs,
];

fn missing(answer: &Value) -> Vec<(String, String)> {
    let findings = answer["findings"].as_array().unwrap().iter();
    let missing = findings.filter(|finding| finding["code"] == "scope_missing");
    let text = |finding: &Value, part: &str| finding[part].as_str().unwrap().to_owned();
    missing
        .map(|finding| (text(finding, "scope"), text(finding, "feature")))
        .collect()
}

#[tokio::test]
async fn each_scope_that_is_taken_away_is_named_with_its_features_and_nothing_else() {
    let world = World::new().await;
    world
        .greenhouse
        .configure(|settings| settings.rate_limit = 0);
    let client = world.greenhouse.access().client_id;
    let scopes = least_scopes(Version::V3, FEATURES);
    assert!(scopes.len() > 20, "{scopes:?}");
    for scope in scopes {
        world.greenhouse.set_scope(&client, scope, false);
        let answer = world.connect(world.auth()).await;
        let found = missing(&answer.body);
        assert_eq!(found.len(), 1, "{scope}: {found:?}");
        assert_eq!(found[0].0, scope);
        assert!(!found[0].1.is_empty());
        assert_eq!(answer.body["state"], "degraded", "{scope}");
        world.greenhouse.set_scope(&client, scope, true);
    }
    assert_eq!(world.connect(world.auth()).await.body["state"], "active");
}

#[tokio::test]
async fn each_scope_that_is_missing_is_named_where_nobody_tells_the_scopes() {
    let world = World::new().await;
    world
        .greenhouse
        .configure(|settings| settings.rate_limit = 0);
    world.nobody_introspects();
    let complete = connect_with_everything(&world, world.auth()).await;
    assert_eq!(missing(&complete), []);
    let rights = codes_of_rights(Version::V3);
    let writes = rights.iter().filter(|(_, code)| **code != "scope_missing");
    let writes: BTreeSet<String> = writes.map(|(right, _)| (*right).to_owned()).collect();
    assert_eq!(named(&complete, "permission_unproven"), writes);
    let client = world.greenhouse.access().client_id;
    for (scope, code) in rights {
        assert!(world.greenhouse.set_scope(&client, scope, false), "{scope}");
        let answer = connect_with_everything(&world, world.auth()).await;
        assert!(named(&answer, code).contains(scope), "{scope}: {answer}");
        let others = named(&answer, "scope_missing");
        assert!(others.iter().all(|other| other == scope), "{others:?}");
        world.greenhouse.set_scope(&client, scope, true);
    }
}

#[tokio::test]
async fn a_right_about_which_nothing_was_heard_is_unproven() {
    let world = World::new().await;
    world
        .greenhouse
        .configure(|settings| settings.rate_limit = 0);
    world.nobody_introspects();
    let faults = world.greenhouse.faults();
    faults.add(When::operation("openings:list"), Fault::ErrorBeforeCommit);
    let answer = world.connect(world.auth()).await;
    let unproven = named(&answer.body, "permission_unproven");
    assert!(unproven.contains("harvest:openings:list"), "{answer:?}");
    assert!(!unproven.contains("harvest:job_owners:list"), "{answer:?}");
    assert_eq!(answer.body["reason"], "greenhouse_unavailable");
}

#[tokio::test]
async fn scopes_of_features_that_are_off_are_not_asked_for() {
    let world = World::new().await;
    let client = world.greenhouse.access().client_id;
    let scope = "harvest:candidate_tags:create";
    world.greenhouse.set_scope(&client, scope, false);
    let answer = world.connect(world.auth()).await;
    assert_eq!(missing(&answer.body).len(), 1);
    let path = format!("/v1/connections/{}", answer.body["id"].as_str().unwrap());
    let off = json!({"settings": {"tags": false}});
    assert_eq!(world.patch(&path, &off).await.status, 200);
    let verified = world.post(&format!("{path}/verify"), &Value::Null).await;
    assert_eq!(missing(&verified.body), []);
    assert_eq!(verified.body["state"], "active");
}

#[tokio::test]
async fn scopes_of_a_feature_that_is_switched_on_are_asked_for() {
    let world = World::new().await;
    let client = world.greenhouse.access().client_id;
    let scopes = ["harvest:users:create", "harvest:bulk_requests:list"];
    for scope in scopes {
        world.greenhouse.set_scope(&client, scope, false);
    }
    let answer = world.connect(world.auth()).await;
    assert_eq!(missing(&answer.body), [], "nobody adds users by default");
    let path = format!("/v1/connections/{}", answer.body["id"].as_str().unwrap());
    let on = json!({"settings": {"referrer_unknown": "add_user"}});
    assert_eq!(world.patch(&path, &on).await.status, 200);
    let verified = world.post(&format!("{path}/verify"), &Value::Null).await;
    let expected = scopes.map(|scope| (scope.to_owned(), "new_referrer".to_owned()));
    assert_eq!(
        BTreeSet::from_iter(missing(&verified.body)),
        expected.into()
    );
    assert_eq!(verified.body["state"], "degraded");
}

fn key(world: &World) -> Value {
    let access = world.greenhouse.access();
    json!({"kind": "api_key", "api_key": access.api_key, "acting_user_id": access.site_admin_id})
}

#[tokio::test]
async fn an_api_key_connects_and_its_writes_are_told_to_be_unproven() {
    let world = World::new().await;
    world
        .greenhouse
        .configure(|settings| settings.rate_limit = 0);
    let answer = world.connect(key(&world)).await;
    assert_eq!(
        (answer.status, &answer.body["state"]),
        (201, &json!("active")),
        "{answer:?}"
    );
    assert_eq!(answer.body["auth"]["api"], "v1");
    let findings = answer.body["findings"].as_array().unwrap().iter();
    let unproven = findings.filter(|finding| finding["code"] == "permission_unproven");
    let named: BTreeSet<&str> = unproven
        .map(|finding| finding["scope"].as_str().unwrap())
        .collect();
    assert!(
        named.contains("Candidates: add") && named.contains("Candidates: add note"),
        "{named:?}"
    );
}

#[tokio::test]
async fn a_refused_api_key_is_told_as_a_key() {
    let world = World::new().await;
    let mut auth = key(&world);
    auth["api_key"] = json!("wrong-key");
    let answer = world.connect(auth).await;
    assert_eq!(answer.body["reason"], "credential_refused", "{answer:?}");
    let evidence = answer.body["findings"][0]["evidence"].as_str().unwrap();
    assert!(evidence.starts_with("API key"), "{evidence}");
}

#[tokio::test]
async fn a_permission_that_an_api_key_lacks_is_named() {
    let world = World::new().await;
    world
        .greenhouse
        .configure(|settings| settings.rate_limit = 0);
    let api_key = world.greenhouse.access().api_key;
    for (permission, state) in [
        ("Candidates: list", "degraded"),
        ("Jobs: list", "degraded"),
        ("Sources: list", "degraded"),
        ("Users: retrieve", "degraded"),
        ("Custom field options: list", "degraded"),
        ("Prospect pools: list", "active"),
        ("Prospect pools: retrieve", "active"),
    ] {
        assert!(world.greenhouse.set_permission(&api_key, permission, false));
        let answer = world.connect(key(&world)).await;
        let found = missing(&answer.body);
        assert!(
            found.iter().any(|(named, _)| named == permission),
            "{permission}: {found:?}"
        );
        assert_eq!(answer.body["state"], state, "{permission}");
        world.greenhouse.set_permission(&api_key, permission, true);
    }
}

#[tokio::test]
async fn each_permission_that_an_api_key_lacks_is_named() {
    let world = World::new().await;
    world
        .greenhouse
        .configure(|settings| settings.rate_limit = 0);
    let api_key = world.greenhouse.access().api_key;
    for (permission, code) in codes_of_rights(Version::V1) {
        let changed = world.greenhouse.set_permission(&api_key, permission, false);
        assert!(changed, "{permission}");
        let answer = connect_with_everything(&world, key(&world)).await;
        let told = named(&answer, code);
        assert!(told.contains(permission), "{permission}: {answer}");
        world.greenhouse.set_permission(&api_key, permission, true);
    }
}

#[tokio::test]
async fn a_right_that_no_setting_asks_for_is_missed_less() {
    let world = World::new().await;
    let client = world.greenhouse.access().client_id;
    let scope = "harvest:prospect_pools:list";
    world.greenhouse.set_scope(&client, scope, false);
    let answer = world.connect(world.auth()).await;
    assert_eq!(
        missing(&answer.body),
        [(scope.to_owned(), "prospects".to_owned())]
    );
    let severity = |answer: &Value| {
        let findings = answer["findings"].as_array().unwrap();
        let found = findings.iter().find(|finding| finding["scope"] == scope);
        found.unwrap()["severity"].clone()
    };
    assert_eq!(severity(&answer.body), "info", "an event may ask for it");
    assert_eq!(answer.body["state"], "active");
    let path = format!("/v1/connections/{}", answer.body["id"].as_str().unwrap());
    let on = json!({"settings": {"import_as": "prospect"}});
    assert_eq!(world.patch(&path, &on).await.status, 200);
    let verified = world.post(&format!("{path}/verify"), &Value::Null).await;
    assert_eq!(severity(&verified.body), "error");
}

#[tokio::test]
async fn what_could_not_be_created_says_why_and_what_to_do() {
    let world = World::new().await;
    let answer = world.connect(world.auth()).await;
    world.greenhouse_goes_down();
    let path = provision(&answer.body);
    let answer = world.post(&path, &Value::Null).await;
    for item in answer.body["items"].as_array().unwrap() {
        let told = (&item["outcome"], &item["code"]);
        let meant = (&json!("failed"), &json!("greenhouse_unavailable"));
        assert_eq!(told, meant, "{answer:?}");
        let remedy = item["remedy"].as_str().unwrap();
        assert!(remedy.contains("Send the request again"), "{answer:?}");
    }
}

#[tokio::test]
async fn two_requests_at_once_create_once() {
    let world = World::new().await;
    let answer = world.connect(world.auth()).await;
    let path = provision(&answer.body);
    let lists = When::operation("custom_fields:list");
    let gate = world.greenhouse.faults().hold_answers(lists);
    let first = async { world.post(&path, &Value::Null).await };
    let second = async {
        gate.reached_by(1).await;
        let second = world.post(&path, &Value::Null).await;
        gate.open();
        second
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!(first.status, 200, "{first:?}");
    let told = (second.status, &second.body["code"]);
    assert_eq!(told, (409, &json!("provision_under_way")), "{second:?}");
    assert_eq!(world.post(&path, &Value::Null).await.status, 200);
}

#[tokio::test]
async fn whoever_lost_the_right_to_create_creates_nothing() {
    let world = World::new().await;
    let answer = world.connect(world.auth()).await;
    let path = provision(&answer.body);
    let lists = When::operation("candidate_tags:list");
    let gate = world.greenhouse.faults().hold_answers(lists);
    let slow = async { world.post(&path, &Value::Null).await };
    let taken = async {
        gate.reached_by(1).await;
        let taken = sqlx::query(
            "UPDATE remote_cache SET value = jsonb_build_object('lease', gen_random_uuid()) WHERE kind = 'provision'",
        );
        assert_eq!(
            taken
                .execute(world.store.pool())
                .await
                .unwrap()
                .rows_affected(),
            1
        );
        gate.open();
    };
    let (slow, ()) = tokio::join!(slow, taken);
    let tag = &slow.body["items"][0];
    let told = (&tag["kind"], &tag["outcome"], &tag["code"]);
    let refused = (
        &json!("tag"),
        &json!("failed"),
        &json!("provision_under_way"),
    );
    assert_eq!(told, refused, "{slow:?}");
    assert!(
        !world
            .greenhouse
            .state()
            .log()
            .iter()
            .any(|call| call.operation == "candidate_tags:create")
    );
    let again = world.post(&path, &Value::Null).await;
    assert_eq!(
        (again.status, &again.body["code"]),
        (409, &json!("provision_under_way"))
    );
}

#[tokio::test]
async fn the_right_to_create_lasts_while_it_is_used_and_little_longer() {
    let world = World::new().await;
    let answer = world.connect(world.auth()).await;
    let path = provision(&answer.body);
    let lists = When::operation("custom_fields:list");
    let gate = world.greenhouse.faults().hold_answers(lists);
    let lease = async || {
        let sql = "SELECT extract(epoch FROM expires_at)::float8,
            (expires_at <= clock_timestamp() + interval '20 s') FROM remote_cache WHERE kind = 'provision'";
        let lease: (f64, bool) = sqlx::query_as(sql)
            .fetch_one(world.store.pool())
            .await
            .unwrap();
        lease
    };
    let look = async {
        gate.reached_by(1).await;
        let (first, soon) = lease().await;
        assert!(soon);
        testkit::until("it is extended", async || {
            (lease().await.0 > first).then_some(())
        })
        .await;
        gate.open();
    };
    let (answer, ()) = tokio::join!(world.post(&path, &Value::Null), look);
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn what_is_missing_is_created_on_request_and_only_once() {
    let world = World::new().await;
    let answer = world.connect(world.auth()).await;
    let path = provision(&answer.body);
    let outcomes = async |query: &str| {
        let answer = world.post(&format!("{path}{query}"), &Value::Null).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let items = answer.body["items"].as_array().unwrap();
        let outcome = |item: &Value| item["outcome"].as_str().unwrap().to_owned();
        items.iter().map(outcome).collect::<Vec<_>>()
    };
    let planned = outcomes("?dry_run=true").await;
    assert!(
        planned
            .iter()
            .all(|outcome| outcome == "exists" || outcome == "would_create"),
        "{planned:?}"
    );
    let done = outcomes("").await;
    let creates =
        |all: &[String], word: &str| all.iter().filter(|outcome| *outcome == word).count();
    assert_eq!(
        creates(&planned, "would_create"),
        creates(&done, "created"),
        "{done:?}"
    );
    let again = outcomes("").await;
    assert!(again.iter().all(|outcome| outcome == "exists"), "{again:?}");
}
