//! The store on a real PostgreSQL; each test has a database of its own.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod budget;
mod connections;
mod erase;
mod ledger;
mod statuses;
mod updates;
mod webhooks;

use secrecy::SecretString;
use store::{Config, Store};

/// A migrated database that nobody else uses.
async fn fresh_store() -> Store {
    let url = testkit::fresh_database("store").await;
    let url = SecretString::from(url.expect("a database of our own"));
    let store = Store::connect(&Config {
        url,
        max_connections: 8,
    })
    .await
    .expect("connects");
    store.migrate().await.expect("migrates");
    store
}
