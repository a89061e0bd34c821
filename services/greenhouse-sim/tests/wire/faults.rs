//! What goes wrong on demand.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use greenhouse_sim::{Fault, When};
use serde_json::{Value, json};

use crate::client::Sim;

fn tag(name: &str) -> Value {
    json!({"name": name})
}

/// How a tag's creation ended: its status, or none for a broken connection; and whether the tag is there.
fn create_tag(sim: &Sim, fault: Fault) -> (Option<u16>, bool) {
    let rule = sim
        .sim
        .faults()
        .add(When::request("POST", "/v3/candidate_tags").nth(1), fault);
    let answer = sim.call("POST", "/v3/candidate_tags", Some(&tag("x")));
    assert_eq!(sim.sim.faults().fired(rule), 1);
    (
        answer.ok().map(|answer| answer.status),
        sim.sim.state().counts().candidate_tags == 1,
    )
}

#[test]
fn an_answer_may_be_anything() {
    let sim = Sim::start();
    let fault = Fault::Answer {
        status: 503,
        headers: vec![
            ("Retry-After".to_owned(), "soon".to_owned()),
            ("content-type".to_owned(), "text/html".to_owned()),
        ],
        body: "<h1>Back soon</h1>".to_owned(),
    };
    let when = When::operation("candidate_tags:create").nth(1);
    sim.sim.faults().add(when, fault);
    let answer = sim.post("/v3/candidate_tags", &tag("x"));
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after"), Some("soon"));
    assert_eq!(answer.header("content-type"), Some("text/html"));
    assert_eq!(sim.sim.state().counts().candidate_tags, 0);
}

#[test]
fn each_fault_answers_and_commits_as_it_says() {
    let table = [
        (Fault::CommitThenDrop, None, true),
        (Fault::DropBeforeCommit, None, false),
        (Fault::CommitThen500, Some(500), true),
        (Fault::ErrorBeforeCommit, Some(500), false),
        (Fault::Throttle { retry_after: 7 }, Some(429), false),
        (Fault::Slow(Duration::from_millis(20)), Some(201), true),
        (Fault::Late(Duration::from_millis(20)), Some(201), true),
        (Fault::TruncatedBody, None, true),
        (Fault::GarbageBody, Some(201), true),
        (Fault::TokenRevoked, Some(401), false),
    ];
    for (fault, status, committed) in table {
        let sim = Sim::start();
        assert_eq!(
            create_tag(&sim, fault.clone()),
            (status, committed),
            "{fault:?}"
        );
        let entry = sim
            .sim
            .state()
            .calls("candidate_tags:create")
            .pop()
            .unwrap();
        assert_eq!(entry.fault, Some(fault.word()));
    }
}

