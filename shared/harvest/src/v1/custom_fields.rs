//! `/v1/custom_fields`, `/v1/custom_field/{id}` (singular) and its options, and how v1 takes values.

use domain::{CustomFieldId, CustomFieldOptionId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{List, list, one_or_many, only, rows};
use crate::custom_field_options::{CustomFieldOption, NewCustomFieldOption};
use crate::custom_fields::{
    CustomField, CustomFieldPatch, CustomFieldValue, FieldType, NewCustomField, ValueType,
};
use crate::operation::Operation;
use crate::request::Request;

/// Those that were not archived, which is what the list shows unless it is asked for all: a field does not say which it is.
pub(crate) fn of_type(field_type: FieldType) -> Request {
    let path = format!("/v1/custom_fields/{field_type}");
    Request::list(Operation::CustomFieldsList, path)
}

pub(crate) fn with_id(id: CustomFieldId) -> Request {
    let path = format!("/v1/custom_field/{id}");
    Request::get(Operation::CustomFieldsRetrieve, path)
}

pub(crate) fn create(field: &NewCustomField) -> Request {
    let options = field.options.iter().zip(0..);
    let body = CreateBody {
        name: &field.name,
        field_type: field.field_type.as_str(),
        value_type: field.value_type.as_str(),
        description: field.description.as_deref(),
        private: field.private,
        custom_field_options: options
            .map(|(name, priority)| OptionBody {
                id: None,
                name: Some(name),
                priority: Some(priority),
                external_id: None,
            })
            .collect(),
    };
    Request::post(Operation::CustomFieldsCreate, "/v1/custom_fields", &body)
}

pub(crate) fn update(id: CustomFieldId, patch: &CustomFieldPatch) -> Request {
    let path = format!("/v1/custom_fields/{id}");
    Request::patch(Operation::CustomFieldsUpdate, path, patch)
}

/// Those that can be chosen: an option does not say whether it was archived, only the question can tell them apart.
pub(crate) fn options_of(id: CustomFieldId) -> Request {
    Request::get(Operation::CustomFieldOptionsList, options_path(id)).with("type", "active")
}

/// Answers with neither the option nor its id, and keeps silent about a name that exists.
pub(crate) fn create_option(field: CustomFieldId, option: &NewCustomFieldOption) -> Request {
    let body = OptionsBody {
        options: [OptionBody {
            id: None,
            name: Some(&option.name),
            priority: Some(option.sort_order),
            external_id: option.external_id.as_deref(),
        }],
    };
    let path = options_path(field);
    Request::post(Operation::CustomFieldOptionsCreate, path, &body)
}

pub(crate) fn update_option(
    field: CustomFieldId,
    id: CustomFieldOptionId,
    option: &NewCustomFieldOption,
) -> Request {
    let body = OptionsBody {
        options: [OptionBody {
            id: Some(id),
            name: Some(&option.name),
            priority: Some(option.sort_order),
            external_id: option.external_id.as_deref(),
        }],
    };
    let path = options_path(field);
    Request::patch(Operation::CustomFieldOptionsUpdate, path, &body)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<CustomField>, serde_json::Error> {
    rows(body, accept)
}

pub(crate) fn read_single(body: &[u8]) -> Result<Vec<CustomField>, serde_json::Error> {
    one_or_many(body, accept)
}

/// Creating and changing answer with an array of one.
pub(crate) fn read_one(body: &[u8]) -> Result<CustomField, serde_json::Error> {
    only(body, accept)
}

pub(crate) fn read_options(body: &[u8]) -> Result<Vec<CustomFieldOption>, serde_json::Error> {
    rows(body, accept_option)
}

fn options_path(id: CustomFieldId) -> String {
    format!("/v1/custom_field/{id}/custom_field_options")
}

/// A value as v1 takes it. A blank one is refused: v1 has another way to remove.
#[derive(Serialize)]
pub(crate) struct Written {
    name_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_value: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_value: Option<Value>,
    /// Text, as v1 wants it.
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_value: Option<&'static str>,
}

/// Whether writing these values takes the fields' definitions: v1 takes several options by id only.
pub(crate) fn needs_definitions(fields: &[CustomFieldValue]) -> bool {
    let names = |value: &Value| {
        value
            .as_array()
            .is_some_and(|all| all.iter().any(Value::is_string))
    };
    fields.iter().any(|field| names(&field.value))
}

pub(crate) fn written(fields: &[CustomFieldValue], known: &[CustomField]) -> Vec<Written> {
    fields.iter().map(|field| write(field, known)).collect()
}

fn write(field: &CustomFieldValue, known: &[CustomField]) -> Written {
    let mut written = Written {
        name_key: field.name_key.clone(),
        value: None,
        unit: None,
        min_value: None,
        max_value: None,
        delete_value: None,
    };
    match &field.value {
        Value::Null => written.delete_value = Some("true"),
        Value::String(text) if text.trim().is_empty() => written.delete_value = Some("true"),
        Value::Object(parts) => {
            let part = |names: [&str; 2]| names.iter().find_map(|name| parts.get(*name)).cloned();
            written.value = part(["amount", "value"]);
            written.unit = part(["currency_code", "unit"]);
            written.min_value = part(["min_amount", "min_value"]);
            written.max_value = part(["max_amount", "max_value"]);
        }
        Value::Array(options) => {
            let definition = known.iter().find(|known| known.name_key == field.name_key);
            let id =
                |option: &Value| option_id(option, definition).unwrap_or_else(|| option.clone());
            written.value = Some(options.iter().map(id).collect());
        }
        other => written.value = Some(other.clone()),
    }
    written
}

fn option_id(option: &Value, definition: Option<&CustomField>) -> Option<Value> {
    let name = option.as_str()?;
    let mut options = definition?.options.iter();
    options
        .find(|known| known.name == name)
        .map(|known| known.id.0.into())
}

#[derive(Serialize)]
struct CreateBody<'a> {
    name: &'a str,
    field_type: &'static str,
    value_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    private: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    custom_field_options: Vec<OptionBody<'a>>,
}

#[derive(Serialize)]
struct OptionsBody<'a> {
    options: [OptionBody<'a>; 1],
}

#[derive(Serialize)]
struct OptionBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<CustomFieldOptionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<&'a str>,
}

