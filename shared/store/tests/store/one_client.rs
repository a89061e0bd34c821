//! Connections with one client at Greenhouse: its limit is theirs together, whoever comes and goes.

use std::time::{Duration, Instant};

use domain::{OperationKind, Tenant};
use store::Store;
use store::budget::{Budgets, Purpose, Report, Seen};
use store::claim::{Claim, Want};
use store::connections::{Connection, Credential, Health, NewConnection};
use tokio::task::JoinSet;

use crate::budget::{FULL, LIMIT, Server, timing, work};
use crate::connections::{announce, keyring};
use crate::fresh_store;
use crate::ledger::{LEASE, arrival, arrivals, run, take_in, take_in_hand, tenant};

fn v3(client_id: &str, secret: &str) -> Credential {
    Credential::ClientCredentials {
        client_id: client_id.into(),
        client_secret: secret.into(),
    }
}

fn v1(api_key: &str) -> Credential {
    let api_key = api_key.into();
    Credential::ApiKey { api_key }
}

fn new(name: &str, credential: Credential) -> NewConnection {
    NewConnection {
        tenant: Tenant::try_from(name).unwrap(),
        credential,
        acting_user: None,
        tokens: None,
        health: Health::of(Vec::new()),
        limit: None,
    }
}

async fn connect(store: &Store, new: &NewConnection) -> Connection {
    let connected = store.connect_tenant(&keyring(), new, announce).await;
    connected.unwrap()
}

/// What a process has left to call Greenhouse with for this connection, taken to the last.
async fn left(store: &Store, connection: &Connection) -> u32 {
    let budget = Budgets::new(store.clone()).of(connection.id, connection.revision);
    let mut calls = 0;
    while budget.acquire(Purpose::Proof).await.is_ok() {
        calls += 1;
    }
    calls
}

fn seen(remaining: u32) -> Option<Seen> {
    Some(Seen {
        report: Report::Window {
            limit: LIMIT,
            remaining: Some(remaining),
            resets_in: Some(Duration::from_secs(25)),
        },
        at: Instant::now(),
    })
}

