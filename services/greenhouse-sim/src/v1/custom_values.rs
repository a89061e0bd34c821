//! Custom field values as v1 writes and reads them. A write names some fields and leaves the others alone; values are
//! kept as v3 writes them, so that both versions read the same.

use serde_json::{Map, Value, json};

use super::settings::CurrencyKey;
use crate::org::{
    Org, Refused,
    custom_fields::{CustomValues, holding, kinds},
    refused,
    rows::CustomField,
};

const KEYS: [&str; 7] = [
    "id",
    "name_key",
    "value",
    "unit",
    "min_value",
    "max_value",
    "delete_value",
];

/// Every field of one type, unset.
pub(super) fn blank(org: &Org, field_type: &str) -> CustomValues {
    org.custom_fields.blank(field_type)
}

/// The present values with those of the items put in their place.
pub(super) fn merge(
    org: &Org,
    field_type: &str,
    present: &CustomValues,
    items: &[Value],
) -> Result<CustomValues, Refused> {
    let mut values = blank(org, field_type);
    values.extend(present.clone());
    let mut named = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let (field, value, option_ids) = read(org, field_type, item)
            .map_err(|reason| refused(&format!("custom_fields[{at}]"), reason))?;
        if named.contains(&field.meta.id) {
            let path = format!("custom_fields[{at}]");
            return Err(refused(&path, "names a custom field again"));
        }
        named.push(field.meta.id);
        values.insert(field.name_key.clone(), holding(field, value, option_ids));
    }
    Ok(values)
}

/// The values under slugs of the fields' present names, and under their keys. What is unset is null in both.
pub(super) fn shown(
    org: &Org,
    field_type: &str,
    values: &CustomValues,
    currency: CurrencyKey,
) -> (Value, Value) {
    let (mut slugs, mut keyed) = (Map::new(), Map::new());
    for field in org.custom_fields.of_type(field_type) {
        let held = values.get(&field.name_key).map(|held| &held.value);
        let value = held.map_or(Value::Null, |value| read_back(org, field, value, currency));
        let whole = match &value {
            Value::Null => Value::Null,
            value => json!({"name": field.name, "type": read_type(field), "value": value}),
        };
        slugs.insert(slug(&field.name), value);
        keyed.insert(field.name_key.clone(), whole);
    }
    (slugs.into(), keyed.into())
}

/// The field an item names, its value as v3 writes it, and the options chosen.
fn read<'a>(
    org: &'a Org,
    field_type: &str,
    item: &Value,
) -> Result<(&'a CustomField, Value, Vec<i64>), String> {
    let item = item.as_object().ok_or("is not an object")?;
    if let Some(unknown) = item.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("`{unknown}` is not allowed"));
    }
    let id = item.get("id").map(Value::as_i64);
    let key = item.get("name_key").map(Value::as_str);
    let named = |field: &&CustomField| match (id, key) {
        (Some(id), None) => Some(field.meta.id) == id,
        (None, Some(key)) => Some(field.name_key.as_str()) == key,
        _ => false,
    };
    let field = org.custom_fields.of_type(field_type).find(named);
    let field = field.ok_or("needs either the id or the name_key of a custom field")?;
    if let Some(delete) = item.get("delete_value") {
        return match (delete.as_str(), item.get("value")) {
            (Some("true"), None) => Ok((field, Value::Null, Vec::new())),
            _ => Err("delete_value must be \"true\" and stand without a value".to_owned()),
        };
    }
    let (value, options) = written(org, field, item)?;
    Ok((field, value, options))
}

