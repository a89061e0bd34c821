//! A Greenhouse that is complete, a database of our own, and the API in front of them.

use std::sync::Arc;

use accounts::Accounts;
use boot::metrics::Metrics;
use connections::{Authorisation, Parts, RoleTokens};
use greenhouse_sim::faults::{Fault, When};
use greenhouse_sim::{Config, ListWithoutSiteAdmin, Simulator};
use secrecy::{SecretBox, SecretString};
use serde_json::{Value, json};
use sqlx::Connection;
use store::Store;
use store::seal::Keyring;
use testkit::Http;
use testkit::http::Answer;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Where browsers are told to come back to; nobody listens there.
pub(crate) const PUBLIC_URL: &str = "http://127.0.0.1:1";
pub(crate) const TOKEN: &str = "the admin token";
pub(crate) const OPERATOR: &str = "the operator token";
pub(crate) const VIEWER: &str = "the viewer token";

pub(crate) struct World {
    pub(crate) greenhouse: Simulator,
    pub(crate) store: Store,
    pub(crate) keys: Arc<Keyring>,
    pub(crate) partner: harvest::Partner,
    pub(crate) config: harvest::Config,
    pub(crate) metrics: Arc<Metrics>,
    /// Other processes on the same database.
    pub(crate) replicas: Vec<Arc<Accounts>>,
    pub(crate) http: Http,
    address: String,
    _stop: DropGuard,
}

impl World {
    pub(crate) async fn new() -> World {
        let greenhouse = Simulator::start(Config::default()).unwrap();
        let store = fresh_store().await;
        let key = SecretBox::new(Box::new([7; 32]));
        let keys = Arc::new(Keyring::new([("k".to_owned(), key)]).unwrap());
        let url = |text: String| text.parse().unwrap();
        let config = harvest::Config::new(url(greenhouse.api_url()), url(greenhouse.auth_url()));
        let http = harvest::Http::new(&config).unwrap();
        let (client_id, client_secret) = greenhouse.partner().unwrap();
        let partner = harvest::Partner {
            client_id,
            client_secret: client_secret.into(),
        };
        let replica = || {
            let accounts = Accounts::new(store.clone(), keys.clone(), http.clone(), config.clone());
            Arc::new(accounts.with_partner(Some(partner.clone())))
        };
        let accounts = replica();
        let replicas = (0..8).map(|_| replica()).collect();
        let metrics = Metrics::new();
        let router = connections::router(Parts {
            store: store.clone(),
            keys: keys.clone(),
            accounts,
            metrics: metrics.clone(),
            tokens: RoleTokens {
                admin: TOKEN.into(),
                operator: Some(OPERATOR.into()),
                viewer: Some(VIEWER.into()),
            },
            authorisation: Some(Authorisation {
                partner: partner.clone(),
                public_url: PUBLIC_URL.parse().unwrap(),
            }),
        });
        let stop = CancellationToken::new();
        let anywhere = "127.0.0.1:0".parse().unwrap();
        let (bound, _) = boot::http::serve(anywhere, router, stop.clone())
            .await
            .unwrap();
        World {
            greenhouse,
            store,
            keys,
            partner,
            config,
            metrics,
            replicas,
            http: Http::new().unwrap(),
            address: format!("http://{bound}"),
            _stop: stop.drop_guard(),
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// The `auth` that works.
    pub(crate) fn auth(&self) -> Value {
        let access = self.greenhouse.access();
        json!({
            "kind": "client_credentials",
            "client_id": access.client_id,
            "client_secret": access.client_secret,
            "acting_user_id": access.site_admin_id,
        })
    }

    pub(crate) async fn connect(&self, auth: Value) -> Answer {
        self.post("/v1/connections", &json!({"tenant": "acme", "auth": auth}))
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.http
            .post(&self.url(path), Some(TOKEN), body)
            .await
            .unwrap()
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.http
            .patch(&self.url(path), Some(TOKEN), body)
            .await
            .unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.http.get(&self.url(path), Some(TOKEN)).await.unwrap()
    }

    /// The states that were announced, in order.
    pub(crate) async fn announced(&self) -> Vec<String> {
        let sql = "SELECT body FROM outbox WHERE routing_key LIKE '%.ConnectionHealthChanged' ORDER BY id";
        let bodies: Vec<Vec<u8>> = sqlx::query_scalar(sql)
            .fetch_all(self.store.pool())
            .await
            .unwrap();
        let state = |body: &Vec<u8>| {
            let event: Value = serde_json::from_slice(body).unwrap();
            event["data"]["state"].as_str().unwrap().to_owned()
        };
        bodies.iter().map(state).collect()
    }

    pub(crate) fn remove_source(&self) {
        let sources = self.greenhouse.state().sources();
        let ours = sources
            .iter()
            .find(|source| source.name == "Intrro")
            .unwrap();
        self.greenhouse
            .recruiter()
            .remove_source(ours.meta.id)
            .unwrap();
    }

    /// What an admin does on a page of Greenhouse.
    pub(crate) async fn rename_field(&self, field: i64, name: &str) {
        let address = format!("{}/v3/custom_fields/{field}", self.greenhouse.api_url());
        let (token, change) = (self.greenhouse_token().await, json!({ "name": name }));
        let renamed = self.http.patch(&address, Some(&token), &change);
        assert_eq!(renamed.await.unwrap().status, 200);
    }

    /// Has the organisation make a custom field of candidates by hand.
    pub(crate) async fn make_field(&self, name: &str, value_type: &str) {
        let address = format!("{}/v3/custom_fields", self.greenhouse.api_url());
        let field = json!({"name": name, "field_type": "candidate", "value_type": value_type});
        let token = self.greenhouse_token().await;
        let made = self.http.post(&address, Some(&token), &field);
        assert_eq!(made.await.unwrap().status, 201);
    }

    async fn greenhouse_token(&self) -> String {
        let access = self.greenhouse.access();
        let grant = format!("grant_type=client_credentials&sub={}", access.site_admin_id);
        let token = self
            .http
            .request(
                reqwest::Method::POST,
                &format!("{}/token", self.greenhouse.auth_url()),
            )
            .basic_auth(&access.client_id, Some(&access.client_secret))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(grant)
            .send()
            .await
            .unwrap();
        let token: Value = serde_json::from_slice(&token.bytes().await.unwrap()).unwrap();
        token["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) fn lists_are_empty_for_others(&self) {
        self.greenhouse
            .configure(|settings| settings.list_without_site_admin = ListWithoutSiteAdmin::Empty);
    }

    /// Nobody says which scopes a token has.
    pub(crate) fn nobody_introspects(&self) {
        self.greenhouse
            .faults()
            .add(When::operation("introspect"), Fault::ErrorBeforeCommit);
    }

    pub(crate) fn greenhouse_goes_down(&self) {
        self.greenhouse
            .faults()
            .add(When::any(), Fault::ErrorBeforeCommit);
    }
}

async fn fresh_store() -> Store {
    let server = std::env::var("BRIDGE_DATABASE_URL")
        .expect("BRIDGE_DATABASE_URL: run the tests with `cargo xtask test`");
    let name = format!("connections_{}", uuid::Uuid::new_v4().simple());
    let mut admin = sqlx::PgConnection::connect(&server).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut admin)
        .await
        .unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    let url = SecretString::from(format!("{base}/{name}"));
    let config = store::Config {
        url,
        max_connections: 4,
    };
    let store = Store::connect(&config).await.unwrap();
    store.migrate().await.unwrap();
    store
}
