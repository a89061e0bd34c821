//! What workers write about their operations, and under which lease.

use std::time::Duration;

use domain::Code;
use store::Store;
use store::claim::{Claim, StepState};
use store::journal::{Journal, JournalError, Release, Settlement};

use crate::fresh_store;
use crate::ledger::{
    LEASE, arrival, arrivals, claim, claim_for, connect, done, sending, step, take_in,
};

#[tokio::test]
async fn a_lost_lease_writes_nothing() {
    let (store, journal, zombie, owner) = outlived().await;
    let lost = Err(JournalError::LeaseLost);
    assert_eq!(
        journal
            .steps(&zombie, vec![sending("create_candidate")])
            .await,
        lost
    );
    assert_eq!(journal.settle(&zombie, done(&zombie, 1)).await, lost);
    journal.settle(&owner, done(&owner, 2)).await.unwrap();
    assert_eq!(journal.settle(&zombie, done(&zombie, 1)).await, lost);
    assert_eq!(store.outbox_backlog().await.unwrap().rows, 1);
    let remembered = sqlx::query_scalar::<_, i64>("SELECT DISTINCT greenhouse_id FROM person_keys")
        .fetch_all(store.pool())
        .await
        .unwrap();
    assert_eq!(remembered, [2]);
}

/// Both are in the journal before it writes: the test's tasks take turns on one thread.
#[tokio::test]
async fn a_lost_lease_does_not_pass_with_the_owners_in_one_batch() {
    let lost = Err(JournalError::LeaseLost);
    for zombie_first in [true, false] {
        let (store, journal, zombie, owner) = outlived().await;
        let stale = journal.release(&zombie, Release::waiting(Code::Throttled, LEASE));
        let settled = journal.settle(&owner, done(&owner, 2));
        assert_eq!(both(zombie_first, stale, settled).await, (lost, Ok(())));
        assert_eq!(state(&store).await, ("done".to_owned(), 1));

        let (store, journal, zombie, owner) = outlived().await;
        let stale = journal.settle(&zombie, done(&zombie, 1));
        let released = journal.release(&owner, Release::waiting(Code::Throttled, LEASE));
        assert_eq!(both(zombie_first, stale, released).await, (lost, Ok(())));
        assert_eq!(state(&store).await, ("open".to_owned(), 0));

        let (store, journal, zombie, owner) = outlived().await;
        let stale = journal.steps(&zombie, vec![sending("create_candidate")]);
        let step = journal.steps(&owner, vec![sending("add_note")]);
        assert_eq!(both(zombie_first, stale, step).await, (lost, Ok(())));
        let steps = sqlx::query_scalar::<_, String>("SELECT name FROM steps")
            .fetch_all(store.pool())
            .await;
        assert_eq!(steps.unwrap(), ["add_note"]);
    }
}

/// An operation whose first worker has lost it to a second.
async fn outlived() -> (Store, Journal, Claim, Claim) {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    take_in(&store, &[arrival("acme", "i-1", "c-1", "ada@example.com")]).await;
    let zombie = claim_for(&store, 1, Duration::ZERO).await.remove(0);
    let owner = claim(&store, 1).await.remove(0);
    let journal = Journal::start(store.clone());
    (store, journal, zombie, owner)
}

/// What became of both, the first named of which is polled first or second.
async fn both<T>(
    in_order: bool,
    first: impl Future<Output = T>,
    second: impl Future<Output = T>,
) -> (T, T) {
    if in_order {
        return tokio::join!(first, second);
    }
    let (second, first) = tokio::join!(second, first);
    (first, second)
}

/// State of the only operation, and how many events tell of it.
async fn state(store: &Store) -> (String, i64) {
    sqlx::query_as("SELECT state, (SELECT count(*) FROM outbox) FROM operations")
        .fetch_one(store.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_lease_is_extended_while_it_is_ours_and_never_taken_back() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    take_in(&store, &[arrival("acme", "i-1", "c-1", "ada@example.com")]).await;
    let extend = async |claim| store.extend(claim, LEASE).await.unwrap();
    let late = claim_for(&store, 1, Duration::ZERO).await.remove(0);
    assert!(!extend(&late).await, "it is over");
    let ours = claim_for(&store, 1, Duration::from_secs(20)).await;
    let ours = &ours[0];
    let taken = ours.held_from();
    assert!(!extend(&late).await, "somebody else has it");
    assert!(extend(ours).await);
    assert!(ours.held_from() > taken);
    let left: f64 = sqlx::query_scalar(
        "SELECT extract(epoch FROM not_before - clock_timestamp())::float8 FROM operations",
    )
    .fetch_one(store.pool())
    .await
    .unwrap();
    assert!((20.0..=LEASE.as_secs_f64()).contains(&left), "{left}");
    let journal = Journal::start(store.clone());
    journal.release(ours, rest(Duration::ZERO)).await.unwrap();
    assert!(!extend(ours).await, "given back");
    assert_eq!(claim(&store, 1).await.len(), 1);
}

#[tokio::test]
async fn steps_survive_their_process_and_a_confirmed_one_stays_so() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    take_in(&store, &[arrival("acme", "i-1", "c-1", "ada@example.com")]).await;
    let crashed = claim_for(&store, 1, Duration::ZERO).await.remove(0);
    let journal = Journal::start(store.clone());
    journal
        .steps(&crashed, vec![sending("create_candidate")])
        .await
        .unwrap();
    let next = claim_for(&store, 1, Duration::ZERO).await.remove(0);
    let record = next.step("create_candidate").unwrap();
    assert_eq!(record.state, StepState::Sending);
    assert!(record.last_sent_at.is_some());
    let confirmed = step("create_candidate", StepState::Confirmed, Some(5));
    journal.steps(&next, vec![confirmed]).await.unwrap();
    let last = claim(&store, 1).await.remove(0);
    journal
        .steps(&last, vec![sending("create_candidate")])
        .await
        .unwrap();
    journal.release(&last, rest(Duration::ZERO)).await.unwrap();
    let last = claim(&store, 1).await.remove(0);
    let record = last.step("create_candidate").unwrap();
    assert_eq!(
        (record.state, record.remote_id),
        (StepState::Confirmed, Some(5))
    );
}

