//! Hashed keys by which a person is recognised without storing who they are.

use domain::{CandidateId, IntrroCandidateId, Tenant, matching};
use uuid::Uuid;

/// A hash of the tenant and of one thing that identifies a person: their Intrro id, one e-mail address, or their id in
/// Greenhouse.
///
/// Sixteen bytes of SHA-256; equal for equal input, so it serves as a lock name and as an index entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonKey(pub(crate) Uuid);

impl PersonKey {
    /// The key of an Intrro candidate.
    pub fn candidate(tenant: &Tenant, id: &IntrroCandidateId) -> PersonKey {
        PersonKey::cut(matching::candidate_key(tenant, id))
    }

    /// The key of an e-mail address; none when it is not one.
    pub fn email(tenant: &Tenant, address: &str) -> Option<PersonKey> {
        matching::email_key(tenant, address).map(PersonKey::cut)
    }

    /// The key of somebody in Greenhouse, for the order of what is written to them.
    pub(crate) fn greenhouse(tenant: &Tenant, id: CandidateId) -> PersonKey {
        PersonKey::cut(matching::greenhouse_key(tenant, id))
    }

    fn cut(hash: [u8; 32]) -> PersonKey {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        PersonKey(Uuid::from_bytes(bytes))
    }
}
