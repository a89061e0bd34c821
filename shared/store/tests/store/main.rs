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
use sqlx::Connection;
use store::{Config, Store};

/// A migrated database that nobody else uses.
async fn fresh_store() -> Store {
    let server = std::env::var("BRIDGE_DATABASE_URL")
        .expect("BRIDGE_DATABASE_URL: run the tests with `cargo xtask test`");
    let name = format!("store_{}", uuid::Uuid::new_v4().simple());
    let mut admin = sqlx::PgConnection::connect(&server)
        .await
        .expect("the server answers");
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut admin)
        .await
        .expect("a database of our own");
    let (base, _) = server.rsplit_once('/').expect("a URL with a database");
    let url = SecretString::from(format!("{base}/{name}"));
    let store = Store::connect(&Config {
        url,
        max_connections: 8,
    })
    .await
    .expect("connects");
    store.migrate().await.expect("migrates");
    store
}
