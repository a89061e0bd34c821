//! Webhooks from outside: the bridge as a process, deliveries signed as Greenhouse signs them.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use domain::crash::{CRASH_AT, CrashPoint};
use greenhouse_sim::{Fault, When};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{ABORTED, Announced, SOON, World, email, introduction, until};

pub(crate) const SECRET: &str = "webhook-secret-of-the-tests";

/// Deliveries of the storm; each event is among them twice.
const STORM: usize = 10_000;
/// Deliveries under way when the bridge is told to end.
const EVENTS: usize = 500;
/// What the bridge may need for it, in kibibytes: bodies in hand are bounded by 64 MiB.
const MEMORY: u64 = 512 * 1024;

/// A connected tenant with webhooks; its connection.
pub async fn connected(world: &mut World) -> String {
    world.bridge().await;
    let (status, connection) = world.connect("acme").await;
    assert_eq!(status, 201, "{connection}");
    let id = connection["id"].as_str().unwrap().to_owned();
    secrets(world, &id, &[SECRET]).await;
    id
}

pub(crate) async fn secrets(world: &World, id: &str, secrets: &[&str]) {
    let change = json!({ "webhook_secrets": secrets });
    let (status, body) = world.patch(&format!("/v1/connections/{id}"), change).await;
    assert_eq!(status, 200, "{body}");
}

fn sign(secret: &str, body: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let digest = mac.chain_update(body).finalize().into_bytes();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256 {hex}")
}

/// A move of an application that nobody follows.
pub(crate) fn moved(application: usize) -> String {
    let person = json!({"id": application, "first_name": "Ada", "last_name": "x".repeat(6000)});
    let payload = json!({"application": {"id": application, "candidate": person}});
    json!({"action": "candidate_stage_change", "payload": payload}).to_string()
}

/// Delivers; the status, or none where the connection broke.
pub(crate) async fn deliver(
    url: &str,
    id: &str,
    event: &str,
    body: String,
    secret: &str,
) -> Option<u16> {
    let addr = url.strip_prefix("http://")?;
    let request = format!(
        "POST /webhooks/greenhouse/{id} HTTP/1.1\r\nHost: bridge\r\nConnection: close\r\nSignature: {}\r\n\
        Greenhouse-Event-ID: {event}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        sign(secret, &body),
        body.len()
    );
    let mut stream = TcpStream::connect(addr).await.ok()?;
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    let answer = String::from_utf8(answer).ok()?;
    answer.split(' ').nth(1)?.parse().ok()
}

/// Delivers that many events at once; the statuses, in any order.
async fn deliver_all(url: String, id: String, events: usize) -> Vec<Option<u16>> {
    let mut deliveries = tokio::task::JoinSet::new();
    for event in 0..events {
        let (url, id, name) = (url.clone(), id.clone(), format!("e{event}"));
        deliveries.spawn(async move { deliver(&url, &id, &name, moved(event + 1), SECRET).await });
    }
    deliveries.join_all().await
}

