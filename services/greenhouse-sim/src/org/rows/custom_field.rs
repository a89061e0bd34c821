//! Custom fields as somebody set them up; their values are in `org/custom_fields.rs`.

use serde::Serialize;
use serde_json::Value;

use crate::table::{Key, Meta, Row};

/// A custom field.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct CustomField {
    #[serde(flatten)]
    pub meta: Meta,
    /// What it belongs to: `candidate`, `application` and so on.
    pub field_type: String,
    pub sort_order: i64,
    pub name: String,
    pub value_type: String,
    pub private: bool,
    pub required: bool,
    pub require_approval: bool,
    pub trigger_new_version: bool,
    pub active: Option<bool>,
    pub updated_by_id: Option<i64>,
    pub internal_type: Option<String>,
    pub expose_in_job_board_api: bool,
    pub placeholder: Option<String>,
    /// Never changes, whatever becomes of the name.
    pub name_key: String,
    pub description: Option<String>,
    pub application_type: Option<String>,
    pub api_only: Option<bool>,
    pub use_for_job_approvals: Option<bool>,
    pub use_for_offer_approvals: Option<bool>,
    pub template_token_string: Option<String>,
    pub default_value: Option<Value>,
    /// v1 tells them in the field, v3 as rows of their own.
    #[serde(skip)]
    pub department_ids: Vec<i64>,
    #[serde(skip)]
    pub office_ids: Vec<i64>,
}

impl CustomField {
    /// A field without anything special about it.
    pub(crate) fn plain(meta: Meta, field_type: &str, name: &str, value_type: &str) -> Self {
        Self {
            meta,
            field_type: field_type.to_owned(),
            sort_order: 0,
            name: name.to_owned(),
            value_type: value_type.to_owned(),
            private: false,
            required: false,
            require_approval: false,
            trigger_new_version: false,
            active: Some(true),
            updated_by_id: None,
            internal_type: None,
            expose_in_job_board_api: false,
            placeholder: None,
            name_key: String::new(),
            description: None,
            application_type: (field_type == "application").then(|| "all_applications".to_owned()),
            api_only: Some(false),
            use_for_job_approvals: None,
            use_for_offer_approvals: None,
            template_token_string: None,
            default_value: None,
            department_ids: Vec::new(),
            office_ids: Vec::new(),
        }
    }
}

impl Row for CustomField {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        vec![
            ("field_type", self.field_type.as_str().into()),
            ("active", self.active.unwrap_or_default().into()),
            ("name", self.name.as_str().into()),
            ("name_key", self.name_key.as_str().into()),
        ]
    }
}

/// A choice of a select. Archived ones stay with `active` false.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct CustomFieldOption {
    #[serde(flatten)]
    pub meta: Meta,
    pub custom_field_id: i64,
    pub name: String,
    pub external_id: Option<String>,
    pub sort_order: i64,
    pub active: bool,
    /// The field's key, for the `custom_field_key` filter.
    #[serde(skip)]
    pub custom_field_key: String,
}

impl Row for CustomFieldOption {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        vec![
            ("custom_field_ids", self.custom_field_id.into()),
            ("custom_field_key", self.custom_field_key.as_str().into()),
            ("active", self.active.into()),
        ]
    }
}
