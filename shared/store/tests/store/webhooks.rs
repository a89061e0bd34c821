//! Deliveries recorded once, tasks taken in turns.

use std::time::Duration;

use domain::webhook::{Action, Consumer, Notice, Refusal};
use domain::{ApplicationId, CandidateId, Code, JobId, Tenant};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use store::Store;
use store::connections::{Change, Credential, Health, NewConnection};
use store::journal::{Journal, Release};
use store::outbox::Announcement;
use store::seal::Keyring;
use store::wake::{News, Wake};
use store::webhooks::{Delivery, Lanes, Recorded, Task, WebhookKey};
use uuid::Uuid;

use crate::{fresh_store, ledger};

const LEASE: Duration = Duration::from_secs(60);

fn keyring() -> Keyring {
    Keyring::new([("k".to_owned(), SecretBox::new(Box::new([7; 32])))]).unwrap()
}

fn say_nothing(_: &Change) -> Option<Announcement> {
    None
}

/// A connected tenant whose webhooks are signed with `hook`.
async fn connect(store: &Store, tenant: &str) -> Uuid {
    let new = NewConnection {
        tenant: Tenant::try_from(tenant).unwrap(),
        credential: Credential::ClientCredentials {
            client_id: tenant.into(),
            client_secret: "secret".into(),
        },
        acting_user: None,
        tokens: None,
        health: Health::of(Vec::new()),
        limit: None,
    };
    let connected = store.connect_tenant(&keyring(), &new, say_nothing).await;
    let id = connected.unwrap().id;
    set_secrets(store, id, &["hook"]).await;
    id
}

async fn set_secrets(store: &Store, id: Uuid, secrets: &[&str]) {
    let secrets: Vec<SecretString> = secrets.iter().copied().map(SecretString::from).collect();
    let nothing = serde_json::Map::new();
    let change = store::connections::Configuration {
        acting_user: None,
        settings: &nothing,
        webhook_secrets: Some(&secrets),
        by: "test",
    };
    let set = store.configure_connection(&keyring(), id, &change).await;
    set.unwrap().unwrap();
}

async fn key(store: &Store, id: Uuid) -> WebhookKey {
    let mut keys = store.webhook_keys(&keyring(), &[id]).await.unwrap();
    keys.remove(&id).unwrap().unwrap()
}

fn moved(application: i64) -> Notice {
    Notice::ApplicationChanged {
        application_id: ApplicationId(application),
        candidate_id: Some(CandidateId(1)),
        stands: None,
    }
}

async fn delivery(store: &Store, id: Uuid, event: &str, notices: Vec<Notice>) -> Delivery {
    Delivery {
        connection: id,
        seal: key(store, id).await.seal,
        event_id: event.to_owned(),
        action: Action::CandidateStageChange,
        notices,
    }
}

