//! Candidates with their applications.

use serde_json::{Value, json};

use super::{
    application::{application, nested, without},
    person,
};
use crate::{
    org::rows::{Application, Candidate},
    v1::{call::Call, custom_values},
};

/// A whole candidate. Applications are found by a search and lag like one.
pub(in crate::v1) fn candidate(call: &Call<'_>, candidate: &Candidate) -> Value {
    let own = call.rows(&call.org.applications, "candidate_ids", candidate.id());
    whole(call, candidate, &own)
}

/// A candidate just made, with what was made together with them. A prospect's application shows its custom fields here
/// and nowhere else inside its candidate.
pub(in crate::v1) fn created_candidate(call: &Call<'_>, candidate: &Candidate) -> Value {
    let own = call.org.applications.find("candidate_ids", candidate.id());
    let own: Vec<&Application> = own.collect();
    let mut shown = whole(call, candidate, &own);
    without(&mut shown, &["linked_user_ids"]);
    for (at, one) in own.iter().enumerate().filter(|(_, one)| one.prospect) {
        let mut prospect = application(call, one);
        without(&mut prospect, &["attachments"]);
        shown["applications"][at] = prospect;
    }
    shown
}

fn whole(call: &Call<'_>, candidate: &Candidate, applications: &[&Application]) -> Value {
    let org = &*call.org;
    let ids: Vec<i64> = applications.iter().map(|one| one.id()).collect();
    let nested: Vec<Value> = applications.iter().map(|one| nested(org, one)).collect();
    let values = candidate.custom_fields.clone().unwrap_or_default();
    let currency = call.settings.v1.currency_key;
    let (slugs, keyed) = custom_values::shown(org, "candidate", &values, currency);
    json!({
        "id": candidate.id(),
        "first_name": candidate.first_name,
        "last_name": candidate.last_name,
        "company": candidate.company,
        "title": candidate.title,
        "created_at": candidate.meta.created_at,
        "updated_at": candidate.meta.updated_at,
        "last_activity": candidate.last_activity_at,
        "is_private": candidate.private.unwrap_or_default(),
        "photo_url": null,
        "attachments": [],
        "application_ids": ids,
        "phone_numbers": candidate.phone_numbers,
        "addresses": candidate.addresses,
        "email_addresses": candidate.email_addresses,
        "website_addresses": candidate.website_addresses,
        "social_media_addresses": candidate.social_media_addresses,
        "recruiter": person(org, candidate.recruiter_id),
        "coordinator": person(org, candidate.coordinator_id),
        "can_email": candidate.can_email,
        "tags": candidate.tags,
        "applications": nested,
        "educations": [],
        "employments": candidate.employments,
        "linked_user_ids": candidate.linked_user_ids,
        "custom_fields": slugs,
        "keyed_custom_fields": keyed,
    })
}
