//! Connections and their secrets.

use std::time::{Duration, Instant};

use domain::{Code, Problem, Tenant, UserId};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde_json::json;
use store::Store;
use store::budget::{Budgets, Purpose, Report, Seen};
use store::connections::{
    Change, Configuration, Connection, ConnectionError, Credential, Finding, Health, NewConnection,
    Severity, State, Stops,
};
use store::outbox::Announcement;
use store::seal::Keyring;
use store::wake::{News, Wake};
use uuid::Uuid;

use crate::fresh_store;
use crate::ledger::{arrival, take_in};

mod secrets;

fn acme() -> Tenant {
    Tenant::try_from("acme").unwrap()
}

pub(crate) fn keyring() -> Keyring {
    Keyring::new([("k".to_owned(), SecretBox::new(Box::new([7; 32])))]).unwrap()
}

fn new(secret: &str, findings: Vec<Finding>) -> NewConnection {
    NewConnection {
        tenant: acme(),
        credential: Credential::ClientCredentials {
            client_id: "client".into(),
            client_secret: secret.into(),
        },
        acting_user: Some(UserId(7)),
        tokens: None,
        health: Health::of(findings),
        limit: None,
    }
}

pub(crate) fn announce(change: &Change) -> Option<Announcement> {
    Some(Announcement {
        message_id: Uuid::new_v4(),
        tenant: change.connection.tenant.clone(),
        ordering_key: "connection".into(),
        routing_key: change.connection.state.as_str().into(),
        trace: None,
        body: Vec::new(),
    })
}