#[derive(Deserialize)]
struct Wire {
    id: Option<CustomFieldId>,
    name: Option<String>,
    name_key: Option<String>,
    field_type: Option<String>,
    value_type: Option<String>,
    /// Missing in the documented object, and there in the answer to a creation.
    active: Option<bool>,
    private: Option<bool>,
    required: Option<bool>,
    custom_field_options: List<WireOption>,
}

#[derive(Deserialize)]
struct WireOption {
    id: Option<CustomFieldOptionId>,
    name: Option<String>,
    priority: Option<i64>,
    external_id: Option<String>,
    active: Option<bool>,
}

fn accept(wire: Wire) -> Option<CustomField> {
    let id = wire.id?;
    let options = list(wire.custom_field_options).into_iter();
    Some(CustomField {
        id,
        name: wire.name.unwrap_or_default(),
        name_key: wire.name_key.unwrap_or_default(),
        field_type: wire.field_type.as_deref().and_then(FieldType::from_word),
        value_type: wire.value_type.as_deref().and_then(ValueType::from_word),
        active: wire.active.unwrap_or(true),
        private: wire.private.unwrap_or_default(),
        required: wire.required.unwrap_or_default(),
        options: options
            .filter_map(accept_option)
            .map(|option| CustomFieldOption {
                custom_field_id: Some(id),
                ..option
            })
            .collect(),
    })
}

fn accept_option(wire: WireOption) -> Option<CustomFieldOption> {
    Some(CustomFieldOption {
        id: wire.id?,
        custom_field_id: None,
        name: wire.name.unwrap_or_default(),
        external_id: wire.external_id,
        sort_order: wire.priority,
        active: wire.active.unwrap_or(true),
    })
}
