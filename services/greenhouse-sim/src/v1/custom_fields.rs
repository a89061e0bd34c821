//! `/v1/custom_fields`, listed by type, made and edited; one alone is under `/v1/custom_field`. What is made or edited
//! is answered as a list of one.

use serde_json::{Value, json};

use super::{call::Call, page, refusal, shown};
use crate::{
    body::{Body, Field, Kind, may, may_null, must},
    http::reply::{Answer, Reply},
    org::{fields::NewOption, rows::CustomField},
    table::Meta,
};

const TYPES: &[&str] = &[
    "offer",
    "candidate",
    "application",
    "job",
    "rejection_question",
    "referral_question",
    "opening",
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

/// Flags that only fields of some types can have.
const RESERVED: [(&str, &[&str]); 5] = [
    ("required", &["job", "offer", "opening"]),
    ("require_approval", &["job", "opening"]),
    ("trigger_new_version", &["offer"]),
    ("expose_in_job_board_api", &["job"]),
    ("api_only", &["job"]),
];

/// What can be said about a field at any time.
const EDITABLE: [Field; 9] = [
    may_null("description", Kind::Text),
    may("private", Kind::Bool),
    may("required", Kind::Bool),
    may("require_approval", Kind::Bool),
    may("trigger_new_version", Kind::Bool),
    may("expose_in_job_board_api", Kind::Bool),
    may("api_only", Kind::Bool),
    may("office_ids", Kind::Ids),
    may("department_ids", Kind::Ids),
];

/// An option of a field.
pub(super) const OPTION: &[Field] = &[
    must("name", Kind::Filled),
    must("priority", Kind::Id),
    may_null("external_id", Kind::Text),
];

fn creation() -> Vec<Field> {
    let mut schema = EDITABLE.to_vec();
    schema.extend([
        must("name", Kind::Filled),
        must("field_type", Kind::Word(TYPES)),
        must("value_type", Kind::Word(VALUE_TYPES)),
        may("generate_email_token", Kind::Bool),
        may("custom_field_options", Kind::List(OPTION)),
    ]);
    schema
}

fn edition() -> Vec<Field> {
    let mut schema = EDITABLE.to_vec();
    schema.extend([
        may("name", Kind::Filled),
        may_null("template_token_string", Kind::Text),
    ]);
    schema
}

/// The fields of the type the path names.
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let query = call.query(&["include_inactive", "per_page", page::SINCE])?;
    let field_type = call.path.trim_end_matches('/').rsplit('/').next();
    let field_type = field_type.filter(|word| TYPES.contains(word));
    let field_type = field_type.ok_or_else(refusal::not_found)?;
    let inactive = query.flag("include_inactive")?.unwrap_or(false);
    let own = call.org.custom_fields.fields.find("field_type", field_type);
    let own: Vec<&CustomField> = own
        .filter(|field| inactive || field.active == Some(true))
        .collect();
    let shown = |field: &CustomField| shown::custom_field(call.org, field);
    page::onward(&own, shown, &query, call.place())
}

pub(super) fn retrieve(call: &mut Call<'_>) -> Answer {
    call.query(&[])?;
    let field = call.retrieve(&call.org.custom_fields.fields, call.ids[0])?;
    Ok(Reply::ok(&shown::custom_field(call.org, field)))
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let body = call.body(&creation())?;
    call.allow(call.admin())?;
    let text = |name: &str| body.text(name).unwrap_or_default();
    let (field_type, value_type) = (text("field_type"), text("value_type"));
    if field_type == "user_attribute" && !OF_USERS.contains(&value_type.as_str()) {
        let reason = format!("Must be one of: {}", OF_USERS.join(", "));
        return Err(refusal::invalid("value_type", &reason));
    }
    suits(call, &body, &field_type)?;
    let meta = Meta::new(call.org.ids.next("custom_field"), call.now);
    let mut field = CustomField::plain(meta, &field_type, &text("name"), &value_type);
    write(&mut field, &body, call.acting);
    let options = body.list("custom_field_options").unwrap_or_default();
    let options = options.iter().map(option).collect();
    let made = call.org.add_custom_field(field, options);
    let id = made.map_err(|refused| call.refused(refused))?;
    Ok(Reply::created(&alone(call, id)))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let id = call.ids[0];
    let body = call.body(&edition())?;
    let known = call.org.custom_fields.fields.get(id);
    let field_type = known.ok_or_else(refusal::not_found)?.field_type.clone();
    call.allow(call.admin())?;
    suits(call, &body, &field_type)?;
    let acting = call.acting;
    let edit = |field: &mut CustomField| {
        field.name = body.text("name").unwrap_or_else(|| field.name.clone());
        if body.has("template_token_string") {
            field.template_token_string = body.text("template_token_string");
        }
        write(field, &body, acting);
    };
    let edited = call.org.edit_custom_field(id, edit, call.now);
    edited.map_err(|refused| call.refused(refused))?;
    Ok(Reply::ok(&alone(call, id)))
}

/// An option as a body describes it.
pub(super) fn option(body: &Body) -> NewOption {
    NewOption {
        name: body.text("name").unwrap_or_default(),
        sort_order: body.id("priority"),
        external_id: body.text("external_id"),
    }
}

/// As the sample of such an answer shows it, which tells more than the object does.
fn alone(call: &Call<'_>, id: i64) -> Value {
    let field = call.org.custom_fields.fields.get(id);
    let shown = field.map(|field| {
        let mut shown = shown::custom_field(call.org, field);
        shown["active"] = field.active.unwrap_or_default().into();
        shown
    });
    json!([shown])
}

/// Whether the field may have the flags, and whether its places exist.
fn suits(call: &Call<'_>, body: &Body, field_type: &str) -> Result<(), Reply> {
    let wrong = RESERVED
        .iter()
        .find(|(flag, types)| body.flag(flag) == Some(true) && !types.contains(&field_type));
    if let Some((flag, _)) = wrong {
        let reason = format!("Is not for a field of type {field_type}");
        return Err(refusal::invalid(flag, &reason));
    }
    let unknown = |name: &str, known: &dyn Fn(i64) -> bool| {
        let ids = body.ids(name).unwrap_or_default();
        match ids.into_iter().all(known) {
            true => Ok(()),
            false => Err(refusal::invalid(name, "Is unknown")),
        }
    };
    unknown("office_ids", &|id| call.org.offices.get(id).is_some())?;
    unknown("department_ids", &|id| {
        call.org.departments.get(id).is_some()
    })
}

/// Fields of offers are private whatever the body says.
fn write(field: &mut CustomField, body: &Body, acting: i64) {
    let put = |place: &mut bool, name: &str| *place = body.flag(name).unwrap_or(*place);
    put(&mut field.private, "private");
    put(&mut field.required, "required");
    put(&mut field.require_approval, "require_approval");
    put(&mut field.trigger_new_version, "trigger_new_version");
    let board = "expose_in_job_board_api";
    put(&mut field.expose_in_job_board_api, board);
    field.private |= field.field_type == "offer";
    field.api_only = body.flag("api_only").or(field.api_only);
    if body.has("description") {
        field.description = body.text("description");
    }
    if let Some(ids) = body.ids("office_ids") {
        field.office_ids = ids;
    }
    if let Some(ids) = body.ids("department_ids") {
        field.department_ids = ids;
    }
    field.updated_by_id = Some(acting);
}
