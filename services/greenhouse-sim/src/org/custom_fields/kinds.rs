//! The shapes of values, as v3 writes them, by the type of their field.

use serde_json::Value;

/// Whether a value that is no choice has the shape its field wants: these keys and no others.
pub(crate) fn fits(kind: &str, value: &Value) -> bool {
    let text = value.as_str().filter(|text| !text.trim().is_empty());
    match kind {
        "short_text" | "long_text" => text.is_some(),
        "date" => text.is_some_and(is_date),
        "url" => text.is_some_and(is_link),
        "yes_no" => value.is_boolean(),
        "number" => value.is_number(),
        "number_range" => {
            only(value, &["min_value", "max_value"])
                && ascend(&value["min_value"], &value["max_value"])
        }
        "currency" => {
            only(value, &["amount", "currency_code"])
                && amount(&value["amount"]).is_some()
                && currency(&value["currency_code"])
        }
        "currency_range" => {
            only(value, &["min_amount", "max_amount", "currency_code"])
                && ascend(&value["min_amount"], &value["max_amount"])
                && currency(&value["currency_code"])
        }
        "user" => value.is_i64(),
        _ => false,
    }
}

/// A number, or a text that is one.
pub(crate) fn amount(value: &Value) -> Option<f64> {
    let number = match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_f64(),
    };
    number.filter(|number: &f64| number.is_finite())
}

/// The three letters of a currency.
pub(crate) fn currency(value: &Value) -> bool {
    let letters =
        |code: &str| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    value.as_str().is_some_and(letters)
}

/// The options chosen, unless one is chosen twice.
pub(crate) fn each_once(ids: Vec<i64>) -> Result<Vec<i64>, String> {
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() == ids.len() {
        Ok(ids)
    } else {
        Err("value names an option twice".to_owned())
    }
}

fn only(value: &Value, keys: &[&str]) -> bool {
    let map = value.as_object();
    map.is_some_and(|map| map.keys().all(|key| keys.contains(&key.as_str())))
}

/// Whether both are amounts, the first one not the greater.
pub(crate) fn ascend(least: &Value, most: &Value) -> bool {
    let ends = amount(least).zip(amount(most));
    ends.is_some_and(|(least, most)| least <= most)
}

/// Ten characters: chrono alone takes months and days of one digit as well.
fn is_date(text: &str) -> bool {
    text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

fn is_link(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|link| ["http", "https"].contains(&link.scheme()))
}
