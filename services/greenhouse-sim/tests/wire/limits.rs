//! The rate limit.

use std::time::Duration;

use serde_json::json;

use crate::client::{Sim, send};

fn limited(limit: u32) -> Sim {
    Sim::with(|config| config.settings.rate_limit = limit)
}

#[test]
fn every_answer_carries_the_window_errors_included() {
    let sim = limited(50);
    for path in [
        "/v3/jobs",
        "/v3/jobs?x=1",
        "/v3/nothing",
        "/v3/rejection_reasons/1",
    ] {
        let answer = sim.get(path);
        assert_eq!(answer.header("x-ratelimit-limit"), Some("50"), "{path}");
        assert!(
            answer.header("x-ratelimit-remaining").is_some()
                && answer.header("x-ratelimit-reset").is_some()
        );
    }
    let anonymous = send(&sim.sim.api_url(), "GET", "/v3/jobs", &[], "").unwrap();
    assert_eq!(
        (anonymous.status, anonymous.header("x-ratelimit-limit")),
        (401, Some("50"))
    );
}

#[test]
fn the_request_after_the_limit_is_429_until_the_window_ends() {
    let sim = limited(3);
    // Away from a window's edge, whatever the time is.
    let now = sim.sim.state().now().millis();
    sim.sim
        .configure(|settings| settings.clock_offset_ms = 30_000 - now.rem_euclid(30_000) + 1_000);
    let remaining: Vec<_> = (0..3)
        .map(|_| {
            sim.get("/v3/jobs")
                .header("x-ratelimit-remaining")
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(remaining, ["2", "1", "0"]);
    let refused = sim.get("/v3/jobs");
    assert_eq!(
        (refused.status, refused.header("x-ratelimit-remaining")),
        (429, Some("0"))
    );
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    let reset: i64 = refused
        .header("x-ratelimit-reset")
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        (1..=29).contains(&wait) && reset % 30 == 0,
        "{wait} {reset}"
    );
    let windows = sim.sim.state().rate_windows("acme-harvest");
    assert_eq!(
        windows
            .iter()
            .map(|window| (window.used, window.throttled))
            .collect::<Vec<_>>(),
        [(3, 1)]
    );
    assert_eq!(sim.sim.state().throttled("acme-harvest"), 1);
    sim.sim
        .configure(|settings| settings.clock_offset_ms += 30_000);
    assert_eq!(sim.get("/v3/jobs").status, 200);
}

#[test]
fn refused_requests_have_no_effect() {
    let sim = limited(1);
    sim.get("/v3/jobs");
    let answer = sim.post("/v3/candidate_tags", &serde_json::json!({"name": "x"}));
    // The clock may have crossed into the next window in between, in which case the write is rightly made.
    assert_eq!(
        sim.sim.state().counts().candidate_tags,
        usize::from(answer.status == 201)
    );
}

#[test]
fn without_a_limit_there_are_no_rate_headers() {
    let sim = limited(0);
    assert_eq!(sim.get("/v3/jobs").header("x-ratelimit-limit"), None);
}

#[test]
fn tokens_are_metered_apart() {
    let sim = Sim::with(|config| {
        config.settings.rate_limit = 1;
        config.settings.token_limit = 2;
        config.settings.token_window = Duration::from_secs(1_000_000_000);
    });
    let client = Some(("acme-harvest", "acme-secret"));
    assert_eq!(
        sim.auth("/token", client, "grant_type=client_credentials")
            .status,
        200
    );
    let refused = sim.auth("/token", client, "grant_type=client_credentials");
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some());
    assert_eq!(sim.get("/v3/jobs").status, 200);
}

#[test]
fn a_body_over_ten_megabytes_is_413_and_costs_a_request() {
    let sim = Sim::with(|config| config.settings.rate_limit = 10);
    let body = json!({"name": "x".repeat(11 << 20)});
    for (token, path, status) in [
        (sim.token.as_str(), "/v3/candidate_tags", 413),
        ("nobody's", "/v3/candidate_tags", 401),
        (sim.token.as_str(), "/v3/nothing", 404),
    ] {
        // The server may hang up while the rest is still being sent.
        let Ok(answer) = sim.call_as(token, "POST", path, Some(&body)) else {
            continue;
        };
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.header("x-ratelimit-remaining").is_some());
    }
    assert!(sim.sim.state().calls("candidate_tags:create").len() >= 2);
    assert_eq!(sim.sim.state().counts().candidate_tags, 0);
}
