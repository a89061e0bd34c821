//! What becomes of an event that arrives: an operation, or none because it is known.

use store::intake::{Arrival, Refused, Verdict, record_refusals};
use store::journal::Journal;

use crate::fresh_store;
use crate::ledger::{arrival, claim, connect, done, take_in};

#[tokio::test]
async fn whoever_is_named_twice_is_waited_for_once() {
    let store = fresh_store().await;
    let mut named = arrival("acme", "i-1", "c-1", "ada@example.com");
    named.keys.extend_from_within(..);
    take_in(&store, &[named]).await;
    let keys: i64 = sqlx::query_scalar("SELECT count(*) FROM operation_keys")
        .fetch_one(store.pool())
        .await
        .unwrap();
    assert_eq!(keys, 2);
}

#[tokio::test]
async fn the_same_delivery_twice_is_one_operation() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let one = arrival("acme", "i-1", "c-1", "ada@example.com");
    assert!(matches!(
        take_in(&store, std::slice::from_ref(&one)).await[..],
        [Verdict::Accepted(_)]
    ));
    assert_eq!(
        take_in(&store, &[one.clone(), one.clone()]).await,
        [Verdict::Duplicate; 2]
    );
    let other_delivery = Arrival {
        message_id: "m-again".into(),
        ..one
    };
    assert_eq!(
        take_in(&store, &[other_delivery]).await,
        [Verdict::Duplicate]
    );
    assert_eq!(claim(&store, 10).await.len(), 1);
}

#[tokio::test]
async fn the_same_introduction_with_other_content_is_parked_beside_the_first() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let one = arrival("acme", "i-1", "c-1", "ada@example.com");
    let two = Arrival {
        message_id: "m-2".into(),
        content_hash: [8; 32],
        ..one.clone()
    };
    let verdicts = take_in(&store, &[one.clone(), two.clone()]).await;
    assert!(
        matches!(verdicts[..], [Verdict::Accepted(_), Verdict::Conflict(_)]),
        "{verdicts:?}"
    );
    let again = Arrival {
        message_id: "m-3".into(),
        ..two
    };
    assert_eq!(take_in(&store, &[again]).await, [Verdict::Duplicate]);
    let claims = claim(&store, 10).await;
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].business_key, "i-1");
    for (event, state) in [("m-i-1", "open"), ("m-2", "parked"), ("m-3", "parked")] {
        let stories = store.stories(event).await.unwrap();
        assert_eq!(stories.len(), 1, "{event}");
        assert_eq!(stories[0].state, state, "{event}");
    }
}

#[tokio::test]
async fn an_event_that_repeats_another_is_found_by_its_own_id() {
    let store = fresh_store().await;
    let one = arrival("acme", "i-1", "c-1", "ada@example.com");
    let repeat = Arrival {
        message_id: "m-2".into(),
        ..one.clone()
    };
    take_in(&store, &[one]).await;
    assert_eq!(take_in(&store, &[repeat]).await, [Verdict::Duplicate]);
    let of = async |event| {
        store
            .stories(event)
            .await
            .unwrap()
            .pop()
            .unwrap()
            .operation_id
    };
    assert_eq!(of("m-2").await, of("m-i-1").await);
}

#[tokio::test]
async fn a_refusal_is_stored_whatever_the_message_says_of_itself() {
    let store = fresh_store().await;
    let mut tx = store.begin().await.unwrap();
    let refused = Refused {
        message_id: Some("e-\0"),
        tenant: None,
        event_type: Some("intrro.events.v1.\0"),
        reason: "malformed_envelope",
        path: Some("$.data.\0"),
        names: &[],
    };
    record_refusals(&mut tx, &[refused]).await.unwrap();
    tx.commit().await.unwrap();
    let told = store.refusals("e-\u{fffd}").await.unwrap();
    let paths: Vec<_> = told.iter().map(|one| one.path.as_deref()).collect();
    assert_eq!(paths, [Some("$.data.\u{fffd}")]);
}

#[tokio::test]
async fn a_refusal_is_found_by_whomever_the_message_names() {
    let store = fresh_store().await;
    let names = ["c-1".to_owned(), "i-1".to_owned()];
    let mut tx = store.begin().await.unwrap();
    let refused = Refused {
        message_id: Some("e-1"),
        tenant: Some("acme"),
        event_type: None,
        reason: "no_jobs",
        path: Some("$.data.jobIds"),
        names: &names,
    };
    let other = Refused {
        message_id: Some("e-2"),
        names: &["c-2".to_owned()],
        ..refused
    };
    record_refusals(&mut tx, &[refused, other]).await.unwrap();
    tx.commit().await.unwrap();
    for reference in ["e-1", "i-1", "c-1"] {
        let told = store.refusals(reference).await.unwrap();
        let ids: Vec<_> = told.iter().map(|one| one.message_id.as_deref()).collect();
        assert_eq!(ids, [Some("e-1")], "{reference}");
    }
    let [told] = &store.refusals("c-2").await.unwrap()[..] else {
        panic!("one names them")
    };
    assert_eq!(told.message_id.as_deref(), Some("e-2"));
    assert!(store.refusals("i-2").await.unwrap().is_empty());
}

#[tokio::test]
async fn whom_a_publisher_orders_by_is_waited_for_and_is_nobody_it_is_about() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let first = arrival("acme", "i-1", "c-1", "ada@example.com");
    let second = Arrival {
        ordered_by: first.keys.first().copied(),
        ..arrival("acme", "i-2", "c-2", "bob@example.com")
    };
    take_in(&store, &[first, second]).await;
    let [one] = &claim(&store, 10).await[..] else {
        panic!("the second one waits")
    };
    let journal = Journal::start(store.clone());
    journal.settle(one, done(one, 71)).await.unwrap();
    let [two] = &claim(&store, 10).await[..] else {
        panic!("one is left")
    };
    assert_eq!(two.business_key, "i-2");
    assert_eq!(two.known, Vec::new(), "that is somebody else");
}