#[test]
fn a_dropped_connection_is_reset_not_closed() {
    let sim = Sim::start();
    sim.sim.faults().add(When::any(), Fault::CommitThenDrop);
    let error = sim
        .call("POST", "/v3/candidate_tags", Some(&tag("x")))
        .unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[test]
fn a_throttle_names_its_wait_and_a_500_is_a_page() {
    let sim = Sim::with(|config| config.settings.rate_limit = 75);
    sim.sim.faults().add(
        When::operation("jobs:list").nth(1),
        Fault::Throttle { retry_after: 7 },
    );
    let answer = sim.get("/v3/jobs");
    assert_eq!(
        (
            answer.header("retry-after"),
            answer.header("x-ratelimit-remaining")
        ),
        (Some("7"), Some("0"))
    );
    assert_eq!(sim.sim.state().throttled("acme-harvest"), 0);
    sim.sim.faults().add(
        When::operation("jobs:list").nth(1),
        Fault::ErrorBeforeCommit,
    );
    assert!(
        sim.get("/v3/jobs")
            .header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
}

#[test]
fn rules_choose_by_count_path_and_chance() {
    let sim = Sim::start();
    let faults = sim.sim.faults();
    faults.add(
        When::request("GET", "/v3/j*").after(1).times(2),
        Fault::ErrorBeforeCommit,
    );
    let statuses: Vec<u16> = (0..5).map(|_| sim.get("/v3/jobs").status).collect();
    assert_eq!(statuses, [200, 500, 500, 200, 200]);
    assert_eq!(sim.get("/v3/sources").status, 200);
    faults.clear();
    faults.add(
        When::any().with_probability(0.5, 42),
        Fault::ErrorBeforeCommit,
    );
    let failed = (0..40)
        .filter(|_| sim.get("/v3/jobs").status == 500)
        .count();
    assert!((8..=32).contains(&failed), "{failed}");
}

#[test]
fn a_token_request_can_fail_too() {
    let sim = Sim::start();
    sim.sim
        .faults()
        .add(When::operation("token").nth(1), Fault::CommitThen500);
    let client = Some(("acme-harvest", "acme-secret"));
    assert_eq!(
        sim.auth("/token", client, "grant_type=client_credentials")
            .status,
        500
    );
    assert_eq!(
        sim.auth("/token", client, "grant_type=client_credentials")
            .status,
        200
    );
}

#[test]
fn held_requests_wait_together_at_the_gate() {
    let sim = Sim::start();
    let gate = sim
        .sim
        .faults()
        .hold(When::operation("candidate_tags:create"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    std::thread::scope(|scope| {
        let calls: Vec<_> = ["a", "b"]
            .map(|name| scope.spawn(|| sim.post("/v3/candidate_tags", &tag(name)).status))
            .into();
        runtime.block_on(gate.reached_by(2));
        assert_eq!(
            (gate.arrivals(), sim.sim.state().counts().candidate_tags),
            (2, 0)
        );
        gate.open();
        assert!(calls.into_iter().all(|call| call.join().unwrap() == 201));
    });
    assert_eq!(sim.sim.state().counts().candidate_tags, 2);
}

#[test]
fn held_answers_are_committed_already() {
    let sim = Sim::start();
    let gate = sim
        .sim
        .faults()
        .hold_answers(When::operation("candidate_tags:create"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    std::thread::scope(|scope| {
        let call = scope.spawn(|| sim.post("/v3/candidate_tags", &tag("a")).status);
        runtime.block_on(
            sim.sim
                .state()
                .until(|state| state.counts().candidate_tags == 1),
        );
        gate.open();
        assert_eq!(call.join().unwrap(), 201);
    });
}

#[test]
fn a_client_that_hangs_up_does_not_stop_the_server() {
    use std::{io::Write, net::TcpStream};
    let sim = Sim::start();
    let gate = sim
        .sim
        .faults()
        .hold(When::operation("candidate_tags:create"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut stream = TcpStream::connect(sim.sim.api_url().trim_start_matches("http://")).unwrap();
    let head = format!(
        "POST /v3/candidate_tags HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: 12\r\n\r\n{{\"name\":\"x\"}}",
        sim.token
    );
    stream.write_all(head.as_bytes()).unwrap();
    runtime.block_on(gate.reached_by(1));
    drop(stream);
    gate.open();
    runtime.block_on(
        sim.sim
            .state()
            .until(|state| state.counts().candidate_tags == 1),
    );
}

#[test]
fn hooks_are_called_before_and_after_the_effect() {
    let sim = Sim::start();
    let seen = Arc::new(AtomicUsize::new(9));
    let state = sim.sim.state();
    let note = |seen: &Arc<AtomicUsize>| {
        let (seen, state) = (Arc::clone(seen), state.clone());
        Arc::new(move || seen.store(state.counts().candidate_tags, Ordering::SeqCst))
    };
    for (fault, name, count) in [
        (Fault::Before(note(&seen)), "a", 0),
        (Fault::After(note(&seen)), "b", 2),
    ] {
        sim.sim.faults().clear();
        sim.sim
            .faults()
            .add(When::operation("candidate_tags:create"), fault);
        sim.post("/v3/candidate_tags", &tag(name));
        assert_eq!(seen.load(Ordering::SeqCst), count);
    }
}

#[test]
fn stopping_frees_whoever_is_held() {
    let sim = Sim::start();
    sim.sim.faults().hold(When::any());
    let start = Instant::now();
    drop(sim);
    assert!(start.elapsed() < Duration::from_secs(5));
}
