//! Custom field definitions and values. v3 writes items that name a field and bring a value, and reads one keyed object
//! in which every field of the organisation stands, unset ones as null.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{Refused, refused};

/// A custom field somebody set up.
#[derive(Clone, Debug)]
pub struct CustomField {
    /// Its id, the alternative to `name_key` in writes.
    pub id: i64,
    /// What it belongs to: `candidate` or `application`.
    pub field_type: &'static str,
    /// The immutable key.
    pub name_key: &'static str,
    /// The label.
    pub name: &'static str,
    /// `short_text`, `single_select` and so on.
    pub value_type: &'static str,
    /// Ids and names of the choices of a select.
    pub options: Vec<(i64, &'static str)>,
}

/// One value as read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CustomValue {
    /// The field's label.
    pub name: String,
    /// The field's value type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The value; null when unset.
    pub value: Value,
    /// Choices made, for the `custom_field_option_id` filter.
    #[serde(skip)]
    pub option_ids: Vec<i64>,
}

/// All values of a record by the fields' keys.
pub type CustomValues = BTreeMap<String, CustomValue>;

/// Every field of one type, unset.
pub(crate) fn blank(fields: &[CustomField], field_type: &str) -> CustomValues {
    let own = fields.iter().filter(|field| field.field_type == field_type);
    own.map(|field| {
        (
            field.name_key.to_owned(),
            field.holding(Value::Null, Vec::new()),
        )
    })
    .collect()
}

/// Reads the items of a write. What is not named becomes unset: v3 replaces all values at once.
pub(crate) fn replace(
    fields: &[CustomField],
    field_type: &str,
    items: &[Value],
) -> Result<CustomValues, Refused> {
    let mut values = blank(fields, field_type);
    for (index, item) in items.iter().enumerate() {
        let path = format!("custom_fields[{index}]");
        let (field, value) =
            read(fields, field_type, item).map_err(|reason| refused(&path, reason))?;
        values.insert(field.name_key.to_owned(), value);
    }
    Ok(values)
}

fn read<'a>(
    fields: &'a [CustomField],
    field_type: &str,
    item: &Value,
) -> Result<(&'a CustomField, CustomValue), String> {
    let item = item.as_object().ok_or("is not an object")?;
    if let Some(unknown) = item
        .keys()
        .find(|key| !["name_key", "custom_field_id", "value"].contains(&key.as_str()))
    {
        return Err(format!("`{unknown}` is not allowed"));
    }
    let key = item
        .get("name_key")
        .map(|key| key.as_str().unwrap_or_default());
    let id = item
        .get("custom_field_id")
        .map(|id| id.as_i64().unwrap_or_default());
    if key.is_some() == id.is_some() {
        return Err("needs exactly one of name_key and custom_field_id".to_owned());
    }
    let named = |field: &&CustomField| {
        field.field_type == field_type && (Some(field.name_key) == key || Some(field.id) == id)
    };
    let field = fields.iter().find(named).ok_or("names no custom field")?;
    let value = item.get("value").ok_or("value is missing")?;
    let option_ids = field.check(value)?;
    Ok((field, field.holding(value.clone(), option_ids)))
}

impl CustomField {
    fn holding(&self, value: Value, option_ids: Vec<i64>) -> CustomValue {
        CustomValue {
            name: self.name.to_owned(),
            kind: self.value_type.to_owned(),
            value,
            option_ids,
        }
    }

    fn check(&self, value: &Value) -> Result<Vec<i64>, String> {
        if value.is_null() {
            return Ok(Vec::new());
        }
        let filled = value.as_str().is_some_and(|text| !text.trim().is_empty());
        let money = || {
            value.get("amount").is_some()
                && value.get("currency_code").is_some_and(Value::is_string)
        };
        let fits = match self.value_type {
            "short_text" | "long_text" | "date" => filled,
            "url" => {
                filled
                    && value
                        .as_str()
                        .is_some_and(|text| url::Url::parse(text).is_ok())
            }
            "yes_no" => value.is_boolean(),
            "number" => value.is_number(),
            "currency" => money(),
            "user" => value.is_i64(),
            "single_select" => return self.choice(value).map(|id| vec![id]),
            "multi_select" => {
                let items = value.as_array().ok_or("is not an array")?;
                return items.iter().map(|item| self.choice(item)).collect();
            }
            _ => false,
        };
        if fits {
            Ok(Vec::new())
        } else {
            Err(format!("value does not fit a {}", self.value_type))
        }
    }

    fn choice(&self, value: &Value) -> Result<i64, String> {
        let chosen = self
            .options
            .iter()
            .find(|(_, name)| Some(*name) == value.as_str());
        chosen
            .map(|(id, _)| *id)
            .ok_or_else(|| "value is not the name of an option".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields() -> Vec<CustomField> {
        let field = |id, name_key, value_type, options| CustomField {
            id,
            field_type: "candidate",
            name_key,
            name: name_key,
            value_type,
            options,
        };
        vec![
            field(1, "text", "short_text", vec![]),
            field(2, "choice", "single_select", vec![(20, "Yes"), (21, "No")]),
            field(3, "pay", "currency", vec![]),
        ]
    }

    #[test]
    fn a_write_replaces_every_value() {
        let values = replace(
            &fields(),
            "candidate",
            &[json!({"name_key": "choice", "value": "No"})],
        )
        .unwrap();
        assert_eq!(values["choice"].option_ids, [21]);
        assert_eq!(values["text"].value, Value::Null);
    }

    #[test]
    fn items_that_do_not_fit_are_refused() {
        let table = [
            json!({"name_key": "unknown", "value": "x"}),
            json!({"custom_field_id": 9, "value": "x"}),
            json!({"name_key": "text", "custom_field_id": 1, "value": "x"}),
            json!({"value": "x"}),
            json!({"name_key": "text"}),
            json!({"name_key": "text", "value": ""}),
            json!({"name_key": "text", "value": 1}),
            json!({"name_key": "choice", "value": "no"}),
            json!({"name_key": "choice", "value": 21}),
            json!({"name_key": "pay", "value": "10"}),
            json!({"id": 1, "value": "x"}),
            json!("x"),
        ];
        for item in table {
            assert!(
                replace(&fields(), "candidate", std::slice::from_ref(&item)).is_err(),
                "{item}"
            );
        }
    }
}
