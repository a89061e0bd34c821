//! What is removed after a while, and what is not.

use std::time::Duration;

use store::Store;
use store::intake::{Refused, Verdict, record_refusals};
use store::journal::Journal;
use store::retention::Removed;

use crate::fresh_store;
use crate::ledger::{announcement, arrival, claim, connect, done, run, take_in};

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn retire(store: &Store) -> Removed {
    let removed = store.retire(DAY, 10).await.unwrap();
    removed.expect("nobody else is at it")
}

#[tokio::test]
async fn old_ids_and_contents_go_and_the_intent_stays_known() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let ended = arrival("acme", "i-1", "c-1", "ada@example.com");
    take_in(&store, std::slice::from_ref(&ended)).await;
    let claims = claim(&store, 1).await;
    let answer = announcement("acme", "answer");
    let mut settlement = done(&claims[0], 7);
    settlement.announcements = vec![answer];
    Journal::start(store.clone())
        .settle(&claims[0], settlement)
        .await
        .unwrap();
    let open = arrival("acme", "i-2", "c-2", "bob@example.com");
    let mut tx = store.begin().await.unwrap();
    let refused = Refused {
        message_id: Some("m-3"),
        tenant: None,
        event_type: None,
        reason: "no_jobs",
        path: None,
        names: &[],
    };
    record_refusals(&mut tx, &[refused]).await.unwrap();
    tx.commit().await.unwrap();
    take_in(&store, std::slice::from_ref(&open)).await;
    run(
        &store,
        "INSERT INTO job_refresh_requests (tenant, request_id, whole, answered_at)
         VALUES ('acme', 'answered', false, now()), ('acme', 'waits', false, NULL);
         UPDATE outbox SET published_at = now() WHERE operation_id IS NOT NULL",
    )
    .await;
    assert_eq!(
        retire(&store).await,
        Removed::default(),
        "nothing is a day old"
    );

    run(
        &store,
        "UPDATE inbox SET received_at = now() - interval '2 days';
         UPDATE refusals SET refused_at = now() - interval '2 days';
         UPDATE job_refresh_requests SET answered_at = answered_at - interval '2 days',
             asked_at = asked_at - interval '2 days';
         UPDATE operations SET created_at = created_at - interval '2 days', settled_at = settled_at - interval '2 days';
         UPDATE outbox SET created_at = created_at - interval '2 days', published_at = published_at - interval '2 days'",
    )
    .await;
    let removed = Removed {
        deliveries: 2,
        refusals: 1,
        requests: 1,
        contents: 1,
        answers: 1,
    };
    assert_eq!(retire(&store).await, removed);
    assert_eq!(retire(&store).await, Removed::default(), "each goes once");

    let again = take_in(&store, &[ended, open]).await;
    assert_eq!(again, [Verdict::Duplicate; 2]);
    let story = &store.stories("i-1").await.unwrap()[0];
    assert_eq!((story.state.as_str(), story.answers.len()), ("done", 1));
    let waiting = claim(&store, 1).await;
    assert_eq!(waiting[0].payload, b"payload", "what is open keeps it");
}

#[tokio::test]
async fn one_process_removes_all_in_small_statements() {
    let store = fresh_store().await;
    run(
        &store,
        "INSERT INTO inbox (tenant, message_id, source, received_at)
         SELECT 'acme', n::text, '/intrro', now() - interval '2 days' FROM generate_series(1, 25) n",
    )
    .await;
    let mut other = store.begin().await.unwrap();
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('retention', 0))")
        .execute(&mut *other)
        .await
        .unwrap();
    assert_eq!(store.retire(DAY, 10).await.unwrap(), None);
    other.rollback().await.unwrap();
    assert_eq!(retire(&store).await.deliveries, 25);
}
