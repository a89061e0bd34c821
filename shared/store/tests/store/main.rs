//! The store on a real PostgreSQL; each test has a database of its own.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod at_once;
mod budget;
mod cache;
mod claims;
mod connections;
mod entrance;
mod erase;
mod gauges;
mod halves;
mod intake;
mod jobs;
mod journal;
mod kept;
mod ledger;
mod one_client;
mod outages;
mod outbox;
mod person_line;
mod requests;
mod retention;
mod silence;
mod statuses;
mod timing;
mod turns;
mod updates;
mod wake;
mod webhooks;

use secrecy::SecretString;
use store::{Config, Store};
use tokio::task::JoinHandle;

/// A migrated database that nobody else uses.
async fn fresh_store() -> Store {
    open(&fresh_database().await).await
}

async fn fresh_database() -> SecretString {
    let url = testkit::fresh_database("store").await;
    SecretString::from(url.expect("a database of our own"))
}

/// As one more process does.
async fn open(url: &SecretString) -> Store {
    let store = Store::connect(&Config {
        url: url.clone(),
        max_connections: 12,
    })
    .await
    .expect("connects");
    store.migrate().await.expect("migrates");
    store
}

/// Rolled back to, or restarted beside a replica that is newer.
#[tokio::test]
async fn a_version_runs_on_a_schema_that_a_later_one_has_added_to() {
    let store = fresh_store().await;
    let later =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
        VALUES (9999, 'later', true, '', 1)";
    sqlx::query(later).execute(store.pool()).await.unwrap();
    store.migrate().await.unwrap();
}

/// Returns when somebody waits for a lock in this database, which `task` is to do before its end.
async fn waits_for_a_lock<T>(store: &Store, task: &JoinHandle<T>) {
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(waiting)
        .fetch_one(store.pool())
        .await
        .unwrap()
        == 0
    {
        assert!(!task.is_finished(), "it did not wait");
    }
}
