//! How a tenant lets us in.

use domain::UserId;
use secrecy::SecretString;

/// What Greenhouse gave a tenant for us.
#[derive(Debug, Clone)]
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
}

/// What the authorisation server says about our token (`/introspect`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Introspection {
    /// Whether the token is good; everything else is empty if it is not.
    pub active: bool,
    /// The user we act for.
    pub sub: Option<UserId>,
    /// Granted scopes, such as `harvest:candidates:list`.
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