async fn connect(store: &Store, secret: &str) -> Connection {
    store
        .connect_tenant(&keyring(), &new(secret, Vec::new()), announce)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_new_credentials_budget_begins_with_what_its_verification_was_told() {
    let store = fresh_store().await;
    let told = NewConnection {
        limit: Some(Seen {
            report: Report::Window {
                limit: 20,
                remaining: Some(3),
                resets_in: Some(Duration::from_secs(25)),
            },
            at: Instant::now(),
        }),
        ..new("one", Vec::new())
    };
    let connected = store.connect_tenant(&keyring(), &told, announce).await;
    let connection = connected.unwrap();
    let budget = Budgets::new(store.clone()).of(connection.id, connection.revision);
    for purpose in [Purpose::Work, Purpose::Work, Purpose::Proof] {
        budget.acquire(purpose).await.unwrap();
    }
    for purpose in [Purpose::Work, Purpose::Proof] {
        let denied = budget.acquire(purpose).await.unwrap_err();
        assert!(denied.retry_after > Duration::from_secs(10), "{denied:?}");
    }
}

async fn pause(store: &Store, revision: i64) -> Option<Connection> {
    let problem = Problem::new(Code::CredentialRefused);
    let judge = |old: &Connection| Health::refused(&problem, "import", Stops::All, &old.findings);
    store
        .change_health(&acme(), revision, false, judge, announce)
        .await
        .unwrap()
}

async fn announced(store: &Store) -> Vec<String> {
    sqlx::query_scalar("SELECT routing_key FROM outbox ORDER BY id")
        .fetch_all(store.pool())
        .await
        .unwrap()
}

async fn secret(store: &Store) -> (String, i64) {
    let unsealed = store
        .credential(&keyring(), &acme())
        .await
        .unwrap()
        .unwrap();
    let Credential::ClientCredentials { client_secret, .. } = unsealed.credential else {
        panic!("another kind of credential");
    };
    (
        client_secret.expose_secret().to_owned(),
        unsealed.connection.revision,
    )
}

#[tokio::test]
async fn what_was_looked_at_for_a_connection_that_is_gone_connects_nobody() {
    let store = fresh_store().await;
    let rotate = async |id, secret| {
        let new = new(secret, Vec::new());
        let rotated = store
            .rotate_credential(&keyring(), id, &new, announce)
            .await;
        rotated.unwrap().map(|rotated| rotated.id)
    };
    let gone = connect(&store, "one").await.id;
    assert_eq!(rotate(gone, "two").await, Some(gone));
    assert_eq!(secret(&store).await, ("two".into(), 2));
    store.disconnect(gone, announce).await.unwrap();
    assert_eq!(rotate(gone, "three").await, None);
    assert_eq!(store.connection_of(&acme()).await.unwrap(), None);
    let second = connect(&store, "four").await.id;
    assert_ne!(second, gone);
    assert_eq!(rotate(gone, "five").await, None);
    assert_eq!(secret(&store).await.0, "four");
}

#[tokio::test]
async fn a_tenant_that_connects_again_keeps_its_id_and_gets_the_new_credential() {
    let store = fresh_store().await;
    let first = connect(&store, "one").await;
    assert_eq!(first.state, State::Active);
    assert_eq!(secret(&store).await, ("one".into(), 1));
    let second = connect(&store, "two").await;
    assert_eq!((second.id, second.revision), (first.id, 2));
    assert_eq!(secret(&store).await, ("two".into(), 2));
    assert_eq!(
        store.connection(first.id).await.unwrap(),
        Some(second.clone())
    );
    assert_eq!(store.connection_of(&acme()).await.unwrap(), Some(second));
    assert_eq!(announced(&store).await, ["active"]);
}

#[tokio::test]
async fn what_was_learnt_of_the_limit_lives_as_long_as_the_client() {
    let store = fresh_store().await;
    connect(&store, "one").await;
    let learn = sqlx::query("UPDATE budgets SET quota = 20, remaining = 3");
    learn.execute(store.pool()).await.unwrap();
    read_jobs(&store).await;
    connect(&store, "another secret").await;
    assert_eq!(quota(&store).await, Some(20));
    assert_eq!(jobs_read(&store).await, 1);
    let mut other = new("one", Vec::new());
    other.credential = Credential::ClientCredentials {
        client_id: "other".into(),
        client_secret: "one".into(),
    };
    store
        .connect_tenant(&keyring(), &other, announce)
        .await
        .unwrap();
    assert_eq!(quota(&store).await, None);
    assert_eq!(jobs_read(&store).await, 0, "perhaps another organisation");
}

/// All jobs of the connection were read, and an import is under way.
async fn read_jobs(store: &Store) {
    let due = store.claim_job_refreshes(1, Duration::from_secs(60)).await;
    assert_eq!(due.unwrap().len(), 1);
    let read = sqlx::query("UPDATE job_refreshes SET watermark = now(), run = '{}'");
    read.execute(store.pool()).await.unwrap();
}

/// How many connections go on from what was read of their jobs.
async fn jobs_read(store: &Store) -> i64 {
    let from = "SELECT count(*) FROM job_refreshes
        WHERE watermark IS NOT NULL OR run IS NOT NULL OR lease IS NOT NULL";
    let asked = sqlx::query_scalar(from).fetch_one(store.pool());
    asked.await.unwrap()
}

async fn quota(store: &Store) -> Option<i32> {
    let asked = sqlx::query_scalar("SELECT quota FROM budgets").fetch_one(store.pool());
    asked.await.unwrap()
}

#[tokio::test]
async fn an_operation_is_told_with_what_its_tenant_lacks() {
    let store = fresh_store().await;
    let tenant = connect(&store, "one").await.tenant;
    let waiting = arrival("acme", "i-1", "c-1", "ada@example.com");
    take_in(&store, &[waiting]).await;
    let story = || async { store.stories("i-1").await.unwrap().remove(0) };
    assert!(story().await.connection_evidence.is_empty());
    for scope in ["harvest:users:list", "harvest:notes:create"] {
        let problem = Problem::new(Code::ScopeMissing).field(scope);
        let judge =
            |old: &Connection| Health::refused(&problem, "import", Stops::All, &old.findings);
        let paused = store.change_health(&tenant, 1, false, judge, announce);
        paused.await.unwrap().unwrap();
    }
    let both = ["harvest:notes:create", "harvest:users:list"];
    assert_eq!(story().await.connection_evidence, both);
}

#[tokio::test]
async fn a_refusal_pauses_the_revision_it_was_about_and_no_later_one() {
    let store = fresh_store().await;
    connect(&store, "one").await;
    let paused = pause(&store, 1).await.unwrap();
    assert_eq!(paused.state, State::Reauthorise);
    assert_eq!(paused.reason, Some(Code::CredentialRefused));
    let again = connect(&store, "two").await;
    assert_eq!((again.state, again.reason), (State::Active, None));
    assert!(pause(&store, 1).await.is_none());
    let now = store.connection_of(&acme()).await.unwrap().unwrap();
    assert_eq!(now.state, State::Active);
    assert_eq!(announced(&store).await, ["active", "reauthorise", "active"]);
}

#[tokio::test]
async fn a_second_refusal_of_the_same_revision_announces_nothing_new() {
    let store = fresh_store().await;
    connect(&store, "one").await;
    pause(&store, 1).await.unwrap();
    let again = pause(&store, 1).await.unwrap();
    assert_eq!(again.findings.len(), 1);
    assert_eq!(announced(&store).await, ["active", "reauthorise"]);
}

/// What is put off, or not due yet, is due now.
async fn due(store: &Store) -> Vec<Uuid> {
    for sql in [
        "UPDATE connections SET updated_at = now() - interval '1 hour'",
        "UPDATE remote_cache SET value = jsonb_set(value, '{due}', to_jsonb(now()))",
    ] {
        sqlx::query(sql).execute(store.pool()).await.unwrap();
    }
    store.looks_due(8).await.unwrap()
}

#[tokio::test]
async fn one_process_looks_again_at_what_was_refused_and_ever_more_rarely() {
    let store = fresh_store().await;
    let id = connect(&store, "one").await.id;
    assert!(due(&store).await.is_empty(), "it works");
    pause(&store, 1).await.unwrap();
    let early = store.looks_due(8).await.unwrap();
    assert!(early.is_empty(), "a minute has not passed");
    for minutes in [2, 4, 8, 16, 32, 60, 60] {
        assert_eq!(due(&store).await, [id]);
        let taken = store.looks_due(8).await.unwrap();
        assert!(taken.is_empty(), "another process has it");
        let sql =
            "SELECT round(extract(epoch FROM (value->>'due')::timestamptz - now()) / 60)::int4
            FROM remote_cache";
        let wait: i32 = sqlx::query_scalar(sql)
            .fetch_one(store.pool())
            .await
            .unwrap();
        assert_eq!(wait, minutes);
    }
    let held = store.hold_connection(id, "audit", None, announce).await;
    assert!(held.unwrap().is_some());
    assert!(due(&store).await.is_empty(), "somebody stopped it");
}

#[tokio::test]
async fn whoever_waits_for_work_hears_of_a_connection_that_works_again() {
    let store = fresh_store().await;
    connect(&store, "one").await;
    pause(&store, 1).await.unwrap();
    let wake = Wake::start(&store).await.unwrap();
    let heard = tokio::spawn(async move {
        let asked = std::time::Instant::now();
        wake.wait(News::Work, Duration::from_secs(30)).await;
        asked.elapsed()
    });
    connect(&store, "two").await;
    assert!(heard.await.unwrap() < Duration::from_secs(20));
}

#[tokio::test]
async fn a_verification_makes_a_new_revision_and_keeps_the_credential() {
    let store = fresh_store().await;
    connect(&store, "one").await;
    let finding = Finding::new(Code::SourceMissing, Severity::Warning, "import", "Intrro");
    let health = Health::of(vec![finding]);
    let verified = store
        .change_health(&acme(), 1, true, |_| health.clone(), announce)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((verified.state, verified.revision), (State::Degraded, 2));
    assert_eq!(verified.findings, health.findings);
    assert_eq!(secret(&store).await, ("one".into(), 2));
}

#[tokio::test]
async fn a_credential_copied_to_another_tenant_does_not_open() {
    let store = fresh_store().await;
    connect(&store, "one").await;
    let other = NewConnection {
        tenant: Tenant::try_from("other").unwrap(),
        ..new("two", Vec::new())
    };
    let other = store
        .connect_tenant(&keyring(), &other, announce)
        .await
        .unwrap();
    sqlx::query(
        "UPDATE connections SET sealed = (SELECT sealed FROM connections WHERE tenant = 'acme')",
    )
    .execute(store.pool())
    .await
    .unwrap();
    assert_eq!(secret(&store).await.0, "one");
    assert!(store.credential(&keyring(), &other.tenant).await.is_err());
}

#[tokio::test]
async fn no_secret_is_stored_in_the_clear() {
    let store = fresh_store().await;
    let connection = connect(&store, "clear-secret").await;
    let secrets = [SecretString::from("clear-hook")];
    let settings = json!({"poll_interval_seconds": 45});
    let set = configure(&store, connection.id, settings.clone(), Some(&secrets)).await;
    assert_eq!(set.unwrap().chosen, settings);
    let in_the_clear: bool = sqlx::query_scalar(
        "SELECT position('clear-'::bytea IN sealed || webhook_sealed) > 0 OR c::text LIKE '%clear-%' FROM connections c",
    )
    .fetch_one(store.pool())
    .await
    .unwrap();
    assert!(!in_the_clear);
    let hooks = store
        .webhook_secrets(&keyring(), connection.id)
        .await
        .unwrap();
    assert_eq!(hooks[0].expose_secret(), "clear-hook");
}

#[tokio::test]
async fn settings_are_merged_and_a_null_removes_one() {
    let store = fresh_store().await;
    let id = connect(&store, "one").await.id;
    let set = async |settings| {
        let set = configure(&store, id, settings, None).await;
        set.unwrap().chosen
    };
    let both = json!({"tags": false, "poll_interval_seconds": 2});
    assert_eq!(set(both.clone()).await, both);
    assert_eq!(
        set(json!({"tags": null, "several_matches": "hold"})).await,
        json!({"poll_interval_seconds": 2, "several_matches": "hold"})
    );
}

#[tokio::test]
async fn a_change_of_settings_makes_a_new_revision_and_is_remembered() {
    let store = fresh_store().await;
    let id = connect(&store, "one").await.id;
    for interval in [10, 20] {
        let changes = json!({"poll_interval_seconds": interval});
        let changed = configure(&store, id, changes, None).await.unwrap();
        assert_eq!(changed.settings.poll_interval_seconds, interval);
    }
    let now = store.connection(id).await.unwrap().unwrap();
    assert_eq!((now.revision, now.state), (3, State::Active));
    let history = store.settings_history(id, 10).await.unwrap();
    assert_eq!(history[0].changes, json!({"poll_interval_seconds": 20}));
    assert_eq!((history.len(), history[0].changed_by.as_str()), (2, "test"));
}

#[tokio::test]
async fn a_setting_that_is_not_right_changes_nothing() {
    let store = fresh_store().await;
    let id = connect(&store, "one").await.id;
    let wrong = json!({"tags": false, "poll_interval_seconds": 0});
    let refused = configure(&store, id, wrong, None).await.unwrap_err();
    assert!(matches!(refused, ConnectionError::Setting(_)), "{refused}");
    let now = store.connection(id).await.unwrap().unwrap();
    assert_eq!((now.revision, now.chosen), (1, json!({})));
    assert!(store.settings_history(id, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_connection_and_what_comes_with_it_are_made_together_or_not_at_all() {
    let store = fresh_store().await;
    let hooks = [SecretString::from("hook")];
    let connect = async |interval: u32| {
        let settings = json!({"poll_interval_seconds": interval});
        let choice = Configuration {
            acting_user: None,
            settings: settings.as_object().unwrap(),
            webhook_secrets: Some(&hooks),
            by: "test",
        };
        let judge = |_: Option<&Connection>| Ok::<(), ConnectionError>(());
        let new = new("one", vec![]);
        store
            .connect_tenant_with(&keyring(), &new, Some(&choice), judge, announce)
            .await
    };
    let refused = connect(0).await.unwrap_err();
    assert!(matches!(refused, ConnectionError::Setting(_)), "{refused}");
    assert!(store.connection_of(&acme()).await.unwrap().is_none());
    let made = connect(7).await.unwrap();
    assert_eq!(made.settings.poll_interval_seconds, 7);
    let kept = store.webhook_secrets(&keyring(), made.id).await.unwrap();
    assert_eq!(kept[0].expose_secret(), "hook");
    let history = store.settings_history(made.id, 10).await.unwrap();
    assert_eq!(history[0].changes, made.chosen);
}

async fn configure(
    store: &Store,
    id: Uuid,
    settings: serde_json::Value,
    webhook_secrets: Option<&[SecretString]>,
) -> Result<Connection, ConnectionError> {
    let change = Configuration {
        acting_user: None,
        settings: settings.as_object().unwrap(),
        webhook_secrets,
        by: "test",
    };
    let configured = store.configure_connection(&keyring(), id, &change).await?;
    Ok(configured.unwrap())
}
