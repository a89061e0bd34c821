//! `/v3/candidates`

use chrono::{DateTime, Utc};
use domain::CandidateId;
use serde::{Deserialize, Serialize};

use super::applications::ApplicationBody;
use super::{List, Moment, list, rows, stored, time};
use crate::candidates::{Candidate, CandidatePatch, CreatedCandidate, NewCandidate};
use crate::custom_fields::CustomFieldValue;
use crate::operation::Operation;
use crate::request::Request;
use crate::wire::{self, PersonBody, WireContact, WireFields, contacts, loose_text, name, values};

const PATH: &str = "/v3/candidates";

pub(crate) fn with_email(email: &str) -> Request {
    Request::list(Operation::CandidatesList, PATH).with("email", email)
}

pub(crate) fn with_ids(ids: &[CandidateId]) -> Request {
    Request::get(Operation::CandidatesRetrieve, PATH).with_ids("ids", ids)
}

pub(crate) fn created(from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> Request {
    Request::list(Operation::CandidatesList, PATH).with_dates("created_at", from, to)
}

pub(crate) fn create(candidate: &NewCandidate) -> Request {
    let application = candidate.application.as_ref();
    let body = CreateBody {
        person: PersonBody::of(candidate, &candidate.custom_fields),
        application: application.map(|application| ApplicationBody::new(None, application)),
    };
    Request::post(candidate.operation(), PATH, &body)
}

/// `fields`: all custom fields the person shall have, since they replace what is there.
pub(crate) fn update(
    id: CandidateId,
    patch: &CandidatePatch,
    fields: &[CustomFieldValue],
) -> Request {
    let body = PersonBody::changed(patch, fields);
    Request::patch(Operation::CandidatesUpdate, format!("{PATH}/{id}"), &body)
}

pub(crate) fn read_created(body: &[u8]) -> Result<CreatedCandidate, serde_json::Error> {
    wire::read_created(body, super::applications::accept)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<Candidate>, serde_json::Error> {
    rows(body, accept)
}

/// None for somebody who is still being processed.
pub(crate) fn read_each(body: &[u8]) -> Result<Vec<Option<Candidate>>, serde_json::Error> {
    wire::each_row(body, accept)
}

#[derive(Serialize)]
struct CreateBody<'a> {
    #[serde(flatten)]
    person: PersonBody<'a, CustomFieldValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<ApplicationBody<'a>>,
}

#[derive(Deserialize)]
struct WireCandidate {
    id: Option<CandidateId>,
    first_name: Option<String>,
    last_name: Option<String>,
    #[serde(default, deserialize_with = "loose_text")]
    company: Option<String>,
    #[serde(default, deserialize_with = "loose_text")]
    title: Option<String>,
    private: Option<bool>,
    created_at: Option<Moment>,
    updated_at: Option<Moment>,
    last_activity_at: Option<Moment>,
    tags: List<String>,
    email_addresses: List<WireContact>,
    phone_numbers: List<WireContact>,
    website_addresses: List<WireContact>,
    social_media_addresses: List<WireContact>,
    addresses: List<WireContact>,
    custom_fields: Option<WireFields>,
}

fn accept(wire: WireCandidate) -> Option<Candidate> {
    Some(Candidate {
        id: stored(wire.id)?,
        first_name: name(wire.first_name),
        last_name: name(wire.last_name),
        company: wire.company,
        title: wire.title,
        private: wire.private.unwrap_or_default(),
        created_at: time(wire.created_at),
        updated_at: time(wire.updated_at),
        last_activity_at: time(wire.last_activity_at),
        tags: list(wire.tags),
        email_addresses: contacts(wire.email_addresses),
        phone_numbers: contacts(wire.phone_numbers),
        website_addresses: contacts(wire.website_addresses),
        social_media_addresses: contacts(wire.social_media_addresses),
        addresses: contacts(wire.addresses),
        custom_fields: values(wire.custom_fields),
    })
}
