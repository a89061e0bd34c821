//! What the alerts look at: only work that could be done now is late.

use store::Store;
use store::refreshes::{NewRefresh, accept as accept_refreshes};

use crate::fresh_store;
use crate::ledger::{arrival, claim, connect, limit, run, take_in, tenant};

async fn oldest(store: &Store) -> f64 {
    store.ledger_gauges().await.unwrap().oldest_due_seconds
}

#[tokio::test]
async fn what_could_begin_counts_from_when_it_could() {
    let store = fresh_store().await;
    take_in(&store, &[arrival("acme", "i-1", "c-1", "a@example.com")]).await;
    run(
        &store,
        "UPDATE operations SET not_before = now() - interval '1 hour'",
    )
    .await;
    assert!(oldest(&store).await < 1.0, "nobody is connected");
    connect(&store, "acme").await;
    let hour = 3600.0..3700.0;
    assert!(hour.contains(&oldest(&store).await));
}

#[tokio::test]
async fn what_waits_for_somebody_else_is_not_late() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let two = ["i-1", "i-2"].map(|id| arrival("acme", id, "c-1", "a@example.com"));
    take_in(&store, &two).await;
    let [older] = &claim(&store, 10).await[..] else {
        panic!("the older one of a person")
    };
    assert_eq!(older.business_key, "i-1");
    run(
        &store,
        "UPDATE operations SET not_before = now() - interval '1 hour' WHERE business_key = 'i-2'",
    )
    .await;
    assert!(oldest(&store).await < 1.0, "the older one is in hand");
}

#[tokio::test]
async fn a_limit_and_an_outage_are_told_by_other_alerts() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    take_in(&store, &[arrival("acme", "i-1", "c-1", "a@example.com")]).await;
    run(
        &store,
        "UPDATE operations SET not_before = now() - interval '1 hour'",
    )
    .await;
    limit(&store, 3).await;
    assert!(
        oldest(&store).await < 1.0,
        "no calls are left for a whole import"
    );
    run(&store, "UPDATE budgets SET remaining = 50").await;
    assert!(oldest(&store).await > 3600.0);
    run(
        &store,
        "INSERT INTO outages (connection, next_look) SELECT id, now() FROM connections",
    )
    .await;
    assert!(oldest(&store).await < 1.0, "Greenhouse does not answer");
}

#[tokio::test]
async fn a_request_counts_while_somebody_could_answer_it() {
    let store = fresh_store().await;
    let request = NewRefresh {
        tenant: tenant("acme"),
        source: "/intrro".into(),
        message_id: "m-1".into(),
        request_id: "r-1".into(),
        everybody: true,
        candidates: Vec::new(),
        trace: None,
    };
    let mut tx = store.begin().await.unwrap();
    accept_refreshes(&mut tx, &[request]).await.unwrap();
    tx.commit().await.unwrap();
    run(
        &store,
        "INSERT INTO job_refresh_requests (tenant, request_id, whole) VALUES ('acme', 'r-1', false);
        UPDATE job_refresh_requests SET asked_at = now() - interval '1 hour';
        UPDATE status_refreshes SET not_before = now() - interval '1 hour'",
    )
    .await;
    let ages = async || {
        let statuses = store.oldest_refresh_seconds().await.unwrap();
        (store.oldest_job_request_seconds().await.unwrap(), statuses)
    };
    let (jobs, statuses) = ages().await;
    assert!(jobs > 3600.0 && statuses > 3600.0, "a refusal is an answer");
    connect(&store, "acme").await;
    run(
        &store,
        "INSERT INTO job_refreshes (connection, tenant, not_before)
        SELECT id, tenant, now() + interval '1 minute' FROM connections;
        UPDATE status_refreshes SET not_before = now() + interval '1 minute'",
    )
    .await;
    assert_eq!(ages().await, (0.0, 0.0), "both rest");
    run(
        &store,
        "UPDATE job_refreshes SET not_before = '-infinity';
        UPDATE status_refreshes SET not_before = now() - interval '1 hour'",
    )
    .await;
    let (jobs, statuses) = ages().await;
    assert!(jobs > 3600.0 && statuses > 3600.0);
    run(
        &store,
        r#"UPDATE connections SET state = 'paused', findings = '[{"stops": "writing"}]'"#,
    )
    .await;
    let (jobs, statuses) = ages().await;
    assert!(jobs > 3600.0 && statuses > 3600.0, "it is read on");
}
