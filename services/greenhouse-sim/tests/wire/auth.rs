//! Tokens and scopes.

use std::time::Duration;

use greenhouse_sim::{OrganisationConfig, TokenExpiry};
use serde_json::json;

use crate::client::{Sim, send};

#[test]
fn the_token_host_refuses_in_its_own_words() {
    let sim = Sim::start();
    let good = Some(("acme-harvest", "acme-secret"));
    let grant = "grant_type=client_credentials";
    let table = [
        (None, grant, 401, "\"message\":\"Unauthorized\""),
        (
            Some(("acme", "acme-secret")),
            grant,
            400,
            "does not contain a valid client ID suffix",
        ),
        (
            Some(("other-harvest", "acme-secret")),
            grant,
            401,
            "{\"error\":\"invalid_client\"}",
        ),
        (
            Some(("acme-harvest", "wrong")),
            grant,
            401,
            "{\"error\":\"invalid_client\"}",
        ),
        (good, "", 400, "grant_type is missing"),
        (
            good,
            "grant_type=password",
            400,
            "authorization_code, client_credentials, refresh_token",
        ),
        (good, "grant_type=refresh_token", 400, "unauthorized_client"),
        (
            good,
            "grant_type=client_credentials&sub=1",
            400,
            "sub is not",
        ),
        (
            good,
            "grant_type=client_credentials&sub=ada.admin@acme.example",
            400,
            "sub is not",
        ),
    ];
    for (client, form, status, words) in table {
        let answer = sim.auth("/token", client, form);
        assert_eq!(answer.status, status, "{form}: {}", answer.text);
        assert!(answer.text.contains(words), "{form}: {}", answer.text);
    }
}

#[test]
fn a_token_says_when_it_ends_in_the_configured_way() {
    let sim = Sim::start();
    for (expiry, has_in, has_at) in [
        (TokenExpiry::ExpiresIn, true, false),
        (TokenExpiry::ExpiresAt, false, true),
        (TokenExpiry::Both, true, true),
    ] {
        sim.sim.configure(|settings| settings.token_expiry = expiry);
        let answer = sim.auth(
            "/token",
            Some(("acme-harvest", "acme-secret")),
            "grant_type=client_credentials",
        );
        let body = answer.json();
        assert_eq!(
            (
                body.get("expires_in").is_some(),
                body.get("expires_at").is_some()
            ),
            (has_in, has_at)
        );
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["access_token"].as_str().unwrap().split('.').count(), 3);
    }
}

#[test]
fn only_a_form_is_read_as_a_token_request() {
    let sim = Sim::start();
    let headers = [
        ("Content-Type", "application/json".to_owned()),
        (
            "Authorization",
            "Basic YWNtZS1oYXJ2ZXN0OmFjbWUtc2VjcmV0".to_owned(),
        ),
    ];
    let answer = send(
        &sim.sim.auth_url(),
        "POST",
        "/token",
        &headers,
        r#"{"grant_type":"client_credentials"}"#,
    );
    assert_eq!(answer.unwrap().status, 400);
}

#[test]
fn each_host_serves_only_its_own_paths() {
    let sim = Sim::start();
    assert_eq!(
        send(&sim.sim.api_url(), "POST", "/token", &[], "")
            .unwrap()
            .status,
        404
    );
    assert_eq!(
        send(&sim.sim.auth_url(), "GET", "/v3/jobs", &[], "")
            .unwrap()
            .status,
        404
    );
    assert_eq!(
        send(&sim.sim.auth_url(), "GET", "/_sim/health", &[], "")
            .unwrap()
            .status,
        404
    );
}

#[test]
fn an_unknown_route_is_404_before_anybody_asks_for_a_token() {
    let sim = Sim::start();
    for path in [
        "/v3/nothing",
        "/v3/candidates/abc",
        "/v4/candidates",
        "/",
        "/v3/jobs/1",
        "/v3/candidates/1/merge",
    ] {
        let answer = send(&sim.sim.api_url(), "GET", path, &[], "").unwrap();
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (404, "{\"message\":\"Resource not found\"}"),
            "{path}"
        );
    }
    assert_eq!(
        send(&sim.sim.api_url(), "DELETE", "/v3/jobs", &[], "")
            .unwrap()
            .status,
        404
    );
}