async fn claim(store: &Store, consumer: Consumer, limit: i64) -> Vec<Task> {
    store
        .claim_tasks(consumer, limit, LEASE, Lanes::ALL)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_delivery_is_recorded_once_and_fans_out_once() {
    let store = fresh_store().await;
    let id = connect(&store, "acme").await;
    let job = Notice::JobChanged { job_id: JobId(3) };
    let one = delivery(&store, id, "e1", vec![moved(7), job.clone()]).await;
    let two = delivery(&store, id, "e2", vec![moved(8)]).await;
    let batch = [two.clone(), one.clone(), two.clone()];
    let first = store.record_webhooks(&batch).await.unwrap();
    assert_eq!(first, [Recorded::New, Recorded::New, Recorded::Duplicate]);
    let again = store.record_webhooks(&[one, two]).await.unwrap();
    assert_eq!(again, [Recorded::Duplicate, Recorded::Duplicate]);

    let statuses = claim(&store, Consumer::Statuses, 10).await;
    let mut notices: Vec<Notice> = statuses.into_iter().map(|task| task.notice).collect();
    notices.sort_by_key(|notice| format!("{notice:?}"));
    assert_eq!(notices, [moved(7), moved(8)]);
    let jobs = claim(&store, Consumer::Jobs, 10).await;
    assert_eq!(jobs.len(), 1);
    assert_eq!(jobs[0].notice, job);
    assert_eq!((jobs[0].tenant.as_str(), jobs[0].connection), ("acme", id));
}

#[tokio::test]
async fn tasks_are_ours_while_they_are_settled_and_lost_to_whoever_claims_them() {
    let store = fresh_store().await;
    let id = connect(&store, "acme").await;
    let told = delivery(&store, id, "e1", vec![moved(7)]).await;
    store.record_webhooks(&[told]).await.unwrap();
    let ours = claim(&store, Consumer::Statuses, 10).await;
    assert!(store.extend_tasks(&ours, LEASE).await.unwrap());
    let mut settling = store.begin().await.unwrap();
    sqlx::query("DELETE FROM webhook_tasks")
        .execute(&mut *settling)
        .await
        .unwrap();
    assert!(store.extend_tasks(&ours, LEASE).await.unwrap());
    settling.rollback().await.unwrap();

    assert!(store.extend_tasks(&ours, Duration::ZERO).await.unwrap());
    let theirs = claim(&store, Consumer::Statuses, 10).await;
    assert_eq!(theirs.len(), 1, "ended");
    assert!(!store.extend_tasks(&ours, LEASE).await.unwrap());
    assert!(store.extend_tasks(&theirs, LEASE).await.unwrap());
}

#[tokio::test]
async fn what_somebody_is_busy_with_is_passed_over() {
    let store = fresh_store().await;
    let (acme, globex) = (
        connect(&store, "acme").await,
        connect(&store, "globex").await,
    );
    for id in [acme, globex] {
        let told = delivery(&store, id, "e1", vec![moved(7)]).await;
        store.record_webhooks(&[told]).await.unwrap();
    }
    let busy = [acme];
    let claim = store.claim_tasks(
        Consumer::Statuses,
        10,
        LEASE,
        Lanes {
            busy: &busy,
            ..Lanes::ALL
        },
    );
    let claimed = claim.await.unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].connection, globex);
    let rest = self::claim(&store, Consumer::Statuses, 10).await;
    assert_eq!(rest[0].connection, acme);
}

#[tokio::test]
async fn no_more_connections_are_claimed_than_there_are_hands() {
    let store = fresh_store().await;
    for tenant in ["acme", "globex"] {
        let id = connect(&store, tenant).await;
        let told = delivery(&store, id, "e1", vec![moved(7), moved(8)]).await;
        store.record_webhooks(&[told]).await.unwrap();
    }
    let one_hand = Lanes {
        most: 1,
        ..Lanes::ALL
    };
    for tenant in ["acme", "globex"] {
        let claim = store.claim_tasks(Consumer::Statuses, 10, LEASE, one_hand);
        let claimed = claim.await.unwrap();
        let whose: Vec<&str> = claimed.iter().map(|task| task.tenant.as_str()).collect();
        assert_eq!(whose, [tenant, tenant]);
    }
}

#[tokio::test]
async fn a_changed_secret_is_noticed_by_the_commit_itself() {
    let store = fresh_store().await;
    let id = connect(&store, "acme").await;
    let old = delivery(&store, id, "e1", vec![moved(7)]).await;
    set_secrets(&store, id, &["new", "hook"]).await;
    let stranger = Delivery {
        connection: Uuid::from_u128(5),
        ..old.clone()
    };
    let batch = [old.clone(), stranger, old.clone()];
    assert_eq!(
        store.record_webhooks(&batch).await.unwrap(),
        [Recorded::Stale; 3]
    );
    assert!(claim(&store, Consumer::Statuses, 10).await.is_empty());
    let secrets = key(&store, id).await.secrets;
    let secrets: Vec<&str> = secrets.iter().map(|one| one.expose_secret()).collect();
    assert_eq!(secrets, ["new", "hook"]);
    let fresh = delivery(&store, id, "e1", vec![moved(7)]).await;
    assert_eq!(
        store.record_webhooks(&[old, fresh]).await.unwrap(),
        [Recorded::Stale, Recorded::New]
    );
    let nobody = store.webhook_keys(&keyring(), &[Uuid::from_u128(5)]).await;
    assert!(nobody.unwrap().is_empty());
}

