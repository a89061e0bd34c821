//! Custom field definitions and values. v3 writes items that name a field and bring a value, and reads one keyed object
//! in which every field of the organisation stands, unset ones as null.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{
    Refused, refused,
    rows::{CustomField, CustomFieldOption},
};
use crate::table::Table;

/// The custom fields of an organisation with their options.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    pub(crate) fields: Table<CustomField>,
    pub(crate) options: Table<CustomFieldOption>,
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

impl Definitions {
    /// Every active field of one type, unset.
    pub(crate) fn blank(&self, field_type: &str) -> CustomValues {
        self.of_type(field_type)
            .map(|field| {
                (
                    field.name_key.clone(),
                    holding(field, Value::Null, Vec::new()),
                )
            })
            .collect()
    }

    /// Reads the items of a write. What is not named becomes unset: v3 replaces all values at once.
    pub(crate) fn replace(
        &self,
        field_type: &str,
        items: &[Value],
    ) -> Result<CustomValues, Refused> {
        let mut values = self.blank(field_type);
        for (index, item) in items.iter().enumerate() {
            let path = format!("custom_fields[{index}]");
            let (field, value) = self
                .read(field_type, item)
                .map_err(|reason| refused(&path, reason))?;
            values.insert(field.name_key.clone(), value);
        }
        Ok(values)
    }

    /// The active fields of one type.
    pub(crate) fn of_type(&self, field_type: &str) -> impl Iterator<Item = &CustomField> {
        self.fields
            .find("field_type", field_type)
            .filter(|field| field.active == Some(true))
    }

    /// The options of a field that can be chosen, in their order.
    pub(crate) fn options_of(&self, field_id: i64) -> Vec<&CustomFieldOption> {
        let all = self.options.find("custom_field_ids", field_id);
        let mut active: Vec<_> = all.filter(|option| option.active).collect();
        active.sort_by_key(|option| (option.sort_order, option.meta.id));
        active
    }

    /// A field's value, or why it cannot have it.
    pub(crate) fn value(&self, field: &CustomField, value: &Value) -> Result<CustomValue, String> {
        let option_ids = self.check(field, value)?;
        Ok(holding(field, value.clone(), option_ids))
    }

    fn read(&self, field_type: &str, item: &Value) -> Result<(&CustomField, CustomValue), String> {
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
            Some(field.name_key.as_str()) == key || Some(field.meta.id) == id
        };
        let field = self.of_type(field_type).find(named);
        let field = field.ok_or("names no custom field")?;
        let value = item.get("value").ok_or("value is missing")?;
        Ok((field, self.value(field, value)?))
    }

    fn check(&self, field: &CustomField, value: &Value) -> Result<Vec<i64>, String> {
        match field.value_type.as_str() {
            _ if value.is_null() => Ok(Vec::new()),
            "single_select" => self.choice(field, value).map(|id| vec![id]),
            "multi_select" => {
                let items = value.as_array().ok_or("is not an array")?;
                items.iter().map(|item| self.choice(field, item)).collect()
            }
            kind if fits(kind, value) => Ok(Vec::new()),
            kind => Err(format!("value does not fit a {kind}")),
        }
    }

    fn choice(&self, field: &CustomField, value: &Value) -> Result<i64, String> {
        let options = self.options.find("custom_field_ids", field.meta.id);
        let chosen = options
            .filter(|option| option.active)
            .find(|option| Some(option.name.as_str()) == value.as_str());
        chosen
            .map(|option| option.meta.id)
            .ok_or_else(|| "value is not the name of an option".to_owned())
    }
}

/// A field's value as read.
pub(crate) fn holding(field: &CustomField, value: Value, option_ids: Vec<i64>) -> CustomValue {
    CustomValue {
        name: field.name.clone(),
        kind: field.value_type.clone(),
        value,
        option_ids,
    }
}

fn fits(kind: &str, value: &Value) -> bool {
    let text = value.as_str().filter(|text| !text.trim().is_empty());
    let number = |name: &str| value.get(name).is_some_and(Value::is_number);
    let currency = || {
        value
            .get("currency_code")
            .and_then(Value::as_str)
            .is_some_and(|code| code.len() == 3)
    };
    match kind {
        "short_text" | "long_text" => text.is_some(),
        "date" => {
            text.is_some_and(|text| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok())
        }
        "url" => text.is_some_and(|text| url::Url::parse(text).is_ok()),
        "yes_no" => value.is_boolean(),
        "number" => value.is_number(),
        "number_range" => number("min_value") && number("max_value"),
        "currency" => value.get("amount").is_some() && currency(),
        "currency_range" => {
            value.get("min_amount").is_some() && value.get("max_amount").is_some() && currency()
        }
        "user" => value.is_i64(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{stamp::Stamp, table::Meta};

    fn fields() -> Definitions {
        let meta = |id| Meta::new(id, Stamp::default());
        let mut definitions = Definitions::default();
        for (id, key, kind) in [
            (1, "text", "short_text"),
            (2, "choice", "single_select"),
            (3, "pay", "currency"),
        ] {
            definitions.fields.insert(CustomField {
                name_key: key.to_owned(),
                ..CustomField::plain(meta(id), "candidate", key, kind)
            });
        }
        for (id, name) in [(20, "Yes"), (21, "No")] {
            definitions.options.insert(CustomFieldOption {
                meta: meta(id),
                custom_field_id: 2,
                name: name.to_owned(),
                external_id: None,
                sort_order: id,
                active: true,
                custom_field_key: "choice".to_owned(),
            });
        }
        definitions
    }

    #[test]
    fn a_write_replaces_every_value() {
        let items = [json!({"name_key": "choice", "value": "No"})];
        let values = fields().replace("candidate", &items).unwrap();
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
                fields()
                    .replace("candidate", std::slice::from_ref(&item))
                    .is_err(),
                "{item}"
            );
        }
    }
}
