//! A Greenhouse with a few jobs, a database of our own, and whatever was announced.

use std::collections::BTreeMap;
use std::sync::Arc;

use accounts::Accounts;
use boot::metrics::Metrics;
use domain::{Tenant, UserId};
use greenhouse_sim::{Access, Config, NewJob, OrganisationConfig, Simulator};
use jobs::Parts;
use secrecy::{SecretBox, SecretString};
use serde_json::Value;
use sqlx::Connection;
use store::Store;
use store::connections::{Credential, Health, NewConnection};
use store::jobs::{NewRequest, accept};
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
    pub(crate) parts: Parts,
}

impl World {
    /// Tenants `acme` and `globex`, connected, nothing imported.
    pub(crate) async fn unread() -> World {
        let mut config = Config {
            organisations: vec![
                OrganisationConfig::named("acme"),
                OrganisationConfig::named("globex"),
            ],
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
        let parts = parts(&store, &address);
        World {
            greenhouse,
            store,
            address,
            parts,
        }
    }

    /// The same after the first import, with nothing left to publish.
    pub(crate) async fn new() -> World {
        let world = World::unread().await;
        assert_eq!(jobs::refresh_due(&world.parts).await, 2);
        world.forget_events().await;
        world.greenhouse.state().clear_log();
        world
    }

    /// Opens a job in acme with everything that belongs to one, and returns its id.
    pub(crate) fn open_job(&self, name: &str) -> i64 {
        let state = self.greenhouse.state();
        let new = NewJob {
            name: name.to_owned(),
            department_id: state.departments().last().map(|row| row.meta.id),
            office_ids: state
                .offices()
                .iter()
                .take(2)
                .map(|row| row.meta.id)
                .collect(),
            // Not the Site Admin we act for: whoever recruits sees the job although it is confidential.
            recruiters: vec![state.users()[2].meta.id],
            ..NewJob::default()
        };
        self.greenhouse.recruiter().add_job(new).unwrap()
    }

    /// Lets the interval of changes pass and imports whatever is due.
    pub(crate) async fn refresh(&self) {
        self.run("UPDATE job_refreshes SET refreshed_at = '-infinity'")
            .await;
        self.go_on().await;
    }

    /// Lets the interval of full imports pass and imports whatever is due.
    pub(crate) async fn refresh_fully(&self) {
        self.run("UPDATE job_refreshes SET full_at = '-infinity'")
            .await;
        self.go_on().await;
    }

    /// Lets rests and leases end and imports whatever is due.
    pub(crate) async fn go_on(&self) {
        self.rest().await;
        jobs::refresh_due(&self.parts).await;
    }

    pub(crate) async fn rest(&self) {
        self.run("UPDATE job_refreshes SET not_before = '-infinity', lease_until = '-infinity'")
            .await;
        self.run("DELETE FROM budgets").await;
    }

    pub(crate) async fn ask(&self, tenant: &str, request_id: &str, whole: bool) {
        let mut tx = self.store.begin().await.unwrap();
        let request = NewRequest {
            tenant: Tenant::try_from(tenant).unwrap(),
            request_id: request_id.to_owned(),
            whole,
            trace: None,
        };
        accept(&mut tx, &[request]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Records what a webhook of acme told.
    pub(crate) async fn webhook(&self, kind: &str, ids: &str) {
        self.run(&format!(
            "INSERT INTO webhook_tasks (consumer, connection, tenant, kind, ids)
            SELECT 'jobs', id, tenant, '{kind}', '{ids}' FROM connections WHERE tenant = 'acme'"
        ))
        .await;
    }

    pub(crate) async fn run(&self, sql: &str) {
        let sql = sqlx::AssertSqlSafe(sql);
        sqlx::query(sql).execute(self.store.pool()).await.unwrap();
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(self.store.pool())
            .await
            .unwrap()
    }

    pub(crate) async fn forget_events(&self) {
        self.run("DELETE FROM outbox").await;
    }

    /// The data of the events of one kind, in the order in which they were announced.
    pub(crate) async fn events(&self, tenant: &str, name: &str) -> Vec<Value> {
        let sql =
            "SELECT body FROM outbox WHERE routing_key LIKE '%.' || $1 AND tenant = $2 ORDER BY id";
        let bodies: Vec<Vec<u8>> = sqlx::query_scalar(sql)
            .bind(name)
            .bind(tenant)
            .fetch_all(self.store.pool())
            .await
            .unwrap();
        let data = bodies
            .iter()
            .map(|body| serde_json::from_slice::<Value>(body).unwrap()["data"].take());
        data.collect()
    }

    /// `change name: fields` of each JobChanged of acme.
    pub(crate) async fn told(&self) -> Vec<String> {
        let events = self.events("acme", "JobChanged").await;
        let words = |event: &Value| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let fields = event["changedFields"].as_array().into_iter().flatten();
            let fields: Vec<String> = fields.map(text).collect();
            let head = format!("{} {}", text(&event["change"]), text(&event["job"]["name"]));
            match fields.is_empty() {
                true => head,
                false => format!("{head}: {}", fields.join(" ")),
            }
        };
        events.iter().map(words).collect()
    }

    /// The answers of acme.
    pub(crate) async fn answers(&self) -> Vec<Value> {
        self.events("acme", "JobsRefreshed").await
    }

    /// How often each operation was called since the log was cleared.
    pub(crate) fn calls(&self) -> BTreeMap<&'static str, usize> {
        let mut calls = BTreeMap::new();
        for entry in self.greenhouse.state().log() {
            if entry.operation != "token" {
                *calls.entry(entry.operation).or_default() += 1;
            }
        }
        calls
    }

    /// Everything stored about acme's jobs, for comparison.
    pub(crate) async fn everything(&self) -> Vec<String> {
        let sql = "SELECT 'job ' || id || ' ' || coalesce(document::text, '-') || ' ' || content::text || ' '
                || (deleted_at IS NULL) || ' ' || dirty FROM jobs WHERE tenant = 'acme'
            UNION ALL
            SELECT kind || ' ' || id || ' ' || coalesce(job_id::text, '-') || ' ' || content::text
            FROM job_parts WHERE tenant = 'acme' ORDER BY 1";
        sqlx::query_scalar(sql)
            .fetch_all(self.store.pool())
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
        config: jobs::Config::default(),
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
    let name = format!("jobs_{}", uuid::Uuid::new_v4().simple());
    let mut admin = sqlx::PgConnection::connect(&server).await.unwrap();
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(create).execute(&mut admin).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}