#[test]
fn no_token_and_a_bad_one_are_401() {
    let sim = Sim::start();
    let mut forged = sim.token.clone();
    forged.pop();
    for headers in [
        vec![],
        vec![("Authorization", "Bearer x".to_owned())],
        vec![("Authorization", format!("Bearer {forged}"))],
        vec![("Authorization", format!("Token {}", sim.token))],
        vec![(
            "Authorization",
            "Basic YWNtZS1oYXJ2ZXN0OmFjbWUtc2VjcmV0".to_owned(),
        )],
    ] {
        let answer = send(&sim.sim.api_url(), "GET", "/v3/jobs", &headers, "").unwrap();
        assert_eq!(answer.status, 401);
        assert_eq!(answer.json()["message"], "Unauthorized");
        assert!(answer.text.contains("Token could not be decoded."));
    }
}

#[test]
fn a_token_dies_of_age_of_revocation_and_with_its_user() {
    let mut sim = Sim::start();
    sim.sim
        .configure(|settings| settings.clock_offset_ms = 3_599_000);
    assert_eq!(sim.get("/v3/jobs").status, 200);
    sim.sim
        .configure(|settings| settings.clock_offset_ms = 3_601_000);
    assert_eq!(sim.get("/v3/jobs").status, 401);
    sim.renew();
    assert_eq!(sim.get("/v3/jobs").status, 200);
    assert!(sim.sim.revoke_tokens(Some("acme-harvest")) >= 1);
    assert_eq!(sim.get("/v3/jobs").status, 401);
    sim.renew();
    sim.sim
        .recruiter()
        .deactivate_user(sim.sim.access().site_admin_id)
        .unwrap();
    assert_eq!(sim.get("/v3/jobs").status, 401);
}

#[test]
fn a_taken_scope_is_missed_at_once_and_a_given_one_needs_a_new_token() {
    let mut sim = Sim::start();
    assert!(
        sim.sim
            .set_scope("acme-harvest", "harvest:jobs:list", false)
    );
    let answer = sim.get("/v3/jobs");
    assert_eq!(
        (answer.status, answer.json()["message"].as_str()),
        (403, Some("Forbidden"))
    );
    assert_eq!(sim.get("/v3/sources").status, 200);
    sim.renew();
    sim.sim.set_scope("acme-harvest", "harvest:jobs:list", true);
    assert_eq!(sim.get("/v3/jobs").status, 403);
    sim.renew();
    assert_eq!(sim.get("/v3/jobs").status, 200);
}

#[test]
fn every_operation_needs_its_own_scope() {
    let operations = [
        ("GET", "/v3/candidates", "candidates:list"),
        ("POST", "/v3/candidates", "candidates:create"),
        ("PATCH", "/v3/candidates/1", "candidates:update"),
        ("GET", "/v3/applications", "applications:list"),
        ("POST", "/v3/applications", "applications:create"),
        ("PATCH", "/v3/applications/1", "applications:update"),
        ("GET", "/v3/application_stages", "application_stages:list"),
        (
            "GET",
            "/v3/job_interview_stages",
            "job_interview_stages:list",
        ),
        ("GET", "/v3/jobs", "jobs:list"),
        ("GET", "/v3/notes", "notes:list"),
        ("POST", "/v3/notes", "notes:create"),
        ("GET", "/v3/candidate_tags", "candidate_tags:list"),
        ("POST", "/v3/candidate_tags", "candidate_tags:create"),
        (
            "GET",
            "/v3/applied_candidate_tags",
            "applied_candidate_tags:list",
        ),
        (
            "POST",
            "/v3/applied_candidate_tags",
            "applied_candidate_tags:create",
        ),
        ("GET", "/v3/users", "users:list"),
        ("GET", "/v3/referrers", "referrers:list"),
        ("GET", "/v3/sources", "sources:list"),
        ("GET", "/v3/rejection_reasons", "rejection_reasons:list"),
        ("GET", "/v3/rejection_reasons/1", "rejection_reasons:list"),
        ("GET", "/v3/rejection_details", "rejection_details:list"),
        ("GET", "/v3/departments", "departments:list"),
        ("GET", "/v3/offices", "offices:list"),
        ("GET", "/v3/job_posts", "job_posts:list"),
        ("GET", "/v3/job_post_locations", "job_post_locations:list"),
        ("GET", "/v3/close_reasons", "close_reasons:list"),
        ("GET", "/v3/prospect_pools", "prospect_pools:list"),
        (
            "GET",
            "/v3/prospect_pool_stages",
            "prospect_pool_stages:list",
        ),
        ("GET", "/v3/prospect_details", "prospect_details:list"),
        ("GET", "/v3/openings", "openings:list"),
        ("GET", "/v3/job_owners", "job_owners:list"),
        ("GET", "/v3/job_hiring_managers", "job_hiring_managers:list"),
        ("GET", "/v3/custom_fields", "custom_fields:list"),
        (
            "GET",
            "/v3/custom_field_options",
            "custom_field_options:list",
        ),
        ("GET", "/v3/bulk_requests", "bulk_requests:list"),
        ("POST", "/v3/custom_fields", "custom_fields:create"),
        ("PATCH", "/v3/custom_fields/1", "custom_fields:update"),
        (
            "POST",
            "/v3/custom_field_options",
            "custom_field_options:create",
        ),
        (
            "PATCH",
            "/v3/custom_field_options/1",
            "custom_field_options:update",
        ),
        ("POST", "/v3/users/bulk", "users:create"),
        ("GET", "/v3/bulk_requests/x", "bulk_requests:list"),
    ];
    let sim = Sim::start();
    for (method, path, scope) in operations {
        let scope = format!("harvest:{scope}");
        sim.sim.set_scope("acme-harvest", &scope, false);
        assert_eq!(
            sim.call(method, path, None).unwrap().status,
            403,
            "{method} {path}"
        );
        sim.sim.set_scope("acme-harvest", &scope, true);
        assert_ne!(
            sim.call(method, path, None).unwrap().status,
            403,
            "{method} {path}"
        );
    }
}

