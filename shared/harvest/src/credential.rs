//! How a tenant lets us in.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use domain::UserId;
use futures::future::BoxFuture;
use secrecy::SecretString;

use crate::error::Error;
use crate::version::Version;

/// What Greenhouse gave a tenant for us.
#[derive(Clone)]
pub enum Credential {
    /// OAuth 2 client credentials of a custom integration (v3).
    ClientCredentials {
        /// Client id; not a secret.
        client_id: String,
        /// Client secret.
        client_secret: SecretString,
        /// User on whose behalf we act (`sub`); without one Greenhouse uses a service user of its own. Listing needs a
        /// Site Admin.
        acting_user: Option<UserId>,
    },
    /// OAuth 2 authorization code of a partner (v3). Who consented is who acts.
    AuthorizationCode {
        /// The partner's own client, which is asked for introspection.
        partner: Partner,
        /// Where the current token is kept.
        tokens: Arc<dyn AccessTokens>,
    },
    /// API key (v1).
    ApiKey {
        /// The key: user name of HTTP Basic, with an empty password.
        api_key: SecretString,
        /// User on whose behalf we write (`On-Behalf-Of`); reading needs none. Their id as a number: an e-mail address
        /// is answered with 404, so it is resolved once, with [`crate::Users::by_primary_email`].
        acting_user: Option<UserId>,
    },
}

impl Credential {
    /// The version of the API it is for.
    #[must_use]
    pub const fn version(&self) -> Version {
        match self {
            Self::ClientCredentials { .. } | Self::AuthorizationCode { .. } => Version::V3,
            Self::ApiKey { .. } => Version::V1,
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::ClientCredentials { .. } => "ClientCredentials",
            Self::AuthorizationCode { .. } => "AuthorizationCode",
            Self::ApiKey { .. } => "ApiKey",
        };
        f.debug_struct(kind).finish_non_exhaustive()
    }
}

/// The OAuth client that Greenhouse gave to us as a partner.
#[derive(Debug, Clone)]
pub struct Partner {
    /// Client id; not a secret.
    pub client_id: String,
    /// Client secret.
    pub client_secret: SecretString,
}

/// Keeps the access token of one authorization: refresh tokens rotate and work once, so that all processes have to
/// share what one of them fetched. Implementations hold a lease while they refresh, and store before the first use.
pub trait AccessTokens: Send + Sync {
    /// A token that is good for now.
    ///
    /// `refused` is the one that Greenhouse has just refused: the answer must be another one, be it that somebody else
    /// has refreshed in the meantime, be it through a refresh now.
    ///
    /// # Errors
    /// [`Error::Credential`] if the tenant has to consent again, [`Error::NotSent`] if the token could not be had now.
    fn access_token<'a>(
        &'a self,
        refused: Option<&'a SecretString>,
    ) -> BoxFuture<'a, Result<AccessToken, Error>>;
}

/// A token for calls.
#[derive(Debug, Clone)]
pub struct AccessToken {
    /// The token.
    pub token: SecretString,
    /// How long it is good for from now on.
    pub good_for: Duration,
}

/// What the authorisation server says about our token (`/introspect`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Introspection {
    /// Whether the token is good; everything else is empty if it is not.
    pub active: bool,
    /// The user we act for.
    pub sub: Option<UserId>,
    /// Granted scopes, such as `harvest:candidates:list`. None are told of an API key (v1): what it may do shows when
    /// it is used.
    pub scopes: Vec<String>,
    /// The customer it belongs to.
    pub organization: Option<Organization>,
}

/// A customer of Greenhouse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Greenhouse's id of the organisation.
    pub id: i64,
    /// Its name.
    pub name: Option<String>,
}
