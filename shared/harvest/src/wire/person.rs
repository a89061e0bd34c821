//! A person as both versions write them; only the form of custom fields is the version's own.

use domain::matching::Contact;
use serde::Serialize;

use super::contacts::{Profile, profiles};
use crate::candidates::{CandidatePatch, NewCandidate};

/// Stands for a name that is not known: v1 requires both, and of v3 it is not certain that it does not.
const NO_NAME: &str = "-";

/// What creating and editing have in common. Lists replace what is there, so an empty one is left out: it would clear.
#[derive(Serialize)]
pub(crate) struct PersonBody<'a, F> {
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    email_addresses: &'a [Contact],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    phone_numbers: &'a [Contact],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    website_addresses: &'a [Contact],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    social_media_addresses: Vec<Profile<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    addresses: &'a [Contact],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    custom_fields: &'a [F],
}

impl<'a, F> PersonBody<'a, F> {
    /// `fields`: the person's custom fields as the version writes them.
    pub(crate) fn of(candidate: &'a NewCandidate, fields: &'a [F]) -> Self {
        let [first_name, last_name] = names(candidate);
        Self {
            first_name: Some(first_name),
            last_name: Some(last_name),
            company: candidate.company.as_deref(),
            title: candidate.title.as_deref(),
            email_addresses: &candidate.email_addresses,
            phone_numbers: &candidate.phone_numbers,
            website_addresses: &candidate.website_addresses,
            social_media_addresses: profiles(&candidate.social_media_addresses),
            addresses: &candidate.addresses,
            tags: &candidate.tags,
            custom_fields: fields,
        }
    }

    /// `fields`: those to send; whether the others stay is up to the version. Tags are applied one by one instead: as a list
    /// they would replace those of others.
    pub(crate) fn changed(patch: &'a CandidatePatch, fields: &'a [F]) -> Self {
        Self {
            first_name: patch.first_name.as_deref(),
            last_name: patch.last_name.as_deref(),
            company: patch.company.as_deref(),
            title: patch.title.as_deref(),
            email_addresses: all(&patch.email_addresses),
            phone_numbers: all(&patch.phone_numbers),
            website_addresses: all(&patch.website_addresses),
            social_media_addresses: profiles(all(&patch.social_media_addresses)),
            addresses: all(&patch.addresses),
            tags: &[],
            custom_fields: fields,
        }
    }
}

/// A name as it was read. What stands for none is none, so that the name can be filled in once it is known.
pub(crate) fn name(read: Option<String>) -> Option<String> {
    read.filter(|name| name.trim() != NO_NAME)
}

/// First and last name. Whoever has neither is sent as they are, for Greenhouse to refuse.
fn names(candidate: &NewCandidate) -> [&str; 2] {
    let names = [candidate.first_name.trim(), candidate.last_name.trim()];
    let nameless = names.iter().all(|name| name.is_empty());
    names.map(|name| match name {
        "" if !nameless => NO_NAME,
        name => name,
    })
}

fn all<T>(list: &Option<Vec<T>>) -> &[T] {
    list.as_deref().unwrap_or_default()
}
