//! Who is the same person: e-mail addresses, the keys we remember people by, the choice among several matches, and
//! what an edit may add to somebody's contact entries.
//!
//! Deliberately absent: guessing from names. Somebody without a matching address or marker is somebody else.

mod contacts;
mod kinds;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

pub use contacts::{Contact, union_contacts};
pub use kinds::ContactList;

use crate::ids::{CandidateId, IntrroCandidateId, Tenant};

/// The address trimmed and in lower case, if it has exactly one `@`, something on both sides and no white space inside.
///
/// Greenhouse's e-mail filter ignores case (v3 `GET /v3/candidates?email=`), so the local part is folded as well.
#[must_use]
pub fn normalise_email(address: &str) -> Option<String> {
    let address = address.trim();
    let (local, domain) = address.split_once('@')?;
    let broken = |part: &str| {
        part.is_empty() || part.contains(|c: char| c == '@' || c.is_whitespace() || c.is_control())
    };
    (!broken(local) && !broken(domain)).then(|| address.to_lowercase())
}

/// The key by which we remember an address of this tenant without storing it (SHA-256); `None` if it is no address.
#[must_use]
pub fn email_key(tenant: &Tenant, address: &str) -> Option<[u8; 32]> {
    normalise_email(address).map(|address| key("email", tenant, &address))
}

/// The key by which we remember an Intrro candidate of this tenant. Never equal to an [`email_key`].
#[must_use]
pub fn candidate_key(tenant: &Tenant, id: &IntrroCandidateId) -> [u8; 32] {
    key("candidate", tenant, id.as_str())
}

/// The key by which we remember an employee of this tenant by their number there. Never equal to one of the others.
#[must_use]
pub fn employee_key(tenant: &Tenant, number: &str) -> [u8; 32] {
    key("employee", tenant, number)
}

/// The key of the line for somebody in this tenant's Greenhouse. Never equal to one of the others.
#[must_use]
pub fn greenhouse_key(tenant: &Tenant, id: CandidateId) -> [u8; 32] {
    key("greenhouse", tenant, &id.to_string())
}

/// The match to take among several: the most recently active, with equals (or no activity at all) the oldest record,
/// which is the one with the lowest id. `None` only for an empty slice.
#[must_use]
pub fn most_recently_active(
    matches: &[(CandidateId, Option<DateTime<Utc>>)],
) -> Option<CandidateId> {
    matches
        .iter()
        .max_by_key(|(id, active)| (*active, std::cmp::Reverse(*id)))
        .map(|(id, _)| *id)
}

/// NUL separates the parts unambiguously: no kind and no tenant contains it.
fn key(kind: &str, tenant: &Tenant, value: &str) -> [u8; 32] {
    let parts = [kind, tenant.as_str(), value].join("\0");
    Sha256::digest(parts.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(name: &str) -> Tenant {
        Tenant::try_from(name).unwrap()
    }

    #[test]
    fn addresses_are_trimmed_and_lowercased() {
        assert_eq!(
            normalise_email("  Ada.L@Example.COM\n").as_deref(),
            Some("ada.l@example.com")
        );
    }

    #[test]
    fn what_is_no_address_has_no_normal_form() {
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "a@b@c",
            "a b@c.d",
            "a@c d",
            "a\0@b",
        ] {
            assert_eq!(normalise_email(text), None, "{text:?}");
        }
    }

    #[test]
    fn keys_depend_on_tenant_kind_and_normal_form_only() {
        let key = email_key(&tenant("acme"), "ada@example.com");
        assert!(key.is_some());
        assert_eq!(key, email_key(&tenant("acme"), " ADA@example.com "));
        assert_ne!(key, email_key(&tenant("bcme"), "ada@example.com"));
        let id = IntrroCandidateId::try_from("ada@example.com").unwrap();
        assert_ne!(key, Some(candidate_key(&tenant("acme"), &id)));
        let employee = |name| employee_key(&tenant(name), "ada@example.com");
        assert_ne!(key, Some(employee("acme")));
        assert_ne!(candidate_key(&tenant("acme"), &id), employee("acme"));
        assert_ne!(employee("acme"), employee("bcme"));
        let greenhouse = greenhouse_key(&tenant("acme"), CandidateId(7));
        assert_ne!(greenhouse, employee_key(&tenant("acme"), "7"));
        assert_eq!(email_key(&tenant("acme"), "ada"), None);
    }

    #[test]
    fn keys_stay_what_they_were() {
        let hex: String = candidate_key(
            &tenant("acme"),
            &IntrroCandidateId::try_from("c-1").unwrap(),
        )[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(hex, "9e3c5a04c2950436");
    }

    #[test]
    fn the_most_recently_active_match_is_taken() {
        let at = |second| DateTime::from_timestamp(second, 0);
        let choose = |matches: &[(i64, Option<DateTime<Utc>>)]| {
            let matches: Vec<_> = matches
                .iter()
                .map(|(id, active)| (CandidateId(*id), *active))
                .collect();
            most_recently_active(&matches).map(CandidateId::get)
        };
        assert_eq!(choose(&[]), None);
        assert_eq!(choose(&[(1, at(5)), (2, at(9)), (3, None)]), Some(2));
        assert_eq!(choose(&[(3, at(9)), (2, at(9))]), Some(2));
        assert_eq!(choose(&[(3, None), (2, None)]), Some(2));
    }
}