#[tokio::test]
async fn secrets_that_do_not_open_take_nothing_from_other_connections() {
    let store = fresh_store().await;
    let (good, bad, bare) = (
        connect(&store, "good").await,
        connect(&store, "bad").await,
        connect(&store, "bare").await,
    );
    set_secrets(&store, bare, &[]).await;
    let moved = "UPDATE connections SET webhook_sealed = (SELECT webhook_sealed FROM connections WHERE id = $1)
        WHERE id = $2";
    let moved = sqlx::query(moved).bind(good).bind(bad);
    moved.execute(store.pool()).await.unwrap();
    let asked = [good, bad, bare, Uuid::from_u128(5)];
    let keys = store.webhook_keys(&keyring(), &asked).await.unwrap();
    let secrets = |id| keys[id].as_ref().map(|key| key.secrets.len()).ok();
    assert_eq!([&good, &bad, &bare].map(secrets), [Some(1), None, Some(0)]);
    assert_eq!(keys.len(), 3);
}

#[tokio::test]
async fn two_processes_with_the_same_deliveries_in_opposite_order_record_each_once() {
    let store = fresh_store().await;
    let id = connect(&store, "acme").await;
    let seal = key(&store, id).await.seal;
    let mut batch: Vec<Delivery> = (0..500)
        .map(|number| Delivery {
            connection: id,
            seal,
            event_id: format!("e{number}"),
            action: Action::CandidateStageChange,
            notices: vec![moved(number)],
        })
        .collect();
    let forward = batch.clone();
    batch.reverse();
    let (one, other) = tokio::join!(
        store.record_webhooks(&forward),
        store.record_webhooks(&batch)
    );
    let new = |outcome: Vec<Recorded>| {
        outcome
            .into_iter()
            .filter(|one| *one == Recorded::New)
            .count()
    };
    assert_eq!(new(one.unwrap()) + new(other.unwrap()), 500);
    assert_eq!(claim(&store, Consumer::Statuses, 1000).await.len(), 500);
}

#[tokio::test]
async fn tenants_take_turns() {
    let store = fresh_store().await;
    let (loud, quiet) = (
        connect(&store, "loud").await,
        connect(&store, "quiet").await,
    );
    let many = (0..50).map(moved).collect();
    let many = delivery(&store, loud, "many", many).await;
    let few = delivery(&store, quiet, "few", vec![moved(1), moved(2)]).await;
    store.record_webhooks(&[many]).await.unwrap();
    store.record_webhooks(&[few]).await.unwrap();
    let claimed = claim(&store, Consumer::Statuses, 10).await;
    let of_quiet = claimed
        .iter()
        .filter(|task| task.connection == quiet)
        .count();
    assert_eq!((claimed.len(), of_quiet), (10, 2));
    assert_eq!(claim(&store, Consumer::Statuses, 100).await.len(), 42);
}

#[tokio::test]
async fn what_is_paused_waits_and_is_not_in_anybodys_way() {
    let store = fresh_store().await;
    let (paused, other) = (
        connect(&store, "paused").await,
        connect(&store, "other").await,
    );
    for id in [paused, other] {
        let one = delivery(&store, id, "e", vec![moved(1)]).await;
        store.record_webhooks(&[one]).await.unwrap();
    }
    let sql = "UPDATE connections SET state = $2 WHERE id = $1";
    let set = async |state: &str| {
        let query = sqlx::query(sql).bind(paused).bind(state);
        query.execute(store.pool()).await.unwrap();
    };
    set("paused").await;
    let claimed = claim(&store, Consumer::Statuses, 10).await;
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].connection, other);
    set("active").await;
    let claimed = claim(&store, Consumer::Statuses, 10).await;
    assert_eq!(claimed[0].connection, paused);
}

#[tokio::test]
async fn a_task_is_settled_or_given_back() {
    let store = fresh_store().await;
    let id = connect(&store, "acme").await;
    let notices = (0..3).map(moved).collect();
    let one = delivery(&store, id, "e", notices).await;
    store.record_webhooks(&[one]).await.unwrap();
    let tasks = claim(&store, Consumer::Statuses, 10).await;
    assert_eq!(store.settle_tasks(&tasks[..1]).await.unwrap(), 1);
    store
        .release_tasks(&tasks[1..2], Duration::ZERO, true)
        .await
        .unwrap();
    store
        .release_tasks(&tasks[2..], Duration::ZERO, false)
        .await
        .unwrap();
    let again = claim(&store, Consumer::Statuses, 10).await;
    let attempts: Vec<u32> = again.iter().map(|task| task.attempts).collect();
    assert_eq!(attempts, [1, 0]);
    // What was given back is somebody else's now.
    assert_eq!(store.settle_tasks(&tasks).await.unwrap(), 0);
    assert_eq!(store.settle_tasks(&again).await.unwrap(), 2);
    assert!(claim(&store, Consumer::Statuses, 10).await.is_empty());
}

