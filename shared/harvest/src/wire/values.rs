//! Custom fields of a record: `{key: {name, type, value}}`, called `custom_fields` in v3 and `keyed_custom_fields` in v1,
//! to be read in the form in which v3 takes values, since it replaces all of them on every edit.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::custom_fields::CustomFieldValue;

/// The property as it is sent.
pub(crate) type WireFields = BTreeMap<String, Option<WireField>>;

#[derive(Deserialize)]
pub(crate) struct WireField {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    value: Value,
}

pub(crate) fn values(fields: Option<WireFields>) -> Vec<CustomFieldValue> {
    let fields = fields.unwrap_or_default().into_iter();
    fields
        .map(|(name_key, field)| CustomFieldValue {
            name_key,
            value: field.map_or(Value::Null, writable),
        })
        .collect()
}

/// Amounts and users are read as other objects than they are written as; everything else is the same both ways.
fn writable(field: WireField) -> Value {
    let Value::Object(value) = field.value else {
        return field.value;
    };
    match field.kind.as_deref() {
        Some("currency") => renamed(value, &[("value", "amount"), ("unit", "currency_code")]),
        Some("currency_range") => renamed(
            value,
            &[
                ("min_value", "min_amount"),
                ("max_value", "max_amount"),
                ("unit", "currency_code"),
            ],
        ),
        Some("user") => value.get("user_id").cloned().unwrap_or(Value::Null),
        _ => Value::Object(value),
    }
}

fn renamed(mut value: Map<String, Value>, names: &[(&str, &str)]) -> Value {
    for (read, written) in names {
        if let Some(found) = value.remove(*read) {
            value.entry(*written).or_insert(found);
        }
    }
    Value::Object(value)
}
