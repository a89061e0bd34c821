//! Connections: a tenant's account of Greenhouse, how well it works, and its sealed credential.
//!
//! A connection's `revision` grows with every credential, every verification and every change of settings, so that
//! clients and settings may be kept per revision. Whoever saw a credential refused may pause the connection only at the
//! revision it used, so that a late refusal never undoes a newer credential. Nothing here asks Greenhouse anything: what
//! a verification found comes from the caller.

mod authorisations;
mod credential;
mod disconnect;
mod health;
mod hold;
mod listing;
mod looks;
mod provision;
mod reseal;
mod row;
mod settings;
mod tokens;
mod write;

pub use credential::Credential;
pub use health::{Finding, Health, Severity, State, Stops};
pub use hold::Hold;
pub use listing::After;
pub use reseal::Resealed;
pub use row::{Api, AuthKind};
pub use settings::{Configuration, SettingsChange};
pub use tokens::{Consent, NewTokens, Tokens};

pub(crate) use credential::open_webhooks;

use chrono::{DateTime, Utc};
use domain::settings::{Settings, WrongSetting};
use domain::{Code, Tenant, UserId};
use secrecy::SecretString;
use serde_json::Value;
use uuid::Uuid;

use crate::budget::Seen;
use crate::outbox::Announcement;
use crate::seal::{Keyring, SealError, Sealed};
use crate::{Error, Store};
use row::Row;
use write::{finish, lock_tenant, row_of, unsealed, write_credential};

/// A tenant's account of Greenhouse, without its secrets.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// Stays the same when the tenant connects again.
    pub id: Uuid,
    /// Whose it is; one per tenant.
    pub tenant: Tenant,
    /// Version of the API.
    pub api: Api,
    /// Kind of credential.
    pub auth_kind: AuthKind,
    /// The user we act for, where the tenant chose one.
    pub acting_user: Option<UserId>,
    /// How well it works.
    pub state: State,
    /// Why it is not active.
    pub reason: Option<Code>,
    /// Who stopped its work by hand, if somebody did.
    pub held: Option<Hold>,
    /// What the last verification, or the last refusal, found.
    pub findings: Vec<Finding>,
    /// The tenant's settings, with defaults where nothing was chosen.
    pub settings: Settings,
    /// What the tenant chose, a JSON object.
    pub chosen: Value,
    /// Grows with every credential, verification and change of settings: whoever has a revision has all of it.
    pub revision: i64,
    /// When it was last verified.
    pub verified_at: Option<DateTime<Utc>>,
    /// When the tenant first connected.
    pub created_at: DateTime<Utc>,
    /// When anything of it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A connection to be made, or made again.
#[derive(Debug)]
pub struct NewConnection {
    /// Whose it is.
    pub tenant: Tenant,
    /// The credential.
    pub credential: Credential,
    /// The user to act for.
    pub acting_user: Option<UserId>,
    /// What came with [`Credential::AuthorizationCode`].
    pub tokens: Option<NewTokens>,
    /// What the verification found.
    pub health: Health,
    /// What the verification was told about the limit.
    pub limit: Option<Seen>,
}

/// A connection together with its credential.
#[derive(Debug)]
pub struct Unsealed {
    /// The connection as it was when the credential was read.
    pub connection: Connection,
    /// The credential of that revision.
    pub credential: Credential,
}

/// A change of how well a connection works that whoever listens has not been told yet: another state, or another finding that
/// is more than good to know.
#[derive(Debug)]
pub struct Change {
    /// The connection as it is now.
    pub connection: Connection,
    /// How it was before; none if it is new.
    pub previous: Option<State>,
}

/// Turns a change into the event about it.
pub type Announce = fn(&Change) -> Option<Announcement>;

