//! Users, in short where they are part of something else, and whole.

use serde_json::{Value, json};

use crate::org::{Org, rows::User};

/// A user in short; null when there is none.
pub(in crate::v1) fn person(org: &Org, id: Option<i64>) -> Value {
    let user = id.and_then(|id| org.users.get(id));
    user.map_or(Value::Null, |user| {
        json!({
            "id": user.meta.id,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "name": user.name,
            "employee_id": user.employee_id,
        })
    })
}

/// A whole user, without custom fields.
pub(in crate::v1) fn user(_org: &Org, user: &User) -> Value {
    json!({
        "id": user.meta.id,
        "name": user.name,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "primary_email_address": user.primary_email,
        "updated_at": user.meta.updated_at,
        "created_at": user.meta.created_at,
        "disabled": user.deactivated,
        "site_admin": user.site_admin,
        "emails": user.emails,
        "employee_id": user.employee_id,
        "linked_candidate_ids": user.linked_candidate_ids,
        "offices": [],
        "departments": [],
    })
}
