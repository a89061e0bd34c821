//! A Greenhouse with a few applications, a database of our own, and whatever was announced.

use std::sync::Arc;

use accounts::Accounts;
use boot::metrics::Metrics;
use chrono::{DateTime, Utc};
use domain::{Tenant, UserId};
use greenhouse_sim::{Access, Config, OrganisationConfig, Seed, Simulator};
use secrecy::{SecretBox, SecretString};
use serde_json::Value;
use sqlx::Connection;
use statuses::Parts;
use store::Store;
use store::connections::{Credential, Health, NewConnection};
use store::seal::Keyring;

/// Where a child process finds the world of its parent.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) database: String,
    pub(crate) api: String,
    pub(crate) auth: String,
}

pub(crate) struct World {
    pub(crate) greenhouse: Simulator,
    pub(crate) store: Store,
    pub(crate) address: Address,
}

impl World {
    /// Tenants `acme` and `globex`, each connected to an organisation with 12 applications from the last month.
    pub(crate) async fn new() -> World {
        let organisation = |name| OrganisationConfig {
            seed: Seed::Candidates(12),
            ..OrganisationConfig::named(name)
        };
        let mut config = Config {
            organisations: vec![organisation("acme"), organisation("globex")],
            ..Config::default()
        };
        config.settings.rate_limit = 0;
        let greenhouse = Simulator::start(config).unwrap();
        let address = Address {
            database: fresh_database().await,
            api: greenhouse.api_url(),
            auth: greenhouse.auth_url(),
        };
        let store = open(&address).await;
        store.migrate().await.unwrap();
        for access in greenhouse.all_access() {
            connect(&store, &access).await;
        }
        World {
            greenhouse,
            store,
            address,
        }
    }

    /// The same with an application of `acme` in its first stage that is followed and was seen there.
    pub(crate) async fn with_application() -> (World, i64) {
        let world = World::new().await;
        let application = world.greenhouse.state().applications()[0].meta.id;
        world.follow("acme", application).await;
        world.poll().await;
        assert_eq!(world.events().await.len(), 1);
        (world, application)
    }

    pub(crate) async fn follow(&self, tenant: &str, application: i64) {
        let shown = self.greenhouse.state_of(tenant).application(application);
        let candidate = shown.map_or(7, |shown| shown.candidate_id);
        self.run(&format!(
            "INSERT INTO applications (tenant, id, greenhouse_id, candidate_id, introduction_ids)
            VALUES ('{tenant}', {application}, {candidate}, 'person-1', ARRAY['intro-1'])"
        ))
        .await;
    }

    /// Lets the interval pass and polls every connection once.
    pub(crate) async fn poll(&self) {
        self.pass().await;
        self.poll_due().await;
    }

    pub(crate) async fn poll_due(&self) -> usize {
        statuses::poll_due(self.parts()).await
    }

    pub(crate) fn parts(&self) -> Parts {
        parts(&self.store, &self.address)
    }

    /// What a webhook named, as the webhooks service leaves it.
    pub(crate) async fn named(&self, kind: &str, ids: Value) {
        self.run(&format!(
            "INSERT INTO webhook_tasks (consumer, connection, tenant, kind, ids)
            SELECT 'statuses', id, tenant, '{kind}', '{ids}' FROM connections WHERE tenant = 'acme'"
        ))
        .await;
    }

    /// A webhook named it, and it was looked at.
    pub(crate) async fn webhook(&self, kind: &str, ids: Value) {
        self.named(kind, ids).await;
        statuses::look_due(self.parts()).await;
        assert_eq!(self.count("webhook_tasks").await, 0, "settled");
    }

    /// The same for an application that changed.
    pub(crate) async fn changed(&self, application: i64) {
        let ids = serde_json::json!({"application_id": application, "candidate_id": null});
        self.webhook("application_changed", ids).await;
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        sqlx::query_scalar(sql)
            .fetch_one(self.store.pool())
            .await
            .unwrap()
    }

    /// Lets intervals, rests and leases end.
    pub(crate) async fn pass(&self) {
        self.run("UPDATE polls SET polled_at = '-infinity', looked_at = '-infinity', not_before = '-infinity', lease_until = '-infinity'")
            .await;
    }

