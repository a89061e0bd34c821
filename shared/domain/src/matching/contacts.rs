//! Merging contact entries: what Greenhouse has stays as it is, and only what is really new is added.
//!
//! Greenhouse replaces a whole list on edit, so the result is always the full list, and never an empty one.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::kinds::ContactList;
use super::normalise_email;

/// One entry of a contact list, as Greenhouse has it.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Contact {
    /// The address, number or URL, as written by whoever entered it.
    pub value: String,
    /// Greenhouse's word for the type (on the wire: `type`); social profiles have none.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// Prints the type alone: the value is personal data.
impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contact")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// The full list to write, if `incoming` has something `existing` has not; `None` if there is nothing to add.
///
/// Existing entries stay as they are and come first. New ones are trimmed, their types mapped to Greenhouse's words;
/// empty values and broken e-mail addresses are left out. Two entries are the same if they are the same e-mail address,
/// the same digits, the same URL regardless of scheme, `www.`, a slash at the end and the host's case, or (addresses)
/// the same words.
#[must_use]
pub fn union_contacts(
    list: ContactList,
    existing: &[Contact],
    incoming: &[Contact],
) -> Option<Vec<Contact>> {
    let mut known: HashSet<String> = existing
        .iter()
        .filter_map(|contact| identity(list, &contact.value))
        .collect();
    let mut union = existing.to_vec();
    for contact in incoming {
        if identity(list, &contact.value).is_some_and(|identity| known.insert(identity)) {
            let kind = list.kind(contact.kind.as_deref()).map(str::to_owned);
            union.push(Contact {
                value: contact.value.trim().to_owned(),
                kind,
            });
        }
    }
    (union.len() > existing.len()).then_some(union)
}

/// What makes an entry the same as another one of its list; `None` for what should not be written.
fn identity(list: ContactList, value: &str) -> Option<String> {
    let identity = match list {
        ContactList::Emails => normalise_email(value)?,
        ContactList::Phones => phone(value),
        ContactList::Websites | ContactList::SocialProfiles => url(value),
        ContactList::Addresses => words(value),
    };
    (!identity.is_empty()).then_some(identity)
}

/// Digits, with the international prefix `00` dropped like `+`; a name (Skype) is compared as text.
fn phone(value: &str) -> String {
    if value.chars().any(char::is_alphabetic) {
        return words(value);
    }
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    digits
        .strip_prefix("00")
        .map_or(digits.clone(), str::to_owned)
}

fn url(value: &str) -> String {
    let value = value.trim();
    let rest = value.split_once("://").map_or(value, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let host = host.to_lowercase();
    format!(
        "{}{}",
        host.strip_prefix("www.").unwrap_or(&host),
        path.trim_end_matches('/')
    )
}

fn words(value: &str) -> String {
    value
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn contacts(values: &[&str]) -> Vec<Contact> {
        values
            .iter()
            .map(|value| Contact {
                value: (*value).to_owned(),
                kind: None,
            })
            .collect()
    }

    fn added(list: ContactList, existing: &[&str], incoming: &[&str]) -> Vec<String> {
        let union =
            union_contacts(list, &contacts(existing), &contacts(incoming)).unwrap_or_default();
        union
            .into_iter()
            .skip(existing.len())
            .map(|contact| contact.value)
            .collect()
    }

    #[test]
    fn nothing_new_means_nothing_to_write() {
        assert_eq!(
            union_contacts(
                ContactList::Emails,
                &contacts(&["a@b.c"]),
                &contacts(&[" A@B.c "])
            ),
            None
        );
        assert_eq!(
            union_contacts(ContactList::Emails, &contacts(&["a@b.c"]), &[]),
            None
        );
        assert_eq!(
            union_contacts(ContactList::Emails, &[], &contacts(&["", "no address"])),
            None
        );
    }

    #[test]
    fn what_is_there_stays_untouched_and_first() {
        let existing = [Contact {
            value: "A@B.c".into(),
            kind: Some("odd".into()),
        }];
        let incoming = [Contact {
            value: " d@e.f ".into(),
            kind: Some("private".into()),
        }];
        let union = union_contacts(ContactList::Emails, &existing, &incoming).unwrap();
        assert_eq!(union[0], existing[0]);
        assert_eq!(
            union[1],
            Contact {
                value: "d@e.f".into(),
                kind: Some("personal".into())
            }
        );
    }

    #[test]
    fn phones_are_the_same_by_their_digits() {
        assert!(
            added(
                ContactList::Phones,
                &["+1 (415) 555-0100"],
                &["0014155550100"]
            )
            .is_empty()
        );
        assert_eq!(
            added(
                ContactList::Phones,
                &["+1 415 555 0100"],
                &["+1 415 555 0101"]
            )
            .len(),
            1
        );
        assert_eq!(
            added(ContactList::Phones, &["live:ada1"], &["live:bob1", "---"]),
            ["live:bob1"]
        );
    }

    #[test]
    fn urls_are_the_same_whatever_their_scheme_www_slash_and_case_of_host() {
        let existing = ["https://www.LinkedIn.com/in/Ada/"];
        assert!(
            added(
                ContactList::SocialProfiles,
                &existing,
                &["linkedin.com/in/Ada", "http://linkedin.com/in/Ada"]
            )
            .is_empty()
        );
        assert_eq!(
            added(
                ContactList::SocialProfiles,
                &existing,
                &["linkedin.com/in/ada"]
            )
            .len(),
            1
        );
    }

    #[test]
    fn addresses_are_the_same_by_their_words() {
        assert!(
            added(
                ContactList::Addresses,
                &["1 Main St\nOslo"],
                &["1 main st  oslo"]
            )
            .is_empty()
        );
    }

    #[test]
    fn an_entry_that_comes_twice_is_added_once() {
        assert_eq!(
            added(ContactList::Emails, &[], &["a@b.c", "A@b.c", "d@e.f"]),
            ["a@b.c", "d@e.f"]
        );
    }

    #[test]
    fn debug_shows_no_personal_data() {
        assert!(!format!("{:?}", contacts(&["ada@example.com"])).contains("ada"));
    }

    fn any_contacts() -> impl Strategy<Value = Vec<Contact>> {
        let value = prop_oneof![
            "[aA]@[bB]\\.c",
            "\\+?[0-9 ]{0,4}",
            "(https?://)?(www\\.)?[xX]\\.y/?[a-b]?",
            "\\PC{0,5}"
        ];
        let contact = (value, proptest::option::of("[a-z]{0,4}"));
        prop::collection::vec(
            contact.prop_map(|(value, kind)| Contact { value, kind }),
            0..6,
        )
    }

    proptest! {
        #[test]
        fn merging_twice_adds_nothing(existing in any_contacts(), incoming in any_contacts(), list in 0..5_usize) {
            let list = ContactList::ALL[list];
            if let Some(union) = union_contacts(list, &existing, &incoming) {
                prop_assert_eq!(&union[..existing.len()], &existing[..]);
                prop_assert!(!union.is_empty());
                prop_assert_eq!(union_contacts(list, &union, &incoming), None);
            }
        }
    }
}
