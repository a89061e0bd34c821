//! The row of a connection, and the words in it.

use chrono::{DateTime, Utc};
use domain::UserId;
use domain::settings::Settings;
use serde_json::Value;
use uuid::Uuid;

use super::{Connection, Hold, State};
use crate::{Error, stored};

/// Version of Greenhouse's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// Harvest v3, OAuth 2.
    V3,
    /// Harvest v1, API keys.
    V1,
}

/// Kind of credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthKind {
    /// OAuth 2 client credentials.
    ClientCredentials,
    /// A Harvest API key.
    ApiKey,
    /// OAuth 2, authorised by the tenant's admin.
    AuthorizationCode,
}

/// The whole row, column by column.
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) tenant: String,
    pub(super) api: String,
    pub(super) auth_kind: String,
    pub(super) sealed: Vec<u8>,
    pub(super) key_id: String,
    pub(super) webhook_sealed: Option<Vec<u8>>,
    pub(super) webhook_key_id: Option<String>,
    pub(super) acting_user_id: Option<i64>,
    pub(super) state: String,
    pub(super) reason: Option<String>,
    pub(super) findings: Value,
    pub(super) settings: Value,
    pub(super) revision: i64,
    pub(super) verified_at: Option<DateTime<Utc>>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
    pub(super) held_reason: Option<String>,
    pub(super) held_until: Option<DateTime<Utc>>,
}

impl Api {
    /// The word in the database and in the HTTP API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V3 => "v3",
            Self::V1 => "v1",
        }
    }
}

impl AuthKind {
    /// The word in the database and in the HTTP API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::ApiKey => "api_key",
            Self::AuthorizationCode => "authorization_code",
        }
    }
}

impl TryFrom<Row> for Connection {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.id,
            tenant: stored::tenant(&row.tenant)?,
            api: match row.api.as_str() {
                "v3" => Api::V3,
                "v1" => Api::V1,
                _ => return Err(Error::Corrupt("API version")),
            },
            auth_kind: match row.auth_kind.as_str() {
                "client_credentials" => AuthKind::ClientCredentials,
                "api_key" => AuthKind::ApiKey,
                "authorization_code" => AuthKind::AuthorizationCode,
                _ => return Err(Error::Corrupt("credential kind")),
            },
            acting_user: row.acting_user_id.map(UserId),
            state: State::parse(&row.state)?,
            // A code of a newer version is shown by its state alone.
            reason: row.reason.and_then(|code| code.parse().ok()),
            findings: serde_json::from_value(row.findings)
                .map_err(|_| Error::Corrupt("finding"))?,
            settings: Settings::of_stored(&row.settings),
            chosen: row.settings,
            revision: row.revision,
            verified_at: row.verified_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            held: row.held_reason.map(|reason| Hold {
                reason,
                until: row.held_until,
            }),
        })
    }
}
