//! From a tenant's connection to an authenticated, budgeted Greenhouse client: the one place where store and harvest
//! meet.
//!
//! Clients are kept per connection and revision, so that the usual way costs no query; a new credential makes a new
//! client. Decides nothing about errors.
#![deny(missing_docs)]

pub mod health;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::{Tenant, UserId};
use harvest::{Budget, Client, Credential, Http};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use store::Store;
use store::connections::{CredentialError, Unsealed};
use store::seal::Keyring;
use uuid::Uuid;

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The tenant never connected, or its credential changed since the caller asked: ask again.
    #[error("the tenant is not connected at this revision")]
    Absent,
    /// The credential cannot be opened or read: an operator has to act.
    #[error("the credential cannot be opened")]
    Sealed,
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What is sealed for client credentials.
#[derive(Deserialize, Serialize)]
struct ClientCredentials {
    client_id: String,
    client_secret: String,
}

/// The form in which a client-credentials pair is sealed.
pub fn sealable(client_id: &str, client_secret: &SecretString) -> SecretString {
    let pair = ClientCredentials {
        client_id: client_id.to_owned(),
        client_secret: client_secret.expose_secret().to_owned(),
    };
    SecretString::from(serde_json::json!(pair).to_string())
}

/// Clients of this process.
pub struct Accounts {
    store: Store,
    keys: Arc<Keyring>,
    http: Http,
    config: harvest::Config,
    clients: Mutex<HashMap<Uuid, (i64, Client)>>,
}

impl Accounts {
    /// No client yet.
    pub fn new(store: Store, keys: Arc<Keyring>, http: Http, config: harvest::Config) -> Accounts {
        Accounts {
            store,
            keys,
            http,
            config,
            clients: Mutex::default(),
        }
    }

    /// The client of a connection at the revision at which the caller found it.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn client_at(&self, tenant: &Tenant, connection: Uuid, revision: i64) -> Result<Client, AccountError> {
        if let Some((known, client)) = self.lock().get(&connection)
            && *known == revision
        {
            return Ok(client.clone());
        }
        let unsealed = self.store.credential(tenant, &self.keys).await.map_err(|error| match error {
            CredentialError::Absent => AccountError::Absent,
            CredentialError::Seal(_) => AccountError::Sealed,
            CredentialError::Store(error) => AccountError::Store(error),
        })?;
        if (unsealed.connection, unsealed.revision) != (connection, revision) {
            return Err(AccountError::Absent);
        }
        let client = Client::new(&self.http, &self.config, read(&unsealed)?, self.budget(connection));
        self.lock().insert(connection, (revision, client.clone()));
        Ok(client)
    }

    /// A client for a credential that is not stored yet, outside any budget: for verification.
    pub fn unmetered(&self, client_id: &str, client_secret: SecretString, acting_user: Option<UserId>) -> Client {
        let credential = Credential::ClientCredentials {
            client_id: client_id.to_owned(),
            client_secret,
            acting_user,
        };
        Client::new(&self.http, &self.config, credential, Arc::new(harvest::Unmetered))
    }

    fn budget(&self, _connection: Uuid) -> Arc<dyn Budget> {
        Arc::new(harvest::Unmetered)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, (i64, Client)>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(unsealed: &Unsealed) -> Result<Credential, AccountError> {
    let pair: ClientCredentials =
        serde_json::from_str(unsealed.secret.expose_secret()).map_err(|_| AccountError::Sealed)?;
    Ok(Credential::ClientCredentials {
        client_id: pair.client_id,
        client_secret: SecretString::from(pair.client_secret),
        acting_user: unsealed.acting_user,
    })
}
