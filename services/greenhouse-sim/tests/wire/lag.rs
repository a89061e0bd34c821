//! Reads that run behind writes, and requests that take their time.

use std::time::{Duration, Instant};

use greenhouse_sim::Lag;
use serde_json::json;

use crate::client::{NONE, Sim};

fn lagging(by_id: bool) -> Sim {
    Sim::with(|config| {
        config.settings.lag = Lag {
            length: Duration::from_secs(30),
            by_id,
        }
    })
}

#[test]
fn searches_do_not_show_what_was_just_written() {
    let sim = lagging(false);
    let (candidate, application) = sim.candidate("Ann", "ann@mail.example");
    let searches = [
        "candidates".to_owned(),
        "candidates?email=ann@mail.example".to_owned(),
        "candidates?created_at=gte|2020-01-01T00:00:00Z".to_owned(),
        format!("applications?candidate_ids={candidate}"),
        format!("application_stages?application_ids={application}"),
    ];
    for search in &searches {
        assert_eq!(sim.get(&format!("/v3/{search}")).ids(), NONE, "{search}");
    }
    assert_eq!(
        sim.get(&format!("/v3/candidates?ids={candidate}")).ids(),
        [candidate]
    );
    sim.sim
        .configure(|settings| settings.clock_offset_ms = 31_000);
    for search in &searches {
        assert_eq!(sim.get(&format!("/v3/{search}")).ids().len(), 1, "{search}");
    }
}

#[test]
fn look_ups_by_id_can_lag_as_well() {
    let sim = lagging(true);
    let (candidate, _) = sim.candidate("Ann", "ann@mail.example");
    assert_eq!(
        sim.get(&format!("/v3/candidates?ids={candidate}")).ids(),
        NONE
    );
    assert_eq!(
        sim.patch(
            &format!("/v3/candidates/{candidate}"),
            &json!({"company": "X"})
        )
        .status,
        200
    );
}

#[test]
fn reads_can_run_behind_edits() {
    let sim = Sim::with(|config| config.settings.edit_lag = Duration::from_secs(2));
    let (candidate, _) = sim.candidate("Ann", "ann@mail.example");
    let path = format!("/v3/candidates/{candidate}");
    for company in ["X", "Y"] {
        let edited = sim.patch(&path, &json!({ "company": company }));
        assert_eq!(edited.json()["company"], company, "it answers what it did");
    }
    let company = |query: &str| {
        let listed = sim.get(&format!("/v3/candidates?ids={candidate}{query}"));
        listed.json()[0]["company"].clone()
    };
    assert_eq!(company(""), json!(null));
    assert_eq!(company("&fields=company"), json!(null));
    sim.sim
        .configure(|settings| settings.clock_offset_ms = 2_500);
    assert_eq!(company(""), json!("Y"));
}

#[test]
fn a_search_by_change_lags_behind_changes() {
    let sim = lagging(false);
    let (_, application) = sim.candidate("Ann", "ann@mail.example");
    sim.sim
        .configure(|settings| settings.clock_offset_ms = 60_000);
    let since = "updated_at=gte|2020-01-01T00:00:00Z";
    assert_eq!(
        sim.get(&format!("/v3/applications?{since}")).ids(),
        [application]
    );
    sim.sim.recruiter().move_to_next_stage(application).unwrap();
    assert_eq!(sim.get(&format!("/v3/applications?{since}")).ids(), NONE);
    assert_eq!(
        sim.get("/v3/applications?status=active").ids(),
        [application]
    );
    sim.sim
        .configure(|settings| settings.clock_offset_ms = 91_000);
    assert_eq!(
        sim.get(&format!("/v3/applications?{since}")).ids(),
        [application]
    );
}

#[test]
fn latency_is_spent_on_every_request() {
    let sim = Sim::with(|config| config.settings.latency = Duration::from_millis(40));
    let start = Instant::now();
    sim.get("/v3/jobs");
    assert!(start.elapsed() >= Duration::from_millis(40));
}

#[test]
fn the_stage_history_can_run_behind_the_applications() {
    let sim = Sim::start();
    sim.sim
        .configure(|settings| settings.history_lag = Duration::from_secs(30));
    let (_, application) = sim.candidate("Ann", "ann@mail.example");
    let visits = || {
        let path = format!("/v3/application_stages?application_ids={application}");
        let rows = sim.get(&path).json();
        let rows = rows.as_array().unwrap().iter();
        let ends = rows.map(|row| (row["current"] == true, row["exited_at"].is_null()));
        ends.collect::<Vec<_>>()
    };
    let after = |seconds: i64| {
        sim.sim
            .configure(|settings| settings.clock_offset_ms = seconds * 1_000);
    };
    assert_eq!(visits(), []);
    after(31);
    assert_eq!(visits(), [(true, true)]);
    sim.sim.recruiter().move_to_next_stage(application).unwrap();
    let path = format!("/v3/applications?ids={application}");
    assert_ne!(sim.get(&path).json()[0]["stage_name"], "Application Review");
    assert_eq!(visits(), [(true, true)]);
    after(62);
    assert_eq!(visits(), [(true, true), (false, false)]);
}
