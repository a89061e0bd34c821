//! Partners: the page that asks a user, the code, the tokens that follow one another, and what only partners may do.

use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use crate::client::{Answer, Sim, send};

const BACK: &str = "http://127.0.0.1:9/callback";
const SCOPE: &str = "harvest:jobs:list harvest:users:list";

fn form(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn asking<'a>(scope: &'a str, redirect: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("response_type", "code"),
        ("client_id", "intrro-partner-harvest"),
        ("redirect_uri", redirect),
        ("scope", scope),
        ("state", "s&1"),
    ]
}

/// A user's answer; returns where they are sent.
fn decide(sim: &Sim, more: &[(&str, &str)]) -> Answer {
    let mut fields = asking(SCOPE, BACK);
    fields.extend(more);
    sim.auth("/authorize", None, &form(&fields))
}

fn consent(sim: &Sim) -> String {
    let admin = sim.sim.access().site_admin_id.to_string();
    let answer = decide(sim, &[("decision", "allow"), ("user", &admin)]);
    assert_eq!(answer.status, 302, "{}", answer.text);
    let location = url::Url::parse(answer.header("location").unwrap()).unwrap();
    let found = |name: &str| {
        let mut pairs = location.query_pairs();
        pairs
            .find(|(known, _)| known == name)
            .unwrap()
            .1
            .into_owned()
    };
    assert_eq!(found("state"), "s&1");
    found("code")
}

fn token(sim: &Sim, fields: &[(&str, &str)]) -> Answer {
    let (id, secret) = sim.sim.partner().unwrap();
    sim.auth("/token", Some((&id, &secret)), &form(fields))
}

fn exchange(sim: &Sim, code: &str) -> Answer {
    token(
        sim,
        &[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", BACK),
        ],
    )
}

