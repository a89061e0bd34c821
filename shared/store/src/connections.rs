//! Tenants' connections to Greenhouse: how they authenticate (sealed), what state they are in, and what was found.
//!
//! ```text
//! active ── something is missing ──→ degraded ── found ──→ active
//!   │  └────── 401 ──→ reauthorise ── connected again ──→ active
//!   └──────── 403 ──→ paused ─────── connected again ──→ active
//! ```
//! Work is claimed for `active` and `degraded` ones only.

use chrono::{DateTime, Utc};
use domain::{Code, Tenant, UserId};
use secrecy::SecretString;
use serde_json::Value;
use uuid::Uuid;

use crate::seal::{Keyring, SealError, Sealed};
use crate::{Error, Store, Transaction};

/// State of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Works.
    Active,
    /// Works, but something is missing.
    Degraded,
    /// The credential is refused: an admin has to connect again.
    Reauthorise,
    /// Set aside: an admin has to act.
    Paused,
}

impl State {
    /// The word in the database and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Active => "active",
            State::Degraded => "degraded",
            State::Reauthorise => "reauthorise",
            State::Paused => "paused",
        }
    }

    fn parse(word: &str) -> Result<State, Error> {
        [State::Active, State::Degraded, State::Reauthorise, State::Paused]
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or(Error::Corrupt("connection state"))
    }
}

/// A connection as it is shown; no secret.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Id, stable over reconnects.
    pub id: Uuid,
    /// Whose.
    pub tenant: Tenant,
    /// Kind of credential.
    pub auth_kind: String,
    /// User on whose behalf we act.
    pub acting_user: Option<UserId>,
    /// State.
    pub state: State,
    /// Why it is not active.
    pub reason: Option<Code>,
    /// What was found at the last verification.
    pub findings: Value,
    /// The tenant's settings.
    pub settings: Value,
    /// Goes up with every new credential.
    pub revision: i64,
    /// When it was last verified.
    pub verified_at: Option<DateTime<Utc>>,
    /// When it was first connected.
    pub created_at: DateTime<Utc>,
}

/// A credential as a service uses it.
#[derive(Debug)]
pub struct Unsealed {
    /// Connection it belongs to.
    pub connection: Uuid,
    /// Revision it belongs to.
    pub revision: i64,
    /// Kind of credential.
    pub auth_kind: String,
    /// User on whose behalf we act.
    pub acting_user: Option<UserId>,
    /// What was sealed: JSON in the words of whoever sealed it.
    pub secret: SecretString,
}

/// What to store when a tenant connects.
pub struct NewConnection {
    /// Id for a tenant that never connected; an existing connection keeps its own.
    pub id: Uuid,
    /// Whose.
    pub tenant: Tenant,
    /// Kind of credential.
    pub auth_kind: &'static str,
    /// User on whose behalf we act.
    pub acting_user: Option<UserId>,
    /// The sealed credential.
    pub sealed: Sealed,
    /// State after verification.
    pub state: State,
    /// Why it is not active.
    pub reason: Option<Code>,
    /// What was found.
    pub findings: Value,
}

