//! Operations of people whom only the look in Greenhouse shows to be one.

use std::time::Duration;

use domain::{CandidateId, Code};
use store::journal::{Journal, Release};
use store::person_line::Place;

use crate::fresh_store;
use crate::ledger::{arrivals, claim, connect, done, run, take_in};

const ADA: CandidateId = CandidateId(7);

#[tokio::test]
async fn whoever_is_at_it_goes_on_and_then_the_oldest_comes_first() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    take_in(&store, &arrivals("acme", 3)).await;
    let claims = claim(&store, 3).await;
    let [first, second, third] = &claims[..] else {
        panic!("{claims:?}")
    };
    let place = async |claim| store.stand_in_line(claim, ADA).await.unwrap();
    assert_eq!(place(second).await, Place::First);
    assert_eq!(place(second).await, Place::First, "it stands there already");
    assert_eq!(place(first).await, Place::Behind, "a newer one is at it");
    assert_eq!(place(third).await, Place::Behind);
    let elsewhere = store.stand_in_line(third, CandidateId(8)).await.unwrap();
    assert_eq!(elsewhere, Place::First);

    let journal = Journal::start(store.clone());
    let release = || Release::waiting(Code::WaitingInLine, Duration::ZERO);
    for claim in [first, third] {
        journal.release(claim, release()).await.unwrap();
    }
    journal.settle(second, done(second, 7)).await.unwrap();
    let next = claim(&store, 3).await;
    assert_eq!(next.len(), 1, "the third waits for the first");
    assert_eq!(next[0].operation, first.operation);
    assert_eq!(place(&next[0]).await, Place::First);
    journal.settle(&next[0], done(&next[0], 7)).await.unwrap();
    let last = claim(&store, 3).await;
    assert_eq!(place(&last[0]).await, Place::First);
}

#[tokio::test]
async fn whoever_lost_the_lease_stands_in_nobodys_way() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    take_in(&store, &arrivals("acme", 2)).await;
    let claims = claim(&store, 2).await;
    run(
        &store,
        "UPDATE operations SET lease = gen_random_uuid() WHERE business_key = 'i-1'",
    )
    .await;
    let zombie = claims.iter().find(|one| one.business_key == "i-1").unwrap();
    let other = claims.iter().find(|one| one.business_key == "i-2").unwrap();
    assert_eq!(store.stand_in_line(zombie, ADA).await.unwrap(), Place::Lost);
    run(
        &store,
        "UPDATE operations SET not_before = now() WHERE business_key = 'i-2'",
    )
    .await;
    assert_eq!(store.stand_in_line(other, ADA).await.unwrap(), Place::Lost);
    let other = &claim(&store, 1).await[0];
    assert_eq!(store.stand_in_line(other, ADA).await.unwrap(), Place::First);
}
