//! What is told of how long statements take, and of connections that are waited for.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use store::Store;
use store::timing::Query;

use crate::fresh_store;
use crate::ledger::{arrivals, claim, connect, take_in};

const LEASE: Duration = Duration::from_secs(30);

/// The queries that are told from now on.
fn told(store: &Store) -> Arc<Mutex<Vec<Query>>> {
    let told = Arc::<Mutex<Vec<Query>>>::default();
    let list = Arc::clone(&told);
    store.on_query(move |query, took| {
        assert!(took > Duration::ZERO);
        list.lock().unwrap().push(query);
    });
    told
}

/// Fails after ten seconds: connections go back to their pool in the background.
async fn in_use_at_last(store: &Store, expected: u32) {
    let begun = Instant::now();
    loop {
        let now = store.connections_in_use().await;
        if now.in_use == expected {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{now:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn each_statement_that_an_event_waits_for_is_told() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let told = told(&store);
    take_in(&store, &arrivals("acme", 1)).await;
    assert_eq!(claim(&store, 10).await.len(), 1);
    store.take_announcements(1, LEASE).await.unwrap();
    store.mark_published(&[]).await.unwrap();
    let expected = [
        Query::Enter,
        Query::Claim,
        Query::TakeAnnouncements,
        Query::MarkPublished,
    ];
    assert_eq!(*told.lock().unwrap(), expected);
}

#[tokio::test]
async fn a_statement_that_fails_is_told_as_well() {
    let store = fresh_store().await;
    let told = told(&store);
    sqlx::query("ALTER TABLE outbox RENAME TO elsewhere")
        .execute(store.pool())
        .await
        .unwrap();
    store.take_announcements(1, LEASE).await.unwrap_err();
    assert_eq!(*told.lock().unwrap(), [Query::TakeAnnouncements]);
}

#[tokio::test]
async fn a_connection_that_is_kept_for_the_next_statement_is_not_in_use() {
    let store = fresh_store().await;
    store.take_announcements(1, LEASE).await.unwrap();
    in_use_at_last(&store, 0).await;
    let entrance = store.entrance().await.unwrap();
    in_use_at_last(&store, 1).await;
    entrance.flush().await.unwrap();
    in_use_at_last(&store, 0).await;
}

#[tokio::test]
async fn who_waits_longest_for_a_connection_is_told_once() {
    let store = fresh_store().await;
    let long = Duration::from_millis(500);
    let held = (store.entrance().await, store.entrance_beside().await);
    let release = async {
        tokio::time::sleep(long).await;
        drop(held);
    };
    let (waited, ()) = tokio::join!(store.entrance(), release);
    waited.unwrap();
    let first = store.connections_in_use().await.longest_wait;
    let second = store.connections_in_use().await.longest_wait;
    assert!(first >= long && second < first, "{first:?}, {second:?}");
}
