//! `/v1/users`. Service accounts are people to nobody here.

use serde_json::Value;

use super::{call::Call, custom_values, query::DATES, refusal, shown};
use crate::{
    body::{Body, Field, Kind, may, must},
    http::reply::{Answer, Reply},
    listing::selection::Selection,
    org::{people::NewUser, rows::User},
    table::{Row, Table},
};

const FILTERS: &[&str] = &[
    "created_after",
    "created_before",
    "updated_after",
    "updated_before",
    "employee_id",
    "email",
    "user_attributes",
];

const CREATION: &[Field] = &[
    must("first_name", Kind::Filled),
    must("last_name", Kind::Filled),
    must("email", Kind::Email),
    may("send_email_invite", Kind::Bool),
    may("employee_id", Kind::Filled),
    may("office_ids", Kind::Ids),
    may("external_office_ids", Kind::Texts),
    may("department_ids", Kind::Ids),
    may("external_department_ids", Kind::Texts),
    may("custom_fields", Kind::Anything),
];

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let query = call.list_query(FILTERS)?;
    let mut selection = Selection {
        dates: query.ranges(&DATES)?,
        ..Selection::default()
    };
    let service = ("service_account", vec![false.into()]);
    selection.keys.push(service);
    if let Some(id) = query.text("employee_id") {
        selection.keys.push(("employee_ids", vec![id.into()]));
    }
    let attributes = query.flag("user_attributes")?.unwrap_or(false);
    let email = query.text("email");
    let owns = |user: &User| {
        email.is_none_or(|email| {
            user.primary_email == email || user.emails.iter().any(|own| own == email)
        })
    };
    let shown = |user: &User| shown(call, user, attributes);
    call.list(&query, &call.org.users, selection, &owns, shown)
}

pub(super) fn retrieve(call: &mut Call<'_>) -> Answer {
    call.query(&[])?;
    let user = call.retrieve(&call.org.users, call.ids[0])?;
    if user.service_account {
        return Err(refusal::not_found());
    }
    Ok(Reply::ok(&shown(call, user, false)))
}

/// Makes a user with the least rights. Only Site Admins can.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let body = call.body(CREATION)?;
    call.allow(call.admin())?;
    let email = body.text("email").unwrap_or_default();
    let lower = email.to_lowercase();
    let taken = |user: &User| user.emails.iter().any(|own| own.to_lowercase() == lower);
    if call.org.users.iter().any(taken) {
        return Err(refusal::invalid("email", "Has already been taken"));
    }
    if body.has("employee_id") && !call.settings.v1.employee_ids {
        let reason = "Is not part of the subscription";
        return Err(refusal::invalid("employee_id", reason));
    }
    let offices = places(&body, "office_ids", &call.org.offices)?;
    let departments = places(&body, "department_ids", &call.org.departments)?;
    let blank = custom_values::blank(call.org, "user_attribute");
    let values = match body.get("custom_fields") {
        None => blank,
        Some(Value::Array(items)) => {
            custom_values::merge(call.org, "user_attribute", &blank, items)
                .map_err(|refused| call.refused(refused))?
        }
        Some(_) => return Err(refusal::invalid("custom_fields", "Is not an array")),
    };
    let new = NewUser {
        first_name: body.text("first_name").unwrap_or_default(),
        last_name: body.text("last_name").unwrap_or_default(),
        email,
        employee_id: body.text("employee_id"),
        ..NewUser::default()
    };
    let id = call.org.add_user(new, call.now);
    call.org.place_user(id, offices, departments);
    call.org.users.change(id, |user| {
        user.custom_fields = Some(values);
    });
    let user = call.org.users.get(id);
    let whole = user.map_or(Value::Null, |user| shown(call, user, true));
    Ok(call.created(&whole))
}

/// Offices or departments, named by ids or by external ids but not by both.
fn places<T: Row>(body: &Body, name: &str, table: &Table<T>) -> Result<Vec<i64>, Reply> {
    let external = format!("external_{name}");
    if body.has(name) && body.has(&external) {
        let reason = format!("Cannot be combined with {name}");
        return Err(refusal::invalid(&external, &reason));
    }
    let by_id = body.ids(name).unwrap_or_default();
    let by_id = by_id.into_iter().map(|id| table.get(id));
    let by_name = body.texts(&external).unwrap_or_default();
    let by_name = by_name
        .iter()
        .map(|text| table.find("external_id", text.as_str()).next());
    let all = by_id.chain(by_name).map(|row| row.map(|row| row.meta().id));
    let all: Option<Vec<i64>> = all.collect();
    all.ok_or_else(|| refusal::invalid(name, "Is unknown"))
}

fn shown(call: &Call<'_>, user: &User, attributes: bool) -> Value {
    let mut whole = shown::user(call.org, user);
    if attributes {
        let values = user.custom_fields.clone().unwrap_or_default();
        let currency = call.settings.v1.currency_key;
        let shown = custom_values::shown(call.org, "user_attribute", &values, currency);
        (whole["custom_fields"], whole["keyed_custom_fields"]) = shown;
    }
    whole
}