    pub(crate) async fn run(&self, sql: &str) {
        let sql = sqlx::AssertSqlSafe(sql);
        sqlx::query(sql).execute(self.store.pool()).await.unwrap();
    }

    /// The events of applications, in the order in which they were announced.
    pub(crate) async fn events(&self) -> Vec<Value> {
        self.events_of("CandidateStatusChanged").await
    }

    /// The data of all events of one type, in the order in which they were announced.
    pub(crate) async fn events_of(&self, event: &str) -> Vec<Value> {
        let sql = "SELECT body FROM outbox WHERE routing_key LIKE '%.' || $1 ORDER BY id";
        let bodies: Vec<Vec<u8>> = sqlx::query_scalar(sql)
            .bind(event)
            .fetch_all(self.store.pool())
            .await
            .unwrap();
        let data = bodies
            .iter()
            .map(|body| serde_json::from_slice::<Value>(body).unwrap()["data"].take());
        data.collect()
    }

    /// `sequence status stage` of each event.
    pub(crate) async fn told(&self) -> Vec<String> {
        let words = |event: &Value| {
            let (number, current) = (&event["sequence"], &event["current"]);
            let stage = current.get("stageName").and_then(Value::as_str);
            let words = [number.as_str(), current["status"].as_str(), stage];
            words.into_iter().flatten().collect::<Vec<_>>().join(" ")
        };
        self.events().await.iter().map(words).collect()
    }

    /// Calls to the API since the log was cleared.
    pub(crate) fn calls(&self) -> Vec<&'static str> {
        let log = self.greenhouse.state().log();
        let calls = log.iter().map(|entry| entry.operation);
        calls.filter(|operation| *operation != "token").collect()
    }

    pub(crate) async fn watermark(&self) -> DateTime<Utc> {
        let sql = "SELECT p.watermark FROM polls p JOIN connections c ON c.id = p.connection WHERE c.tenant = 'acme'";
        sqlx::query_scalar(sql)
            .fetch_one(self.store.pool())
            .await
            .unwrap()
    }

    pub(crate) async fn state(&self, tenant: &str) -> String {
        sqlx::query_scalar("SELECT state FROM connections WHERE tenant = $1")
            .bind(tenant)
            .fetch_one(self.store.pool())
            .await
            .unwrap()
    }
}

pub(crate) async fn open(address: &Address) -> Store {
    let url = SecretString::from(address.database.clone());
    let config = store::Config {
        url,
        max_connections: 6,
    };
    Store::connect(&config).await.unwrap()
}

pub(crate) fn parts(store: &Store, address: &Address) -> Parts {
    let config = harvest::Config::new(address.api.parse().unwrap(), address.auth.parse().unwrap());
    let http = harvest::Http::new(&config).unwrap();
    Parts {
        accounts: Arc::new(Accounts::new(
            store.clone(),
            Arc::new(keyring()),
            http,
            config,
        )),
        store: store.clone(),
        metrics: Metrics::new(),
        config: statuses::Config::default(),
    }
}

fn keyring() -> Keyring {
    Keyring::new([("test".to_owned(), SecretBox::new(Box::new([7; 32])))]).unwrap()
}

async fn connect(store: &Store, access: &Access) {
    let new = NewConnection {
        tenant: Tenant::try_from(access.organisation.as_str()).unwrap(),
        credential: Credential::ClientCredentials {
            client_id: access.client_id.clone(),
            client_secret: SecretString::from(access.client_secret.clone()),
        },
        acting_user: Some(UserId(access.site_admin_id)),
        tokens: None,
        health: Health::of(Vec::new()),
        limit: None,
    };
    store
        .connect_tenant(&keyring(), &new, |_| None)
        .await
        .unwrap();
}

async fn fresh_database() -> String {
    let server = std::env::var("BRIDGE_DATABASE_URL")
        .expect("BRIDGE_DATABASE_URL: run the tests with `cargo xtask test`");
    let name = format!("statuses_{}", uuid::Uuid::new_v4().simple());
    let mut admin = sqlx::PgConnection::connect(&server).await.unwrap();
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(create).execute(&mut admin).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}
