//! Contact entries: `{value, type}`, in both versions.

use domain::matching::Contact;
use serde::{Deserialize, Serialize};

use super::{List, list};

#[derive(Deserialize)]
pub(crate) struct WireContact {
    value: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

pub(crate) fn contacts(wire: List<WireContact>) -> Vec<Contact> {
    let accept = |contact: WireContact| {
        Some(Contact {
            value: contact.value?,
            kind: contact.kind,
        })
    };
    list(wire).into_iter().filter_map(accept).collect()
}

/// Social media profiles have a value and nothing else.
#[derive(Serialize)]
pub(super) struct Profile<'a> {
    value: &'a str,
}

pub(super) fn profiles(contacts: &[Contact]) -> Vec<Profile<'_>> {
    let values = contacts.iter().map(|contact| &contact.value);
    values.map(|value| Profile { value }).collect()
}
