//! Announcements: order, leases, marks, and what the journal hands over to a relay of its process.

use std::collections::HashSet;
use std::time::Duration;

use store::Store;
use store::claim::Claim;
use store::journal::{Journal, Settlement};
use store::outbox::{Announcement, Pending};
use uuid::Uuid;

use crate::fresh_store;
use crate::ledger::{announcement, arrival, claim, connect, done, take_in};

const LEASE: Duration = Duration::from_secs(30);

async fn take(store: &Store) -> Vec<Pending> {
    store.take_announcements(10, LEASE).await.unwrap()
}

#[tokio::test]
async fn announcements_leave_in_order_per_key_and_are_marked() {
    let store = fresh_store().await;
    let rows = [
        announcement("acme", "a"),
        announcement("acme", "a"),
        announcement("acme", "b"),
    ];
    let mut tx = store.begin().await.unwrap();
    store::outbox::enqueue(&mut tx, &rows).await.unwrap();
    tx.commit().await.unwrap();
    let taken = take(&store).await;
    let ids: HashSet<Uuid> = taken.iter().map(|row| row.message_id).collect();
    assert_eq!(ids, HashSet::from([rows[0].message_id, rows[2].message_id]));
    assert!(take(&store).await.is_empty());
    store
        .mark_published(&taken.iter().map(|row| row.id).collect::<Vec<_>>())
        .await
        .unwrap();
    let rest = take(&store).await;
    assert_eq!(
        rest.iter().map(|row| row.message_id).collect::<Vec<_>>(),
        [rows[1].message_id]
    );
    store
        .return_announcements(&[rest[0].id], Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(self::ids(&take(&store).await), [rows[1].message_id]);
    store
        .park_announcements(&[rest[0].id], "unroutable")
        .await
        .unwrap();
    assert_eq!(store.outbox_backlog().await.unwrap().parked, 1);
}

#[tokio::test]
async fn what_was_published_long_ago_is_removed_unless_it_answers_an_operation() {
    let store = fresh_store().await;
    let claims = in_hand(&store, 1).await;
    let journal = Journal::start(store.clone());
    let answer = announcement("acme", "answer");
    settle(&journal, &claims[0], vec![answer]).await;
    let news = ["a", "b", "c"].map(|key| announcement("acme", key));
    let mut tx = store.begin().await.unwrap();
    store::outbox::enqueue(&mut tx, &news).await.unwrap();
    tx.commit().await.unwrap();
    let hour = Duration::from_secs(3600);
    let sweep = async |keep, limit| store.sweep_announcements(keep, limit).await.unwrap();
    assert_eq!(sweep(Duration::ZERO, 10).await, 0, "nothing is published");
    let taken = take(&store).await;
    let published: Vec<i64> = taken.iter().map(|row| row.id).collect();
    assert_eq!(published.len(), 4);
    store.mark_published(&published).await.unwrap();
    assert_eq!(sweep(hour, 10).await, 0);
    assert_eq!(sweep(Duration::ZERO, 2).await, 2);
    assert_eq!(sweep(Duration::ZERO, 2).await, 1);
    assert_eq!(sweep(Duration::ZERO, 2).await, 0);
    let story = store.stories(&claims[0].business_key).await.unwrap();
    assert_eq!(story[0].answers.len(), 1, "the answer stays");
}

#[tokio::test]
async fn an_old_uncommitted_announcement_is_not_skipped() {
    let store = fresh_store().await;
    let (low, high) = (announcement("acme", "low"), announcement("acme", "high"));
    let mut slow = store.begin().await.unwrap();
    store::outbox::enqueue(&mut slow, std::slice::from_ref(&low))
        .await
        .unwrap();
    let mut quick = store.begin().await.unwrap();
    store::outbox::enqueue(&mut quick, std::slice::from_ref(&high))
        .await
        .unwrap();
    quick.commit().await.unwrap();
    assert_eq!(take(&store).await[0].message_id, high.message_id);
    slow.commit().await.unwrap();
    assert_eq!(take(&store).await[0].message_id, low.message_id);
}

/// Operations of `acme` in hand, of a person each.
async fn in_hand(store: &Store, operations: usize) -> Vec<Claim> {
    connect(store, "acme").await;
    let arrivals: Vec<_> = (0..operations)
        .map(|n| {
            arrival(
                "acme",
                &format!("i-{n}"),
                &format!("c-{n}"),
                &format!("{n}@example.com"),
            )
        })
        .collect();
    take_in(store, &arrivals).await;
    claim(store, operations).await
}

async fn settle(journal: &Journal, claim: &Claim, announcements: Vec<Announcement>) {
    let settlement = Settlement {
        person: None,
        announcements,
        ..done(claim, 7)
    };
    journal.settle(claim, settlement).await.unwrap();
}

fn ids<'a>(rows: impl IntoIterator<Item = &'a Pending>) -> Vec<Uuid> {
    rows.into_iter().map(|row| row.message_id).collect()
}