#[test]
fn introspection_tells_what_a_token_is_worth() {
    let sim = Sim::start();
    let client = Some(("acme-harvest", "acme-secret"));
    sim.sim
        .set_scope("acme-harvest", "harvest:jobs:list", false);
    let answer = sim
        .auth(
            "/introspect",
            client,
            &format!("token={}&token_type_hint=access_token", sim.token),
        )
        .json();
    assert_eq!(answer["active"], true);
    assert_eq!(answer.get("exp"), None, "nobody has seen one");
    assert_eq!(answer["sub"], sim.sim.access().site_admin_id.to_string());
    assert_eq!(
        answer["https://auth.greenhouse.io/claims"]["organization"]["name"],
        "acme"
    );
    let scopes: Vec<&str> = answer["scope"].as_str().unwrap().split(' ').collect();
    assert!(
        scopes.contains(&"harvest:candidates:create") && !scopes.contains(&"harvest:jobs:list")
    );
    assert_eq!(
        sim.auth("/introspect", client, "token=x").json(),
        json!({"active": false})
    );
    assert_eq!(sim.auth("/introspect", None, "token=x").status, 401);
}

#[test]
fn organisations_do_not_see_each_other() {
    let sim = Sim::with(|config| {
        config
            .organisations
            .push(OrganisationConfig::named("globex"))
    });
    sim.candidate("Ann", "ann@mail.example");
    assert_eq!(sim.sim.state().counts().candidates, 1);
    assert_eq!(sim.sim.state_of("globex").counts().candidates, 0);
    let access = &sim.sim.all_access()[1];
    let form = format!("grant_type=client_credentials&sub={}", access.site_admin_id);
    let answer = sim.auth(
        "/token",
        Some((&access.client_id, &access.client_secret)),
        &form,
    );
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    let theirs = sim.call_as(&token, "GET", "/v3/candidates", None).unwrap();
    assert_eq!((theirs.status, theirs.text.as_str()), (200, "[]"));
    let foreign = format!(
        "grant_type=client_credentials&sub={}",
        sim.sim.access().site_admin_id
    );
    assert_eq!(
        sim.auth(
            "/token",
            Some((&access.client_id, &access.client_secret)),
            &foreign
        )
        .status,
        400
    );
}

#[test]
fn a_short_lifetime_is_kept() {
    let mut sim = Sim::with(|config| config.settings.token_lifetime = Duration::from_secs(10));
    sim.renew();
    assert_eq!(sim.get("/v3/jobs").status, 200);
    sim.sim
        .configure(|settings| settings.clock_offset_ms = 10_001);
    assert_eq!(sim.get("/v3/jobs").status, 401);
}