/// Why a credential cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// The tenant never connected.
    #[error("the tenant is not connected")]
    Absent,
    /// See [`SealError`].
    #[error(transparent)]
    Seal(#[from] SealError),
    /// See [`Error`].
    #[error(transparent)]
    Store(#[from] Error),
}

/// Stores a connection, replacing the tenant's credential, and wakes what waits for it. Returns it as stored.
///
/// # Errors
/// [`Error::Unavailable`].
pub async fn connect(tx: &mut Transaction, new: &NewConnection) -> Result<Connection, Error> {
    sqlx::query!("INSERT INTO tenants (tenant) VALUES ($1) ON CONFLICT DO NOTHING", new.tenant.as_str())
        .execute(&mut **tx)
        .await?;
    let row = sqlx::query_as!(
        Row,
        r#"INSERT INTO connections AS c
            (id, tenant, api, auth_kind, sealed, key_id, acting_user_id, state, reason, findings, verified_at)
        VALUES ($1, $2, 'v3', $3, $4, $5, $6, $7, $8, $9, now())
        ON CONFLICT (tenant) DO UPDATE SET auth_kind = EXCLUDED.auth_kind, sealed = EXCLUDED.sealed,
            key_id = EXCLUDED.key_id, acting_user_id = EXCLUDED.acting_user_id, state = EXCLUDED.state,
            reason = EXCLUDED.reason, findings = EXCLUDED.findings, revision = c.revision + 1, verified_at = now(),
            updated_at = now()
        RETURNING id, tenant, auth_kind, acting_user_id, state, reason, findings, settings, revision, verified_at, created_at"#,
        new.id,
        new.tenant.as_str(),
        new.auth_kind,
        &new.sealed.bytes,
        new.sealed.key_id,
        new.acting_user.map(|user| user.0),
        new.state.as_str(),
        new.reason.map(|code| code.as_str()),
        new.findings,
    )
    .fetch_one(&mut **tx)
    .await?;
    sqlx::query("SELECT pg_notify('work', '')").execute(&mut **tx).await?;
    row.read()
}

/// Changes the state of a connection unless it has a newer credential by now; tells whether anything changed.
///
/// # Errors
/// [`Error::Unavailable`].
pub async fn set_state(
    tx: &mut Transaction,
    connection: Uuid,
    state: State,
    reason: Option<Code>,
    if_revision: i64,
) -> Result<bool, Error> {
    let changed = sqlx::query!(
        "UPDATE connections SET state = $2, reason = $3, updated_at = now()
        WHERE id = $1 AND revision = $4 AND (state, reason) IS DISTINCT FROM ($2, $3)",
        connection,
        state.as_str(),
        reason.map(|code| code.as_str()),
        if_revision
    )
    .execute(&mut **tx)
    .await?;
    Ok(changed.rows_affected() > 0)
}

impl Store {
    /// A connection by id.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn connection(&self, id: Uuid) -> Result<Option<Connection>, Error> {
        let row = sqlx::query_as!(
            Row,
            "SELECT id, tenant, auth_kind, acting_user_id, state, reason, findings, settings, revision, verified_at, created_at
            FROM connections WHERE id = $1",
            id
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(Row::read).transpose()
    }

    /// A tenant's connection.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn connection_of(&self, tenant: &Tenant) -> Result<Option<Connection>, Error> {
        let row = sqlx::query_as!(
            Row,
            "SELECT id, tenant, auth_kind, acting_user_id, state, reason, findings, settings, revision, verified_at, created_at
            FROM connections WHERE tenant = $1",
            tenant.as_str()
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(Row::read).transpose()
    }

    /// Merges settings into a connection's own.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn change_settings(&self, id: Uuid, settings: &Value) -> Result<bool, Error> {
        let changed = sqlx::query!(
            "UPDATE connections SET settings = settings || $2, updated_at = now() WHERE id = $1",
            id,
            settings
        )
        .execute(&self.pool)
        .await?;
        Ok(changed.rows_affected() > 0)
    }

    /// Opens a tenant's credential.
    ///
    /// # Errors
    /// [`CredentialError`].
    pub async fn credential(&self, tenant: &Tenant, keys: &Keyring) -> Result<Unsealed, CredentialError> {
        let row = sqlx::query!(
            "SELECT id, revision, auth_kind, acting_user_id, sealed, key_id FROM connections WHERE tenant = $1",
            tenant.as_str()
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(Error::from)?
        .ok_or(CredentialError::Absent)?;
        let sealed = Sealed { key_id: row.key_id, bytes: row.sealed };
        Ok(Unsealed {
            connection: row.id,
            revision: row.revision,
            auth_kind: row.auth_kind,
            acting_user: row.acting_user_id.map(UserId),
            secret: keys.open(tenant, row.id, &sealed)?,
        })
    }
}

struct Row {
    id: Uuid,
    tenant: String,
    auth_kind: String,
    acting_user_id: Option<i64>,
    state: String,
    reason: Option<String>,
    findings: Value,
    settings: Value,
    revision: i64,
    verified_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl Row {
    fn read(self) -> Result<Connection, Error> {
        Ok(Connection {
            id: self.id,
            tenant: self.tenant.parse().map_err(|_| Error::Corrupt("tenant"))?,
            auth_kind: self.auth_kind,
            acting_user: self.acting_user_id.map(UserId),
            state: State::parse(&self.state)?,
            reason: self.reason.and_then(|word| word.parse().ok()),
            findings: self.findings,
            settings: self.settings,
            revision: self.revision,
            verified_at: self.verified_at,
            created_at: self.created_at,
        })
    }
}
