//! Secrets under changing master keys, tokens that are renewed, admins on their way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use domain::Tenant;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use store::Store;
use store::connections::{Credential, NewConnection, NewTokens};
use store::seal::Keyring;
use uuid::Uuid;

use super::{acme, announce, connect, keyring, new};
use crate::fresh_store;

const MINUTE: Duration = Duration::from_secs(60);

fn ring(keys: &[(&str, u8)]) -> Keyring {
    let key = |&(id, byte): &(&str, u8)| (id.to_owned(), SecretBox::new(Box::new([byte; 32])));
    Keyring::new(keys.iter().map(key)).unwrap()
}

fn pair(number: u32) -> NewTokens {
    NewTokens {
        access: format!("access-{number}").into(),
        refresh: format!("refresh-{number}").into(),
        access_lasts: 60 * MINUTE,
        refresh_lasts: 24 * 60 * MINUTE,
    }
}

async fn authorised(store: &Store) -> Uuid {
    let new = NewConnection {
        credential: Credential::AuthorizationCode,
        tokens: Some(pair(1)),
        ..new("", Vec::new())
    };
    let connected = store.connect_tenant(&keyring(), &new, announce).await;
    connected.unwrap().id
}

async fn current(store: &Store, id: Uuid) -> store::connections::Tokens {
    let tokens = store.tokens(&keyring(), &acme(), id).await.unwrap();
    tokens.unwrap()
}

