//! Text that may be anything.

use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::Value;

/// A text, a number as it is written, or the name of a thing; whatever else it is counts as none. One odd record must not
/// make a whole page unreadable.
pub(crate) fn loose_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Value::deserialize(deserializer).map(|value| text_in(&value))
}

/// The same of a value.
pub(crate) fn text_in(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(thing) => thing.get("name")?.as_str().map(str::to_owned),
        Value::Null | Value::Bool(_) | Value::Array(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_text_makes_nothing_unreadable() {
        let texts = [json!("R-1"), json!(7), json!({"id": 1, "name": "Berlin"})];
        let read = texts.each_ref().map(text_in);
        assert_eq!(
            read,
            ["R-1", "7", "Berlin"].map(|text| Some(text.to_owned()))
        );
        for none in [
            json!(null),
            json!(true),
            json!([]),
            json!({}),
            json!({"name": 1}),
        ] {
            assert_eq!(text_in(&none), None, "{none}");
        }
    }
}
