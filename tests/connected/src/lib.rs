//! Tenants whose Greenhouse is the simulator, on a database of their own: what the tests of a service that reads
//! Greenhouse begin with.
#![deny(missing_docs)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use accounts::Accounts;
use domain::{Tenant, UserId};
use greenhouse_sim::{Access, Config, Simulator};
use secrecy::{SecretBox, SecretString};
use serde_json::Value;
use sqlx::AssertSqlSafe;
use store::Store;
use store::connections::{Credential, Health, NewConnection};
use store::seal::Keyring;

/// Where another process finds the same tenants.
#[derive(Clone, Debug)]
pub struct Address {
    /// The database's URL.
    pub database: String,
    /// Greenhouse's API.
    pub api: String,
    /// Greenhouse's token host.
    pub auth: String,
}

impl Address {
    /// The database.
    pub async fn store(&self) -> Store {
        let config = store::Config {
            url: SecretString::from(self.database.clone()),
            max_connections: 6,
        };
        Store::connect(&config).await.unwrap()
    }

    /// Clients of the tenants' Greenhouses.
    pub fn accounts(&self, store: &Store) -> Arc<Accounts> {
        let url = |text: &String| text.parse().unwrap();
        let config = harvest::Config::new(url(&self.api), url(&self.auth));
        let http = harvest::Http::new(&config).unwrap();
        let keys = Arc::new(keyring());
        Arc::new(Accounts::new(store.clone(), keys, http, config))
    }
}

/// One tenant per organisation of the simulator, of the same name.
pub struct Connected {
    /// Their Greenhouse.
    pub greenhouse: Simulator,
    /// Their database.
    pub store: Store,
    /// Where both are.
    pub address: Address,
}

impl Connected {
    /// Starts the simulator and connects every organisation's tenant by this credential. `name` is the test's.
    pub async fn new(
        name: &str,
        config: Config,
        credential: fn(&Access) -> Credential,
    ) -> Connected {
        let greenhouse = Simulator::start(config).unwrap();
        let address = Address {
            database: testkit::fresh_database(name).await.unwrap(),
            api: greenhouse.api_url(),
            auth: greenhouse.auth_url(),
        };
        let store = address.store().await;
        store.migrate().await.unwrap();
        for access in greenhouse.all_access() {
            connect(&store, &access, credential(&access)).await;
        }
        Connected {
            greenhouse,
            store,
            address,
        }
    }

    /// Runs a statement, to let time pass for example.
    pub async fn run(&self, sql: &str) {
        let sql = sqlx::query(AssertSqlSafe(sql));
        sql.execute(self.store.pool()).await.unwrap();
    }

    /// The number that a question answers.
    pub async fn number(&self, sql: &str) -> i64 {
        let sql = sqlx::query_scalar(AssertSqlSafe(sql));
        sql.fetch_one(self.store.pool()).await.unwrap()
    }

    /// The data of a tenant's events of one name, in the order in which they were announced.
    pub async fn announced(&self, tenant: &str, name: &str) -> Vec<Value> {
        let sql =
            "SELECT body FROM outbox WHERE routing_key LIKE '%.' || $1 AND tenant = $2 ORDER BY id";
        let bodies: Vec<Vec<u8>> = sqlx::query_scalar(sql)
            .bind(name)
            .bind(tenant)
            .fetch_all(self.store.pool())
            .await
            .unwrap();
        let data = |body: &Vec<u8>| serde_json::from_slice::<Value>(body).unwrap()["data"].take();
        bodies.iter().map(data).collect()
    }

    /// The operations called since the log was cleared, tokens apart.
    pub fn calls(&self) -> Vec<&'static str> {
        let log = self.greenhouse.state().log();
        let calls = log.iter().map(|entry| entry.operation);
        calls.filter(|operation| *operation != "token").collect()
    }
}

/// By OAuth, which speaks v3.
pub fn client_credentials(access: &Access) -> Credential {
    Credential::ClientCredentials {
        client_id: access.client_id.clone(),
        client_secret: SecretString::from(access.client_secret.clone()),
    }
}

/// By API key, which speaks v1.
pub fn api_key(access: &Access) -> Credential {
    Credential::ApiKey {
        api_key: SecretString::from(access.api_key.clone()),
    }
}

fn keyring() -> Keyring {
    Keyring::new([("test".to_owned(), SecretBox::new(Box::new([7; 32])))]).unwrap()
}

async fn connect(store: &Store, access: &Access, credential: Credential) {
    let new = NewConnection {
        tenant: Tenant::try_from(access.organisation.as_str()).unwrap(),
        credential,
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
