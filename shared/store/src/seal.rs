//! Credentials at rest: AES-256-GCM with a key from outside the database, bound to tenant and connection, so that a
//! row copied to another tenant does not open.

use std::fmt;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use domain::Tenant;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use uuid::Uuid;
use zeroize::Zeroizing;

/// Bytes of a GCM nonce; it precedes the ciphertext.
const NONCE: usize = 12;

/// The keys of this installation; the first one seals, all of them open.
pub struct Keyring {
    keys: Vec<(String, SecretBox<[u8; 32]>)>,
}

/// A sealed secret as it is stored.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// Id of the key that opens it.
    pub key_id: String,
    /// Nonce and ciphertext.
    pub bytes: Vec<u8>,
}

/// Why a secret cannot be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// There is no key at all.
    #[error("no master key is configured")]
    NoKey,
    /// The row was sealed with a key that is not configured.
    #[error("the master key {0} is not configured")]
    UnknownKey(String),
    /// The key does not fit, or the bytes were altered, or they belong to another tenant.
    #[error("the sealed secret cannot be opened with its key")]
    Broken,
}

impl Keyring {
    /// A keyring of ids and keys of 32 bytes; the first one seals.
    ///
    /// # Errors
    /// [`SealError::NoKey`].
    pub fn new(keys: Vec<(String, SecretBox<[u8; 32]>)>) -> Result<Keyring, SealError> {
        if keys.is_empty() {
            return Err(SealError::NoKey);
        }
        Ok(Keyring { keys })
    }

    /// Seals a secret for one connection of one tenant.
    ///
    /// # Errors
    /// [`SealError::Broken`] when the cipher refuses, which it does for no input of ours.
    pub fn seal(&self, tenant: &Tenant, connection: Uuid, secret: &SecretString) -> Result<Sealed, SealError> {
        let (key_id, key) = self.keys.first().ok_or(SealError::NoKey)?;
        let nonce: [u8; NONCE] = rand::random();
        let message = Payload {
            msg: secret.expose_secret().as_bytes(),
            aad: &associated(tenant, connection),
        };
        let sealed = cipher(key)?
            .encrypt(&Nonce::from(nonce), message)
            .map_err(|_| SealError::Broken)?;
        Ok(Sealed {
            key_id: key_id.clone(),
            bytes: [&nonce[..], &sealed].concat(),
        })
    }

    /// Opens a secret.
    ///
    /// # Errors
    /// [`SealError::UnknownKey`], [`SealError::Broken`].
    pub fn open(&self, tenant: &Tenant, connection: Uuid, sealed: &Sealed) -> Result<SecretString, SealError> {
        let (_, key) = self
            .keys
            .iter()
            .find(|(id, _)| *id == sealed.key_id)
            .ok_or_else(|| SealError::UnknownKey(sealed.key_id.clone()))?;
        let (nonce, bytes) = sealed.bytes.split_at_checked(NONCE).ok_or(SealError::Broken)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| SealError::Broken)?;
        let message = Payload {
            msg: bytes,
            aad: &associated(tenant, connection),
        };
        let opened = cipher(key)?.decrypt(&Nonce::from(nonce), message).map_err(|_| SealError::Broken)?;
        let opened = Zeroizing::new(opened);
        let text = std::str::from_utf8(&opened).map_err(|_| SealError::Broken)?;
        Ok(SecretString::from(text))
    }
}

/// Shows the ids only.
impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|(id, _)| id)).finish()
    }
}

fn cipher(key: &SecretBox<[u8; 32]>) -> Result<Aes256Gcm, SealError> {
    Aes256Gcm::new_from_slice(key.expose_secret()).map_err(|_| SealError::Broken)
}

/// NUL cannot be part of a tenant's name, so the parts cannot be shifted against each other.
fn associated(tenant: &Tenant, connection: Uuid) -> Vec<u8> {
    [tenant.as_str().as_bytes(), &[0], connection.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str, byte: u8) -> (String, SecretBox<[u8; 32]>) {
        (id.to_owned(), SecretBox::new(Box::new([byte; 32])))
    }

    fn tenant(name: &str) -> Tenant {
        Tenant::try_from(name).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_for_its_tenant_and_connection_only() {
        let keys = Keyring::new(vec![key("a", 1)]).unwrap();
        let id = Uuid::new_v4();
        let sealed = keys.seal(&tenant("acme"), id, &"s3cret".into()).unwrap();
        assert!(!sealed.bytes.windows(6).any(|window| window == b"s3cret"));
        let opened = keys.open(&tenant("acme"), id, &sealed).unwrap();
        assert_eq!(opened.expose_secret(), "s3cret");
        assert_eq!(keys.open(&tenant("other"), id, &sealed).unwrap_err(), SealError::Broken);
        assert_eq!(keys.open(&tenant("acme"), Uuid::new_v4(), &sealed).unwrap_err(), SealError::Broken);
    }

    #[test]
    fn an_older_key_still_opens_and_a_missing_one_is_named() {
        let old = Keyring::new(vec![key("old", 1)]).unwrap();
        let id = Uuid::new_v4();
        let sealed = old.seal(&tenant("acme"), id, &"s".into()).unwrap();
        let both = Keyring::new(vec![key("new", 2), key("old", 1)]).unwrap();
        assert!(both.open(&tenant("acme"), id, &sealed).is_ok());
        assert_eq!(both.seal(&tenant("acme"), id, &"s".into()).unwrap().key_id, "new");
        let new = Keyring::new(vec![key("new", 2)]).unwrap();
        assert_eq!(new.open(&tenant("acme"), id, &sealed).unwrap_err(), SealError::UnknownKey("old".into()));
    }

    #[test]
    fn altered_or_truncated_bytes_do_not_open() {
        let keys = Keyring::new(vec![key("a", 1)]).unwrap();
        let id = Uuid::new_v4();
        let mut sealed = keys.seal(&tenant("acme"), id, &"s3cret".into()).unwrap();
        sealed.bytes[NONCE] ^= 1;
        assert_eq!(keys.open(&tenant("acme"), id, &sealed).unwrap_err(), SealError::Broken);
        sealed.bytes.truncate(3);
        assert_eq!(keys.open(&tenant("acme"), id, &sealed).unwrap_err(), SealError::Broken);
    }

    #[test]
    fn debug_shows_ids_only() {
        let shown = format!("{:?}", Keyring::new(vec![key("a", 7)]).unwrap());
        assert_eq!(shown, r#"["a"]"#);
    }
}
