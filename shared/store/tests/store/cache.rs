//! What is remembered of Greenhouse, by account and for a while.

use std::time::Duration;

use domain::Tenant;
use serde_json::json;
use store::cache::{Account, Cache};
use uuid::Uuid;

use crate::fresh_store;
use crate::ledger::tenant;

/// The tenant's account at this revision of a connection.
fn account(tenant: &Tenant, revision: i64) -> Account<'_> {
    Account {
        tenant,
        connection: Uuid::nil(),
        revision,
    }
}

#[tokio::test]
async fn a_cached_value_is_shared_and_a_hit_costs_no_query() {
    let store = fresh_store().await;
    let acme = tenant("acme");
    let account = account(&acme, 1);
    let (here, there) = (Cache::new(store.clone()), Cache::new(store.clone()));
    let hour = Duration::from_secs(3600);
    here.put(account, "source", "Intrro", json!(7), hour)
        .await
        .unwrap();
    assert_eq!(
        there.get(account, "source", "Intrro").await.unwrap(),
        Some(json!(7))
    );
    assert_eq!(there.get(account, "source", "Other").await.unwrap(), None);
    store.pool().close().await;
    assert_eq!(
        here.get(account, "source", "Intrro").await.unwrap(),
        Some(json!(7))
    );
    assert_eq!(
        there.get(account, "source", "Intrro").await.unwrap(),
        Some(json!(7))
    );
}

#[tokio::test]
async fn a_cached_value_goes_when_it_expires_or_is_removed() {
    let store = fresh_store().await;
    let cache = Cache::new(store.clone());
    let acme = tenant("acme");
    let account = account(&acme, 1);
    cache
        .put(account, "tag", "a", json!(1), Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(cache.get(account, "tag", "a").await.unwrap(), None);
    let hour = Duration::from_secs(3600);
    cache
        .put(account, "tag", "b", json!(1), hour)
        .await
        .unwrap();
    cache.remove(account, "tag", "b").await.unwrap();
    assert_eq!(cache.get(account, "tag", "b").await.unwrap(), None);
}

#[tokio::test]
async fn a_cached_value_says_nothing_of_another_account() {
    let store = fresh_store().await;
    let (here, there) = (Cache::new(store.clone()), Cache::new(store.clone()));
    let hour = Duration::from_secs(3600);
    let acme = tenant("acme");
    let before = account(&acme, 1);
    let made_anew = Account {
        connection: Uuid::max(),
        ..before
    };
    here.put(before, "tag", "a", json!(1), hour).await.unwrap();
    for other in [account(&acme, 2), made_anew] {
        for cache in [&here, &there] {
            assert_eq!(cache.get(other, "tag", "a").await.unwrap(), None);
        }
        here.put(other, "tag", "a", json!(2), hour).await.unwrap();
        here.remove(other, "tag", "a").await.unwrap();
        for cache in [&here, &there] {
            let kept = cache.get(before, "tag", "a").await.unwrap();
            assert_eq!(kept, Some(json!(1)));
        }
    }
}
