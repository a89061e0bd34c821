//! Operations that are claimed as they enter: only those that a claim right after it would choose, and no others.

use domain::Code;
use store::Store;
use store::claim::Claim;
use store::intake::{Arrival, Verdict};
use store::journal::{Journal, JournalError};

use crate::fresh_store;
use crate::ledger::{arrival, claim, connect, done, limit, run, sending, take_in, take_in_hand};

fn ada(introduction: &str) -> Arrival {
    arrival("acme", introduction, "c-1", "ada@example.com")
}

fn bob(introduction: &str) -> Arrival {
    arrival("acme", introduction, "c-2", "bob@example.com")
}

/// It enters, nobody has it, and the next claim finds it.
async fn waits_for_a_claim(store: &Store, arrival: &Arrival) {
    let (verdict, taken) = take_in_hand(store, arrival).await;
    assert!(matches!(verdict, Verdict::Accepted(_)), "{verdict:?}");
    assert!(taken.is_none(), "{taken:?}");
    let claimed = claim(store, 10).await;
    assert!(
        claimed
            .iter()
            .any(|c| c.business_key == arrival.business_key),
        "{claimed:?}"
    );
}

#[tokio::test]
async fn a_hand_gets_what_a_claim_would_have_given_it() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let journal = Journal::start(store.clone());
    let (_, first) = take_in_hand(&store, &ada("i-1")).await;
    let first = first.unwrap();
    journal.settle(&first, done(&first, 7)).await.unwrap();

    let (verdict, taken) = take_in_hand(&store, &ada("i-2")).await;
    let taken = taken.unwrap();
    assert_eq!(verdict, Verdict::Accepted(taken.operation));
    assert!(
        claim(&store, 10).await.is_empty(),
        "it is in somebody's hand"
    );
    run(
        &store,
        "UPDATE operations SET not_before = now() WHERE state = 'open'",
    )
    .await;
    let [claimed] = &claim(&store, 10).await[..] else {
        panic!("it comes back when the lease ends")
    };
    assert_ne!(taken.lease, claimed.lease);
    let what_it_is = |claim: &Claim| {
        format!(
            "{:?}",
            (
                (
                    claim.operation,
                    &claim.tenant,
                    claim.connection,
                    claim.revision,
                    &claim.settings
                ),
                (
                    claim.kind,
                    &claim.business_key,
                    &claim.payload,
                    &claim.trace,
                    claim.attempts
                ),
                (claim.created_at, &claim.steps, &claim.known),
                (claim.erased_before, claim.aside_for_it),
                claim.occurred_at.timestamp_micros(),
            )
        )
    };
    assert_eq!(what_it_is(&taken), what_it_is(claimed));
    assert_eq!(taken.known.len(), 1);

    let late = journal
        .steps(&taken, vec![sending("create_candidate")])
        .await;
    assert_eq!(late, Err(JournalError::LeaseLost));
}

#[tokio::test]
async fn whatever_is_due_comes_first() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    connect(&store, "umbrella").await;
    take_in(
        &store,
        &[arrival("umbrella", "i-1", "c-1", "eve@example.com")],
    )
    .await;
    let (_, another_tenants) = take_in_hand(&store, &ada("i-1")).await;
    assert!(another_tenants.is_some());
    take_in(&store, &[bob("i-2")]).await;
    waits_for_a_claim(&store, &arrival("acme", "i-3", "c-3", "cyd@example.com")).await;
}

#[tokio::test]
async fn an_open_operation_of_the_person_comes_first() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let (_, first) = take_in_hand(&store, &ada("i-1")).await;
    // Another Intrro candidate with the same address.
    let same = arrival("acme", "i-2", "c-2", "ada@example.com");
    let (_, second) = take_in_hand(&store, &same).await;
    assert!(second.is_none());
    assert!(claim(&store, 10).await.is_empty());
    let first = first.unwrap();
    let journal = Journal::start(store.clone());
    journal.settle(&first, done(&first, 7)).await.unwrap();
    assert_eq!(claim(&store, 10).await.len(), 1);
}

