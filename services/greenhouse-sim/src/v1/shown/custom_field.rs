//! Custom fields with their options.

use serde_json::{Value, json};

use super::place::{department, office};
use crate::org::{
    Org,
    rows::{CustomField, CustomFieldOption},
};

/// A field with the options that can be chosen. Whether it was archived is not part of the documented object.
pub(in crate::v1) fn custom_field(org: &Org, field: &CustomField) -> Value {
    let offices = field
        .office_ids
        .iter()
        .filter_map(|id| org.offices.get(*id));
    let departments = field.department_ids.iter();
    let departments = departments.filter_map(|id| org.departments.get(*id));
    let options = org.custom_fields.options_of(field.meta.id);
    let options = options.into_iter().map(custom_field_option);
    json!({
        "id": field.meta.id,
        "name": field.name,
        "field_type": field.field_type,
        "priority": field.sort_order,
        "value_type": field.value_type,
        "private": field.private,
        "required": field.required,
        "require_approval": field.require_approval,
        "trigger_new_version": field.trigger_new_version,
        "name_key": field.name_key,
        "description": field.description,
        "expose_in_job_board_api": field.expose_in_job_board_api,
        "api_only": field.api_only.unwrap_or_default(),
        "offices": offices.map(|row| office(org, row)).collect::<Vec<_>>(),
        "departments": departments.map(|row| department(org, row)).collect::<Vec<_>>(),
        "template_token_string": field.template_token_string,
        "custom_field_options": options.collect::<Vec<_>>(),
    })
}

/// An option.
pub(in crate::v1) fn custom_field_option(option: &CustomFieldOption) -> Value {
    json!({
        "id": option.meta.id,
        "name": option.name,
        "priority": option.sort_order,
        "external_id": option.external_id,
    })
}
