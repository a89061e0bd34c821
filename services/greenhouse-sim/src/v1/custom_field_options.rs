//! `/v1/custom_field/{id}/custom_field_options`. Writes answer that they succeeded and nothing else, not even the ids of
//! what was made.

use serde_json::json;

use super::{
    call::Call,
    custom_fields::{OPTION, option},
    page, refusal, shown,
};
use crate::{
    body::{Body, Field, Kind, may, may_null, must},
    http::reply::{Answer, Reply},
    org::rows::CustomFieldOption,
};

const CREATION: &[Field] = &[must("options", Kind::List(OPTION))];

const EDITION: &[Field] = &[must(
    "options",
    Kind::List(&[
        must("id", Kind::Id),
        may("name", Kind::Filled),
        may("priority", Kind::Id),
        may_null("external_id", Kind::Text),
    ]),
)];

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let query = call.query(&["type", "per_page", page::SINCE])?;
    let field = call.ids[0];
    call.retrieve(&call.org.custom_fields.fields, field)?;
    let kind = query.word("type", &["all", "active", "inactive"])?;
    let wanted = |option: &&CustomFieldOption| match kind {
        Some("all") => true,
        Some("inactive") => !option.active,
        _ => option.active,
    };
    let own = call
        .org
        .custom_fields
        .options
        .find("custom_field_ids", field);
    let own: Vec<&CustomFieldOption> = own.filter(wanted).collect();
    page::onward(&own, shown::custom_field_option, &query, call.place())
}

/// A name that is there already is passed over in silence.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let options = options(call, CREATION)?;
    let field = call.ids[0];
    for new in &options {
        let name = new.text("name").unwrap_or_default();
        let known = call
            .org
            .custom_fields
            .options
            .find("custom_field_ids", field)
            .any(|known| known.name == name);
        if known {
            continue;
        }
        let made = call.org.add_option(field, option(new), call.now);
        made.map_err(|refused| call.refused(refused))?;
    }
    Ok(Reply::created(&json!({"success": true})))
}

/// All or nothing: what is wrong with one option spares the others too.
pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let options = options(call, EDITION)?;
    check_edition(call, &options)?;
    for edit in &options {
        let id = edit.id("id").unwrap_or_default();
        let change = |row: &mut CustomFieldOption| {
            row.name = edit.text("name").unwrap_or_else(|| row.name.clone());
            row.sort_order = edit.id("priority").unwrap_or(row.sort_order);
            if edit.has("external_id") {
                row.external_id = edit.text("external_id");
            }
        };
        let edited = call.org.edit_option(id, change, call.now);
        edited.map_err(|refused| call.refused(refused))?;
    }
    Ok(Reply::ok(&json!({"success": true})))
}

/// The options of a checked body, for a field that can have some.
fn options(call: &Call<'_>, schema: &[Field]) -> Result<Vec<Body>, Reply> {
    let body = call.body(schema)?;
    let field = call.org.custom_fields.fields.get(call.ids[0]);
    let field = field.ok_or_else(refusal::not_found)?;
    call.allow(call.admin())?;
    if !["single_select", "multi_select"].contains(&field.value_type.as_str()) {
        return Err(refusal::invalid("custom_field", "Is not a select"));
    }
    let options = body.list("options").unwrap_or_default();
    match options.is_empty() {
        true => Err(refusal::invalid("options", "Must not be empty")),
        false => Ok(options),
    }
}

fn check_edition(call: &Call<'_>, options: &[Body]) -> Result<(), Reply> {
    let field = call.ids[0];
    let own = || {
        call.org
            .custom_fields
            .options
            .find("custom_field_ids", field)
    };
    let mut names = Vec::new();
    for edit in options {
        let id = edit.id("id").unwrap_or_default();
        if !own().any(|known| known.meta.id == id) {
            return Err(refusal::invalid("options.id", "Is unknown"));
        }
        let Some(name) = edit.text("name") else {
            continue;
        };
        let other = own().any(|known| known.meta.id != id && known.name == name);
        if other || names.contains(&name) {
            return Err(refusal::invalid("options.name", "Has already been taken"));
        }
        names.push(name);
    }
    Ok(())
}
