//! `/v3/custom_fields`. Lists show archived fields too. What a body may hold is read off v1's rules and v3's names.

use super::call::{Call, refusal};
use crate::{
    body::{Body, Field, Kind, may, may_null, must},
    http::reply::{Answer, Reply},
    listing::{Filter, Listing},
    org::{fields::NewOption, rows::CustomField},
    table::Meta,
};

const TYPES: &[&str] = &[
    "application",
    "candidate",
    "job",
    "offer",
    "opening",
    "referral_question",
    "rejection_question",
    "user_attribute",
];

const VALUE_TYPES: &[&str] = &[
    "short_text",
    "long_text",
    "yes_no",
    "single_select",
    "multi_select",
    "currency",
    "currency_range",
    "number",
    "number_range",
    "date",
    "url",
    "user",
];

const OF_USERS: &[&str] = &["single_select", "multi_select", "yes_no", "user"];

/// Flags that only some types of field have.
const RESERVED: [(&str, &[&str]); 5] = [
    ("required", &["job", "offer", "opening"]),
    ("require_approval", &["job", "opening"]),
    ("trigger_new_version", &["offer"]),
    ("expose_in_job_board_api", &["job"]),
    ("api_only", &["job"]),
];

pub(super) const LISTING: Listing = Listing {
    filters: &[
        Filter::Word(
            "field_type",
            &[
                "job",
                "opening",
                "standard",
                "offer",
                "compensation_frequency",
                "candidate",
                "referral_question",
                "application",
                "rejection_question",
                "form",
                "agency_question",
                "user_attribute",
            ],
        ),
        Filter::Bool("active"),
        Filter::Text("name"),
        Filter::Text("name_key"),
    ],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "field_type",
        "sort_order",
        "name",
        "value_type",
        "private",
        "required",
        "require_approval",
        "trigger_new_version",
        "active",
        "updated_by_id",
        "internal_type",
        "expose_in_job_board_api",
        "placeholder",
        "name_key",
        "description",
        "application_type",
        "api_only",
        "use_for_job_approvals",
        "use_for_offer_approvals",
        "template_token_string",
        "default_value",
    ],
};

/// What can be said about a field at any time.
const EDITABLE: [Field; 7] = [
    may_null("description", Kind::Text),
    may("private", Kind::Bool),
    may("required", Kind::Bool),
    may("require_approval", Kind::Bool),
    may("trigger_new_version", Kind::Bool),
    may("expose_in_job_board_api", Kind::Bool),
    may("api_only", Kind::Bool),
];

const OPTION: &[Field] = &[
    must("name", Kind::Filled),
    must("sort_order", Kind::Id),
    may_null("external_id", Kind::Text),
];

fn creation() -> Vec<Field> {
    let mut schema = EDITABLE.to_vec();
    schema.extend([
        must("name", Kind::Filled),
        must("field_type", Kind::Word(TYPES)),
        must("value_type", Kind::Word(VALUE_TYPES)),
        may("custom_field_options", Kind::List(OPTION)),
    ]);
    schema
}

fn edition() -> Vec<Field> {
    let mut schema = EDITABLE.to_vec();
    schema.extend([
        may("name", Kind::Filled),
        may("active", Kind::Bool),
        may("sort_order", Kind::Id),
    ]);
    schema
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    call.list(&LISTING, &call.org.custom_fields.fields)
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    call.admins_only()?;
    let body = call.body(&creation())?;
    let text = |name: &str| body.text(name).unwrap_or_default();
    let (field_type, value_type) = (text("field_type"), text("value_type"));
    if field_type == "user_attribute" && !OF_USERS.contains(&value_type.as_str()) {
        return Err(Reply::invalid("value_type", "is not for a user_attribute"));
    }
    suits(&body, &field_type)?;
    let meta = Meta::new(call.org.ids.next("custom_field"), call.now);
    let mut field = CustomField::plain(meta, &field_type, &text("name"), &value_type);
    write(&mut field, &body, call.acting);
    let options = body.list("custom_field_options").unwrap_or_default();
    let options = options.iter().map(option).collect();
    let id = call
        .org
        .add_custom_field(field, options)
        .map_err(refusal(""))?;
    Ok(Reply::created(&call.org.custom_fields.fields.get(id)))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    call.admins_only()?;
    let body = call.body(&edition())?;
    let known = call.org.custom_fields.fields.get(call.id);
    let field_type = known.ok_or_else(Reply::no_record)?.field_type.clone();
    suits(&body, &field_type)?;
    let acting = call.acting;
    let edit = |field: &mut CustomField| {
        field.name = body.text("name").unwrap_or_else(|| field.name.clone());
        field.active = body.flag("active").or(field.active);
        field.sort_order = body.id("sort_order").unwrap_or(field.sort_order);
        write(field, &body, acting);
    };
    call.org
        .edit_custom_field(call.id, edit, call.now)
        .map_err(refusal(""))?;
    Ok(Reply::ok(&call.org.custom_fields.fields.get(call.id)))
}

/// An option of a body.
pub(super) fn option(body: &Body) -> NewOption {
    NewOption {
        name: body.text("name").unwrap_or_default(),
        sort_order: body.id("sort_order"),
        external_id: body.text("external_id"),
    }
}

fn suits(body: &Body, field_type: &str) -> Result<(), Reply> {
    let wrong = RESERVED
        .iter()
        .find(|(flag, types)| body.flag(flag) == Some(true) && !types.contains(&field_type));
    match wrong {
        Some((flag, _)) => Err(Reply::invalid(
            flag,
            &format!("is not for a field of type {field_type}"),
        )),
        None => Ok(()),
    }
}

fn write(field: &mut CustomField, body: &Body, acting: i64) {
    let put = |place: &mut bool, name: &str| *place = body.flag(name).unwrap_or(*place);
    put(&mut field.private, "private");
    // Those of offers always are.
    field.private |= field.field_type == "offer";
    put(&mut field.required, "required");
    put(&mut field.require_approval, "require_approval");
    put(&mut field.trigger_new_version, "trigger_new_version");
    put(
        &mut field.expose_in_job_board_api,
        "expose_in_job_board_api",
    );
    field.api_only = body.flag("api_only").or(field.api_only);
    if body.has("description") {
        field.description = body.text("description");
    }
    field.updated_by_id = Some(acting);
}
