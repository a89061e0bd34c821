//! `/v3/custom_field_options`. Lists show archived options too.

use super::{
    call::{Call, refusal},
    custom_fields::option,
};
use crate::{
    body::{Field, Kind, may, may_null, must},
    http::reply::{Answer, Reply},
    listing::{Filter, Listing},
    org::rows::CustomFieldOption,
};

pub(super) const LISTING: Listing = Listing {
    filters: &[
        Filter::Ids("custom_field_ids"),
        Filter::Bool("active"),
        Filter::Text("custom_field_key"),
    ],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "custom_field_id",
        "name",
        "external_id",
        "sort_order",
        "active",
    ],
};

const CREATION: &[Field] = &[
    must("custom_field_id", Kind::Id),
    must("name", Kind::Filled),
    must("sort_order", Kind::Id),
    may_null("external_id", Kind::Text),
];

const EDITION: &[Field] = &[
    may("name", Kind::Filled),
    may("sort_order", Kind::Id),
    may_null("external_id", Kind::Text),
];

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    call.list(&LISTING, &call.org.custom_fields.options)
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    call.admins_only()?;
    let body = call.body(CREATION)?;
    let field = body.id("custom_field_id").unwrap_or_default();
    let id = call
        .org
        .add_option(field, option(&body), call.now)
        .map_err(refusal(""))?;
    Ok(Reply::created(&call.org.custom_fields.options.get(id)))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    call.admins_only()?;
    let body = call.body(EDITION)?;
    if call.org.custom_fields.options.get(call.id).is_none() {
        return Err(Reply::no_record());
    }
    let edit = |row: &mut CustomFieldOption| {
        row.name = body.text("name").unwrap_or_else(|| row.name.clone());
        row.sort_order = body.id("sort_order").unwrap_or(row.sort_order);
        if body.has("external_id") {
            row.external_id = body.text("external_id");
        }
    };
    call.org
        .edit_option(call.id, edit, call.now)
        .map_err(refusal(""))?;
    Ok(Reply::ok(&call.org.custom_fields.options.get(call.id)))
}