#[tokio::test]
async fn keys_are_rotated_while_everybody_reads_and_nobody_fails() {
    let store = fresh_store().await;
    let tenants: Vec<Tenant> = (0..30).map(|n| format!("t{n}").parse().unwrap()).collect();
    for tenant in &tenants {
        let new = NewConnection {
            tenant: tenant.clone(),
            ..new("hush", Vec::new())
        };
        store
            .connect_tenant(&keyring(), &new, announce)
            .await
            .unwrap();
    }
    let both = Arc::new(ring(&[("n", 9), ("k", 7)]));
    let (done, reads) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let reader = tokio::spawn({
        let (store, both, tenants) = (store.clone(), both.clone(), tenants.clone());
        let (done, reads) = (done.clone(), reads.clone());
        async move {
            while !done.load(Ordering::Relaxed) {
                for tenant in &tenants {
                    let read = store.credential(&both, tenant).await.unwrap();
                    assert!(read.is_some());
                    reads.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    });
    let (mut after, mut resealed) = (Uuid::nil(), 0);
    loop {
        let batch = store.reseal(&both, after, 7).await.unwrap();
        resealed += batch.resealed;
        assert_eq!(batch.stuck, 0);
        match batch.next {
            Some(next) => after = next,
            None => break,
        }
    }
    done.store(true, Ordering::Relaxed);
    reader.await.unwrap();
    assert_eq!(resealed, 30);
    assert!(reads.load(Ordering::Relaxed) > 0);
    assert_eq!(store.keys_in_use().await.unwrap(), [("n".to_owned(), 30)]);
    let alone = ring(&[("n", 9)]);
    assert!(
        store
            .credential(&alone, &tenants[0])
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn every_kind_of_secret_moves_under_the_new_key() {
    let store = fresh_store().await;
    let id = authorised(&store).await;
    let hooks = [SecretString::from("hook")];
    let nothing = serde_json::json!({});
    let set = super::configure(&store, id, nothing, Some(&hooks)).await;
    set.unwrap();
    let both = ring(&[("n", 9), ("k", 7)]);
    let batch = store.reseal(&both, Uuid::nil(), 10).await.unwrap();
    assert_eq!((batch.resealed, batch.stuck), (3, 0));
    let alone = ring(&[("n", 9)]);
    let hooks = store.webhook_secrets(&alone, id).await.unwrap();
    assert_eq!(hooks[0].expose_secret(), "hook");
    let tokens = store.tokens(&alone, &acme(), id).await.unwrap().unwrap();
    assert_eq!(tokens.refresh.expose_secret(), "refresh-1");
}

#[tokio::test]
async fn a_secret_whose_key_is_missing_stops_nobody_else() {
    let store = fresh_store().await;
    connect(&store, "one").await;
    let other = NewConnection {
        tenant: "other".parse().unwrap(),
        ..new("two", Vec::new())
    };
    let elsewhere = ring(&[("lost", 1)]);
    store
        .connect_tenant(&elsewhere, &other, announce)
        .await
        .unwrap();
    let both = ring(&[("n", 9), ("k", 7)]);
    let batch = store.reseal(&both, Uuid::nil(), 10).await.unwrap();
    assert_eq!((batch.resealed, batch.stuck), (1, 1));
    let used = store.keys_in_use().await.unwrap();
    assert_eq!(used, [("lost".to_owned(), 1), ("n".to_owned(), 1)]);
}

#[tokio::test]
async fn one_process_renews_and_what_it_got_is_there_for_all() {
    let store = fresh_store().await;
    let id = authorised(&store).await;
    let first = current(&store, id).await;
    assert!(first.access_left > 59 * MINUTE && first.refresh_left > 23 * 60 * MINUTE);
    let lease = store
        .lease_tokens(id, first.generation, MINUTE)
        .await
        .unwrap();
    assert!(lease.is_some());
    assert_eq!(
        store
            .lease_tokens(id, first.generation, MINUTE)
            .await
            .unwrap(),
        None
    );
    assert!(current(&store, id).await.interrupted);
    let kept = store
        .keep_tokens(&keyring(), &acme(), id, first.generation, &pair(2))
        .await;
    assert!(kept.unwrap());
    let second = current(&store, id).await;
    assert_eq!(second.access.expose_secret(), "access-2");
    assert_eq!(
        (second.generation, second.interrupted),
        (first.generation + 1, false)
    );
    // Whoever still thinks of the first pair renews nothing.
    assert_eq!(
        store
            .lease_tokens(id, first.generation, MINUTE)
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn what_a_renewal_brought_is_stored_though_it_lost_its_right_meanwhile() {
    let store = fresh_store().await;
    let id = authorised(&store).await;
    let generation = current(&store, id).await.generation;
    let lost = store
        .lease_tokens(id, generation, Duration::ZERO)
        .await
        .unwrap();
    let taken = store.lease_tokens(id, generation, MINUTE).await.unwrap();
    let release = async |lease| store.release_tokens(id, lease, true).await.unwrap();
    assert!(!release(lost.unwrap()).await);
    let keep = async |pair| {
        store
            .keep_tokens(&keyring(), &acme(), id, generation, &pair)
            .await
            .unwrap()
    };
    assert!(keep(pair(2)).await);
    assert!(!release(taken.unwrap()).await, "there is nothing to renew");
    assert!(!keep(pair(3)).await, "another one's came first");
    let tokens = current(&store, id).await;
    assert_eq!(tokens.access.expose_secret(), "access-2");
    assert_eq!(
        (tokens.generation, tokens.interrupted),
        (generation + 1, false)
    );
}

#[tokio::test]
async fn consents_that_end_are_found_and_go_with_the_connection() {
    let store = fresh_store().await;
    let id = authorised(&store).await;
    let day = 24 * 60 * MINUTE;
    assert_eq!(store.consents_ending(day / 2, 10).await.unwrap(), []);
    let ending = store.consents_ending(day, 10).await.unwrap();
    assert_eq!(ending[0].connection, id);
    assert!(store.shortest_consent().await.unwrap().unwrap() <= day);
    store.disconnect(id, announce).await.unwrap().unwrap();
    assert_eq!(store.shortest_consent().await.unwrap(), None);
    assert!(
        store
            .tokens(&keyring(), &acme(), id)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_state_works_once_and_in_the_browser_that_began() {
    let store = fresh_store().await;
    for (state, browser) in [("s1", "b1"), ("s2", "b2")] {
        store
            .begin_authorisation(&acme(), state, browser)
            .await
            .unwrap();
    }
    assert_eq!(
        store.end_authorisation("s1", "b1").await.unwrap(),
        Some(acme())
    );
    assert_eq!(store.end_authorisation("s1", "b1").await.unwrap(), None);
    assert_eq!(store.end_authorisation("s2", "b1").await.unwrap(), None);
    assert_eq!(store.end_authorisation("s2", "b2").await.unwrap(), None);
}

#[tokio::test]
async fn a_ticket_is_good_for_its_tenant_until_it_ends() {
    let store = fresh_store().await;
    store.issue_ticket(&acme(), "ticket").await.unwrap();
    let other = Tenant::try_from("other").unwrap();
    assert!(store.ticket_is_good(&acme(), "ticket").await.unwrap());
    assert!(!store.ticket_is_good(&other, "ticket").await.unwrap());
    assert_eq!(store.end_authorisation("ticket", "").await.unwrap(), None);
    sqlx::query("UPDATE authorisations SET expires_at = now() - interval '1 second'")
        .execute(store.pool())
        .await
        .unwrap();
    assert!(!store.ticket_is_good(&acme(), "ticket").await.unwrap());
    let stored: bool = sqlx::query_scalar("SELECT bool_or(a::text LIKE '%ticket%' AND encode(secret, 'escape') LIKE '%ticket%') FROM authorisations a")
        .fetch_one(store.pool())
        .await
        .unwrap();
    assert!(!stored);
}
