//! `/_sim/` and the log.

use serde_json::{Value, json};

use crate::client::{Answer, NONE, Sim, send};

fn control(sim: &Sim, method: &str, path: &str, body: &Value) -> Answer {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    send(
        &sim.sim.api_url(),
        method,
        &format!("/_sim/{path}"),
        &[],
        &body,
    )
    .unwrap()
}

#[test]
fn recruiters_act_over_http() {
    let sim = Sim::start();
    let (candidate, id) = sim.candidate("Ann", "ann@mail.example");
    let act = |path: &str, body: Value| {
        control(&sim, "POST", &format!("applications/{id}/{path}"), &body)
    };
    assert_eq!(
        act("advance", json!(null)).json()["stage_name"],
        "Phone Screen"
    );
    assert_eq!(
        act("move", json!({"to_stage": "Offer"})).json()["stage_name"],
        "Offer"
    );
    assert_eq!(act("move", json!({"to_stage": "Nowhere"})).status, 409);
    assert_eq!(
        act("reject", json!({"reason": "Type of work"})).json()["status"],
        "rejected"
    );
    assert_eq!(act("unreject", json!({})).json()["stage_name"], "Offer");
    assert_eq!(act("hire", json!({})).json()["status"], "hired");
    assert_eq!(act("promote", json!({})).status, 404);
    let seen = control(
        &sim,
        "GET",
        "candidates?email=ann@mail.example",
        &json!(null),
    )
    .json();
    assert_eq!(seen[0]["candidate"]["id"], candidate);
    assert_eq!(
        seen[0]["applications"][0]["stages"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
}

#[test]
fn people_jobs_and_sources_are_added_over_http() {
    let sim = Sim::start();
    let add = |path: &str, body: Value| {
        control(&sim, "POST", path, &body).json()["id"]
            .as_i64()
            .unwrap()
    };
    let user = add(
        "users",
        json!({"first_name": "N", "last_name": "M", "email": "n.m@acme.example"}),
    );
    assert_eq!(
        sim.get("/v3/users?primary_email=n.m@acme.example").ids(),
        [user]
    );
    let referrer = add("referrers", json!({"name": "N M", "user_id": user}));
    assert_eq!(
        sim.get(&format!("/v3/referrers?user_ids={user}")).ids(),
        [referrer]
    );
    let source = add("sources", json!({"name": "Fair"}));
    assert_eq!(
        control(&sim, "DELETE", &format!("sources/{source}"), &json!(null)).status,
        204
    );
    assert_eq!(sim.get(&format!("/v3/sources?ids={source}")).ids(), NONE);
    let job = add("jobs", json!({"name": "Pilot", "stages": ["One", "Two"]}));
    assert_eq!(sim.sim.state().stages_of_job(job).len(), 2);
    assert_eq!(
        control(&sim, "POST", &format!("jobs/{job}/close"), &json!(null)).status,
        204
    );
    assert_eq!(
        control(&sim, "POST", "users", &json!({"nonsense": 1})).status,
        400
    );
}

#[test]
fn tags_are_deleted_over_http_and_nobody_carries_them_any_more() {
    let sim = Sim::start();
    let (ann, _) = sim.candidate("Ann", "ann@mail.example");
    let made = sim.post("/v3/candidate_tags", &json!({"name": "Intrro"}));
    let tag = made.json()["id"].clone();
    let link = json!({"candidate_id": ann, "candidate_tag_id": tag});
    assert_eq!(sim.post("/v3/applied_candidate_tags", &link).status, 201);
    let path = format!("tags/{tag}");
    assert_eq!(control(&sim, "DELETE", &path, &json!(null)).status, 204);
    assert_eq!(control(&sim, "DELETE", &path, &json!(null)).status, 409);
    assert_eq!(sim.get("/v3/candidate_tags").ids(), NONE);
    assert_eq!(sim.get("/v3/applied_candidate_tags").ids(), NONE);
    assert_eq!(sim.sim.state().candidate(ann).unwrap().tags, [""; 0]);
    assert_eq!(sim.post("/v3/applied_candidate_tags", &link).status, 422);
}

#[test]
fn faults_are_set_released_and_listed_over_http() {
    let sim = Sim::start();
    let rule = json!({"operation": "jobs:list", "nth": 1, "kind": "commit_then_500"});
    let id = control(&sim, "POST", "faults", &rule).json()["id"].clone();
    assert_eq!(
        (sim.get("/v3/jobs").status, sim.get("/v3/jobs").status),
        (500, 200)
    );
    let listed = control(&sim, "GET", "faults", &json!(null)).json();
    assert_eq!((&listed[0]["id"], &listed[0]["fired"]), (&id, &json!(1)));
    assert_eq!(
        control(&sim, "DELETE", &format!("faults/{id}"), &json!(null)).status,
        204
    );
    assert_eq!(
        control(&sim, "DELETE", &format!("faults/{id}"), &json!(null)).status,
        404
    );
    assert_eq!(
        control(&sim, "POST", "faults", &json!({"kind": "mischief"})).status,
        409
    );
    assert_eq!(
        control(&sim, "POST", "faults", &json!({"kind": "slow"})).status,
        409
    );
    let hold = control(
        &sim,
        "POST",
        "faults",
        &json!({"path": "/v3/jobs", "kind": "hold"}),
    )
    .json()["id"]
        .clone();
    std::thread::scope(|scope| {
        let call = scope.spawn(|| sim.get("/v3/jobs").status);
        assert_eq!(
            control(
                &sim,
                "POST",
                &format!("faults/{hold}/release"),
                &json!(null)
            )
            .status,
            204
        );
        assert_eq!(call.join().unwrap(), 200);
    });
}

#[test]
fn settings_scopes_and_tokens_change_over_http() {
    let mut sim = Sim::start();
    let settings = control(
        &sim,
        "PATCH",
        "settings",
        &json!({"rate_limit": 7, "lag": 1.5, "patch_answer": "no_content"}),
    );
    assert_eq!(settings.json()["rate_limit"], 7);
    assert_eq!(
        control(&sim, "GET", "settings", &json!(null)).json()["lag"],
        1.5
    );
    assert_eq!(
        control(&sim, "PATCH", "settings", &json!({"rate_limits": 7})).status,
        400
    );
    assert_eq!(
        control(&sim, "PATCH", "settings", &json!({"patch_answer": "maybe"})).status,
        409
    );
    let scope =
        json!({"client_id": "acme-harvest", "scope": "harvest:jobs:list", "granted": false});
    assert_eq!(
        control(&sim, "POST", "scopes", &scope).json()["changed"],
        true
    );
    assert_eq!(sim.get("/v3/jobs").status, 403);
    assert_eq!(
        control(&sim, "POST", "tokens/revoke", &json!({})).json()["revoked"],
        1
    );
    assert_eq!(sim.get("/v3/jobs").status, 401);
    assert_eq!(control(&sim, "POST", "reset", &json!(null)).status, 204);
    sim.renew();
    assert_eq!(sim.get("/v3/jobs").status, 200);
}

#[test]
fn the_log_tells_who_did_what_to_whom() {
    let sim = Sim::start();
    let (candidate, application) = sim.candidate("Ann", "ann@mail.example");
    sim.get("/v3/jobs?x=1");
    let made = &sim.sim.state().calls("candidates:create")[0];
    assert_eq!(
        (made.candidate_id, made.application_id),
        (Some(candidate), Some(application))
    );
    assert_eq!(
        (made.job_id, made.status),
        (Some(sim.job("Backend Engineer")), Some(201))
    );
    assert_eq!(made.client_id.as_deref(), Some("acme-harvest"));
    let log = control(
        &sim,
        "GET",
        &format!("log?after={}", made.number),
        &json!(null),
    )
    .json();
    assert_eq!(
        (&log[0]["operation"], &log[0]["status"], &log[0]["query"]),
        (&json!("jobs:list"), &json!(422), &json!("x=1"))
    );
    let stats = control(&sim, "GET", "stats", &json!(null)).json();
    assert_eq!(
        (&stats["counts"]["acme"]["candidates"], &stats["requests"]),
        (&json!(1), &json!(3))
    );
}

#[test]
fn the_log_is_a_ring() {
    let sim = Sim::with(|config| config.log_capacity = 2);
    for path in ["/v3/jobs", "/v3/sources", "/v3/users"] {
        sim.get(path);
    }
    let log = sim.sim.state().log();
    assert_eq!(
        log.iter().map(|entry| entry.operation).collect::<Vec<_>>(),
        ["sources:list", "users:list"]
    );
    assert_eq!(sim.sim.state().request_count(), 4);
}
