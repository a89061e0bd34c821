//! Users, in short where they are part of something else, and whole.

use serde_json::{Value, json};

use super::place::{department, office};
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
pub(in crate::v1) fn user(org: &Org, user: &User) -> Value {
    let offices = user.office_ids.iter().filter_map(|id| org.offices.get(*id));
    let departments = user.department_ids.iter();
    let departments = departments.filter_map(|id| org.departments.get(*id));
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
        "offices": offices.map(|row| office(org, row)).collect::<Vec<_>>(),
        "departments": departments.map(|row| department(org, row)).collect::<Vec<_>>(),
    })
}
