//! What is refused: counted by reason, without effect, and answered so that strangers learn nothing.

use std::time::Duration;

use domain::webhook::{Consumer, Refusal};
use futures::StreamExt;
use testkit::until;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;
use webhooks::{Config, Rate};

use crate::world::{SECRET, World, sign, stage_change};

/// Sends bytes as they are, closes our half, and returns what comes back.
async fn raw(world: &World, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(&world.address).await.unwrap();
    stream.write_all(request).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    // Reset by a server that did not read everything: what it said before counts.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn whoever_cannot_sign_gets_one_answer_whatever_is_wrong() {
    let world = World::new().await;
    let id = world.connect("acme").await;
    let bare = world.connect("bare").await;
    world.set_secrets(bare, &[]).await;
    let (body, other) = (stage_change(7), stage_change(8));
    let right = sign(SECRET, &body);
    let mut answers = Vec::new();
    for (connection, signature, reason) in [
        (id.to_string(), None, "unsigned"),
        (id.to_string(), Some("sha256 abc".to_owned()), "unsigned"),
        (id.to_string(), Some(sign("guess", &body)), "forged"),
        (id.to_string(), Some(sign(SECRET, &other)), "forged"),
        (bare.to_string(), Some(right.clone()), "unknown_connection"),
        (
            Uuid::new_v4().to_string(),
            Some(right.clone()),
            "unknown_connection",
        ),
        ("nonsense".to_owned(), Some(right), "unknown_connection"),
    ] {
        let before = world.refused(reason);
        let mut request = world.post(connection).body(body.clone());
        if let Some(signature) = signature {
            request = request.header("Signature", signature);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(world.refused(reason), before + 1.0, "{reason}");
        let mut headers = answer.headers().clone();
        headers.remove("date");
        answers.push((answer.status(), headers, answer.bytes().await.unwrap()));
    }
    assert_eq!(answers[0].0, 401);
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    assert!(world.tasks(Consumer::Statuses).await.is_empty());
}

#[tokio::test]
async fn a_body_that_lost_its_end_is_refused() {
    let world = World::new().await;
    let id = world.connect("acme").await;
    let body = stage_change(7);
    let cut = &body[..body.len() - 1];
    let status = world
        .deliver_signed(id, "e", cut, &sign(SECRET, &body))
        .await;
    assert_eq!((status, world.refused("forged")), (401, 1.0));

    let head = format!(
        "POST /webhooks/greenhouse/{id} HTTP/1.1\r\nHost: x\r\nSignature: {}\r\nContent-Length: {}\r\n\r\n",
        sign(SECRET, &body),
        body.len()
    );
    raw(&world, &[head.as_bytes(), cut].concat()).await;
    until("the refusal", async || {
        (world.refused("truncated") > 0.0).then_some(())
    })
    .await;
    assert!(world.tasks(Consumer::Statuses).await.is_empty());
}

#[tokio::test]
async fn a_body_that_is_too_large_is_answered_without_being_read() {
    let world = World::new().await;
    let id = world.connect("acme").await;
    let head = format!(
        "POST /webhooks/greenhouse/{id} HTTP/1.1\r\nHost: x\r\nSignature: {}\r\nContent-Length: {}\r\n\r\n",
        sign(SECRET, b""),
        1024 * 1024 + 1
    );
    // Not one byte of the body is sent.
    let answer = raw(&world, head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    let body = vec![b'x'; 1024 * 1024 + 1];
    let chunked = futures::stream::iter([Ok::<_, std::io::Error>(body)]);
    let request = world
        .post(id)
        .header("Signature", sign(SECRET, b""))
        .body(reqwest::Body::wrap_stream(chunked));
    assert_eq!(request.send().await.unwrap().status(), 413);
    assert_eq!(world.refused("oversized"), 2.0);
}

#[tokio::test]
async fn a_connection_that_sends_too_much_waits_and_strangers_cannot_make_it_wait() {
    let world = World::with(Config {
        per_connection: Rate::new(1, 3),
        ..Config::default()
    })
    .await;
    let (loud, quiet) = (world.connect("loud").await, world.connect("quiet").await);
    for number in 0..20 {
        let body = stage_change(number);
        let guess = sign("guess", &body);
        let status = world.deliver_signed(quiet, "f", &body, &guess).await;
        assert_eq!(status, 401);
    }
    let mut statuses = Vec::new();
    for number in 0..6 {
        let body = stage_change(number);
        statuses.push(world.deliver(loud, &format!("e{number}"), &body).await);
    }
    assert_eq!(statuses[..3], [200, 200, 200]);
    assert!(statuses.contains(&429), "{statuses:?}");
    assert_eq!(world.deliver(quiet, "e", &stage_change(1)).await, 200);
    assert!(world.refused("too_many") >= 1.0);
}

#[tokio::test]
async fn a_flood_of_strangers_is_cut_off_before_it_costs_anything() {
    let world = World::with(Config {
        all: Rate::new(1, 5),
        ..Config::default()
    })
    .await;
    let id = world.connect("acme").await;
    let mut statuses = Vec::new();
    for _ in 0..10 {
        statuses.push(world.post(id).send().await.unwrap().status().as_u16());
    }
    assert_eq!(statuses[..5], [401; 5]);
    assert!(statuses.contains(&429), "{statuses:?}");
    assert!(world.refused("overloaded") >= 1.0);
}

#[tokio::test]
async fn guesses_at_connections_do_not_keep_the_database_busy() {
    let world = World::with(Config {
        read_interval: Duration::from_secs(3_600),
        patience: Duration::from_millis(500),
        ..Config::default()
    })
    .await;
    let known = world.connect("acme").await;
    assert_eq!(world.deliver(known, "e1", &stage_change(1)).await, 200);
    let guesses = (0..6).map(async |number| {
        let body = stage_change(number);
        world.deliver(Uuid::new_v4(), "e", &body).await
    });
    assert_eq!(futures::future::join_all(guesses).await, [503; 6]);
    assert_eq!(world.deliver(known, "e2", &stage_change(2)).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_guesses_keeps_no_connection_out_that_was_not_met_before() {
    // A read of its own for each guess would have the last ones wait too long.
    let world = World::with(Config {
        read_interval: Duration::from_millis(200),
        ..Config::default()
    })
    .await;
    let guess = async |number: i64| {
        let body = stage_change(number);
        world.deliver(Uuid::new_v4(), "e", &body).await
    };
    let flood = futures::stream::iter(0..1_000)
        .map(guess)
        .buffer_unordered(100);
    let mut known = Vec::new();
    for tenant in ["one", "two", "three", "four", "five"] {
        known.push(world.connect(tenant).await);
    }
    let mut flood = std::pin::pin!(flood);
    let (mut met, mut guesses) = (Vec::new(), Vec::new());
    while let Some(status) = flood.next().await {
        guesses.push(status);
        // In the middle of it, with a hundred guesses under way.
        if guesses.len() % 200 == 100 {
            let id = known.pop().unwrap();
            met.push(world.deliver(id, "e", &stage_change(1)).await);
        }
    }
    assert_eq!(met, [200; 5]);
    assert_eq!(guesses, [401; 1_000]);
}

#[tokio::test]
async fn the_last_refusal_of_a_connection_is_shown_to_its_admin() {
    let world = World::new().await;
    let id = world.connect("acme").await;
    let body = stage_change(7);
    assert_eq!(world.deliver(id, "e1", &body).await, 200);
    for _ in 0..3 {
        world
            .deliver_signed(id, "e2", &body, &sign("guess", &body))
            .await;
    }
    let refused = world.store.webhook_seen(id).await.unwrap().refused;
    assert_eq!(refused.unwrap().why, Refusal::Forged);
}

#[tokio::test]
async fn what_cannot_be_stored_is_not_answered_as_taken() {
    let world = World::new().await;
    let id = world.connect("acme").await;
    assert_eq!(world.deliver(id, "e1", &stage_change(7)).await, 200);
    let sql = "ALTER TABLE webhook_deliveries RENAME TO elsewhere";
    sqlx::query(sql).execute(world.store.pool()).await.unwrap();
    assert_eq!(world.deliver(id, "e2", &stage_change(8)).await, 503);
    let sql = "ALTER TABLE elsewhere RENAME TO webhook_deliveries";
    sqlx::query(sql).execute(world.store.pool()).await.unwrap();
    assert_eq!(world.deliver(id, "e2", &stage_change(8)).await, 200);
    assert_eq!(world.tasks(Consumer::Statuses).await.len(), 2);
    assert_eq!(world.refused("unavailable"), 1.0);
}
