//! Faults and the read lag reach v1 under the names they have in v3.

use std::time::Duration;

use greenhouse_sim::{Fault, Lag, When};

use super::V1;
use crate::client::NONE;

#[test]
fn a_rule_on_an_operation_strikes_in_either_version() {
    let v1 = V1::start();
    let rule = v1
        .sim
        .sim
        .faults()
        .add(When::operation("candidates:create"), Fault::CommitThenDrop);
    let person = v1.person("ann@mail.example");
    assert!(v1.call("POST", "/v1/candidates", Some(&person)).is_err());
    assert_eq!(v1.sim.sim.faults().fired(rule), 1);
    assert_eq!(v1.sim.sim.state().counts().candidates, 1);
    let entry = v1.sim.sim.state().calls("candidates:create").remove(0);
    assert_eq!(entry.path, "/v1/candidates");
    assert_eq!(entry.client_id, Some(v1.sim.sim.access().api_key));
    assert!(entry.candidate_id.is_some() && entry.application_id.is_some());
}

#[test]
fn a_revoked_key_is_401_now_and_later() {
    let v1 = V1::start();
    let jobs = When::operation("jobs:list").nth(1);
    v1.sim.sim.faults().add(jobs, Fault::TokenRevoked);
    assert_eq!(v1.get("/v1/jobs").status, 401);
    assert_eq!(v1.get("/v1/sources").status, 401);
    assert_eq!(v1.sim.get("/v3/jobs").status, 200, "v3 has another secret");
}

#[test]
fn a_throttle_tells_the_wait_and_nothing_of_the_window() {
    let v1 = V1::start();
    let throttle = Fault::Throttle { retry_after: 7 };
    let jobs = When::operation("jobs:list").nth(1);
    v1.sim.sim.faults().add(jobs, throttle);
    let answer = v1.get("/v1/jobs");
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (429, Some("7"))
    );
    assert!(answer.header("x-ratelimit-reset").is_some());
    assert_eq!(answer.header("x-ratelimit-limit"), None);
}

#[test]
fn searches_do_not_show_what_was_just_written() {
    let v1 = V1::with(|config| {
        config.settings.lag.length = Duration::from_secs(30);
    });
    let (ann, application) = v1.candidate("ann@mail.example");
    let searches = [
        "candidates",
        "candidates?email=ann@mail.example",
        "applications?status=active",
        "applications?last_activity_after=2020-01-01T00:00:00Z",
    ];
    for search in searches {
        assert_eq!(v1.get(&format!("/v1/{search}")).ids(), NONE, "{search}");
    }
    let seen = v1.get(&format!("/v1/candidates/{ann}")).json();
    assert_eq!(seen["applications"], serde_json::json!([]));
    let path = format!("/v1/applications/{application}");
    assert_eq!(v1.get(&path).status, 200);
    v1.sim
        .sim
        .configure(|settings| settings.clock_offset_ms = 31_000);
    for search in searches {
        assert_eq!(v1.get(&format!("/v1/{search}")).ids().len(), 1, "{search}");
    }
}

#[test]
fn a_search_by_activity_lags_behind_movement() {
    let v1 = V1::with(|config| {
        config.settings.lag.length = Duration::from_secs(30);
    });
    let (_, application) = v1.candidate("ann@mail.example");
    v1.sim
        .sim
        .configure(|settings| settings.clock_offset_ms = 60_000);
    let path = "/v1/applications?last_activity_after=2020-01-01T00:00:00Z";
    assert_eq!(v1.get(path).ids(), [application]);
    let recruiter = v1.sim.sim.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    assert_eq!(v1.get(path).ids(), NONE);
    assert_eq!(v1.get("/v1/applications").ids(), [application]);
}

#[test]
fn look_ups_by_id_can_lag_as_well() {
    let v1 = V1::with(|config| {
        config.settings.lag = Lag {
            length: Duration::from_secs(30),
            by_id: true,
        };
    });
    let (ann, _) = v1.candidate("ann@mail.example");
    let path = format!("/v1/candidates/{ann}");
    assert_eq!(v1.get(&path).status, 404);
    assert_eq!(v1.patch(&path, &serde_json::json!({})).status, 200);
}
