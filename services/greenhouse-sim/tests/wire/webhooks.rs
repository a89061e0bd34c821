//! Webhooks: how they are set up, delivered and signed, and what happens when nobody listens.

mod told;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
};

use greenhouse_sim::CandidateEdit;
use serde_json::{Value, json};

use crate::client::{Sim, send};

/// One delivery as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    headers: Vec<(String, String)>,
    body: String,
}

impl Arrived {
    fn header(&self, name: &str) -> &str {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn action(&self) -> String {
        self.json()["action"].as_str().unwrap().to_owned()
    }
}

/// An endpoint that answers what it is told to, 200 when told nothing.
pub(crate) struct Endpoint {
    url: String,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    answers: Arc<Mutex<Vec<u16>>>,
}

impl Endpoint {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hooks?x=1", listener.local_addr().unwrap());
        let (arrived, answers) = (
            Arc::<Mutex<Vec<_>>>::default(),
            Arc::<Mutex<Vec<u16>>>::default(),
        );
        let (noted, told) = (Arc::clone(&arrived), Arc::clone(&answers));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let lines = (&mut reader).lines().map(Result::unwrap);
                let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
                let headers = head.iter().filter_map(|line| line.split_once(": "));
                let headers: Vec<_> = headers
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect();
                let size = headers.iter().find(|(name, _)| name == "content-length");
                let mut body = vec![0; size.unwrap().1.parse().unwrap()];
                reader.read_exact(&mut body).unwrap();
                let status = told.lock().unwrap().pop().unwrap_or(200);
                noted.lock().unwrap().push(Arrived {
                    headers,
                    body: String::from_utf8(body).unwrap(),
                });
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                );
            }
        });
        Self {
            url,
            arrived,
            answers,
        }
    }

    /// The last one is given first.
    fn answer(&self, statuses: &[u16]) {
        *self.answers.lock().unwrap() = statuses.iter().rev().copied().collect();
    }

    pub(crate) fn take(&self) -> Vec<Arrived> {
        std::mem::take(&mut self.arrived.lock().unwrap())
    }
}

pub(crate) fn settled(sim: &Sim) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(sim.sim.webhooks().settled());
}

/// A simulator whose retries come at once, with webhooks for these events, already pinged.
fn listening(events: &[&str]) -> (Sim, Endpoint) {
    let sim = Sim::with(|config| config.settings.webhook_time_scale = 0.0);
    let endpoint = subscribed(&sim, events);
    (sim, endpoint)
}

/// An endpoint with webhooks for these events, already pinged.
pub(crate) fn subscribed(sim: &Sim, events: &[&str]) -> Endpoint {
    let endpoint = Endpoint::start();
    sim.sim
        .webhooks()
        .subscribe(&endpoint.url, "s3cret", events)
        .unwrap();
    settled(sim);
    let pings = endpoint.take();
    assert!(pings.iter().all(|ping| ping.action() == "ping"));
    endpoint
}

fn actions(sim: &Sim, endpoint: &Endpoint) -> Vec<String> {
    settled(sim);
    let mut actions: Vec<String> = endpoint.take().iter().map(Arrived::action).collect();
    actions.sort_unstable();
    actions
}

#[test]
fn a_ping_tells_about_the_webhook_and_is_signed() {
    let sim = Sim::start();
    let endpoint = Endpoint::start();
    let ids = sim
        .sim
        .webhooks()
        .subscribe(&endpoint.url, "s3cret", &["hire_candidate"])
        .unwrap();
    settled(&sim);
    let ping = &endpoint.take()[0];
    let body = ping.json();
    assert_eq!(
        (&body["action"], &body["payload"]["web_hook_id"]),
        (&json!("ping"), &json!(ids[0]))
    );
    assert_eq!(body["payload"]["event"], "Hire Candidate");
    assert_eq!(
        (&body["organization_name"], body["organization_id"].is_i64()),
        (&json!("acme"), true)
    );
    let signature = ping.header("signature");
    let digest = signature.strip_prefix("sha256 ").unwrap();
    assert!(
        digest.len() == 64
            && digest
                .chars()
                .all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase())
    );
    assert!(!ping.header("greenhouse-event-id").is_empty());
    assert_eq!(ping.header("content-type"), "application/json");
}

#[test]
fn a_failed_ping_disables_until_somebody_enables_by_hand() {
    let sim = Sim::start();
    let endpoint = Endpoint::start();
    endpoint.answer(&[204]);
    let webhooks = sim.sim.webhooks();
    let id = webhooks
        .subscribe(&endpoint.url, "s", &["job_updated"])
        .unwrap()[0];
    settled(&sim);
    assert!(webhooks.all()[0].deactivated);
    sim.sim
        .recruiter()
        .close_job(sim.job("Data Analyst"))
        .unwrap();
    settled(&sim);
    assert_eq!(endpoint.take().len(), 1);
    assert!(webhooks.enable(id));
    sim.sim
        .recruiter()
        .reopen_job(sim.job("Data Analyst"))
        .unwrap();
    assert_eq!(actions(&sim, &endpoint), ["job_updated", "ping"]);
}

