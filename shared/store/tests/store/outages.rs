//! While Greenhouse does not answer a connection nothing begins there, one process looks, and its answer ends it for all.

use std::time::Duration;

use store::Store;
use uuid::Uuid;

use crate::fresh_store;
use crate::ledger::{arrival, arrivals, claim, connect, run, take_in, take_in_hand};

const LATER: Duration = Duration::from_secs(3600);

/// Two tenants with two operations each; the first one's connection.
async fn two_tenants() -> (Store, Uuid) {
    let store = fresh_store().await;
    for tenant in ["acme", "other"] {
        connect(&store, tenant).await;
        take_in(&store, &arrivals(tenant, 2)).await;
    }
    let id = sqlx::query_scalar("SELECT id FROM connections WHERE tenant = 'acme'");
    let id = id.fetch_one(store.pool()).await.unwrap();
    (store, id)
}

#[tokio::test]
async fn nothing_begins_in_an_outage_but_elsewhere() {
    let (store, acme) = two_tenants().await;
    assert!(store.begin_outage(acme, LATER).await.unwrap());
    assert!(!store.begin_outage(acme, LATER).await.unwrap(), "no news");
    let claims = claim(&store, 10).await;
    assert!(claims.iter().all(|claim| claim.tenant.as_str() == "other"));
    assert_eq!(claims.len(), 2);
    let another = arrival("acme", "i-9", "c-9", "p9@example.com");
    assert!(take_in_hand(&store, &another).await.1.is_none());
    assert_eq!(store.outages().await.unwrap(), 1);

    store.end_outage(acme).await.unwrap();
    assert_eq!(claim(&store, 10).await.len(), 3);
    assert_eq!(store.outages().await.unwrap(), 0);
}

#[tokio::test]
async fn one_process_looks_at_a_time_and_another_one_if_it_dies() {
    let (store, acme) = two_tenants().await;
    store.begin_outage(acme, Duration::ZERO).await.unwrap();
    let first = store.outages_due(LATER).await.unwrap();
    let [outage] = &first[..] else {
        panic!("{first:?}");
    };
    assert_eq!((outage.connection, outage.looks), (acme, 1));
    assert!(store.outages_due(LATER).await.unwrap().is_empty());
    store.put_off_look(acme, Duration::ZERO).await.unwrap();
    let second = store.outages_due(Duration::ZERO).await.unwrap();
    assert_eq!(second[0].looks, 2);
    let third = store.outages_due(LATER).await.unwrap();
    assert_eq!(third[0].looks, 3, "the lease of the second is over");
}

#[tokio::test]
async fn an_outage_that_nobody_looks_at_is_not_believed() {
    let (store, acme) = two_tenants().await;
    store.begin_outage(acme, LATER).await.unwrap();
    let forgotten = "UPDATE outages SET looks = 7, next_look = now() - interval '6 minutes'";
    run(&store, forgotten).await;
    assert_eq!(claim(&store, 10).await.len(), 4);
    assert_eq!(store.outages().await.unwrap(), 0);
    assert!(store.begin_outage(acme, Duration::ZERO).await.unwrap());
    assert_eq!(store.outages_due(LATER).await.unwrap()[0].looks, 1);
}
