//! Who gets which operation.

use std::collections::HashSet;

use domain::{CandidateId, Code};
use store::claim::Claim;
use store::intake::Verdict;
use store::journal::Journal;

use crate::fresh_store;
use crate::ledger::{arrival, arrivals, claim, connect, done, run, take_in};

#[tokio::test]
async fn an_operation_waits_for_older_ones_of_the_same_person() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let arrivals = [
        arrival("acme", "i-1", "c-1", "ada@example.com"),
        arrival("acme", "i-2", "c-1", "other@example.com"),
        arrival("acme", "i-3", "c-3", "ADA@example.com"),
        arrival("acme", "i-4", "c-4", "bob@example.com"),
    ];
    take_in(&store, &arrivals).await;
    let claims = claim(&store, 10).await;
    let keys: HashSet<&str> = claims.iter().map(|c| c.business_key.as_str()).collect();
    assert_eq!(keys, HashSet::from(["i-1", "i-4"]));
    let first = claims.iter().find(|c| c.business_key == "i-1").unwrap();
    let journal = Journal::start(store.clone());
    journal.settle(first, done(first, 77)).await.unwrap();
    let next = claim(&store, 10).await;
    let keys: HashSet<&str> = next.iter().map(|c| c.business_key.as_str()).collect();
    assert_eq!(keys, HashSet::from(["i-2", "i-3"]));
    assert!(next.iter().all(|c| c.known == [CandidateId(77)]));
}

#[tokio::test]
async fn tenants_take_turns_and_the_unconnected_wait() {
    let store = fresh_store().await;
    connect(&store, "big").await;
    connect(&store, "small").await;
    let mut arrivals = arrivals("big", 50);
    arrivals.push(arrival("small", "s-1", "c-1", "ada@example.com"));
    arrivals.push(arrival("absent", "a-1", "c-1", "ada@example.com"));
    let verdicts = take_in(&store, &arrivals).await;
    assert!(matches!(
        verdicts[51],
        Verdict::Waits(_, Code::NotConnected)
    ));
    let of = |claims: &[Claim], name: &str| {
        let of = claims.iter().filter(|claim| claim.tenant.as_str() == name);
        of.count()
    };
    let claims = claim(&store, 4).await;
    assert_eq!((of(&claims, "small"), of(&claims, "big")), (1, 3));
    connect(&store, "absent").await;
    assert_eq!(of(&claim(&store, 4).await, "absent"), 1);
}

/// As a later version leaves it that was taken back.
#[tokio::test]
async fn an_operation_that_cannot_be_read_keeps_nobody_else() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    take_in(&store, &arrivals("acme", 3)).await;
    run(
        &store,
        "INSERT INTO steps (operation_id, name, kind, state)
        SELECT id, 'of_tomorrow', 'of_tomorrow', 'planned' FROM operations WHERE business_key = 'i-2'",
    )
    .await;
    let claims = claim(&store, 10).await;
    let keys: HashSet<&str> = claims.iter().map(|c| c.business_key.as_str()).collect();
    assert_eq!(keys, HashSet::from(["i-1", "i-3"]));
}

#[tokio::test]
async fn two_workers_never_claim_the_same_operation() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    take_in(&store, &arrivals("acme", 200)).await;
    let workers = (0..4).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            for _ in 0..10 {
                mine.extend(claim(&store, 10).await.into_iter().map(|c| c.operation));
            }
            mine
        })
    });
    let mut all = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        all.extend(worker.await.unwrap());
    }
    let distinct: HashSet<_> = all.iter().collect();
    assert_eq!((all.len(), distinct.len()), (200, 200));
}
