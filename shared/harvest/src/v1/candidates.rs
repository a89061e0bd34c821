//! `/v1/candidates` and `/v1/prospects`: people who applied, and people who have not (yet).

use chrono::{DateTime, Utc};
use domain::{CandidateId, UserId};
use serde::{Deserialize, Serialize};

use super::applications::ApplicationBody;
use super::custom_fields::Written;
use super::notes::visibility;
use super::{List, Moment, list, single, stored, time};
use crate::candidates::{Candidate, CandidatePatch, CreatedCandidate, NewCandidate};
use crate::operation::Operation;
use crate::request::Request;
use crate::wire::{self, PersonBody, WireContact, WireFields, contacts, loose_text, name, values};

const PATH: &str = "/v1/candidates";

pub(crate) fn with_email(email: &str) -> Request {
    Request::list(Operation::CandidatesList, PATH).with("email", email)
}

pub(crate) fn with_id(id: CandidateId) -> Request {
    Request::get(Operation::CandidatesRetrieve, format!("{PATH}/{id}"))
}

pub(crate) fn created(from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> Request {
    let since = Request::list(Operation::CandidatesList, PATH).with_time("created_after", from);
    match to {
        Some(to) => since.with_time("created_before", to),
        None => since,
    }
}

/// v1 has a path for people who apply and another for prospects; whoever applies needs an application.
pub(crate) fn create(
    candidate: &NewCandidate,
    fields: &[Written],
    author: Option<UserId>,
) -> Request {
    let operation = candidate.operation();
    let inline = candidate.application.as_ref().map(ApplicationBody::inline);
    let (path, applications, application) = match operation {
        Operation::CandidatesCreate => (PATH, inline.into_iter().collect(), None),
        _ => ("/v1/prospects", Vec::new(), inline),
    };
    let notes = candidate.note.iter().map(|note| NoteBody {
        user_id: author,
        body: &note.body,
        visibility: visibility(note.visibility),
    });
    let body = CreateBody {
        person: PersonBody::of(candidate, fields),
        activity_feed_notes: notes.collect(),
        applications,
        application,
    };
    Request::post(operation, path, &body)
}

/// `fields`: the custom fields to change; v1 leaves the others as they are.
pub(crate) fn update(id: CandidateId, patch: &CandidatePatch, fields: &[Written]) -> Request {
    let body = PersonBody::changed(patch, fields);
    Request::patch(Operation::CandidatesUpdate, format!("{PATH}/{id}"), &body)
}

pub(crate) fn read_created(body: &[u8]) -> Result<CreatedCandidate, serde_json::Error> {
    wire::read_created(body, super::applications::accept)
}

/// None for a row without an id; that there are such is not described.
pub(crate) fn read_each(body: &[u8]) -> Result<Vec<Option<Candidate>>, serde_json::Error> {
    wire::each_row(body, accept)
}

pub(crate) fn read_single(body: &[u8]) -> Result<Vec<Candidate>, serde_json::Error> {
    single(body, accept)
}

#[derive(Serialize)]
struct CreateBody<'a> {
    #[serde(flatten)]
    person: PersonBody<'a, Written>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    activity_feed_notes: Vec<NoteBody<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    applications: Vec<ApplicationBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<ApplicationBody<'a>>,
}

#[derive(Serialize)]
struct NoteBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<UserId>,
    body: &'a str,
    visibility: &'static str,
}

#[derive(Deserialize)]
struct Wire {
    id: Option<CandidateId>,
    first_name: Option<String>,
    last_name: Option<String>,
    #[serde(default, deserialize_with = "loose_text")]
    company: Option<String>,
    #[serde(default, deserialize_with = "loose_text")]
    title: Option<String>,
    is_private: Option<bool>,
    created_at: Option<Moment>,
    updated_at: Option<Moment>,
    last_activity: Option<Moment>,
    tags: List<String>,
    email_addresses: List<WireContact>,
    phone_numbers: List<WireContact>,
    website_addresses: List<WireContact>,
    social_media_addresses: List<WireContact>,
    addresses: List<WireContact>,
    keyed_custom_fields: Option<WireFields>,
}

fn accept(wire: Wire) -> Option<Candidate> {
    Some(Candidate {
        id: stored(wire.id)?,
        first_name: name(wire.first_name),
        last_name: name(wire.last_name),
        company: wire.company,
        title: wire.title,
        private: wire.is_private.unwrap_or_default(),
        created_at: time(wire.created_at),
        updated_at: time(wire.updated_at),
        last_activity_at: time(wire.last_activity),
        tags: list(wire.tags),
        email_addresses: contacts(wire.email_addresses),
        phone_numbers: contacts(wire.phone_numbers),
        website_addresses: contacts(wire.website_addresses),
        social_media_addresses: contacts(wire.social_media_addresses),
        addresses: contacts(wire.addresses),
        custom_fields: values(wire.keyed_custom_fields),
    })
}
