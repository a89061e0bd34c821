//! From a tenant's connection to an authenticated, budgeted Greenhouse client: the one place where store and harvest
//! meet.
//!
//! Clients are kept per connection and revision, so that the usual way costs no query; a new credential makes a new
//! client. Decides nothing about errors.
#![deny(missing_docs)]

pub mod health;
mod metered;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::{Tenant, UserId};
use harvest::{Client, Credential, Http};
use metered::Metered;
use store::Store;
use store::budget::{Budgets, Gauges};
use store::connections::ConnectionError;
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

/// Clients of this process.
pub struct Accounts {
    store: Store,
    keys: Arc<Keyring>,
    http: Http,
    config: harvest::Config,
    budgets: Budgets,
    clients: Mutex<HashMap<Uuid, (i64, Client)>>,
}

impl Accounts {
    /// No client yet.
    pub fn new(store: Store, keys: Arc<Keyring>, http: Http, config: harvest::Config) -> Accounts {
        Accounts {
            budgets: Budgets::new(store.clone()),
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
    pub async fn client_at(
        &self,
        tenant: &Tenant,
        connection: Uuid,
        revision: i64,
    ) -> Result<Client, AccountError> {
        if let Some((known, client)) = self.lock().get(&connection)
            && *known == revision
        {
            return Ok(client.clone());
        }
        let unsealed = self
            .store
            .credential(&self.keys, tenant)
            .await?
            .ok_or(AccountError::Absent)?;
        if (unsealed.connection.id, unsealed.connection.revision) != (connection, revision) {
            return Err(AccountError::Absent);
        }
        let credential = credential(unsealed.credential, unsealed.connection.acting_user);
        let client = Client::new(
            &self.http,
            &self.config,
            credential,
            Arc::new(Metered(self.budgets.of(connection, revision))),
        );
        // Whoever came first keeps its client: tasks that asked together share one, and with it one token.
        let mut clients = self.lock();
        if let Some((known, first)) = clients.get(&connection)
            && *known == revision
        {
            return Ok(first.clone());
        }
        clients.insert(connection, (revision, client.clone()));
        Ok(client)
    }

    /// A client for a credential that is not stored yet, outside any budget: for verification.
    pub fn unmetered(
        &self,
        stored: store::connections::Credential,
        acting_user: Option<UserId>,
    ) -> Client {
        Client::new(
            &self.http,
            &self.config,
            credential(stored, acting_user),
            Arc::new(harvest::Unmetered),
        )
    }

    /// Sums over the budgets of this process, for metrics.
    pub fn budgets(&self) -> Gauges {
        self.budgets.gauges()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, (i64, Client)>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn credential(stored: store::connections::Credential, acting_user: Option<UserId>) -> Credential {
    match stored {
        store::connections::Credential::ClientCredentials {
            client_id,
            client_secret,
        } => Credential::ClientCredentials {
            client_id,
            client_secret,
            acting_user,
        },
    }
}

impl From<ConnectionError> for AccountError {
    fn from(error: ConnectionError) -> AccountError {
        match error {
            ConnectionError::Store(error) => AccountError::Store(error),
            ConnectionError::Seal(_) => AccountError::Sealed,
        }
    }
}
