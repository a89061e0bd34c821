//! The secrets of a connection, and how they are laid out before they are sealed.

use domain::Tenant;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Api, AuthKind};
use crate::Error;
use crate::seal::{Keyring, Owner, SealError, Sealed};

/// What Greenhouse gave the tenant for us.
#[derive(Debug, Clone)]
pub enum Credential {
    /// OAuth 2 client credentials (v3).
    ClientCredentials {
        /// Client id.
        client_id: String,
        /// Client secret.
        client_secret: SecretString,
    },
}

impl Credential {
    /// Version of the API it is for.
    pub fn api(&self) -> Api {
        match self {
            Self::ClientCredentials { .. } => Api::V3,
        }
    }

    /// Its kind.
    pub fn kind(&self) -> AuthKind {
        match self {
            Self::ClientCredentials { .. } => AuthKind::ClientCredentials,
        }
    }

    /// Whose calls Greenhouse counts together.
    pub(super) fn client(&self) -> &str {
        match self {
            Self::ClientCredentials { client_id, .. } => client_id,
        }
    }

    pub(super) fn seal(
        &self,
        keyring: &Keyring,
        tenant: &Tenant,
        connection: Uuid,
    ) -> Result<Sealed, SealError> {
        let owner = owner_of_credential(tenant, connection);
        match self {
            Self::ClientCredentials {
                client_id,
                client_secret,
            } => keyring.seal(
                owner,
                &join(&[
                    SecretString::from(client_id.as_str()),
                    client_secret.clone(),
                ]),
            ),
        }
    }

    pub(super) fn read(kind: AuthKind, plain: &[u8]) -> Result<Self, Error> {
        match kind {
            AuthKind::ClientCredentials => {
                let (client_id, client_secret) = text(plain)?
                    .split_once('\n')
                    .ok_or(Error::Corrupt("credential"))?;
                Ok(Self::ClientCredentials {
                    client_id: client_id.to_owned(),
                    client_secret: client_secret.into(),
                })
            }
            AuthKind::ApiKey => Err(Error::Corrupt("credential kind")),
        }
    }
}

pub(super) fn owner_of_credential(tenant: &Tenant, connection: Uuid) -> Owner<'_> {
    Owner {
        tenant,
        connection,
        purpose: "credential",
    }
}

pub(super) fn owner_of_webhooks(tenant: &Tenant, connection: Uuid) -> Owner<'_> {
    Owner {
        tenant,
        connection,
        purpose: "webhooks",
    }
}

/// Secrets as they are sealed: one per line. None of them can hold a line break.
pub(super) fn join(secrets: &[SecretString]) -> Zeroizing<Vec<u8>> {
    let length = secrets
        .iter()
        .map(|secret| secret.expose_secret().len() + 1)
        .sum();
    // As large as needed at once: growing would leave copies behind.
    let mut joined = Zeroizing::new(Vec::with_capacity(length));
    for (index, secret) in secrets.iter().enumerate() {
        if index > 0 {
            joined.push(b'\n');
        }
        joined.extend_from_slice(secret.expose_secret().as_bytes());
    }
    joined
}

pub(super) fn text(plain: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(plain).map_err(|_| Error::Corrupt("secret"))
}
