//! Custom fields of a record: `{key: {name, type, value}}`, called `custom_fields` in v3 and `keyed_custom_fields` in v1,
//! to be read in the form in which v3 takes values, since it replaces all of them on every edit.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Number, Value, json};

use crate::custom_fields::CustomFieldValue;

/// The property as it is sent. What is no object has no fields, and a field that is none is what it is: one odd record must
/// not make a whole page unreadable.
#[derive(Deserialize)]
#[serde(from = "Value")]
pub(crate) struct WireFields(BTreeMap<String, WireField>);

enum WireField {
    Typed { kind: String, value: Value },
    Odd(Value),
}

impl From<Value> for WireFields {
    fn from(shown: Value) -> Self {
        let fields = match shown {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        let fields = fields.into_iter();
        Self(fields.map(|(key, field)| (key, field.into())).collect())
    }
}

impl From<Value> for WireField {
    fn from(shown: Value) -> Self {
        let kind = match shown.get("type") {
            Some(Value::String(kind)) => kind.clone(),
            None | Some(Value::Null) => String::new(),
            Some(_) => return Self::Odd(shown),
        };
        match shown {
            Value::Null => Self::Typed {
                kind,
                value: Value::Null,
            },
            Value::Object(mut field) => Self::Typed {
                kind,
                value: field.remove("value").unwrap_or_default(),
            },
            odd => Self::Odd(odd),
        }
    }
}

pub(crate) fn values(fields: Option<WireFields>) -> Vec<CustomFieldValue> {
    let fields = fields.map(|fields| fields.0).unwrap_or_default();
    let fields = fields.into_iter();
    fields
        .map(|(name_key, field)| CustomFieldValue {
            name_key,
            value: writable(field),
        })
        .collect()
}

/// Kinds whose values are shown in a form that is not known to be taken back, masked values among them.
const SHOWN_ONLY: [&str; 5] = ["attachment", "linked", "rich_text", "header", "statement"];

/// Amounts, users and numbers may be read in another form than they are written in; everything else is the same both
/// ways. What has no form to be written in stays something that [`CustomFieldValue::can_be_written`] denies: it must not
/// look as if there were nothing.
fn writable(field: WireField) -> Value {
    let (kind, shown) = match field {
        WireField::Typed { kind, value } => (kind, value),
        WireField::Odd(value) => return json!({ "shown": value }),
    };
    let written = match (kind.as_str(), &shown) {
        (_, Value::Null) => Some(Value::Null),
        (_, Value::Object(parts)) if parts.values().all(Value::is_null) => Some(Value::Null),
        (kind, _) if SHOWN_ONLY.contains(&kind) || kind.ends_with("_hris") => None,
        ("currency", value) => parts(value, &[("value", "amount"), ("unit", "currency_code")]),
        ("currency_range", value) => parts(
            value,
            &[
                ("min_value", "min_amount"),
                ("max_value", "max_amount"),
                ("unit", "currency_code"),
            ],
        ),
        ("number_range", value) => parts(
            value,
            &[("min_value", "min_value"), ("max_value", "max_value")],
        ),
        ("user", Value::Object(user)) => user.get("user_id").and_then(number),
        ("user" | "number", value) => number(value),
        _ => return shown,
    };
    written.unwrap_or_else(|| json!({ "shown": shown }))
}

/// An object's parts under the names by which they are written, numbers as such. Properties that are new are no part.
fn parts(value: &Value, names: &[(&str, &str)]) -> Option<Value> {
    let shown = value.as_object()?;
    let mut parts = Map::new();
    for (read, written) in names {
        let part = shown.get(*read).or_else(|| shown.get(*written))?;
        let part = match *written {
            "currency_code" => part.as_str().map(Value::from)?,
            // A range may be open.
            _ if part.is_null() && *written != "amount" => Value::Null,
            _ => number(part)?,
        };
        parts.insert((*written).to_owned(), part);
    }
    Some(Value::Object(parts))
}

/// Numbers are shown as such or as text. One with more digits than a float keeps is none that can be written.
fn number(value: &Value) -> Option<Value> {
    let Value::String(text) = value else {
        return value.is_number().then(|| value.clone());
    };
    let number: Number = serde_json::from_str(text.trim()).ok()?;
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (!number.is_f64() || digits <= 15).then_some(Value::Number(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: &str, value: Value) -> CustomFieldValue {
        let field = json!({ "it": { "type": kind, "value": value } });
        values(serde_json::from_value(field).unwrap()).remove(0)
    }

    #[test]
    fn a_number_shown_as_text_is_written_as_one() {
        for (kind, shown, written) in [
            ("number", json!("4"), json!(4)),
            ("number", json!("-4.5"), json!(-4.5)),
            (
                "currency",
                json!({"value": "100.5", "unit": "USD", "formatted": "$ 100.50"}),
                json!({"amount": 100.5, "currency_code": "USD"}),
            ),
            (
                "number_range",
                json!({"min_value": "1", "max_value": null}),
                json!({"min_value": 1, "max_value": null}),
            ),
            ("user", json!({"name": "G", "user_id": "12"}), json!(12)),
            ("user", json!({"name": null, "user_id": null}), Value::Null),
            ("short_text", json!("4"), json!("4")),
        ] {
            let read = read(kind, shown);
            assert_eq!(read.value, written, "{kind}");
            assert!(read.can_be_written(), "{kind}");
        }
    }

    #[test]
    fn what_is_no_field_makes_nothing_unreadable() {
        let read = |shown: Value| values(serde_json::from_value(shown).unwrap());
        for none in [json!([]), json!("none"), json!(7), json!(null), json!({})] {
            assert_eq!(read(none.clone()), [], "{none}");
        }
        let odd = read(json!({"a": "text", "b": [1], "c": {"type": 4, "value": "x"}}));
        assert_eq!(odd.len(), 3);
        for field in odd {
            assert!(!field.value.is_null() && !field.can_be_written());
        }
        assert_eq!(read(json!({"a": null}))[0].value, Value::Null);
        assert_eq!(read(json!({"a": {"value": "x"}}))[0].value, json!("x"));
    }

    #[test]
    fn what_cannot_be_written_back_is_neither_nothing_nor_writable() {
        for (kind, shown) in [
            ("user", json!({"name": "G", "email": "g@x.org"})),
            ("user", json!("G")),
            ("attachment", json!("https://x.org/cv.pdf")),
            ("rich_text", json!("<b>Hello</b>")),
            ("short_text_hris", json!("secret")),
            ("short_text", json!("****")),
            ("number", json!("four")),
            ("number", json!("1234567890.1234567890")),
            ("currency", json!({"value": 1})),
            ("currency", json!(1)),
            ("telepathy", json!({"deep": 1})),
            ("multi_select", json!([{"id": 1}])),
        ] {
            let read = read(kind, shown);
            assert!(!read.value.is_null(), "{kind}");
            assert!(!read.can_be_written(), "{kind}");
        }
    }
}