/// One whose verification was told that so many calls are left.
async fn told(store: &Store, name: &str, credential: Credential, remaining: u32) -> Connection {
    let limit = seen(remaining);
    connect(
        store,
        &NewConnection {
            limit,
            ..new(name, credential)
        },
    )
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tenants_use_the_whole_limit_of_their_client_and_are_never_throttled() {
    for credential in [v3("client", "secret"), v1("key")] {
        let store = fresh_store().await;
        let server = Server::new();
        let mut hands = JoinSet::new();
        for name in ["acme", "umbrella"] {
            let connection = connect(&store, &new(name, credential.clone())).await;
            for _ in 0..2 {
                let budgets = Budgets::with_timing(store.clone(), timing());
                let budget = budgets.of(connection.id, connection.revision);
                for _ in 0..4 {
                    hands.spawn(work(budget.clone(), server.clone(), FULL.end));
                }
            }
        }
        hands.join_all().await;
        assert_eq!(server.throttled(), 0, "{:?}", server.used());
        let used = server.used();
        let full = |window| {
            used.get(&window)
                .is_some_and(|used| used * 100 >= LIMIT * 95)
        };
        let mut windows = FULL;
        assert!(windows.all(full), "{used:?}");
    }
}

#[tokio::test]
async fn what_one_of_them_was_told_of_the_limit_holds_for_the_other() {
    let store = fresh_store().await;
    let acme = told(&store, "acme", v3("client", "one"), 12).await;
    let umbrella = told(&store, "umbrella", v3("client", "two"), 7).await;
    assert_eq!(left(&store, &acme).await, 7);
    assert_eq!(left(&store, &umbrella).await, 0);
}

#[tokio::test]
async fn other_clients_have_a_limit_of_their_own() {
    let store = fresh_store().await;
    let acme = told(&store, "acme", v3("client", "one"), 3).await;
    let other = told(&store, "other", v3("another", "one"), 5).await;
    let v1 = told(&store, "older", v1("client"), 7).await;
    assert_eq!(left(&store, &acme).await, 3);
    assert_eq!(left(&store, &other).await, 5);
    assert_eq!(left(&store, &v1).await, 7);
}

#[tokio::test]
async fn whoever_goes_leaves_the_others_with_what_is_left() {
    let store = fresh_store().await;
    let acme = told(&store, "acme", v3("client", "one"), 12).await;
    let umbrella = connect(&store, &new("umbrella", v3("client", "one"))).await;
    store.disconnect(acme.id, announce).await.unwrap();
    assert_eq!(left(&store, &acme).await, 0);
    assert_eq!(left(&store, &umbrella).await, 12);
}

#[tokio::test]
async fn another_client_is_left_and_joined_with_the_credential() {
    let store = fresh_store().await;
    let acme = told(&store, "acme", v3("client", "one"), 12).await;
    let umbrella = connect(&store, &new("umbrella", v3("client", "one"))).await;
    let other = told(&store, "other", v3("another", "one"), 5).await;
    let moved = connect(&store, &new("umbrella", v3("another", "two"))).await;
    assert_eq!(moved.id, umbrella.id);
    assert_eq!(left(&store, &moved).await, 5);
    assert_eq!(left(&store, &other).await, 0);
    assert_eq!(left(&store, &acme).await, 12);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_and_goes_while_others_call_disturbs_nobody() {
    let store = fresh_store().await;
    let servers = [Server::new(), Server::new()];
    let mut hands = JoinSet::new();
    for (client, server) in ["one", "two"].iter().zip(&servers) {
        let connection = connect(&store, &new(client, v3(client, "secret"))).await;
        for _ in 0..3 {
            let budgets = Budgets::with_timing(store.clone(), timing());
            let budget = budgets.of(connection.id, connection.revision);
            hands.spawn(work(budget, server.clone(), 2));
        }
    }
    let mut moves = ["one", "two"].iter().cycle();
    while hands.try_join_next().is_none() {
        let client = moves.next().unwrap();
        connect(&store, &new("umbrella", v3(client, "secret"))).await;
    }
    hands.join_all().await;
    assert_eq!(servers.map(|server| server.throttled()), [0, 0]);
    let same = "SELECT count(DISTINCT (quota, remaining, reserved, carried, window_ends))
        FROM budgets GROUP BY client HAVING count(*) = 2";
    let states = sqlx::query_scalar::<_, i64>(same).fetch_one(store.pool());
    assert_eq!(states.await.unwrap(), 1);
}

#[tokio::test]
async fn a_connection_of_before_joins_when_its_credential_is_written_next() {
    let store = fresh_store().await;
    let acme = told(&store, "acme", v3("client", "one"), 12).await;
    run(&store, "UPDATE budgets SET client = NULL").await;
    let umbrella = told(&store, "umbrella", v3("client", "one"), 7).await;
    assert_eq!(left(&store, &umbrella).await, 7);
    assert_eq!(left(&store, &acme).await, 12, "nobody knows that it is one");
    run(&store, "UPDATE budgets SET remaining = 2, reserved = 0").await;
    let acme = connect(&store, &new("acme", v3("client", "two"))).await;
    assert_eq!(left(&store, &acme).await, 2);
    assert_eq!(left(&store, &umbrella).await, 0);
}

/// Two tenants of one client that has so many calls left, each with so many operations.
async fn busy(calls: i32, each: usize) -> Store {
    let store = fresh_store().await;
    for name in ["acme", "umbrella"] {
        connect(&store, &new(name, v3("client", "one"))).await;
        take_in(&store, &arrivals(name, each)).await;
    }
    leave(&store, calls).await;
    store
}

async fn leave(store: &Store, calls: i32) {
    let sql = "UPDATE budgets SET quota = 100, metered = true, remaining = $1, reserved = 0,
        window_started = now(), window_ends = now() + interval '1 hour'";
    let left = sqlx::query(sql).bind(calls).execute(store.pool());
    left.await.unwrap();
}

/// What a process claims that has something of these in hand.
async fn claim(store: &Store, held: &[&str]) -> Vec<String> {
    let held: Vec<(Tenant, usize)> = held.iter().map(|name| (tenant(name), 1)).collect();
    let want = Want {
        kinds: &[OperationKind::IntroductionAccepted],
        room: 10,
        room_per_tenant: 10,
        held: &held,
        lease: LEASE,
    };
    let claims = store.claim(&want).await.unwrap();
    let of = |claim: &Claim| claim.tenant.as_str().to_owned();
    let mut tenants: Vec<String> = claims.iter().map(of).collect();
    tenants.sort();
    tenants
}

#[tokio::test]
async fn tenants_take_turns_with_what_the_calls_of_their_client_can_carry() {
    let store = busy(32, 10).await;
    let four = ["acme", "acme", "umbrella", "umbrella"];
    assert_eq!(claim(&store, &["acme"]).await, four);
    assert!(claim(&store, &["acme"]).await.is_empty(), "spoken for");
    let third = arrival("acme", "i-99", "c-99", "p99@example.com");
    assert!(take_in_hand(&store, &third).await.1.is_none(), "spoken for");
}

#[tokio::test]
async fn nothing_enters_beside_what_another_tenant_of_the_client_has_in_hand() {
    let store = busy(32, 0).await;
    take_in(&store, &arrivals("acme", 3)).await;
    assert_eq!(claim(&store, &["acme"]).await.len(), 3);
    let first = arrival("umbrella", "i-1", "c-1", "p1@example.com");
    assert!(take_in_hand(&store, &first).await.1.is_none(), "spoken for");
    leave(&store, 64).await;
    let second = arrival("other", "i-2", "c-2", "p2@example.com");
    connect(&store, &new("other", v3("client", "one"))).await;
    assert!(take_in_hand(&store, &second).await.1.is_some());
}

#[tokio::test]
async fn with_few_calls_one_tenant_of_a_client_begins_and_the_next_waits_for_it() {
    let store = busy(3, 1).await;
    let first = claim(&store, &[]).await;
    assert_eq!(first.len(), 1);
    assert!(
        claim(&store, &[]).await.is_empty(),
        "another process' hands"
    );
    leave(&store, 4).await;
    assert!(claim(&store, &[&first[0]]).await.is_empty(), "our own");
    assert_eq!(claim(&store, &[]).await.len(), 1);
}

#[tokio::test]
async fn what_is_begun_goes_on_before_another_tenant_of_the_client_begins() {
    let store = busy(8, 2).await;
    run(
        &store,
        "UPDATE operations SET begun = true WHERE tenant = 'umbrella';
        UPDATE tenants SET last_served = now() WHERE tenant = 'umbrella'",
    )
    .await;
    assert_eq!(claim(&store, &[]).await, ["umbrella"]);
}

#[tokio::test]
async fn what_waits_for_another_tenant_of_the_client_is_not_overdue() {
    let store = busy(8, 2).await;
    run(
        &store,
        "UPDATE operations SET not_before = now() - interval '1 hour'",
    )
    .await;
    let overdue = async || store.ledger_gauges().await.unwrap().oldest_due_seconds;
    assert!(overdue().await > 3000.0);
    assert_eq!(claim(&store, &[]).await.len(), 1);
    assert_eq!(overdue().await, 0.0);
}
