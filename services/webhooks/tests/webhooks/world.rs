//! A database of our own, connected tenants, and the route in front of them.

use std::sync::Arc;

use boot::metrics::Metrics;
use domain::Tenant;
use domain::webhook::{Consumer, Notice};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Body, Client, RequestBuilder};
use secrecy::{SecretBox, SecretString};
use serde_json::{Value, json};
use sha2::Sha256;
use store::Store;
use store::connections::{Change, Configuration, Credential, Health, NewConnection};
use store::outbox::Announcement;
use store::seal::Keyring;
use store::webhooks::Lanes;
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;
use webhooks::{Config, Parts};

pub(crate) const SECRET: &str = "a secret of the tests";

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) parts: Parts,
    pub(crate) address: String,
    client: Client,
    _stop: DropGuard,
}

impl World {
    pub(crate) async fn new() -> World {
        World::with(Config::default()).await
    }

    pub(crate) async fn with(config: Config) -> World {
        // reqwest is built without a default TLS implementation.
        testkit::Http::new().unwrap();
        let store = fresh_store().await;
        let key = SecretBox::new(Box::new([7; 32]));
        let parts = Parts {
            store: store.clone(),
            keys: Arc::new(Keyring::new([("k".to_owned(), key)]).unwrap()),
            metrics: Metrics::new(),
            config,
        };
        let stop = CancellationToken::new();
        let anywhere = "127.0.0.1:0".parse().unwrap();
        let (bound, _) = boot::http::serve(anywhere, webhooks::router(&parts), stop.clone())
            .await
            .unwrap();
        World {
            store,
            parts,
            address: bound.to_string(),
            client: Client::builder().no_proxy().build().unwrap(),
            _stop: stop.drop_guard(),
        }
    }

    /// A connected tenant whose webhooks are signed with [`SECRET`].
    pub(crate) async fn connect(&self, tenant: &str) -> Uuid {
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
        let connected = self
            .store
            .connect_tenant(&self.parts.keys, &new, say_nothing)
            .await;
        let id = connected.unwrap().id;
        self.set_secrets(id, &[SECRET]).await;
        id
    }

    pub(crate) async fn set_secrets(&self, id: Uuid, secrets: &[&str]) {
        let secrets: Vec<SecretString> = secrets.iter().copied().map(SecretString::from).collect();
        let nothing = serde_json::Map::new();
        let change = Configuration {
            acting_user: None,
            settings: &nothing,
            webhook_secrets: Some(&secrets),
            by: "test",
        };
        let set = self
            .store
            .configure_connection(&self.parts.keys, id, &change)
            .await;
        set.unwrap().unwrap();
    }

    /// A request without a signature.
    pub(crate) fn post(&self, connection: impl std::fmt::Display) -> RequestBuilder {
        self.client.post(format!(
            "http://{}/webhooks/greenhouse/{connection}",
            self.address
        ))
    }

    /// Delivers as Greenhouse does; the status.
    pub(crate) async fn deliver(&self, connection: Uuid, event: &str, body: &[u8]) -> u16 {
        self.deliver_signed(connection, event, body, &sign(SECRET, body))
            .await
    }

    pub(crate) async fn deliver_signed(
        &self,
        connection: Uuid,
        event: &str,
        body: &[u8],
        signature: &str,
    ) -> u16 {
        let request = self
            .post(connection)
            .header("Content-Type", "application/json")
            .header("Signature", signature)
            .header("Greenhouse-Event-ID", event)
            .body(Body::from(body.to_vec()));
        request.send().await.unwrap().status().as_u16()
    }

    /// What a consumer would find, in the order of recording.
    pub(crate) async fn tasks(&self, consumer: Consumer) -> Vec<Notice> {
        let lease = std::time::Duration::ZERO;
        let tasks = self
            .store
            .claim_tasks(consumer, 100_000, lease, Lanes::ALL)
            .await;
        tasks.unwrap().into_iter().map(|task| task.notice).collect()
    }

    /// Sum of the samples whose line contains `text`.
    pub(crate) fn metric(&self, text: &str) -> f64 {
        let page = self.parts.metrics.exposition();
        let samples = page
            .lines()
            .filter(|line| !line.starts_with('#') && line.contains(text));
        samples
            .filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok())
            .sum()
    }

    pub(crate) fn refused(&self, reason: &str) -> f64 {
        self.metric(&format!(
            "bridge_webhook_refused_total{{reason=\"{reason}\"}}"
        ))
    }
}

/// The header's value.
pub(crate) fn sign(secret: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let digest = mac.chain_update(body).finalize().into_bytes();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256 {hex}")
}

/// A recruiter's move of an application.
pub(crate) fn stage_change(application: i64) -> Vec<u8> {
    let payload: Value = json!({"application": {
        "id": application, "status": "active", "candidate": {"id": application + 1, "first_name": "Ada"},
    }});
    let body = json!({"action": "candidate_stage_change", "payload": payload});
    body.to_string().into_bytes()
}

fn say_nothing(_: &Change) -> Option<Announcement> {
    None
}

async fn fresh_store() -> Store {
    let config = store::Config {
        url: SecretString::from(testkit::fresh_database("webhooks").await.unwrap()),
        max_connections: 4,
    };
    let store = Store::connect(&config).await.unwrap();
    store.migrate().await.unwrap();
    store
}
