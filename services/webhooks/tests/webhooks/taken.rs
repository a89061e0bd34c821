//! What is taken, and what it leaves.

use std::time::Duration;

use domain::status::Status;
use domain::webhook::{Consumer, Notice, Standing};
use domain::{ApplicationId, CandidateId, JobId};
use testkit::until;
use tokio_util::sync::CancellationToken;
use webhooks::Config;

use crate::world::{SECRET, World, sign, stage_change};

fn moved(application: i64) -> Notice {
    Notice::ApplicationChanged {
        application_id: ApplicationId(application),
        candidate_id: Some(CandidateId(application + 1)),
        stands: Some(Standing {
            status: Status::InProcess,
            job_stage_id: None,
            active_at: None,
        }),
    }
}

#[tokio::test]
async fn a_delivery_leaves_a_task_and_its_repetition_nothing() {
    let world = World::new().await;
    let id = world.connect("acme").await;
    for _ in 0..3 {
        assert_eq!(world.deliver(id, "e1", &stage_change(7)).await, 200);
    }
    assert_eq!(world.tasks(Consumer::Statuses).await, [moved(7)]);
    assert_eq!(world.metric("deliveries_total{outcome=\"new\"}"), 1.0);
    assert_eq!(world.metric("deliveries_total{outcome=\"duplicate\"}"), 2.0);
    assert_eq!(
        world.metric("actions_total{action=\"candidate_stage_change\"}"),
        3.0
    );
}

#[tokio::test]
async fn the_same_event_of_two_tenants_is_two_events() {
    let world = World::new().await;
    let (one, other) = (world.connect("one").await, world.connect("other").await);
    for id in [one, other] {
        assert_eq!(world.deliver(id, "e1", &stage_change(7)).await, 200);
    }
    assert_eq!(world.tasks(Consumer::Statuses).await.len(), 2);
}

#[tokio::test]
async fn without_an_event_id_the_bytes_tell_what_is_a_repetition() {
    let world = World::new().await;
    let id = world.connect("acme").await;
    for application in [7, 7, 8] {
        let body = stage_change(application);
        let request = world
            .post(id)
            .header("Signature", sign(crate::world::SECRET, &body));
        assert_eq!(request.body(body).send().await.unwrap().status(), 200);
    }
    assert_eq!(world.tasks(Consumer::Statuses).await, [moved(7), moved(8)]);
}

#[tokio::test]
async fn a_ping_is_remembered_and_an_unknown_action_is_taken() {
    let world = World::new().await;
    let id = world.connect("acme").await;
    let ping = br#"{"action":"ping","payload":{"web_hook_id":4001693002,"active":true}}"#;
    assert_eq!(world.deliver(id, "p", ping).await, 200);
    let seen = world.store.webhook_seen(id).await.unwrap();
    assert!(seen.pinged_at.is_some() && seen.refused.is_none());
    let unknown = br#"{"action":"candidate_cloned","payload":{"clone":{"id":1}}}"#;
    assert_eq!(world.deliver(id, "u", unknown).await, 200);
    assert_eq!(world.deliver(id, "x", b"not json at all").await, 200);
    assert_eq!(world.metric("actions_total{action=\"ping\"}"), 1.0);
    assert_eq!(world.metric("actions_total{action=\"other\"}"), 2.0);
    assert_eq!(
        world.metric("deliveries_total{outcome=\"unreadable\"}"),
        1.0
    );
    assert!(world.tasks(Consumer::Statuses).await.is_empty());
}

#[tokio::test]
async fn the_signature_says_what_is_taken_and_the_content_type_nothing() {
    let world = World::new().await;
    let id = world.connect("acme").await;
    let types = [None, Some("text/plain"), Some("multipart/form-data")];
    for (application, content_type) in (10..).step_by(10).zip(types) {
        let body = stage_change(application);
        let mut request = world.post(id).header("Signature", sign(SECRET, &body));
        if let Some(content_type) = content_type {
            request = request.header("Content-Type", content_type);
        }
        let answer = request.body(body).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{content_type:?}");
    }
    let told = world.tasks(Consumer::Statuses).await;
    assert_eq!(told, [moved(10), moved(20), moved(30)]);
}

#[tokio::test]
async fn what_is_about_jobs_is_left_to_the_jobs() {
    let world = World::new().await;
    let id = world.connect("acme").await;
    let body = br#"{"action":"job_updated","payload":{"job":{"id":33,"name":"Engineer"}}}"#;
    assert_eq!(world.deliver(id, "e", body).await, 200);
    let changed = Notice::JobChanged { job_id: JobId(33) };
    assert_eq!(world.tasks(Consumer::Jobs).await, [changed]);
    assert!(world.tasks(Consumer::Statuses).await.is_empty());
}

#[tokio::test]
async fn nothing_personal_reaches_the_database() {
    let world = World::new().await;
    let id = world.connect("acme").await;
    assert_eq!(world.deliver(id, "e1", &stage_change(7)).await, 200);
    let found: bool = sqlx::query_scalar(
        "SELECT (SELECT bool_or(d::text LIKE '%Ada%') FROM webhook_deliveries d)
            OR (SELECT bool_or(t::text LIKE '%Ada%') FROM webhook_tasks t)",
    )
    .fetch_one(world.store.pool())
    .await
    .unwrap();
    assert!(!found);
}

#[tokio::test]
async fn in_the_steady_state_secrets_are_not_read_again() {
    let world = World::with(Config {
        read_interval: Duration::from_secs(3_600),
        ..Config::default()
    })
    .await;
    let id = world.connect("acme").await;
    for number in 0..50 {
        let body = stage_change(number + 1);
        assert_eq!(world.deliver(id, &format!("e{number}"), &body).await, 200);
    }
}

#[tokio::test]
async fn a_storm_at_a_process_that_has_just_started_reads_the_secrets_once() {
    let world = World::with(Config {
        read_interval: Duration::from_secs(3_600),
        ..Config::default()
    })
    .await;
    let id = world.connect("acme").await;
    let deliver = async |number: i64| {
        let body = stage_change(number);
        world.deliver(id, &format!("e{number}"), &body).await
    };
    let statuses = futures::future::join_all((1..=200).map(deliver)).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
}

#[tokio::test]
async fn what_is_too_old_is_removed_meanwhile() {
    let world = World::new().await;
    let id = world.connect("acme").await;
    assert_eq!(world.deliver(id, "e1", &stage_change(7)).await, 200);
    let mut parts = world.parts.clone();
    parts.config.keep = Duration::ZERO;
    let stop = CancellationToken::new();
    let upkeep = tokio::spawn(webhooks::run(parts, stop.clone()));
    let left = async || -> i64 {
        let count = sqlx::query_scalar("SELECT count(*) FROM webhook_deliveries");
        count.fetch_one(world.store.pool()).await.unwrap()
    };
    until("the sweep", async || (left().await == 0).then_some(())).await;
    stop.cancel();
    upkeep.await.unwrap();
    assert_eq!(
        world.metric("bridge_webhook_tasks{consumer=\"statuses\"}"),
        1.0
    );
}
