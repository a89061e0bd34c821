//! The secrets of a connection, and how they are laid out before they are sealed.

use domain::Tenant;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Api, AuthKind, ConnectionError};
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
    /// A Harvest API key (v1).
    ApiKey {
        /// The key.
        api_key: SecretString,
    },
    /// OAuth 2, authorised by the tenant's admin (v3). Its tokens change too often to be part of it.
    AuthorizationCode,
}

impl Credential {
    /// Version of the API it is for.
    pub fn api(&self) -> Api {
        match self {
            Self::ClientCredentials { .. } | Self::AuthorizationCode => Api::V3,
            Self::ApiKey { .. } => Api::V1,
        }
    }

    /// Its kind.
    pub fn kind(&self) -> AuthKind {
        match self {
            Self::ClientCredentials { .. } => AuthKind::ClientCredentials,
            Self::ApiKey { .. } => AuthKind::ApiKey,
            Self::AuthorizationCode => AuthKind::AuthorizationCode,
        }
    }

    /// For whom Greenhouse counts the calls; none where that is the organisation that authorised us, one per connection.
    ///
    /// Sixteen bytes of SHA-256. An API key is random and too long to be guessed from them; a keyed hash would need a master
    /// key, and those are replaced, after which equal credentials would be told apart.
    pub(crate) fn client(&self) -> Option<Uuid> {
        let id = match self {
            Self::ClientCredentials { client_id, .. } => client_id,
            Self::ApiKey { api_key } => api_key.expose_secret(),
            Self::AuthorizationCode => return None,
        };
        let mut hash = Sha256::new();
        for part in ["client", "\0", self.api().as_str(), "\0", id] {
            hash.update(part);
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize()[..16]);
        Some(Uuid::from_bytes(bytes))
    }

    pub(super) fn seal(
        &self,
        keyring: &Keyring,
        tenant: &Tenant,
        connection: Uuid,
    ) -> Result<Sealed, SealError> {
        let owner = owner_of_credential(tenant, connection);
        let secrets = match self {
            Self::ClientCredentials {
                client_id,
                client_secret,
            } => vec![client_id.as_str().into(), client_secret.clone()],
            Self::ApiKey { api_key } => vec![api_key.clone()],
            Self::AuthorizationCode => Vec::new(),
        };
        keyring.seal(owner, &join(&secrets))
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
            AuthKind::ApiKey => Ok(Self::ApiKey {
                api_key: text(plain)?.into(),
            }),
            AuthKind::AuthorizationCode => Ok(Self::AuthorizationCode),
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

pub(super) fn owner_of_tokens(tenant: &Tenant, connection: Uuid) -> Owner<'_> {
    Owner {
        tenant,
        connection,
        purpose: "tokens",
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

/// The webhook secrets that [`join`] made one of.
pub(crate) fn open_webhooks(
    keyring: &Keyring,
    tenant: &Tenant,
    connection: Uuid,
    sealed: &Sealed,
) -> Result<Vec<SecretString>, ConnectionError> {
    let plain = keyring.open(owner_of_webhooks(tenant, connection), sealed)?;
    Ok(text(&plain)?.lines().map(SecretString::from).collect())
}

pub(super) fn text(plain: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(plain).map_err(|_| Error::Corrupt("secret"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever is stored already is found by it.
    #[test]
    fn a_client_stays_who_it_was() {
        let v3 = Credential::ClientCredentials {
            client_id: "client".into(),
            client_secret: "secret".into(),
        };
        let v1 = Credential::ApiKey {
            api_key: "client".into(),
        };
        let clients = [v3, v1].map(|credential| credential.client().unwrap().to_string());
        assert_eq!(
            clients,
            [
                "5a16cd2c-f362-1aea-28c6-97bd10b401f4",
                "9ea8cb1e-e761-bee6-e0c8-8eeddcd04fa7"
            ]
        );
        assert_eq!(Credential::AuthorizationCode.client(), None);
    }
}
