//! Harvest v1's requests and JSON, in the crate's types: the second adapter, for accounts and gateways that still speak
//! it. What v1 does differently ends here; [`crate::wire`] says how generously answers are read.
//!
//! Sources of the facts: Greenhouse's v1 documentation and recorded answers.

pub(crate) mod applications;
pub(crate) mod candidate_tags;
pub(crate) mod candidates;
pub(crate) mod close_reasons;
pub(crate) mod custom_fields;
pub(crate) mod departments;
pub(crate) mod hiring_teams;
pub(crate) mod job_posts;
pub(crate) mod job_stages;
pub(crate) mod jobs;
pub(crate) mod notes;
pub(crate) mod offices;
pub(crate) mod openings;
pub(crate) mod prospect_pools;
pub(crate) mod rejection_reasons;
pub(crate) mod sources;
pub(crate) mod users;

use chrono::{DateTime, Utc};
use domain::ReferrerId;
use serde::Serialize;

use crate::applications::NewApplication;
use crate::operation::Operation;
use crate::request::Request;
use crate::wire::{
    List, Moment, Named, WireId, list, one_or_many, only, rows, single, stored, time,
};

/// The call that costs Greenhouse the least.
pub(crate) fn cheapest() -> Request {
    Request::get(Operation::SourcesList, "/v1/sources").with("per_page", "1")
}

/// Narrows a list to what changed since then, that moment included.
fn changed_since(list: Request, since: Option<DateTime<Utc>>) -> Request {
    match since {
        Some(since) => list.with_time("updated_after", since),
        None => list,
    }
}

/// Who gets the credit, as v1 writes it. The id is that of a user: v1 knows no referrers of their own.
#[derive(Serialize)]
struct Referrer<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    value: ReferrerValue<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ReferrerValue<'a> {
    User(ReferrerId),
    Outside(&'a str),
}

fn referrer(id: Option<ReferrerId>, outside: Option<&str>) -> Option<Referrer<'_>> {
    let (kind, value) = match (id, outside) {
        (Some(id), _) => ("id", ReferrerValue::User(id)),
        (None, Some(name)) => ("outside", ReferrerValue::Outside(name)),
        (None, None) => return None,
    };
    Some(Referrer { kind, value })
}

fn referrer_of(application: &NewApplication) -> Option<Referrer<'_>> {
    let outside = application.outside_referrer.as_deref();
    referrer(application.referrer_id, outside)
}

#[cfg(test)]
mod tests;
