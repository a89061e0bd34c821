//! Custom field definitions and values. v3 writes items that name a field and bring a value, and reads one keyed object
//! in which every field of the organisation stands, unset ones as null.

pub(crate) mod kinds;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{
    Org, Refused, refused,
    rows::{CustomField, CustomFieldOption},
};
use crate::table::{Key, Table};

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

/// The keys a record is found under by the options chosen on it.
pub(crate) fn chosen(values: Option<&CustomValues>) -> impl Iterator<Item = Key> {
    let values = values.into_iter().flat_map(BTreeMap::values);
    let ids = values.flat_map(|value| &value.option_ids);
    ids.map(|id| ("custom_field_option_id", (*id).into()))
}

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

    /// Reads the items of a write; `user` says who can be the value of a field for users.
    fn replace(
        &self,
        field_type: &str,
        items: &[Value],
        user: &dyn Fn(i64) -> bool,
    ) -> Result<CustomValues, Refused> {
        let mut values = self.blank(field_type);
        let mut named = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let path = format!("custom_fields[{index}]");
            let (field, value) = self
                .read(field_type, item)
                .map_err(|reason| refused(&path, reason))?;
            if named.contains(&field.meta.id) {
                return Err(refused(&path, "names a custom field again"));
            }
            if value.kind == "user" && value.value.as_i64().is_some_and(|id| !user(id)) {
                return Err(refused(&path, "value is not a user"));
            }
            named.push(field.meta.id);
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
                let items = value.as_array().filter(|items| !items.is_empty());
                let items = items.ok_or("value is not an array of options")?;
                let chosen = items.iter().map(|item| self.choice(field, item));
                kinds::each_once(chosen.collect::<Result<_, _>>()?)
            }
            kind if kinds::fits(kind, value) => Ok(Vec::new()),
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

impl Org {
    /// Reads the items of a write. What is not named becomes unset: v3 replaces all values at once.
    pub(crate) fn custom_values(
        &self,
        field_type: &str,
        items: &[Value],
    ) -> Result<CustomValues, Refused> {
        let person = |id| self.person(id);
        self.custom_fields.replace(field_type, items, &person)
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
            (4, "mentor", "user"),
            (5, "choices", "multi_select"),
            (6, "range", "currency_range"),
            (7, "years", "number_range"),
            (8, "day", "date"),
            (9, "link", "url"),
        ] {
            definitions.fields.insert(CustomField {
                name_key: key.to_owned(),
                ..CustomField::plain(meta(id), "candidate", key, kind)
            });
        }
        for (id, name, field, key) in [
            (20, "Yes", 2, "choice"),
            (21, "No", 2, "choice"),
            (22, "A", 5, "choices"),
        ] {
            definitions.options.insert(CustomFieldOption {
                meta: meta(id),
                custom_field_id: field,
                name: name.to_owned(),
                external_id: None,
                sort_order: id,
                active: true,
                custom_field_key: key.to_owned(),
            });
        }
        definitions
    }

    fn replace(items: &[Value]) -> Result<CustomValues, Refused> {
        fields().replace("candidate", items, &|id| id == 7)
    }

    #[test]
    fn a_write_replaces_every_value() {
        let items = [json!({"name_key": "choice", "value": "No"})];
        let values = replace(&items).unwrap();
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
            json!({"name_key": "pay", "value": {"amount": null, "currency_code": "EUR"}}),
            json!({"name_key": "pay", "value": {"amount": "nan", "currency_code": "EUR"}}),
            json!({"name_key": "pay", "value": {"amount": 1, "currency_code": "eur"}}),
            json!({"name_key": "pay", "value": {"amount": 1, "unit": "EUR"}}),
            json!({"name_key": "pay", "value": {"amount": 1, "currency_code": "EUR", "unit": "EUR"}}),
            json!({"name_key": "range", "value": {"min_amount": 2, "max_amount": 1, "currency_code": "EUR"}}),
            json!({"name_key": "years", "value": {"min_value": 1}}),
            json!({"name_key": "years", "value": {"min_value": "1", "max_value": 2, "unit": "y"}}),
            json!({"name_key": "mentor", "value": 8}),
            json!({"name_key": "mentor", "value": "7"}),
            json!({"name_key": "choices", "value": []}),
            json!({"name_key": "choices", "value": "A"}),
            json!({"name_key": "choices", "value": ["A", "A"]}),
            json!({"name_key": "day", "value": "2026-1-2"}),
            json!({"name_key": "link", "value": "mailto:a@b.example"}),
            json!({"id": 1, "value": "x"}),
            json!("x"),
        ];
        for item in table {
            assert!(replace(std::slice::from_ref(&item)).is_err(), "{item}");
        }
    }

    #[test]
    fn every_kind_of_value_is_taken_in_its_shape() {
        let items = [
            json!({"name_key": "pay", "value": {"amount": "10.5", "currency_code": "EUR"}}),
            json!({"name_key": "range", "value": {"min_amount": 1, "max_amount": "2", "currency_code": "EUR"}}),
            json!({"name_key": "years", "value": {"min_value": 1, "max_value": 1}}),
            json!({"custom_field_id": 4, "value": 7}),
            json!({"name_key": "choices", "value": ["A"]}),
            json!({"name_key": "day", "value": "2026-01-02"}),
            json!({"name_key": "link", "value": "https://a.example/b"}),
        ];
        assert_eq!(replace(&items).unwrap()["choices"].option_ids, [22]);
    }

    #[test]
    fn a_field_is_named_once() {
        let twice = [
            json!({"name_key": "text", "value": "a"}),
            json!({"custom_field_id": 1, "value": "b"}),
        ];
        assert!(replace(&twice).is_err());
    }
}
