//! `/v1/users`. Service accounts are people to nobody here.

use serde_json::Value;

use super::{call::Call, custom_values, query::DATES, shown};
use crate::{
    http::reply::{Answer, Reply},
    listing::selection::Selection,
    org::rows::User,
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
    let query = call.query(&["user_attributes"])?;
    let attributes = query.flag("user_attributes")?.unwrap_or(false);
    let user = call.retrieve(&call.org.users, call.ids[0])?;
    Ok(Reply::ok(&shown(call, user, attributes)))
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
