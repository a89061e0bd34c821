//! Everything at once, twice, backwards.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::webhook::{Consumer, Notice};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::world::{SECRET, World, sign, stage_change};

/// Deliveries; each event is among them twice.
const DELIVERIES: i64 = 10_000;
/// Sockets, so that client and server together stay below the usual limit of open files.
const SOCKETS: i64 = 1_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_with_duplicates_in_reversed_order_is_recorded_exactly() {
    let world = World::new().await;
    let id = world.connect("acme").await;
    let events = DELIVERIES / 2;
    let order: Vec<i64> = (0..events).chain((0..events).rev()).collect();
    let refused = AtomicU64::new(0);
    let sockets = order
        .chunks((DELIVERIES / SOCKETS) as usize)
        .map(|some| send_all(&world, id, some, &refused));
    futures::future::join_all(sockets).await;

    assert_eq!(refused.into_inner(), 0, "not answered with 200");
    assert_eq!(
        world.metric("bridge_webhook_deliveries_total"),
        DELIVERIES as f64
    );
    let tasks = world.tasks(Consumer::Statuses).await;
    let recorded: BTreeSet<i64> = tasks.iter().map(application).collect();
    assert_eq!(tasks.len(), events as usize);
    assert_eq!(recorded, (0..events).map(|event| event + 1).collect());
    let commits: i64 =
        sqlx::query_scalar("SELECT count(DISTINCT xmin::text) FROM webhook_deliveries")
            .fetch_one(world.store.pool())
            .await
            .unwrap();
    assert!(
        commits < events / 4,
        "{commits} commits for {events} events"
    );
}

fn application(notice: &Notice) -> i64 {
    match notice {
        Notice::ApplicationChanged { application_id, .. } => application_id.0,
        other => panic!("{other:?}"),
    }
}

/// One connection after another event, as an HTTP client with keep-alive does.
async fn send_all(world: &World, id: Uuid, events: &[i64], refused: &AtomicU64) {
    let mut stream = BufReader::new(TcpStream::connect(&world.address).await.unwrap());
    for event in events {
        let body = stage_change(event + 1);
        let head = format!(
            "POST /webhooks/greenhouse/{id} HTTP/1.1\r\nHost: x\r\nSignature: {}\r\n\
            Greenhouse-Event-ID: e{event}\r\nContent-Length: {}\r\n\r\n",
            sign(SECRET, &body),
            body.len()
        );
        let request = [head.as_bytes(), &body].concat();
        stream.write_all(&request).await.unwrap();
        let mut status = String::new();
        stream.read_line(&mut status).await.unwrap();
        if !status.starts_with("HTTP/1.1 200") {
            refused.fetch_add(1, Ordering::Relaxed);
        }
        // The rest of the answer's head; there is no body.
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            stream.read_line(&mut line).await.unwrap();
        }
    }
}