/// What can go wrong with a connection's secrets.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// See [`Error`].
    #[error(transparent)]
    Store(#[from] Error),
    /// See [`SealError`].
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A setting cannot be changed like this.
    #[error(transparent)]
    Setting(#[from] WrongSetting),
}

impl Store {
    /// Connects a tenant, or replaces the credential of one that is connected: same id, next revision. What waits for
    /// the connection continues.
    ///
    /// # Errors
    /// [`ConnectionError`].
    pub async fn connect_tenant(
        &self,
        keyring: &Keyring,
        new: &NewConnection,
        announce: Announce,
    ) -> Result<Connection, ConnectionError> {
        let judge = |_: Option<&Connection>| Ok(());
        self.connect_tenant_with(keyring, new, None, judge, announce)
            .await
    }

    /// The same, together with what the tenant chooses: both or neither.
    ///
    /// `judge` sees what would be replaced, as it is then and not as it was when the caller looked, and may refuse that.
    ///
    /// # Errors
    /// That of `judge`, or [`ConnectionError`]; with the first and with [`ConnectionError::Setting`] nothing was changed.
    pub async fn connect_tenant_with<E: From<ConnectionError>>(
        &self,
        keyring: &Keyring,
        new: &NewConnection,
        choice: Option<&Configuration<'_>>,
        judge: impl FnOnce(Option<&Connection>) -> Result<(), E> + Send,
        announce: Announce,
    ) -> Result<Connection, E> {
        let mut tx = self.begin().await.map_err(ConnectionError::from)?;
        let locked = lock_tenant(&mut tx, &new.tenant).await;
        let previous = locked.map_err(ConnectionError::from)?;
        judge(previous.as_ref())?;
        let written = write_credential(tx, keyring, previous, new, choice, announce).await;
        Ok(written?)
    }

    /// Gives the connection of this id another credential: next revision. Returns nothing if the tenant was disconnected
    /// meanwhile, even if it has connected again.
    ///
    /// # Errors
    /// [`ConnectionError`].
    pub async fn rotate_credential(
        &self,
        keyring: &Keyring,
        id: Uuid,
        new: &NewConnection,
        announce: Announce,
    ) -> Result<Option<Connection>, ConnectionError> {
        let mut tx = self.begin().await?;
        match lock_tenant(&mut tx, &new.tenant).await? {
            Some(old) if old.id == id => {
                write_credential(tx, keyring, Some(old), new, None, announce)
                    .await
                    .map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Changes how well the connection works, if it is still at that revision. A verification makes a new revision.
    ///
    /// `judge` sees the connection as it is, and says how it is from now on. Returns nothing if there is no such
    /// connection or it has moved on.
    ///
    /// # Errors
    /// [`ConnectionError::Store`].
    pub async fn change_health(
        &self,
        tenant: &Tenant,
        if_revision: i64,
        verified: bool,
        judge: impl FnOnce(&Connection) -> Health + Send,
        announce: Announce,
    ) -> Result<Option<Connection>, ConnectionError> {
        let mut tx = self.begin().await?;
        let Some(old) = lock_tenant(&mut tx, tenant).await? else {
            return Ok(None);
        };
        if old.revision != if_revision {
            return Ok(None);
        }
        let health = judge(&old).under(old.held.as_ref());
        let row = sqlx::query_as!(
            Row,
            r#"UPDATE connections SET state = $2, reason = $3, findings = $4, updated_at = clock_timestamp(),
                revision = revision + $5::boolean::int,
                verified_at = CASE WHEN $5 THEN clock_timestamp() ELSE verified_at END
            WHERE id = $1 RETURNING *"#,
            old.id,
            health.state.as_str(),
            health.reason.map(Code::as_str),
            health.findings_json(),
            verified,
        )
        .fetch_one(&mut *tx)
        .await
        .map_err(Error::from)?;
        let connection = Connection::try_from(row)?;
        finish(tx, connection, Some(&old), announce).await.map(Some)
    }

    /// The connection of that id.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn connection(&self, id: Uuid) -> Result<Option<Connection>, Error> {
        let row = sqlx::query_as!(Row, "SELECT * FROM connections WHERE id = $1", id)
            .fetch_optional(&self.pool)
            .await?;
        row.map(Connection::try_from).transpose()
    }

    /// The tenant's connection.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn connection_of(&self, tenant: &Tenant) -> Result<Option<Connection>, Error> {
        let row = row_of(&self.pool, tenant).await?;
        row.map(Connection::try_from).transpose()
    }

    /// The tenant's connection and its credential.
    ///
    /// # Errors
    /// [`ConnectionError`].
    pub async fn credential(
        &self,
        keyring: &Keyring,
        tenant: &Tenant,
    ) -> Result<Option<Unsealed>, ConnectionError> {
        let row = row_of(&self.pool, tenant).await?;
        row.map(|row| unsealed(keyring, row)).transpose()
    }

    /// A connection, at its revision, for whose client Greenhouse counts the calls made with this credential too; none if
    /// there is none yet, or Greenhouse counts them for an organisation.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn counted_with(
        &self,
        credential: &Credential,
    ) -> Result<Option<(Uuid, i64)>, Error> {
        let found = sqlx::query!(
            "SELECT c.id, c.revision FROM budgets b JOIN connections c ON c.id = b.connection
            WHERE coalesce(b.client, b.connection) = $1 ORDER BY b.joined LIMIT 1",
            credential.client(),
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(found.map(|row| (row.id, row.revision)))
    }

    /// The connection's webhook secrets; none if there is no such connection.
    ///
    /// # Errors
    /// [`ConnectionError`].
    pub async fn webhook_secrets(
        &self,
        keyring: &Keyring,
        id: Uuid,
    ) -> Result<Vec<SecretString>, ConnectionError> {
        let row = sqlx::query_as!(Row, "SELECT * FROM connections WHERE id = $1", id)
            .fetch_optional(&self.pool)
            .await
            .map_err(Error::from)?;
        let Some(mut row) = row else {
            return Ok(Vec::new());
        };
        let (Some(bytes), Some(key_id)) = (row.webhook_sealed.take(), row.webhook_key_id.take())
        else {
            return Ok(Vec::new());
        };
        let connection = Connection::try_from(row)?;
        open_webhooks(keyring, &connection.tenant, id, &Sealed { bytes, key_id })
    }
}
