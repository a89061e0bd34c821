//! From a tenant's connection to an authenticated, budgeted Greenhouse client and the tenant's settings: the one place
//! where store and harvest meet.
//!
//! Whoever takes work of a tenant (an operation, a poll, …) learns the connection and its revision with it, and gets
//! client and settings of that revision here: `accounts.account_at(tenant, connection, revision)`. They are kept per
//! connection and revision, so that the usual way costs no query. A new credential, a verification and a change of
//! settings each make a new revision, so all of them count from the next piece of work on, and one piece of work
//! sees the same settings from its beginning to its end. `stop` says what becomes of work that cannot go on,
//! `rest` for how long, `sight` when an empty list proves nothing; `due` works on what is due and `hands` on what webhooks told.
#![deny(missing_docs)]

pub mod consent;
pub mod due;
mod examiner;
pub mod hands;
pub mod health;
mod metered;
mod rest;
mod sight;
mod stop;

pub use examiner::Examiner;
pub use rest::rest_after;
pub use sight::{is_granted, sees_nothing, shows_nothing, told_apart};
pub use stop::Stop;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use consent::Consent;
use domain::settings::Settings;
use domain::{Tenant, UserId};
use examiner::{Alone, Watched};
use harvest::{AuthorizedTokens, Budget, Client, Credential, Http, Partner};
use metered::Metered;
use secrecy::SecretString;
use store::Store;
use store::budget::{Budgets, Gauges};
use store::connections::{ConnectionError, Unsealed};
use store::seal::Keyring;
use url::Url;
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
    partner: Option<Partner>,
    budgets: Budgets,
    known: Mutex<HashMap<Uuid, (i64, Account)>>,
}

