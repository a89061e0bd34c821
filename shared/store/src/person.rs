//! Hashed keys by which a person is recognised without storing who they are.

use domain::{IntrroCandidateId, Tenant};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A hash of the tenant and of one thing that identifies a person: their Intrro id or one e-mail address.
///
/// Sixteen bytes of SHA-256; equal for equal input, so it serves as a lock name and as an index entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonKey(pub(crate) Uuid);

impl PersonKey {
    /// The key of an Intrro candidate.
    pub fn candidate(tenant: &Tenant, id: &IntrroCandidateId) -> PersonKey {
        PersonKey::hashed(tenant, "candidate", id.as_str())
    }

    /// The key of an e-mail address that was already normalised by `domain::matching`.
    pub fn email(tenant: &Tenant, normalised: &str) -> PersonKey {
        PersonKey::hashed(tenant, "email", normalised)
    }

    fn hashed(tenant: &Tenant, what: &str, value: &str) -> PersonKey {
        let mut hash = Sha256::new();
        for part in [tenant.as_str(), what, value] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize()[..16]);
        PersonKey(Uuid::from_bytes(bytes))
    }
}