fn refresh(sim: &Sim, refresh: &str) -> Answer {
    token(
        sim,
        &[("grant_type", "refresh_token"), ("refresh_token", refresh)],
    )
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn status(sim: &Sim, token: &str, path: &str) -> u16 {
    sim.call_as(token, "GET", path, None).unwrap().status
}

#[test]
fn the_page_shows_who_asks_for_what_and_is_a_plain_form() {
    let sim = Sim::start();
    let path = format!("/authorize?{}", form(&asking(SCOPE, BACK)));
    let page = send(&sim.sim.auth_url(), "GET", &path, &[], "").unwrap();
    assert_eq!(page.status, 200);
    assert!(
        page.header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
    for words in [
        "intrro-partner-harvest",
        "harvest:jobs:list",
        "Ada Admin (Site Admin)",
        "name=\"state\" value=\"s&amp;1\"",
        "Deny",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
}

#[test]
fn what_is_wrong_with_the_client_or_the_address_is_not_sent_anywhere() {
    let sim = Sim::with(|config| config.partners[0].redirect_uris = vec![BACK.to_owned()]);
    let mut stranger = asking(SCOPE, BACK);
    stranger[1].1 = "acme-harvest";
    for fields in [
        stranger,
        asking(SCOPE, "http://127.0.0.1:9/callback2"),
        asking(SCOPE, ""),
    ] {
        let answer = send(
            &sim.sim.auth_url(),
            "GET",
            &format!("/authorize?{}", form(&fields)),
            &[],
            "",
        )
        .unwrap();
        assert_eq!((answer.status, answer.header("location")), (400, None));
    }
}

#[test]
fn a_no_and_unknown_scopes_are_told_to_the_partner() {
    let sim = Sim::start();
    let denied = decide(&sim, &[("decision", "deny")]);
    assert_eq!(
        denied.header("location").unwrap(),
        "http://127.0.0.1:9/callback?error=access_denied&state=s%261"
    );
    for scope in ["", "harvest:jobs:list harvest:eeoc:list"] {
        let answer = sim.auth("/authorize", None, &form(&asking(scope, BACK)));
        assert!(
            answer
                .header("location")
                .unwrap()
                .contains("error=invalid_scope"),
            "{scope}"
        );
    }
}

#[test]
fn a_code_is_good_once_and_for_a_minute() {
    let sim = Sim::start();
    let code = consent(&sim);
    let elsewhere = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", "http://127.0.0.1:9/x"),
    ];
    assert_eq!(token(&sim, &elsewhere).json()["error"], "invalid_grant");
    let code = consent(&sim);
    let first = exchange(&sim, &code);
    assert_eq!(
        (first.status, &first.json()["expires_in"]),
        (200, &json!(3600))
    );
    let access = text(&first.json()["access_token"]);
    assert_eq!(status(&sim, &access, "/v3/jobs"), 200);
    assert_eq!(status(&sim, &access, "/v3/candidates"), 403);
    assert_eq!(exchange(&sim, &code).json()["error"], "invalid_grant");
    assert_eq!(
        status(&sim, &access, "/v3/jobs"),
        401,
        "a code used twice takes its tokens back"
    );
    let late = consent(&sim);
    sim.sim
        .configure(|settings| settings.clock_offset_ms = 61_000);
    assert_eq!(exchange(&sim, &late).json()["error"], "invalid_grant");
}

#[test]
fn refresh_tokens_follow_one_another_for_a_day_each() {
    let sim = Sim::start();
    let first = exchange(&sim, &consent(&sim)).json();
    let second = refresh(&sim, &text(&first["refresh_token"])).json();
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_eq!(status(&sim, &text(&first["access_token"]), "/v3/jobs"), 200);
    sim.sim
        .configure(|settings| settings.clock_offset_ms = 3_601_000);
    assert_eq!(
        status(&sim, &text(&second["access_token"]), "/v3/jobs"),
        401
    );
    let third = refresh(&sim, &text(&second["refresh_token"])).json();
    assert_eq!(status(&sim, &text(&third["access_token"]), "/v3/jobs"), 200);
    sim.sim
        .configure(|settings| settings.clock_offset_ms = 3_601_000 + 24 * 3_600_000 + 1_000);
    assert_eq!(
        refresh(&sim, &text(&third["refresh_token"])).json()["error"],
        "invalid_grant"
    );
}

#[test]
fn a_refresh_token_used_twice_takes_everything_with_it_unless_told_otherwise() {
    for strict in [true, false] {
        let sim = Sim::with(|config| config.settings.refresh_reuse_revokes = strict);
        let first = exchange(&sim, &consent(&sim)).json();
        let second = refresh(&sim, &text(&first["refresh_token"])).json();
        assert_eq!(refresh(&sim, &text(&first["refresh_token"])).status, 400);
        let expected = if strict { 401 } else { 200 };
        assert_eq!(
            status(&sim, &text(&second["access_token"]), "/v3/jobs"),
            expected
        );
        let expected = if strict { 400 } else { 200 };
        assert_eq!(
            refresh(&sim, &text(&second["refresh_token"])).status,
            expected
        );
    }
}

#[test]
fn each_kind_of_client_has_its_own_way_in() {
    let sim = Sim::start();
    let refused = token(&sim, &[("grant_type", "client_credentials")]);
    assert_eq!(
        (refused.status, &refused.json()["error"]),
        (400, &json!("unauthorized_client"))
    );
    let custom = sim.auth(
        "/token",
        Some(("acme-harvest", "acme-secret")),
        &form(&[
            ("grant_type", "authorization_code"),
            ("code", &consent(&sim)),
            ("redirect_uri", BACK),
        ]),
    );
    assert_eq!(custom.json()["error"], "unauthorized_client");
    assert_eq!(
        token(&sim, &[("grant_type", "refresh_token")]).json()["error"],
        "invalid_request"
    );
}

#[test]
fn a_grant_ends_with_its_user_or_with_the_partner_being_thrown_out() {
    let sim = Sim::start();
    let first = exchange(&sim, &consent(&sim)).json();
    assert!(sim.sim.revoke_tokens(Some("intrro-partner-harvest")) > 0);
    assert_eq!(status(&sim, &text(&first["access_token"]), "/v3/jobs"), 401);
    assert_eq!(refresh(&sim, &text(&first["refresh_token"])).status, 400);
    let again = exchange(&sim, &consent(&sim)).json();
    sim.sim
        .recruiter()
        .deactivate_user(sim.sim.access().site_admin_id)
        .unwrap();
    assert_eq!(refresh(&sim, &text(&again["refresh_token"])).status, 400);
}

#[test]
fn a_user_may_grant_less_than_was_asked_for() {
    let sim = Sim::start();
    let admin = sim.sim.access().site_admin_id.to_string();
    let fields = [
        ("decision", "allow"),
        ("user", admin.as_str()),
        ("granted", "harvest:jobs:list"),
    ];
    let location = decide(&sim, &fields).header("location").unwrap().to_owned();
    let code = location
        .split("code=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    let access = text(&exchange(&sim, code).json()["access_token"]);
    assert_eq!(status(&sim, &access, "/v3/jobs"), 200);
    assert_eq!(status(&sim, &access, "/v3/users"), 403);
}

#[test]
fn only_partners_register_webhooks_and_each_is_pinged() {
    let sim = Sim::start();
    let hook = json!({
        "endpoint_url": "http://127.0.0.1:9/hook", "name": "Ours", "event_action_type": "hire_candidate",
        "secret_key": "s", "max_attempts": 7,
    });
    assert_eq!(sim.post("/v3/webhooks", &hook).status, 403);
    let mut fields = asking(
        "harvest:webhooks:create harvest:webhooks:update harvest:webhooks:destroy",
        BACK,
    );
    let admin = sim.sim.access().site_admin_id.to_string();
    fields.extend([("decision", "allow"), ("user", admin.as_str())]);
    let answer = sim.auth("/authorize", None, &form(&fields));
    let location = answer.header("location").unwrap().to_owned();
    let code = location
        .split("code=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    let access = text(&exchange(&sim, code).json()["access_token"]);
    let call = |method: &str, path: &str, body: Option<&Value>| {
        sim.call_as(&access, method, path, body).unwrap()
    };
    for (key, value) in [
        ("max_attempts", json!(8)),
        ("endpoint_url", json!("http://hooks.example/")),
        ("event_action_type", json!("ping")),
        ("events", json!([])),
    ] {
        let mut bad = hook.clone();
        bad[key] = value;
        assert_eq!(
            call("POST", "/v3/webhooks", Some(&bad)).status,
            422,
            "{bad}"
        );
    }
    let made = call("POST", "/v3/webhooks", Some(&hook));
    assert_eq!(made.status, 201, "{}", made.text);
    assert!(made.json().get("secret_key").is_none());
    let path = format!("/v3/webhooks/{}", made.json()["id"]);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(sim.sim.webhooks().settled());
    assert!(
        sim.sim.webhooks().all()[0].deactivated,
        "nobody answered the ping"
    );
    let edited = call("PATCH", &path, Some(&json!({"name": "Theirs"})));
    assert_eq!(
        (edited.status, &edited.json()["name"]),
        (200, &json!("Theirs"))
    );
    assert_eq!(call("GET", "/v3/webhooks", None).status, 404);
    assert_eq!(call("DELETE", &path, None).status, 204);
    assert_eq!(call("DELETE", &path, None).status, 404);
}