/// What working for a tenant takes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Account {
    /// Calls Greenhouse with the tenant's credential, within its budget.
    pub client: Client,
    /// What the tenant chose.
    pub settings: Arc<Settings>,
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
            partner: None,
            known: Mutex::default(),
        }
    }

    /// The same, for connections that an admin authorised with this client of ours.
    #[must_use]
    pub fn with_partner(self, partner: Option<Partner>) -> Accounts {
        Accounts { partner, ..self }
    }

    /// Client and settings of a connection at the revision at which the caller found it.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn account_at(
        &self,
        tenant: &Tenant,
        connection: Uuid,
        revision: i64,
    ) -> Result<Account, AccountError> {
        if let Some(account) = known_at(&self.lock(), connection, revision) {
            return Ok(account);
        }
        let unsealed = self
            .store
            .credential(&self.keys, tenant)
            .await?
            .ok_or(AccountError::Absent)?;
        if (unsealed.connection.id, unsealed.connection.revision) != (connection, revision) {
            return Err(AccountError::Absent);
        }
        let settings = Arc::new(unsealed.connection.settings.clone());
        let budget = Metered(self.budgets.of(connection, revision));
        let credential = self.credential(unsealed)?;
        let account = Account {
            client: Client::new(&self.http, &self.config, credential, Arc::new(budget)),
            settings,
        };
        // Whoever came first keeps its client: tasks that asked together share one, and with it one token.
        let mut known = self.lock();
        if let Some(first) = known_at(&known, connection, revision) {
            return Ok(first);
        }
        known.insert(connection, (revision, account.clone()));
        Ok(account)
    }

    /// What Greenhouse's clock shows now, by the last answer to any tenant; none before the first one.
    #[must_use]
    pub fn greenhouse_clock(&self) -> Option<DateTime<Utc>> {
        self.http.greenhouse_clock()
    }

    /// [`account_at`](Self::account_at), for whoever needs no settings.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn client_at(
        &self,
        tenant: &Tenant,
        connection: Uuid,
        revision: i64,
    ) -> Result<Client, AccountError> {
        let account = self.account_at(tenant, connection, revision).await?;
        Ok(account.client)
    }

    /// For looking at a credential that is not stored yet. Its calls are taken from the budget of whoever has the same
    /// client at Greenhouse, or else of `connection`, the one (and its revision) that it is to belong to; a tenant's first
    /// credential mostly has no budget to share.
    ///
    /// # Errors
    /// [`AccountError::Sealed`] for a credential that has to be authorised first; [`AccountError::Store`].
    pub async fn examiner(
        &self,
        stored: store::connections::Credential,
        acting_user: Option<UserId>,
        connection: Option<(Uuid, i64)>,
    ) -> Result<Examiner, AccountError> {
        let same = self.store.counted_with(&stored).await?;
        let credential = plain(stored, acting_user).ok_or(AccountError::Sealed)?;
        Ok(self.examine(credential, self.budget(same.or(connection))))
    }

    /// For looking at a connection at the revision at which the caller found it, with a fresh token.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn examiner_of(
        &self,
        tenant: &Tenant,
        connection: Uuid,
        revision: i64,
    ) -> Result<Examiner, AccountError> {
        let unsealed = self.store.credential(&self.keys, tenant).await?;
        let unsealed = unsealed.ok_or(AccountError::Absent)?;
        if (unsealed.connection.id, unsealed.connection.revision) != (connection, revision) {
            return Err(AccountError::Absent);
        }
        let credential = self.credential(unsealed)?;
        Ok(self.examine(credential, self.budget(Some((connection, revision)))))
    }

    /// For looking at what an admin has just authorised.
    pub fn examiner_of_consent(&self, partner: &Partner, tokens: &AuthorizedTokens) -> Examiner {
        let credential = Credential::AuthorizationCode {
            partner: partner.clone(),
            tokens: Arc::new(consent::Fresh(tokens.access.clone())),
        };
        self.examine(credential, self.budget(None))
    }

    fn examine(&self, credential: Credential, budget: Arc<dyn Budget>) -> Examiner {
        let watched = Arc::new(Watched::new(budget));
        let listening = Arc::clone(&watched);
        Examiner {
            client: Client::new(&self.http, &self.config, credential, listening),
            watched,
        }
    }

    fn budget(&self, connection: Option<(Uuid, i64)>) -> Arc<dyn Budget> {
        match connection {
            Some((id, revision)) => Arc::new(Metered(self.budgets.of(id, revision))),
            None => Arc::new(Alone::default()),
        }
    }

    fn credential(&self, unsealed: Unsealed) -> Result<Credential, AccountError> {
        let connection = unsealed.connection;
        if let Some(plain) = plain(unsealed.credential, connection.acting_user) {
            return Ok(plain);
        }
        let consent = self.consent(connection.tenant, connection.id, connection.revision);
        let consent = consent.ok_or(AccountError::Sealed)?;
        Ok(Credential::AuthorizationCode {
            partner: consent.partner.clone(),
            tokens: Arc::new(consent),
        })
    }

    fn consent(&self, tenant: Tenant, connection: Uuid, revision: i64) -> Option<Consent> {
        Some(Consent {
            store: self.store.clone(),
            keys: Arc::clone(&self.keys),
            http: self.http.clone(),
            config: self.config.clone(),
            partner: self.partner.clone()?,
            tenant,
            connection,
            revision,
        })
    }

    /// Renews the tokens of a connection that an admin authorised, if its refresh token is good for less than `left`.
    ///
    /// # Errors
    /// [`harvest::Error`]; with [`harvest::Error::Credential`] the connection has been set aside, unless it is our own.
    pub async fn keep_alive(
        &self,
        consent: &store::connections::Consent,
        left: Duration,
    ) -> Result<(), harvest::Error> {
        let known = self.consent(consent.tenant.clone(), consent.connection, consent.revision);
        match known {
            Some(known) => known.keep_alive(left).await,
            None => Ok(()),
        }
    }

    /// Whether a connection has a webhook's secret: then its tenant expects Greenhouse to call.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn expects_webhooks(&self, connection: Uuid) -> Result<bool, AccountError> {
        let secrets = self.store.webhook_secrets(&self.keys, connection).await?;
        Ok(!secrets.is_empty())
    }

    /// The tokens for the code that an admin brought back.
    ///
    /// # Errors
    /// [`harvest::Error`].
    pub async fn exchange(
        &self,
        partner: &Partner,
        code: &SecretString,
        callback: &Url,
    ) -> Result<AuthorizedTokens, harvest::Error> {
        self.http
            .exchange_code(&self.config, partner, code, callback)
            .await
    }

    /// Where Greenhouse is.
    pub fn config(&self) -> &harvest::Config {
        &self.config
    }

    /// Forgets what this process keeps of a connection, its credential first of all.
    pub fn forget(&self, connection: Uuid) {
        self.lock().remove(&connection);
    }

    /// Forgets connections that are gone with their budgets, and credentials that were replaced. To be called now and
    /// then: whoever disconnects tells one process only.
    ///
    /// # Errors
    /// [`store::Error`].
    pub async fn forget_gone(&self) -> Result<(), store::Error> {
        if self.lock().is_empty() && self.budgets.is_empty() {
            return Ok(());
        }
        let current: HashMap<Uuid, i64> = self.store.revisions().await?.into_iter().collect();
        self.budgets.forget_gone(|id| current.contains_key(id));
        let mut known = self.lock();
        known.retain(|id, (revision, _)| current.get(id).is_some_and(|now| now <= revision));
        Ok(())
    }

    /// Sums over the budgets of this process, for metrics.
    pub fn budgets(&self) -> Gauges {
        self.budgets.gauges()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, (i64, Account)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn known_at(
    known: &HashMap<Uuid, (i64, Account)>,
    connection: Uuid,
    revision: i64,
) -> Option<Account> {
    let (at, account) = known.get(&connection)?;
    (*at == revision).then(|| account.clone())
}

/// A credential that is all there is to it; none for one whose tokens are kept apart.
fn plain(
    stored: store::connections::Credential,
    acting_user: Option<UserId>,
) -> Option<Credential> {
    use store::connections::Credential as Stored;
    match stored {
        Stored::ClientCredentials {
            client_id,
            client_secret,
        } => Some(Credential::ClientCredentials {
            client_id,
            client_secret,
            acting_user,
        }),
        Stored::ApiKey { api_key } => Some(Credential::ApiKey {
            api_key,
            acting_user,
        }),
        Stored::AuthorizationCode => None,
    }
}

impl From<ConnectionError> for AccountError {
    fn from(error: ConnectionError) -> AccountError {
        match error {
            ConnectionError::Store(error) => AccountError::Store(error),
            // Only a change of settings is refused like this, and nobody changes any here.
            ConnectionError::Seal(_) | ConnectionError::Setting(_) => AccountError::Sealed,
        }
    }
}
