//! The whole route of a request for jobs: event in, import, answer out, list over HTTP.

use serde_json::{Value, json};

use crate::world::World;

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
