//! `/v3/custom_fields`

use domain::CustomFieldId;
use serde::{Deserialize, Serialize};

use super::{row, rows};
use crate::custom_fields::{CustomField, CustomFieldPatch, FieldType, NewCustomField, ValueType};
use crate::operation::Operation;
use crate::request::Request;

const PATH: &str = "/v3/custom_fields";

pub(crate) fn of_type(field_type: FieldType) -> Request {
    Request::list(Operation::CustomFieldsList, PATH).with("field_type", field_type.as_str())
}

pub(crate) fn with_id(id: CustomFieldId) -> Request {
    Request::get(Operation::CustomFieldsRetrieve, PATH).with_ids("ids", &[id])
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
            .map(|(name, sort_order)| OptionBody { name, sort_order })
            .collect(),
    };
    Request::post(Operation::CustomFieldsCreate, PATH, &body)
}

pub(crate) fn update(id: CustomFieldId, patch: &CustomFieldPatch) -> Request {
    Request::patch(Operation::CustomFieldsUpdate, format!("{PATH}/{id}"), patch)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<CustomField>, serde_json::Error> {
    rows(body, accept)
}

pub(crate) fn read_one(body: &[u8]) -> Result<CustomField, serde_json::Error> {
    row(body, accept)
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
struct OptionBody<'a> {
    name: &'a str,
    sort_order: i64,
}

#[derive(Deserialize)]
struct Wire {
    id: Option<CustomFieldId>,
    name: Option<String>,
    name_key: Option<String>,
    field_type: Option<String>,
    value_type: Option<String>,
    active: Option<bool>,
    private: Option<bool>,
    required: Option<bool>,
}

fn accept(wire: Wire) -> Option<CustomField> {
    Some(CustomField {
        id: wire.id?,
        name: wire.name.unwrap_or_default(),
        name_key: wire.name_key.unwrap_or_default(),
        field_type: wire.field_type.as_deref().and_then(FieldType::from_word),
        value_type: wire.value_type.as_deref().and_then(ValueType::from_word),
        active: wire.active.unwrap_or(true),
        private: wire.private.unwrap_or_default(),
        required: wire.required.unwrap_or_default(),
        options: Vec::new(),
    })
}
