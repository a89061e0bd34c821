//! Reading and changing how v1 behaves: the `v1` key of the settings.

use serde::Deserialize;
use serde_json::{Value, json};

use super::settings::{length, name, put, word};
use crate::{
    org::Refused,
    v1::{
        ActingUserDenied, ActingUserMissing, CreateStatus, CurrencyKey, Order, PermissionMissing,
        SinglePage, UnknownParameters, UnknownReference, V1PatchAnswer, V1Settings,
    },
};

/// What may be changed; absent keys stay as they are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    rate_limit: Option<u32>,
    rate_window: Option<f64>,
    /// 0 switches v1 on again.
    switched_off: Option<u16>,
    permission_missing: Option<String>,
    acting_user_missing: Option<String>,
    acting_user_denied: Option<String>,
    unknown_reference: Option<String>,
    create_status: Option<String>,
    patch_answer: Option<String>,
    single_page: Option<String>,
    order: Option<String>,
    unknown_parameters: Option<String>,
    currency_key: Option<String>,
    email_minds_case: Option<bool>,
    application_custom_fields: Option<bool>,
    employee_ids: Option<bool>,
}

pub(super) fn apply(settings: &mut V1Settings, change: &Change) -> Result<(), Refused> {
    macro_rules! words {
        ($($key:ident $words:ident;)*) => {
            $(put(&mut settings.$key, word(concat!("v1.", stringify!($key)), &change.$key, &$words)?);)*
        };
    }
    put(&mut settings.rate_limit, change.rate_limit);
    let window = length("v1.rate_window", change.rate_window)?;
    put(&mut settings.rate_window, window);
    let off = change.switched_off;
    put(
        &mut settings.switched_off,
        off.map(|status| Some(status).filter(|status| *status > 0)),
    );
    words! {
        permission_missing PERMISSION;
        acting_user_missing ACTING_MISSING;
        acting_user_denied ACTING_DENIED;
        unknown_reference REFERENCE;
        create_status CREATE;
        patch_answer PATCH;
        single_page SINGLE;
        order ORDER;
        unknown_parameters PARAMETERS;
        currency_key CURRENCY;
    }
    put(&mut settings.email_minds_case, change.email_minds_case);
    let shown = change.application_custom_fields;
    put(&mut settings.application_custom_fields, shown);
    put(&mut settings.employee_ids, change.employee_ids);
    Ok(())
}

pub(super) fn shown(settings: &V1Settings) -> Value {
    json!({
        "rate_limit": settings.rate_limit,
        "rate_window": settings.rate_window.as_secs_f64(),
        "switched_off": settings.switched_off.unwrap_or_default(),
        "permission_missing": name(&PERMISSION, settings.permission_missing),
        "acting_user_missing": name(&ACTING_MISSING, settings.acting_user_missing),
        "acting_user_denied": name(&ACTING_DENIED, settings.acting_user_denied),
        "unknown_reference": name(&REFERENCE, settings.unknown_reference),
        "create_status": name(&CREATE, settings.create_status),
        "patch_answer": name(&PATCH, settings.patch_answer),
        "single_page": name(&SINGLE, settings.single_page),
        "order": name(&ORDER, settings.order),
        "unknown_parameters": name(&PARAMETERS, settings.unknown_parameters),
        "currency_key": name(&CURRENCY, settings.currency_key),
        "email_minds_case": settings.email_minds_case,
        "application_custom_fields": settings.application_custom_fields,
        "employee_ids": settings.employee_ids,
    })
}

const PERMISSION: [(&str, PermissionMissing); 2] = [
    ("forbidden", PermissionMissing::Forbidden),
    ("unauthorized", PermissionMissing::Unauthorized),
];
const ACTING_MISSING: [(&str, ActingUserMissing); 2] = [
    ("not_found", ActingUserMissing::NotFound),
    ("unprocessable", ActingUserMissing::Unprocessable),
];
const ACTING_DENIED: [(&str, ActingUserDenied); 2] = [
    ("forbidden", ActingUserDenied::Forbidden),
    ("not_found", ActingUserDenied::NotFound),
];
const REFERENCE: [(&str, UnknownReference); 2] = [
    ("unprocessable", UnknownReference::Unprocessable),
    ("not_found", UnknownReference::NotFound),
];
const CREATE: [(&str, CreateStatus); 2] =
    [("ok", CreateStatus::Ok), ("created", CreateStatus::Created)];
const PATCH: [(&str, V1PatchAnswer); 2] = [
    ("array", V1PatchAnswer::Array),
    ("object", V1PatchAnswer::Object),
];
const SINGLE: [(&str, SinglePage); 2] = [
    ("no_link", SinglePage::NoLink),
    ("last_only", SinglePage::LastOnly),
];
const ORDER: [(&str, Order); 3] = [
    ("descending", Order::Descending),
    ("ascending", Order::Ascending),
    ("activity", Order::Activity),
];
const PARAMETERS: [(&str, UnknownParameters); 2] = [
    ("refused", UnknownParameters::Refused),
    ("ignored", UnknownParameters::Ignored),
];
const CURRENCY: [(&str, CurrencyKey); 2] = [
    ("amount", CurrencyKey::Amount),
    ("value", CurrencyKey::Value),
];