#[tokio::test]
async fn whoever_asked_to_be_forgotten_is_left_to_a_claim() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    take_in(&store, &[ada("i-1")]).await;
    run(
        &store,
        "INSERT INTO erased_people (key, tenant, erased_at)
        SELECT key, 'acme', now() - interval '1 day' FROM operation_keys",
    )
    .await;
    run(&store, "DELETE FROM operation_keys").await;
    run(&store, "DELETE FROM operations").await;
    let by_the_address = arrival("acme", "i-3", "c-3", "ada@example.com");
    for again in [ada("i-2"), by_the_address] {
        let (verdict, taken) = take_in_hand(&store, &again).await;
        assert!(matches!(verdict, Verdict::Accepted(_)), "{verdict:?}");
        assert!(taken.is_none());
        let [claimed] = &claim(&store, 10).await[..] else {
            panic!("a claim has it")
        };
        assert!(claimed.erased_before);
        run(&store, "DELETE FROM operation_keys").await;
    }
}

#[tokio::test]
async fn only_a_tenant_that_may_begin_gets_a_hand() {
    let store = fresh_store().await;
    let (verdict, unconnected) = take_in_hand(&store, &ada("i-1")).await;
    assert!(matches!(verdict, Verdict::Waits(_, Code::NotConnected)));
    assert!(unconnected.is_none());
    connect(&store, "acme").await;
    assert_eq!(claim(&store, 10).await.len(), 1);

    run(&store, "UPDATE connections SET state = 'paused'").await;
    assert!(take_in_hand(&store, &bob("i-2")).await.1.is_none());
    run(&store, "UPDATE connections SET state = 'active'").await;
    assert_eq!(claim(&store, 10).await.len(), 1);

    limit(&store, 100).await;
    run(
        &store,
        "UPDATE budgets SET blocked_until = now() + interval '1 hour'",
    )
    .await;
    let cyd = arrival("acme", "i-3", "c-3", "cyd@example.com");
    assert!(take_in_hand(&store, &cyd).await.1.is_none());
    assert!(claim(&store, 10).await.is_empty());
}

#[tokio::test]
async fn what_was_seen_before_is_nobodys() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let (_, first) = take_in_hand(&store, &ada("i-1")).await;
    assert!(first.is_some());
    let redelivered = take_in_hand(&store, &ada("i-1")).await;
    assert!(matches!(redelivered, (Verdict::Duplicate, None)));
    let other_id = Arrival {
        message_id: "another".into(),
        keys: bob("i-2").keys,
        ..ada("i-1")
    };
    let published_twice = take_in_hand(&store, &other_id).await;
    assert!(matches!(published_twice, (Verdict::Duplicate, None)));
    let conflicting = Arrival {
        message_id: "a third".into(),
        content_hash: [8; 32],
        ..other_id
    };
    let parked = take_in_hand(&store, &conflicting).await;
    assert!(matches!(parked, (Verdict::Conflict(_), None)), "{parked:?}");
}

#[tokio::test]
async fn where_calls_are_limited_hands_are_as_few_as_a_claim_would_have() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    // Enough for three at eight calls each, of which the last is left to claims.
    limit(&store, 31).await;
    let mut taken = Vec::new();
    for n in 0..4 {
        let person = format!("p{n}@example.com");
        let arrival = arrival("acme", &format!("i-{n}"), &format!("c-{n}"), &person);
        taken.push(take_in_hand(&store, &arrival).await.1.is_some());
    }
    assert_eq!(taken, [true, true, false, false]);
    assert_eq!(claim(&store, 10).await.len(), 1);
}

#[tokio::test]
async fn where_calls_are_limited_hands_take_turns() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    limit(&store, 100).await;
    let mut somebody_claims = store.begin().await.unwrap();
    sqlx::query("SELECT 1 FROM tenants FOR UPDATE")
        .execute(&mut *somebody_claims)
        .await
        .unwrap();
    assert!(
        take_in_hand(&store, &bob("i-2")).await.1.is_none(),
        "without waiting"
    );
    somebody_claims.rollback().await.unwrap();
    assert_eq!(claim(&store, 10).await.len(), 1);

    run(&store, "UPDATE tenants SET last_served = '-infinity'").await;
    assert!(take_in_hand(&store, &ada("i-1")).await.1.is_some());
    let served = "SELECT last_served > '-infinity' FROM tenants";
    let served: bool = sqlx::query_scalar(served)
        .fetch_one(store.pool())
        .await
        .unwrap();
    assert!(served, "it was its turn");
}
