//! From bytes to fields, with refusals that name the field.

use serde_json::{Map, Value};

use crate::problem::Failure;

pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, Failure> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Failure::invalid("$", "the body is not a JSON object")),
        Err(error) => Err(Failure::invalid(
            "$",
            format!(
                "the body is not JSON (line {}, column {})",
                error.line(),
                error.column()
            ),
        )),
    }
}

/// Refuses whatever is not one of these: a misspelt field would be passed over in silence.
pub(super) fn only(object: &Map<String, Value>, fields: &[&str]) -> Result<(), Failure> {
    only_in("", object, fields)
}

/// The same of an object that is not the body itself; `path` is what its fields are named after, such as `auth.`.
pub(super) fn only_in(
    path: &str,
    object: &Map<String, Value>,
    fields: &[&str],
) -> Result<(), Failure> {
    match object.keys().find(|key| !fields.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let key: String = key.chars().take(100).collect();
            let fields = fields.join(", ");
            Err(Failure::invalid(
                format!("{path}{key}"),
                format!("is not known here; there are: {fields}"),
            ))
        }
    }
}

pub(super) fn text(
    object: &Map<String, Value>,
    key: &str,
    field: &'static str,
) -> Result<String, Failure> {
    match object.get(key) {
        Some(Value::String(text)) if is_secret(text.trim()) => Ok(text.trim().to_owned()),
        Some(Value::String(_)) => Err(Failure::invalid(
            field,
            "is empty, longer than 4096 bytes, or has control characters",
        )),
        Some(_) => Err(Failure::invalid(field, "is not a text")),
        None => Err(Failure::invalid(field, "is missing")),
    }
}

/// Secrets end up in headers and are stored line by line: neither takes a control character.
pub(super) fn is_secret(text: &str) -> bool {
    !text.is_empty() && text.len() <= 4096 && !text.chars().any(char::is_control)
}
