//! Values of custom fields.

use serde::Serialize;
use serde_json::Value;

/// One value of a custom field, in the form in which it is written.
#[derive(Clone, PartialEq, Serialize)]
pub struct CustomFieldValue {
    /// The field's immutable key.
    pub name_key: String,
    /// Text, flag, number, list of texts or numbers, or an amount with its currency; selects by the option's name.
    /// Null means: no value. What is read is brought into the form that may be written back.
    pub value: Value,
}

crate::debug_without_personal_data!(CustomFieldValue { name_key });