#[test]
fn markup_arrives_escaped_in_the_signed_bytes() {
    let (sim, endpoint) = listening(&["update_candidate"]);
    let (ann, _) = sim.candidate("Ann", "ann@mail.example");
    let edit = CandidateEdit {
        company: Some("<A> & Sons".to_owned()),
        ..CandidateEdit::default()
    };
    sim.sim.recruiter().edit_candidate(ann, edit).unwrap();
    settled(&sim);
    let arrived = &endpoint.take()[0];
    assert!(
        arrived.body.contains(r"\u003cA\u003e \u0026 Sons"),
        "{}",
        arrived.body
    );
    assert_eq!(
        arrived.json()["payload"]["candidate"]["company"],
        "<A> & Sons"
    );
}

#[test]
fn anything_but_200_is_tried_again_seven_times_in_all() {
    let (sim, endpoint) = listening(&["job_updated"]);
    endpoint.answer(&[500, 201, 404, 301, 500, 500, 500, 200]);
    sim.sim
        .recruiter()
        .close_job(sim.job("Data Analyst"))
        .unwrap();
    settled(&sim);
    let arrived = endpoint.take();
    assert_eq!(arrived.len(), 7);
    let id = arrived[0].header("greenhouse-event-id");
    assert!(
        arrived
            .iter()
            .all(|again| again.header("greenhouse-event-id") == id)
    );
    assert!(arrived.iter().all(|again| again.body == arrived[0].body));
    let tried = sim.sim.webhooks().deliveries();
    assert_eq!(tried.last().unwrap().attempt, 7);
    assert!(!sim.sim.webhooks().all()[0].deactivated);
}

#[test]
fn nobody_listening_is_a_failure_too() {
    let (sim, _) = listening(&["job_updated"]);
    let gone = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let webhooks = sim.sim.webhooks();
    let id = webhooks
        .subscribe(&format!("http://{gone}/"), "s", &["job_created"])
        .unwrap()[0];
    settled(&sim);
    let failed = webhooks.deliveries().into_iter().next_back().unwrap();
    assert_eq!((failed.webhook_id, failed.status), (id, None));
    assert!(webhooks.remove(id) && !webhooks.remove(id));
}

#[test]
fn duplicates_and_swaps_on_demand() {
    let (sim, endpoint) = listening(&["job_updated"]);
    sim.sim
        .configure(|settings| settings.webhook_duplicates = true);
    sim.sim
        .recruiter()
        .close_job(sim.job("Data Analyst"))
        .unwrap();
    settled(&sim);
    let twice = endpoint.take();
    assert_eq!(twice.len(), 2);
    assert_eq!(
        twice[0].header("greenhouse-event-id"),
        twice[1].header("greenhouse-event-id")
    );
    sim.sim.configure(|settings| {
        settings.webhook_duplicates = false;
        settings.webhook_reorder = true;
    });
    for name in ["Backend Engineer", "Product Designer"] {
        sim.sim.recruiter().close_job(sim.job(name)).unwrap();
    }
    settled(&sim);
    let names = endpoint
        .take()
        .iter()
        .map(|one| one.json()["payload"]["job"]["name"].clone())
        .collect::<Vec<_>>();
    assert_eq!(names, ["Product Designer", "Backend Engineer"]);
}

#[test]
fn webhooks_are_set_up_over_http_as_well() {
    let sim = Sim::start();
    let endpoint = Endpoint::start();
    let call = |method: &str, path: &str, body: Value| {
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
    };
    let body = json!({"endpoint": endpoint.url, "secret": "s", "events": ["job_updated"]});
    let id = call("POST", "webhooks", body).json()["ids"][0].clone();
    settled(&sim);
    let job = sim.job("Data Analyst");
    assert_eq!(
        call("PATCH", &format!("jobs/{job}"), json!({"notes": "x"})).status,
        204
    );
    assert_eq!(actions(&sim, &endpoint), ["job_updated", "ping"]);
    let tried = call("GET", "webhooks/deliveries", json!(null)).json();
    assert_eq!(
        (&tried[1]["webhook_id"], &tried[1]["status"]),
        (&id, &json!(200))
    );
    assert_eq!(
        call("DELETE", &format!("webhooks/{id}"), json!(null)).status,
        204
    );
    assert_eq!(
        call(
            "POST",
            "webhooks",
            json!({"endpoint": "ftp://x", "secret": "s"})
        )
        .status,
        409
    );
    assert_eq!(
        call(
            "POST",
            "webhooks",
            json!({"endpoint": endpoint.url, "secret": "s", "events": ["x"]})
        )
        .status,
        409
    );
}