#[tokio::test]
async fn a_new_task_rings_its_consumers_bell_and_no_other() {
    let store = fresh_store().await;
    let id = connect(&store, "acme").await;
    let wake = Wake::start(&store).await.unwrap();
    let one = delivery(&store, id, "e", vec![moved(1)]).await;
    let long = Duration::from_secs(30);
    store.record_webhooks(&[one]).await.unwrap();
    let heard = wake.wait(News::Webhooks(Consumer::Statuses), long);
    tokio::time::timeout(long / 2, heard).await.expect("rung");
    let jobs = wake.wait(News::Webhooks(Consumer::Jobs), long);
    let quiet = tokio::time::timeout(Duration::from_millis(50), jobs).await;
    assert!(quiet.is_err());
}

#[tokio::test]
async fn a_connection_knows_when_it_was_heard_of() {
    let store = fresh_store().await;
    let id = connect(&store, "acme").await;
    assert_eq!(store.webhook_seen(id).await.unwrap(), Default::default());
    let mut ping = delivery(&store, id, "p", Vec::new()).await;
    ping.action = Action::Ping;
    store.record_webhooks(&[ping]).await.unwrap();
    let pinged = store.webhook_seen(id).await.unwrap();
    assert!(pinged.pinged_at.is_some() && pinged.refused.is_none());
    let one = delivery(&store, id, "e", Vec::new()).await;
    store.record_webhooks(&[one]).await.unwrap();
    store.webhook_refused(id, Refusal::Forged).await.unwrap();
    let seen = store.webhook_seen(id).await.unwrap();
    assert_eq!(seen.pinged_at, pinged.pinged_at);
    assert!(seen.delivered_at > pinged.delivered_at);
    assert_eq!(seen.refused.unwrap().why, Refusal::Forged);
    let nobody = Uuid::from_u128(5);
    store
        .webhook_refused(nobody, Refusal::Forged)
        .await
        .unwrap();
    assert_eq!(store.webhook_seen(nobody).await.unwrap().refused, None);
}

#[tokio::test]
async fn everything_goes_with_its_connection() {
    let store = fresh_store().await;
    let id = connect(&store, "acme").await;
    let one = delivery(&store, id, "e", vec![moved(1)]).await;
    store
        .record_webhooks(std::slice::from_ref(&one))
        .await
        .unwrap();
    let query = sqlx::query("DELETE FROM connections WHERE id = $1").bind(id);
    query.execute(store.pool()).await.unwrap();
    let left: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM webhook_deliveries) + (SELECT count(*) FROM webhook_tasks)
            + (SELECT count(*) FROM webhook_seen)",
    )
    .fetch_one(store.pool())
    .await
    .unwrap();
    assert_eq!(left, 0);
    assert_eq!(
        store.record_webhooks(&[one]).await.unwrap(),
        [Recorded::Stale]
    );
}

#[tokio::test]
async fn what_is_old_is_swept_in_small_batches() {
    let store = fresh_store().await;
    let id = connect(&store, "acme").await;
    for event in ["a", "b", "c"] {
        let one = delivery(&store, id, event, vec![moved(1)]).await;
        store.record_webhooks(&[one]).await.unwrap();
    }
    let hour = Duration::from_secs(3600);
    let sweep = async |keep, keep_tasks, limit| {
        store.sweep_webhooks(keep, keep_tasks, limit).await.unwrap()
    };
    assert_eq!(sweep(hour, hour, 10).await, 0);
    assert_eq!(sweep(Duration::ZERO, hour, 2).await, 2);
    assert_eq!(sweep(Duration::ZERO, hour, 2).await, 1);
    assert_eq!(sweep(hour, Duration::ZERO, 10).await, 3);
    let backlog = store.webhook_backlog().await.unwrap();
    assert!(backlog.iter().all(|one| one.tasks == 0));
}