/// The value of an item, or why the field cannot have it. Nothing is deleted by writing a blank.
fn written(
    org: &Org,
    field: &CustomField,
    item: &Map<String, Value>,
) -> Result<(Value, Vec<i64>), String> {
    let kind = field.value_type.as_str();
    let part = |name: &str| match item.get(name) {
        Some(Value::Null) | None => Err(format!("{name} is missing")),
        Some(Value::String(text)) if text.trim().is_empty() => Err(format!("{name} is blank")),
        Some(value) => Ok(value),
    };
    let foreign: &[&str] = match kind {
        "currency" => &["min_value", "max_value"],
        "currency_range" => &["value"],
        "number_range" => &["value", "unit"],
        _ => &["unit", "min_value", "max_value"],
    };
    if let Some(name) = foreign.iter().find(|name| item.contains_key(**name)) {
        return Err(format!("{name} does not fit a {kind}"));
    }
    let unit = || {
        let unit = part("unit")?;
        let known = kinds::currency(unit).then_some(unit);
        known.ok_or_else(|| "unit is not a currency".to_owned())
    };
    let ends = || {
        let (least, most) = (amount(part("min_value")?)?, amount(part("max_value")?)?);
        match kinds::ascend(least, most) {
            true => Ok((least, most)),
            false => Err("min_value is greater than max_value".to_owned()),
        }
    };
    let value = match kind {
        "single_select" => {
            let (id, name) = choice(org, field, part("value")?)?;
            return Ok((name.into(), vec![id]));
        }
        "multi_select" => {
            let given = part("value")?.as_array().filter(|ids| !ids.is_empty());
            let given = given.ok_or("value is not an array of option ids")?;
            let chosen = given.iter().map(|id| match id {
                Value::Number(_) => choice(org, field, id),
                _ => Err("value is not an array of option ids".to_owned()),
            });
            let chosen: Vec<(i64, String)> = chosen.collect::<Result<_, _>>()?;
            let ids = kinds::each_once(chosen.iter().map(|(id, _)| *id).collect())?;
            let names: Vec<String> = chosen.into_iter().map(|(_, name)| name).collect();
            return Ok((json!(names), ids));
        }
        "currency" => json!({"amount": amount(part("value")?)?, "currency_code": unit()?}),
        "currency_range" => {
            let (least, most) = ends()?;
            json!({"min_amount": least, "max_amount": most, "currency_code": unit()?})
        }
        "number_range" => {
            let (least, most) = ends()?;
            json!({"min_value": least, "max_value": most})
        }
        _ => plain(org, kind, part("value")?)?.clone(),
    };
    Ok((value, Vec::new()))
}

/// A value of one piece.
fn plain<'v>(org: &Org, kind: &str, value: &'v Value) -> Result<&'v Value, String> {
    let fits = match kind {
        "user" => value.as_i64().is_some_and(|id| org.person(id)),
        kind => kinds::fits(kind, value),
    };
    if fits {
        Ok(value)
    } else {
        Err(format!("value does not fit a {kind}"))
    }
}

/// The option an id or an exact name means.
fn choice(org: &Org, field: &CustomField, value: &Value) -> Result<(i64, String), String> {
    let options = org.custom_fields.options_of(field.meta.id);
    let chosen = options.into_iter().find(|option| match value {
        Value::Number(number) => number.as_i64() == Some(option.meta.id),
        Value::String(text) => *text == option.name,
        _ => false,
    });
    chosen
        .map(|option| (option.meta.id, option.name.clone()))
        .ok_or_else(|| "value is not an option".to_owned())
}

fn amount(value: &Value) -> Result<&Value, String> {
    let known = kinds::amount(value).map(|_| value);
    known.ok_or_else(|| "value is not an amount".to_owned())
}

/// A value kept as v3 writes it, as v1 reads it.
fn read_back(org: &Org, field: &CustomField, value: &Value, currency: CurrencyKey) -> Value {
    let at = |name: &str| value.get(name).cloned().unwrap_or_default();
    match field.value_type.as_str() {
        _ if value.is_null() => Value::Null,
        "currency" => {
            let key = match currency {
                CurrencyKey::Amount => "amount",
                CurrencyKey::Value => "value",
            };
            json!({key: at("amount"), "unit": at("currency_code")})
        }
        "currency_range" => json!({
            "min_value": at("min_amount"),
            "max_value": at("max_amount"),
            "unit": at("currency_code"),
        }),
        "user" => {
            let user = value.as_i64().and_then(|id| org.users.get(id));
            user.map_or(Value::Null, |user| {
                json!({"name": user.name, "email": user.primary_email, "user_id": user.meta.id})
            })
        }
        _ => value.clone(),
    }
}

/// A yes or no is a `boolean` where it is read, whatever the definition calls it.
fn read_type(field: &CustomField) -> &str {
    match field.value_type.as_str() {
        "yes_no" => "boolean",
        kind => kind,
    }
}

/// `Works remotely` as `works_remotely`.
fn slug(name: &str) -> String {
    let each = name
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty());
    each.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}
