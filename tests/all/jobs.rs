//! The whole route of a request for jobs: event in, import, answer out, list over HTTP.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::world::{Announced, World};

fn request(tenant: &str, id: &str) -> Value {
    json!({
        "specversion": "1.0",
        "id": format!("event-{id}"),
        "source": "/intrro/test",
        "type": "intrro.events.v1.JobsRefreshRequested",
        "subject": "jobs",
        "time": chrono::Utc::now().to_rfc3339(),
        "tenantid": tenant,
        "datacontenttype": "application/json",
        "data": { "request_id": id, "scope": "FULL" },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_jobs_is_answered_and_the_jobs_are_listed() {
    let mut world = World::new("jobs").await;
    world.bridge().await;
    world.connect("acme").await;
    world.publish(&request("acme", "r-1")).await;
    world.publish(&request("acme", "r-1")).await;
    let answered = |event: &crate::world::Announced| {
        event.name == "JobsRefreshed" && event.text("requestId") == "r-1"
    };
    let events = world
        .announced_until("an answer to r-1", |events| events.iter().any(answered))
        .await;
    let answer = events.iter().find(|event| answered(event)).unwrap();
    assert_eq!(answer.data["full"], true, "{answer:?}");
    assert!(answer.data["calls"].as_i64().unwrap() >= 10, "{answer:?}");
    let opened = world.named("JobChanged");
    assert_eq!(opened.len(), 5, "{opened:?}");
    let (status, body) = world.get(0, "/v1/tenants/acme/jobs").await;
    assert_eq!(status, 200, "{body}");
    let listed: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(listed["jobs"].as_array().unwrap().len(), 5);
}

/// The message ids of the answers to a request.
fn answers<'a>(events: &'a [Announced], request: &str) -> BTreeSet<&'a str> {
    let refreshed = events.iter().filter(|event| event.name == "JobsRefreshed");
    let own = refreshed.filter(|event| event.text("requestId") == request);
    own.map(|event| event.id.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_that_asks_for_jobs_is_answered_though_its_request_id_was_used_before() {
    let mut world = World::new("jobs again").await;
    world.bridge().await;
    world.connect("acme").await;
    let first = request("acme", "r-1");
    world.publish(&first).await;
    world
        .announced_until("an answer", |events| answers(events, "r-1").len() == 1)
        .await;
    // Intrro's publisher began anew, and counts its requests from the beginning.
    let mut second = request("acme", "r-1");
    second["id"] = json!("event-of-another-life");
    second["data"]["scope"] = json!("CHANGED");
    world.publish(&second).await;
    world
        .announced_until("another", |events| answers(events, "r-1").len() == 2)
        .await;
    // A repeat of either is none; once a later request is answered it had its turn.
    for event in [&first, &second, &request("acme", "r-2")] {
        world.publish(event).await;
    }
    let events = world
        .announced_until("an answer to r-2", |events| {
            !answers(events, "r-2").is_empty()
        })
        .await;
    assert_eq!(answers(&events, "r-1").len(), 2, "{events:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_jobs_of_a_stranger_is_answered_with_what_to_do() {
    let mut world = World::new("jobs stranger").await;
    world.bridge().await;
    world.publish(&request("stranger", "r-1")).await;
    let events = world
        .announced_until("an answer to r-1", |events| {
            events.iter().any(|event| event.name == "JobsRefreshed")
        })
        .await;
    let answer = events.iter().find(|event| event.name == "JobsRefreshed");
    assert_eq!(answer.unwrap().text("code"), "not_connected");
}