#[tokio::test]
async fn the_backlog_tells_how_long_the_oldest_has_waited() {
    let store = fresh_store().await;
    let id = connect(&store, "acme").await;
    let one = delivery(&store, id, "e", vec![moved(1), moved(2)]).await;
    store.record_webhooks(&[one]).await.unwrap();
    let sql = "UPDATE webhook_tasks SET received_at = now() - interval '5 minutes'";
    sqlx::query(sql).execute(store.pool()).await.unwrap();
    let backlog = store.webhook_backlog().await.unwrap();
    let of = |consumer| backlog.iter().find(|one| one.consumer == consumer).unwrap();
    let statuses = of(Consumer::Statuses);
    assert_eq!(statuses.tasks, 2);
    assert!(statuses.oldest_seconds >= 300.0);
    assert_eq!(of(Consumer::Jobs).oldest_seconds, 0.0);
}

/// Tasks of a tenant that name an application and a person whom nobody follows, and a job.
async fn about_strangers(store: &Store) -> Vec<Task> {
    let id = connect(store, "acme").await;
    let job = Notice::JobChanged { job_id: JobId(3) };
    let gone = Notice::CandidateDeleted {
        candidate_id: CandidateId(7),
        application_ids: vec![],
    };
    let told = delivery(store, id, "e1", vec![moved(90), gone, job]).await;
    store.record_webhooks(&[told]).await.unwrap();
    claim(store, Consumer::Statuses, 10).await
}

/// How many of them may be premature.
async fn premature(store: &Store, tasks: &[Task]) -> usize {
    let all: Vec<&Task> = tasks.iter().collect();
    let premature = store.premature_tasks(&tasks[0].tenant, &all);
    premature.await.unwrap().len()
}

#[tokio::test]
async fn what_an_import_under_way_may_have_made_is_premature_until_it_is_followed() {
    let store = fresh_store().await;
    let tasks = about_strangers(&store).await;
    assert_eq!(premature(&store, &tasks).await, 0, "nothing is under way");
    let event = ledger::arrival("acme", "i-1", "c-1", "ada@example.com");
    ledger::take_in(&store, &[event]).await;
    assert_eq!(premature(&store, &tasks).await, 0, "it has not begun");
    let operation = ledger::claim(&store, 1).await.remove(0);
    assert_eq!(premature(&store, &tasks).await, 2);
    let journal = Journal::start(store.clone());
    let done = ledger::done(&operation, 7);
    journal.settle(&operation, done).await.unwrap();
    assert_eq!(premature(&store, &tasks).await, 0);
}

#[tokio::test]
async fn what_an_import_at_rest_may_have_made_is_premature_if_it_has_written() {
    let store = fresh_store().await;
    let tasks = about_strangers(&store).await;
    let event = ledger::arrival("acme", "i-1", "c-1", "ada@example.com");
    ledger::take_in(&store, &[event]).await;
    let journal = Journal::start(store.clone());
    let rest = |delay| Release::waiting(Code::Throttled, delay);
    let operation = ledger::claim(&store, 1).await.remove(0);
    let at_once = rest(Duration::ZERO);
    journal.release(&operation, at_once).await.unwrap();
    assert_eq!(premature(&store, &tasks).await, 0, "it has not written");
    let operation = ledger::claim(&store, 1).await.remove(0);
    let step = vec![ledger::sending("create_candidate")];
    journal.steps(&operation, step).await.unwrap();
    journal.release(&operation, rest(LEASE)).await.unwrap();
    assert_eq!(premature(&store, &tasks).await, 2);
}

#[tokio::test]
async fn what_tells_of_jobs_only_says_nothing_about_statuses() {
    let store = fresh_store().await;
    let id = connect(&store, "acme").await;
    let told = async || {
        let told = "SELECT count(*) FROM webhook_seen WHERE told_at IS NOT NULL";
        let told = sqlx::query_scalar::<_, i64>(told).fetch_one(store.pool());
        told.await.unwrap()
    };
    let job = Notice::JobChanged { job_id: JobId(3) };
    let mut ping = delivery(&store, id, "p", Vec::new()).await;
    ping.action = Action::Ping;
    let changed = delivery(&store, id, "j", vec![job]).await;
    store.record_webhooks(&[ping, changed]).await.unwrap();
    assert_eq!(told().await, 0);
    let moved = delivery(&store, id, "e", vec![moved(1)]).await;
    store.record_webhooks(&[moved]).await.unwrap();
    assert_eq!(told().await, 1);
}
