//! People as webhooks tell them: candidates, and the users who look after them or get credit for them.

use serde_json::{Value, json};

use super::values::keyed;
use crate::{
    org::{
        Org,
        rows::{Employment, User},
    },
    stamp::Stamp,
};

pub(in crate::org) fn candidate(org: &Org, id: i64) -> Option<Value> {
    let row = org.candidates.get(id)?;
    Some(json!({
        "id": id,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "title": row.title,
        "company": row.company,
        "created_at": row.meta.created_at,
        "external_id": Value::Null,
        "photo_url": Value::Null,
        "url": format!("https://app.greenhouse.io/people/{id}"),
        "is_private": row.private.unwrap_or_default(),
        "can_email": row.can_email,
        "phone_numbers": row.phone_numbers,
        "email_addresses": row.email_addresses,
        "addresses": row.addresses,
        "website_addresses": row.website_addresses,
        "social_media_addresses": row.social_media_addresses,
        "educations": [],
        "employments": row.employments.iter().map(employment).collect::<Vec<_>>(),
        "recruiter": named(org, row.recruiter_id),
        "coordinator": named(org, row.coordinator_id),
        "attachments": [],
        "tags": row.tags,
        "custom_fields": keyed(org, row.custom_fields.as_ref()),
    }))
}

/// Somebody who is gone.
pub(in crate::org) fn person(org: &Org, id: i64) -> Option<Value> {
    let row = org.candidates.get(id)?;
    Some(json!({
        "id": id,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "company": row.company,
        "title": row.title,
        "created_at": row.meta.created_at,
        "headline": Value::Null,
        "is_private": row.private.unwrap_or_default(),
        "recruiter_user_id": row.recruiter_id,
        "coordinator_user_id": row.coordinator_id,
        "can_email": row.can_email,
    }))
}

/// Who gets credit: a user, or somebody from outside who is only a name.
pub(super) fn referrer(org: &Org, id: i64) -> Option<Value> {
    let referrer = org.referrers.get(id)?;
    let user = referrer.user_id.and_then(|id| org.users.get(id));
    let outside = json!({"id": null, "email": null, "name": referrer.name, "employee_id": null});
    Some(user.map_or(outside, in_short))
}

fn named(org: &Org, user: Option<i64>) -> Option<Value> {
    user.and_then(|id| org.users.get(id)).map(in_short)
}

fn in_short(user: &User) -> Value {
    json!({
        "id": user.meta.id,
        "email": user.primary_email,
        "name": user.name,
        "employee_id": user.employee_id,
    })
}

/// Webhooks write the days of a career as Americans do.
fn employment(row: &Employment) -> Value {
    json!({
        "company_name": row.company_name,
        "title": row.title,
        "start_date": row.start_date.american_date(),
        "end_date": row.end_date.map(Stamp::american_date),
    })
}