/// Deliveries that a bridge took, by what they were.
async fn taken(world: &World, bridge: usize, outcome: &str) -> usize {
    let label = format!("bridge_webhook_deliveries_total{{outcome=\"{outcome}\"}}");
    world.metric(bridge, &label).await as usize
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_whose_answer_was_lost_is_a_duplicate_and_one_that_was_not_stored_is_new() {
    for (point, outcome) in [
        (CrashPoint::WebhookBeforeCommit, "new"),
        (CrashPoint::WebhookAfterCommit, "duplicate"),
    ] {
        let mut world = World::new("webhook crash").await;
        let id = connected(&mut world).await;
        let mut doomed = world.start_bridge(&["webhooks"], &[(CRASH_AT, &point.to_string())]);
        let url = doomed.url.clone();
        doomed.process.ready(&url, SOON).await.unwrap();
        let lost = deliver(&url, &id, "e1", moved(1), SECRET).await;
        assert_eq!(lost, None, "{point}");
        let ended = doomed.process.ended(SOON).await.unwrap();
        assert_eq!(ended.signal(), Some(ABORTED));

        let url = world.bridges()[0].url.clone();
        let again = deliver(&url, &id, "e1", moved(1), SECRET).await;
        assert_eq!(again, Some(200));
        assert_eq!(taken(&world, 0, outcome).await, 1, "{point}");
        assert_eq!(
            world.metric(0, "bridge_webhook_deliveries_total").await,
            1.0
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_deliveries_at_once_are_all_taken_in_bounded_memory() {
    let mut world = World::new("webhook storm").await;
    let id = connected(&mut world).await;
    let url = world.bridges()[0].url.clone();
    let events = (0..STORM / 2).chain((0..STORM / 2).rev());
    let mut deliveries = tokio::task::JoinSet::new();
    for event in events {
        let (url, id) = (url.clone(), id.clone());
        deliveries.spawn(async move {
            let name = format!("e{event}");
            deliver(&url, &id, &name, moved(event + 1), SECRET).await
        });
    }
    let statuses = deliveries.join_all().await;
    let refused: Vec<_> = statuses
        .iter()
        .filter(|status| **status != Some(200))
        .collect();
    assert!(
        refused.is_empty(),
        "{} of {STORM}: {:?}",
        refused.len(),
        refused.first()
    );
    let (new, duplicate) = (
        taken(&world, 0, "new").await,
        taken(&world, 0, "duplicate").await,
    );
    assert_eq!((new, duplicate), (STORM / 2, STORM / 2));
    let peak = peak_memory(world.bridges()[0].process.pid());
    println!(
        "{STORM} deliveries at once: peak memory {} MiB",
        peak / 1024
    );
    assert!(peak < MEMORY, "{peak} KiB");
}

/// `VmHWM` of a process, in kibibytes.
fn peak_memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_by_the_api_works_at_once_in_every_replica() {
    let mut world = World::new("webhook rotation").await;
    let id = connected(&mut world).await;
    let second = world.start_bridge(&["webhooks"], &[]);
    let url = second.url.clone();
    world.keep(second);
    world.bridges()[1].process.ready(&url, SOON).await.unwrap();
    let mut event = 0;
    let mut status = async |secret: &str| {
        event += 1;
        deliver(&url, &id, &format!("e{event}"), moved(event), secret).await
    };
    assert_eq!(status(SECRET).await, Some(200));
    secrets(&world, &id, &["new", SECRET]).await;
    assert_eq!(
        (status("new").await, status(SECRET).await),
        (Some(200), Some(200))
    );
    secrets(&world, &id, &["new"]).await;
    assert_eq!(
        (status(SECRET).await, status("new").await),
        (Some(401), Some(200))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_hand_at_the_end_is_committed_and_answered() {
    let mut world = World::new("webhook drain").await;
    let id = connected(&mut world).await;
    let url = world.bridges()[0].url.clone();
    let delivering = tokio::spawn(deliver_all(url, id.clone(), EVENTS));
    until("a first delivery", async || {
        (taken(&world, 0, "new").await > 0).then_some(())
    })
    .await;
    let ended = world.bridges()[0].process.terminate(SOON).await.unwrap();
    assert!(ended.success(), "{ended}");
    let statuses = delivering.await.unwrap();
    let answered = statuses.iter().filter(|one| **one == Some(200)).count();
    assert!(answered > 0 && statuses.iter().all(|one| matches!(one, None | Some(200))));

    // Whoever got no answer delivers again, and what was answered is a duplicate.
    world.bridges().clear();
    world.bridge().await;
    let url = world.bridges()[0].url.clone();
    assert_eq!(deliver_all(url, id, EVENTS).await, vec![Some(200); EVENTS]);
    assert_eq!(taken(&world, 0, "duplicate").await, answered);
    assert_eq!(taken(&world, 0, "new").await, EVENTS - answered);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recruiters_move_is_told_once_by_webhook_and_the_poll_finds_nothing_new() {
    let mut world = World::new("webhook move").await;
    let id = connected(&mut world).await;
    let event = introduction("acme", "moved", &[world.job(0)]);
    world.publish(&event).await;
    let statuses = |events: &[Announced]| -> Vec<Announced> {
        let changed = events
            .iter()
            .filter(|event| event.name == "CandidateStatusChanged");
        changed.cloned().collect()
    };
    let first = world
        .announced_until("the first status", |events| statuses(events).len() == 1)
        .await;
    let application = statuses(&first)[0].text("applicationId").parse().unwrap();
    // From here on only a webhook can be in time.
    configure(&world, &id, 3600).await;
    world.polled().await;
    let endpoint = format!("{}/webhooks/greenhouse/{id}", world.bridges()[0].url);
    world
        .greenhouse
        .webhooks()
        .subscribe(&endpoint, SECRET, &[])
        .unwrap();
    world.greenhouse.webhooks().settled().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    let told = world
        .announced_until("the move", |events| statuses(events).len() >= 2)
        .await;
    let told = statuses(&told);
    assert_eq!(told[1].text("sequence"), "2", "{told:#?}");
    assert_eq!(told[1].text("detectedBy"), "WEBHOOK", "{told:#?}");

    let polled = "bridge_poll_last_success_timestamp_seconds{resource=\"applications\"}";
    let before = world.metric(0, polled).await;
    configure(&world, &id, 1).await;
    until("two polls after the move", async || {
        (world.metric(0, polled).await > before + 2.0).then_some(())
    })
    .await;
    assert_eq!(statuses(&world.announced()).len(), 2);
    let refused = world.metric(0, "bridge_webhook_refused_total").await;
    assert_eq!(refused, 0.0);
    let deliveries = world.greenhouse.webhooks().deliveries();
    assert!(deliveries.iter().all(|one| one.status == Some(200)));
    let seen = world.store.webhook_seen(id.parse().unwrap()).await.unwrap();
    assert!(seen.pinged_at.is_some() && seen.delivered_at >= seen.pinged_at);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_webhook_says_before_the_import_has_ended_is_told_after_it() {
    let mut world = World::new("webhook early").await;
    let id = connected(&mut world).await;
    configure(&world, &id, 3600).await;
    let endpoint = format!("{}/webhooks/greenhouse/{id}", world.bridges()[0].url);
    let webhooks = world.greenhouse.webhooks();
    webhooks.subscribe(&endpoint, SECRET, &[]).unwrap();
    // The note is there, and the import waits for the answer.
    let slow = Fault::Slow(Duration::from_secs(5));
    world
        .greenhouse
        .faults()
        .add(When::operation("notes:create").nth(1), slow);
    world
        .publish(&introduction("acme", "early", &[world.job(0)]))
        .await;
    let application = until("the note", async || {
        let state = world.greenhouse.state();
        let person = state.candidates_by_email(&email("early")).pop()?;
        let noted = !state.notes_of(person.meta.id).is_empty();
        let application = state.applications_of(person.meta.id).pop()?;
        noted.then_some(application.meta.id)
    })
    .await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.delete_application(application).unwrap();
    webhooks.settled().await;
    let told = world
        .announced_until("the deletion", |events| {
            events.iter().any(|event| {
                event.name == "CandidateStatusChanged"
                    && event.data["current"]["status"] == "DELETED"
            })
        })
        .await;
    let told: Vec<(&Value, &str)> = told
        .iter()
        .filter(|event| event.name == "CandidateStatusChanged")
        .map(|event| (&event.data["current"]["status"], event.text("sequence")))
        .collect();
    assert_eq!(told, [(&json!("ACTIVE"), "1"), (&json!("DELETED"), "2")]);
}

async fn configure(world: &World, id: &str, poll_interval_seconds: u32) {
    let change = json!({ "settings": { "poll_interval_seconds": poll_interval_seconds } });
    let (status, body) = world.patch(&format!("/v1/connections/{id}"), change).await;
    assert_eq!(status, 200, "{body}");
}