async fn times_taken(store: &Store, announced: &Announcement) -> i32 {
    sqlx::query_scalar("SELECT attempts FROM outbox WHERE message_id = $1")
        .bind(announced.message_id)
        .fetch_one(store.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_relay_of_the_same_process_is_handed_the_first_of_each_key() {
    let store = fresh_store().await;
    let claims = in_hand(&store, 2).await;
    let journal = Journal::start(store.clone());
    let mut handed = store.take_over(LEASE);
    let news = [
        announcement("acme", "a"),
        announcement("acme", "a"),
        announcement("acme", "b"),
    ];
    settle(&journal, &claims[0], news.to_vec()).await;
    let batch = handed.recv().await.unwrap().rows;
    assert_eq!(ids(&batch), [news[0].message_id, news[2].message_id]);
    assert!(batch.iter().all(|row| row.body == news[0].body));
    assert!(take(&store).await.is_empty());

    // What is of a key that is still under way waits for it, whoever wrote it.
    let behind = announcement("acme", "b");
    settle(&journal, &claims[1], vec![behind.clone()]).await;
    assert!(handed.try_recv().is_err());
    let published: Vec<i64> = batch.iter().map(|row| row.id).collect();
    assert!(store.mark_published(&published).await.unwrap());
    let rest = take(&store).await;
    assert_eq!(
        HashSet::from_iter(ids(&rest)),
        HashSet::from([news[1].message_id, behind.message_id])
    );
}

#[tokio::test]
async fn what_was_handed_to_a_relay_that_died_is_taken_by_another() {
    let store = fresh_store().await;
    let claims = in_hand(&store, 2).await;
    let journal = Journal::start(store.clone());
    let handed = store.take_over(Duration::ZERO);
    let [first, second] = [announcement("acme", "a"), announcement("acme", "b")];
    settle(&journal, &claims[0], vec![first.clone()]).await;
    drop(handed);
    let taken = take(&store).await;
    assert_eq!(ids(&taken), [first.message_id]);
    assert_eq!(times_taken(&store, &first).await, 2);

    settle(&journal, &claims[1], vec![second.clone()]).await;
    let taken = take(&store).await;
    assert_eq!(ids(&taken), [second.message_id]);
    assert_eq!(times_taken(&store, &second).await, 1);
}

#[tokio::test]
async fn a_relay_with_its_hands_full_is_handed_nothing_more() {
    let store = fresh_store().await;
    let claims = in_hand(&store, 4).await;
    let journal = Journal::start(store.clone());
    let mut handed = store.take_over(LEASE);
    for claim in &claims[..3] {
        settle(
            &journal,
            claim,
            vec![announcement("acme", &claim.business_key)],
        )
        .await;
    }
    assert_eq!(take(&store).await.len(), 1);
    for _ in 0..2 {
        assert_eq!(handed.recv().await.unwrap().rows.len(), 1);
    }
    settle(&journal, &claims[3], vec![announcement("acme", "later")]).await;
    assert_eq!(handed.recv().await.unwrap().rows.len(), 1);
}
