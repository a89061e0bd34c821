//! Sealing of secrets at rest: AES-256-GCM under a master key, bound to tenant, connection and purpose.
//!
//! A sealed secret that is copied to another tenant's row, or into another column, does not open. Deliberately absent:
//! where master keys come from, and which secrets to seal again under a new one (see `connections`).

use aes_gcm::aead::{Aead, Generate, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use domain::Tenant;
use secrecy::{ExposeSecret, SecretBox};
use uuid::Uuid;
use zeroize::Zeroizing;

/// First byte of everything sealed, so that another algorithm can follow.
const VERSION: u8 = 1;
const NONCE: usize = 12;

/// Master keys. The first one seals, all of them open.
pub struct Keyring {
    keys: Vec<(String, Aes256Gcm)>,
}

/// Why a secret cannot be sealed or opened. An operator has to act.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// There is no master key at all.
    #[error("there is no master key")]
    NoKey,
    /// Sealed with a key that is not in the ring.
    #[error("the master key \"{0}\" is missing")]
    UnknownKey(String),
    /// Altered, moved to another row, or sealed with another key of the same id.
    #[error("a sealed secret does not open: it or its key was changed")]
    Broken,
}

/// What a secret belongs to. It does not open as anything else.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// Whose secret it is.
    pub tenant: &'a Tenant,
    /// Of which connection.
    pub connection: Uuid,
    /// Which of its secrets, such as `credential`.
    pub purpose: &'static str,
}

/// A sealed secret as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Version, nonce, ciphertext with tag.
    pub bytes: Vec<u8>,
    /// Id of the master key.
    pub key_id: String,
}

impl Keyring {
    /// A ring of keys under their ids; the first one seals.
    ///
    /// # Errors
    /// [`SealError::NoKey`] if there are none.
    pub fn new(
        keys: impl IntoIterator<Item = (String, SecretBox<[u8; 32]>)>,
    ) -> Result<Self, SealError> {
        let cipher = |key: SecretBox<[u8; 32]>| Aes256Gcm::new(key.expose_secret().into());
        let keys: Vec<_> = keys
            .into_iter()
            .map(|(id, key)| (id, cipher(key)))
            .collect();
        if keys.is_empty() {
            return Err(SealError::NoKey);
        }
        Ok(Self { keys })
    }

    /// Id of the key that seals.
    pub fn first(&self) -> &str {
        self.keys.first().map_or("", |(id, _)| id.as_str())
    }

    /// Seals a secret.
    ///
    /// # Errors
    /// [`SealError::Broken`] if the operating system has no random numbers.
    pub fn seal(&self, owner: Owner<'_>, plain: &[u8]) -> Result<Sealed, SealError> {
        let (id, cipher) = self.keys.first().ok_or(SealError::NoKey)?;
        let nonce = Nonce::try_generate().map_err(|_| SealError::Broken)?;
        let aad = owner.associated_data();
        let sealed = cipher
            .encrypt(
                &nonce,
                Payload {
                    msg: plain,
                    aad: &aad,
                },
            )
            .map_err(|_| SealError::Broken)?;
        Ok(Sealed {
            bytes: [&[VERSION], nonce.as_slice(), &sealed].concat(),
            key_id: id.clone(),
        })
    }

    /// Opens a secret; the plain text is wiped when it is dropped.
    ///
    /// # Errors
    /// [`SealError::UnknownKey`], [`SealError::Broken`].
    pub fn open(&self, owner: Owner<'_>, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let unknown = || SealError::UnknownKey(sealed.key_id.clone());
        let (_, cipher) = self
            .keys
            .iter()
            .find(|(id, _)| *id == sealed.key_id)
            .ok_or_else(unknown)?;
        let Some((&VERSION, rest)) = sealed.bytes.split_first() else {
            return Err(SealError::Broken);
        };
        let (nonce, msg) = rest.split_first_chunk::<NONCE>().ok_or(SealError::Broken)?;
        let aad = owner.associated_data();
        cipher
            .decrypt(nonce.into(), Payload { msg, aad: &aad })
            .map(Zeroizing::new)
            .map_err(|_| SealError::Broken)
    }
}

impl Owner<'_> {
    /// Neither a tenant nor a purpose can hold a NUL, so no two owners have the same bytes.
    fn associated_data(&self) -> Vec<u8> {
        let parts = [
            self.purpose.as_bytes(),
            self.tenant.as_str().as_bytes(),
            self.connection.as_bytes(),
        ];
        parts.join(&0)
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ids: Vec<&str> = self.keys.iter().map(|(id, _)| id.as_str()).collect();
        f.debug_struct("Keyring")
            .field("ids", &ids)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(keys: &[(&str, u8)]) -> Keyring {
        let key = |&(id, byte): &(&str, u8)| (id.to_owned(), SecretBox::new(Box::new([byte; 32])));
        Keyring::new(keys.iter().map(key)).unwrap()
    }

    fn owner<'a>(tenant: &'a Tenant, connection: u128, purpose: &'static str) -> Owner<'a> {
        Owner {
            tenant,
            connection: Uuid::from_u128(connection),
            purpose,
        }
    }

    #[test]
    fn a_secret_opens_for_its_owner_and_nobody_else() {
        let (ring, acme, other) = (
            ring(&[("k", 1)]),
            Tenant::try_from("acme").unwrap(),
            Tenant::try_from("other").unwrap(),
        );
        let sealed = ring.seal(owner(&acme, 1, "credential"), b"hush").unwrap();
        let open = |owner| ring.open(owner, &sealed);
        assert_eq!(
            open(owner(&acme, 1, "credential")).unwrap().as_slice(),
            b"hush"
        );
        for stranger in [
            owner(&other, 1, "credential"),
            owner(&acme, 2, "credential"),
            owner(&acme, 1, "webhooks"),
        ] {
            assert_eq!(open(stranger).unwrap_err(), SealError::Broken);
        }
    }

    #[test]
    fn the_first_key_seals_and_older_ones_still_open() {
        let tenant = Tenant::try_from("acme").unwrap();
        let owner = owner(&tenant, 1, "credential");
        let old = ring(&[("old", 1)]).seal(owner, b"hush").unwrap();
        let both = ring(&[("new", 2), ("old", 1)]);
        assert_eq!(both.open(owner, &old).unwrap().as_slice(), b"hush");
        let new = both.seal(owner, b"hush").unwrap();
        assert_eq!(new.key_id, "new");
        let gone = SealError::UnknownKey("new".into());
        assert_eq!(ring(&[("old", 1)]).open(owner, &new).unwrap_err(), gone);
    }

    #[test]
    fn the_same_secret_never_looks_the_same_and_any_changed_bit_is_noticed() {
        let tenant = Tenant::try_from("acme").unwrap();
        let owner = owner(&tenant, 1, "credential");
        let ring = ring(&[("k", 1)]);
        let sealed = ring.seal(owner, b"hush").unwrap();
        assert_ne!(sealed, ring.seal(owner, b"hush").unwrap());
        for bit in 0..sealed.bytes.len() * 8 {
            let mut changed = sealed.clone();
            changed.bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(ring.open(owner, &changed).unwrap_err(), SealError::Broken);
        }
        for length in 0..sealed.bytes.len() {
            let mut cut = sealed.clone();
            cut.bytes.truncate(length);
            assert_eq!(ring.open(owner, &cut).unwrap_err(), SealError::Broken);
        }
    }

    #[test]
    fn debug_shows_ids_only() {
        assert_eq!(
            format!("{:?}", ring(&[("a", 1), ("b", 2)])),
            "Keyring { ids: [\"a\", \"b\"], .. }"
        );
    }
}
