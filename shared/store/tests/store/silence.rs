//! Connections that bring nothing any more, although the server answers whoever comes anew.

use std::pin::pin;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::{Connection, PgConnection};
use store::Store;
use store::wake::Wake;
use testkit::Relay;
use testkit::until::{SOON, until};
use tokio::time::timeout;

use crate::{fresh_database, open};

const LEASE: Duration = Duration::from_secs(30);
/// Twelve looks at a server that has other things to do.
const PATIENCE: Duration = Duration::from_secs(3);

/// A store, and the network before its database.
async fn behind_a_network(database: &SecretString) -> (Store, Relay) {
    let network = Relay::start(database.expose_secret()).await.unwrap();
    let through = network.through(database.expose_secret()).unwrap();
    let store = open(&SecretString::from(through)).await;
    (store, network)
}

async fn operator(database: &SecretString) -> PgConnection {
    let connection = PgConnection::connect(database.expose_secret()).await;
    connection.unwrap()
}

/// Returns when somebody has connected three times more.
async fn looked_at(database: &SecretString) {
    let mut operator = operator(database).await;
    let mut sessions = async || {
        let sessions = "SELECT sessions FROM pg_stat_database WHERE datname = current_database()";
        let asked = sqlx::query_scalar::<_, i64>(sessions).fetch_one(&mut operator);
        asked.await.unwrap()
    };
    let before = sessions().await;
    until("three looks", async || {
        (sessions().await >= before + 3).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_statement_that_nobody_will_answer_is_told() {
    let (store, network) = behind_a_network(&fresh_database().await).await;
    store.take_announcements(1, LEASE).await.unwrap();
    network.forget();
    tokio::select! {
        answer = store.take_announcements(1, LEASE) => panic!("{answer:?}"),
        told = timeout(SOON, store.fallen_silent(PATIENCE)) => told.unwrap(),
    }
}

#[tokio::test]
async fn who_only_listens_learns_that_nobody_can_be_heard() {
    let (store, network) = behind_a_network(&fresh_database().await).await;
    let _wake = Wake::start(&store).await.unwrap();
    network.forget();
    timeout(SOON, store.fallen_silent(PATIENCE)).await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_held_up_has_not_fallen_silent() {
    let database = fresh_database().await;
    let store = open(&database).await;
    let mut operator = operator(&database).await;
    let mut lock = operator.begin().await.unwrap();
    let held = sqlx::raw_sql("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE");
    held.execute(&mut *lock).await.unwrap();
    let mut waiting = pin!(store.take_announcements(1, LEASE));
    tokio::select! {
        answer = &mut waiting => panic!("{answer:?}"),
        () = store.fallen_silent(PATIENCE) => panic!("the server is at it"),
        () = looked_at(&database) => {}
    }
    lock.rollback().await.unwrap();
    waiting.await.unwrap();
}

#[tokio::test]
async fn a_server_that_answers_nobody_has_not_fallen_silent() {
    let (store, network) = behind_a_network(&fresh_database().await).await;
    store.take_announcements(1, LEASE).await.unwrap();
    network.stall_both();
    let looks = network.connections() + 3;
    let mut waiting = pin!(store.take_announcements(1, LEASE));
    tokio::select! {
        answer = &mut waiting => panic!("{answer:?}"),
        () = store.fallen_silent(PATIENCE) => panic!("nobody is answered"),
        looked = network.connected(looks) => looked.unwrap(),
    }
    network.resume();
    waiting.await.unwrap();
}
