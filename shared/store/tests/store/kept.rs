//! Connections that are kept between statements, when the server lets go of them.

use std::time::Duration;

use secrecy::ExposeSecret;
use sqlx::{Connection, PgConnection};

use crate::{fresh_database, open};

const LEASE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn one_statement_at_most_fails_when_the_server_has_let_go_of_them() {
    let database = fresh_database().await;
    let store = open(&database).await;
    let take = || store.take_announcements(1, LEASE);
    let (one, other) = tokio::join!(take(), take());
    assert!(one.unwrap().is_empty() && other.unwrap().is_empty());
    let mut operator = PgConnection::connect(database.expose_secret())
        .await
        .unwrap();
    let others = "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let gone: i64 = sqlx::query_scalar(others)
        .fetch_one(&mut operator)
        .await
        .unwrap();
    assert!(gone > 0, "none was open");
    take().await.unwrap_err();
    take().await.unwrap();
    take().await.unwrap();
}
