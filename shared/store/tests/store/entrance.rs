//! Where batches enter: one after another, and when what entered is safe.

use secrecy::SecretString;
use store::Transaction;
use store::intake::{Share, Verdict, accept};
use testkit::Postgres;

use crate::ledger::{announcement, arrival, claim, connect, take_in, tenant};
use crate::{fresh_database, fresh_store, open, waits_for_a_lock};

#[tokio::test]
async fn batches_of_one_tenant_enter_one_after_another() {
    let database = fresh_database().await;
    let (one, other) = (open(&database).await, open(&database).await);
    let (acme, umbrella) = (tenant("acme"), tenant("umbrella"));
    let mut entrance = one.entrance().await.unwrap();
    let first = entrance
        .begin([&acme, &umbrella, &acme], Share::Whole)
        .await
        .unwrap();
    let strangers = tenant("others");
    let mut elsewhere = other.entrance().await.unwrap();
    elsewhere.begin([&strangers], Share::Whole).await.unwrap();
    elsewhere.flush().await.unwrap();
    let second = tokio::spawn(async move {
        let mut entrance = other.entrance().await.unwrap();
        entrance.begin([&acme], Share::Whole).await.map(drop)
    });
    waits_for_a_lock(&one, &second).await;
    first.commit().await.unwrap();
    second.await.unwrap().unwrap();
}

#[tokio::test]
async fn two_halves_keep_others_out_until_both_have_ended() {
    for (first_ends_first, it_ends_well) in
        [(true, true), (true, false), (false, true), (false, false)]
    {
        let database = fresh_database().await;
        let (one, other) = (open(&database).await, open(&database).await);
        let acme = tenant("acme");
        let mut entrance = one.entrance().await.unwrap();
        let mut beside = one.entrance_beside().await.unwrap();
        let first = entrance.begin([&acme], Share::First).await.unwrap();
        let second = beside.begin([&acme], Share::Second).await.unwrap();
        let (ends, stays) = match first_ends_first {
            true => (first, second),
            false => (second, first),
        };
        match it_ends_well {
            true => ends.commit().await.unwrap(),
            false => ends.rollback().await.unwrap(),
        }
        let next = tokio::spawn(async move {
            let mut entrance = other.entrance().await.unwrap();
            entrance.begin([&acme], Share::Whole).await.map(drop)
        });
        waits_for_a_lock(&one, &next).await;
        stays.commit().await.unwrap();
        beside.leave();
        entrance.flush().await.unwrap();
        next.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn nobody_waits_for_a_second_entrance() {
    let store = fresh_store().await;
    let _entrance = store.entrance().await.unwrap();
    let beside = store.entrance_beside().await;
    assert!(beside.is_some());
    assert!(store.entrance_beside().await.is_none());
}

#[tokio::test]
async fn what_was_flushed_outlives_the_server_and_what_was_lost_enters_again() {
    let mut postgres = Postgres::start().await.unwrap();
    let database = SecretString::from(postgres.database_url.clone());
    let store = open(&database).await;
    connect(&store, "acme").await;
    let flushed = [arrival("acme", "i-1", "c-1", "ada@example.com")];
    let committed = [arrival("acme", "i-2", "c-2", "bob@example.com")];
    take_in(&store, &flushed).await;
    postgres.kill9().await.unwrap();
    postgres.restart().await.unwrap();

    let store = open(&database).await;
    let repeated = take_in(&store, &flushed).await;
    assert_eq!(repeated, [Verdict::Duplicate]);
    let tenants = committed.iter().map(|arrival| &arrival.tenant);
    let mut entrance = store.entrance().await.unwrap();
    let mut tx = entrance.begin(tenants, Share::Whole).await.unwrap();
    accept(&mut tx, &committed).await.unwrap();
    tx.commit().await.unwrap();
    // Work on it begins.
    assert_eq!(claim(&store, 10).await.len(), 2);
    postgres.kill9().await.unwrap();
    entrance.flush().await.unwrap_err();
    postgres.restart().await.unwrap();

    // Not acknowledged, so it comes again; the disk may have been faster than the end.
    let store = open(&database).await;
    take_in(&store, &committed).await;
    let operations = "SELECT count(*) FROM operations";
    let operations: i64 = sqlx::query_scalar(operations)
        .fetch_one(store.pool())
        .await
        .unwrap();
    assert_eq!(operations, 2);
}

async fn waits_for_the_disk(tx: &mut Transaction<'_>) -> bool {
    let setting: String = sqlx::query_scalar("SHOW synchronous_commit")
        .fetch_one(&mut **tx)
        .await
        .unwrap();
    setting == "on"
}

#[tokio::test]
async fn what_is_announced_on_entering_is_on_disk_with_the_commit() {
    let store = fresh_store().await;
    let acme = tenant("acme");
    let mut entrance = store.entrance().await.unwrap();
    let mut tx = entrance.begin([&acme], Share::Whole).await.unwrap();
    assert!(!waits_for_the_disk(&mut tx).await);
    let news = [announcement("acme", "a")];
    store::outbox::enqueue(&mut tx, &news).await.unwrap();
    assert!(waits_for_the_disk(&mut tx).await);
    tx.commit().await.unwrap();
    let mut next = entrance.begin([&acme], Share::Whole).await.unwrap();
    assert!(!waits_for_the_disk(&mut next).await);
}

#[tokio::test]
async fn who_is_frozen_with_a_lock_does_not_keep_it() {
    let store = fresh_store().await;
    let mut frozen = store.begin().await.unwrap();
    sqlx::query("SET LOCAL idle_in_transaction_session_timeout = '100ms'")
        .execute(&mut *frozen)
        .await
        .unwrap();
    let lock = "SELECT pg_advisory_xact_lock(7)";
    sqlx::query(lock).execute(&mut *frozen).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    sqlx::query(lock).execute(&mut *tx).await.unwrap();
    for (setting, value) in [
        ("idle_in_transaction_session_timeout", "10s"),
        ("statement_timeout", "1min"),
    ] {
        let show = sqlx::AssertSqlSafe(format!("SHOW {setting}"));
        let shown: String = sqlx::query_scalar(show).fetch_one(&mut *tx).await.unwrap();
        assert_eq!(shown, value);
    }
}
