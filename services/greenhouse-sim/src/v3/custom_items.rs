//! The `custom_fields` key of a body: an array whose items the fields' definitions judge.

use serde_json::Value;

use crate::{body::Body, http::reply::Reply};

pub(super) fn read(body: &Body) -> Result<Option<Vec<Value>>, Reply> {
    match body.get("custom_fields") {
        None => Ok(None),
        Some(Value::Array(items)) => Ok(Some(items.clone())),
        Some(_) => Err(Reply::invalid("custom_fields", "is not an array")),
    }
}
