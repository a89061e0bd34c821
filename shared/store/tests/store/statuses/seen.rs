//! What the creation of an application showed, told by the settlement of its import.

use domain::status::Snapshot;
use store::Store;
use store::journal::{Journal, Settlement};

use super::{advance, follow, in_stage, progress, run, state};
use crate::fresh_store;
use crate::ledger::{LEASE, arrival, claim, connect, done, take_in};

/// Settles an import that made application 90 and saw it in stage 1.
async fn settle(store: &Store) {
    take_in(store, &[arrival("acme", "i-1", "c-1", "ada@example.com")]).await;
    let claim = claim(store, 1).await.remove(0);
    let mut settlement: Settlement = done(&claim, 7);
    let person = settlement.person.as_mut().unwrap();
    person.tracked[0].seen = Some(Box::new(progress(90, 0, 1, 1)));
    let journal = Journal::start(store.clone());
    journal.settle(&claim, settlement).await.unwrap();
}

async fn connected() -> Store {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    store
}

async fn count(store: &Store, what: &'static str) -> i64 {
    let count = sqlx::query_scalar(what).fetch_one(store.pool());
    count.await.unwrap()
}

async fn told(store: &Store) -> i64 {
    let told = "SELECT count(*) FROM outbox WHERE routing_key LIKE '%CandidateStatusChanged'";
    let told = count(store, told).await;
    // It is in the feed if and only if it is in the outbox.
    let feed = count(store, "SELECT count(*) FROM status_events").await;
    assert_eq!(told, feed);
    told
}

#[tokio::test]
async fn it_is_told_in_the_same_commit_and_goes_on_from_there() {
    let store = connected().await;
    settle(&store).await;
    assert_eq!(state(&store, 90).await, (Some(in_stage(1)), 1));
    assert_eq!(told(&store).await, 1);
    let answers = "SELECT count(*) FROM outbox WHERE operation_id IS NOT NULL";
    assert_eq!(
        count(&store, answers).await,
        1,
        "the answer, and nothing else"
    );
    assert!(advance(&store, &[progress(90, 1, 2, 1)]).await.is_empty());
    assert_eq!(told(&store).await, 2);
}

/// What is known of the application after a settlement that told the answer alone.
async fn untold(store: &Store) -> (Option<Snapshot>, i64) {
    settle(store).await;
    assert_eq!(told(store).await, 0);
    assert_eq!(count(store, "SELECT count(*) FROM outbox").await, 1);
    state(store, 90).await
}

#[tokio::test]
async fn whoever_follows_it_already_tells_it() {
    let store = connected().await;
    follow(&store, 90).await;
    assert_eq!(untold(&store).await, (None, 0));
}

#[tokio::test]
async fn after_an_erasure_its_numbers_go_on_with_a_look() {
    let store = connected().await;
    let erased = "INSERT INTO erased_applications (tenant, id, sequence) VALUES ('acme', 90, 4)";
    run(&store, erased).await;
    assert_eq!(untold(&store).await, (None, 4));
}

#[tokio::test]
async fn it_says_nothing_about_when_the_others_were_looked_at() {
    let store = connected().await;
    settle(&store).await;
    let minutes = async |sql: &str| {
        run(&store, sql).await;
        run(&store, "DELETE FROM polls").await;
        let poll = store.claim_polls(1, LEASE).await.unwrap().remove(0);
        (poll.clock.taken_at - poll.watermark).num_minutes()
    };
    let first = "UPDATE applications SET created_at = now() - interval '1 hour'";
    assert_eq!(minutes(first).await, 60, "nothing was looked at yet");
    follow(&store, 91).await;
    advance(&store, &[progress(91, 0, 1, 1)]).await;
    let look = "UPDATE applications SET observed_at = now() - interval '30 min' WHERE id = 91";
    assert_eq!(minutes(look).await, 60, "one was looked at by its id");
}
