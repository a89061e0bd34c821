//! How what waits in the outbox leaves.

use crate::world::{World, until};

/// Puts announcements into the outbox, all in one stroke, each with a key of its own.
async fn announce(world: &World, count: usize) {
    let insert = format!(
        "INSERT INTO outbox (message_id, tenant, ordering_key, routing_key, body)
        SELECT gen_random_uuid(), 'acme', gen_random_uuid()::text, 'intrro.events.v1.CandidateStatusChanged',
            convert_to('{{\"type\":\"intrro.events.v1.CandidateStatusChanged\"}}', 'UTF8')
        FROM generate_series(1, {count})"
    );
    let inserted = world.env.execute(&insert).await;
    inserted.expect("rows in the outbox");
}

/// How many batches the broker has confirmed once it has everything.
async fn batches(world: &World, published: usize) -> f64 {
    let confirmed =
        r#"bridge_publish_total{exchange="intrro.greenhouse.events",outcome="confirmed""#;
    until("everything is published", async || {
        (world.metric(0, confirmed).await >= published as f64).then_some(())
    })
    .await;
    let batches = r#"bridge_publish_confirm_seconds_count{exchange="intrro.greenhouse.events"}"#;
    world.metric(0, batches).await
}

#[tokio::test]
async fn what_becomes_due_in_one_stroke_leaves_in_slices_and_a_backlog_whole() {
    let mut world = World::new("outbox").await;
    let mut relay = world.start_bridge(&["relay"], &[]);
    let url = relay.url.clone();
    let ready = relay
        .process
        .ready(&url, std::time::Duration::from_secs(60));
    ready.await.expect("a relay that gets ready");
    world.keep(relay);
    announce(&world, 49).await;
    assert_eq!(batches(&world, 49).await, 7.0, "49 rows, 8 at once");
    announce(&world, 200).await;
    assert_eq!(batches(&world, 249).await, 8.0, "200 rows, at once");
}