/// Between the intent and the answer that is lost it may have been sent again, after refusals.
#[tokio::test]
async fn what_became_unknown_counts_as_sent_until_then() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    take_in(&store, &[arrival("acme", "i-1", "c-1", "ada@example.com")]).await;
    let journal = Journal::start(store.clone());
    let unknown = || vec![step("create_candidate", StepState::Unknown, None)];
    let claimed = claim(&store, 1).await.remove(0);
    let intent = vec![sending("create_candidate")];
    journal.steps(&claimed, intent).await.unwrap();
    journal.steps(&claimed, unknown()).await.unwrap();
    let release = || rest(Duration::ZERO).with_steps(unknown());
    journal
        .release(&claimed, rest(Duration::ZERO))
        .await
        .unwrap();
    let claimed = claim(&store, 1).await.remove(0);
    let sent = |claimed: &store::claim::Claim| {
        let record = claimed.step("create_candidate").unwrap();
        (record.first_sent_at.unwrap(), record.last_sent_at.unwrap())
    };
    let (first, noted) = sent(&claimed);
    assert!(noted > first);
    journal.release(&claimed, release()).await.unwrap();
    let released = claim(&store, 1).await.remove(0);
    assert!(sent(&released).1 > noted);
    assert_eq!(sent(&released).0, first);
}

fn rest(delay: Duration) -> Release {
    Release::failed(Code::GreenhouseUnavailable, delay)
}

#[tokio::test]
async fn a_released_operation_rests_and_counts_its_attempt() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    take_in(&store, &[arrival("acme", "i-1", "c-1", "ada@example.com")]).await;
    let journal = Journal::start(store.clone());
    let first = claim(&store, 1).await.remove(0);
    journal
        .release(&first, rest(Duration::from_secs(3600)))
        .await
        .unwrap();
    assert!(claim(&store, 1).await.is_empty());
    sqlx::query("UPDATE operations SET not_before = now()")
        .execute(store.pool())
        .await
        .unwrap();
    assert_eq!(claim(&store, 1).await.remove(0).attempts, 1);
}

#[tokio::test]
async fn two_introductions_that_lead_to_one_application_are_both_kept() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let arrivals = [
        arrival("acme", "i-1", "c-1", "ada@example.com"),
        arrival("acme", "i-2", "c-2", "countess@example.com"),
    ];
    take_in(&store, &arrivals).await;
    let claims = claim(&store, 2).await;
    let journal = Journal::start(store.clone());
    let [one, other] = &claims[..] else {
        panic!("two claims")
    };
    // Handed in before the first is written: one batch.
    let (first, second) = tokio::join!(
        journal.settle(one, done(one, 7)),
        journal.settle(other, done(other, 7))
    );
    first.and(second).unwrap();
    let kept: Vec<String> =
        sqlx::query_scalar("SELECT unnest(introduction_ids) FROM applications ORDER BY 1")
            .fetch_all(store.pool())
            .await
            .unwrap();
    assert_eq!(kept, ["i-1", "i-2"]);
}

#[tokio::test]
async fn an_entry_that_the_database_cannot_hold_fails_alone() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    take_in(&store, &arrivals("acme", 3)).await;
    let claims = claim(&store, 3).await;
    let journal = Journal::start(store.clone());
    let unholdable = Settlement {
        outcome: serde_json::json!({"name": "\0"}),
        ..done(&claims[1], 2)
    };
    // One task: all are in the journal's queue before it takes the first.
    let (before, refused, after) = tokio::join!(
        journal.settle(&claims[0], done(&claims[0], 1)),
        journal.settle(&claims[1], unholdable),
        journal.settle(&claims[2], done(&claims[2], 3)),
    );
    assert_eq!(
        (before, refused, after),
        (Ok(()), Err(JournalError::Refused), Ok(()))
    );
    let given_back = journal.release(&claims[1], rest(Duration::ZERO)).await;
    assert_eq!(given_back, Ok(()), "its lease still holds");
    assert_eq!(claim(&store, 3).await.len(), 1);
}
