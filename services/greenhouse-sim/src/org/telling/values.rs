//! Custom field values as webhooks tell them: always keyed, a yes or no called boolean, money by its unit, a user in
//! full. They are kept as v3 writes them.

use serde_json::{Map, Value, json};

use crate::org::{
    Org,
    custom_fields::{CustomValue, CustomValues},
};

/// `{key: {name, type, value}}`.
pub(super) fn keyed(org: &Org, values: Option<&CustomValues>) -> Value {
    let each = values.into_iter().flatten().map(|(key, value)| {
        let kind = match value.kind.as_str() {
            "yes_no" => "boolean",
            kind => kind,
        };
        let told = json!({"name": value.name, "type": kind, "value": told(org, value)});
        (key.clone(), told)
    });
    Value::Object(each.collect::<Map<String, Value>>())
}

fn told(org: &Org, value: &CustomValue) -> Value {
    let at = |name: &str| value.value.get(name).cloned().unwrap_or_default();
    match value.kind.as_str() {
        _ if value.value.is_null() => Value::Null,
        "currency" => json!({"amount": at("amount"), "unit": at("currency_code")}),
        // The bounds of a range of money are texts in every sample, an amount alone is a number.
        "currency_range" => json!({
            "unit": at("currency_code"),
            "min_value": text(at("min_amount")),
            "max_value": text(at("max_amount")),
        }),
        "user" => user(org, &value.value),
        _ => value.value.clone(),
    }
}

fn text(value: Value) -> Value {
    match value {
        Value::Number(number) => number.to_string().into(),
        other => other,
    }
}

fn user(org: &Org, id: &Value) -> Value {
    let user = id.as_i64().and_then(|id| org.users.get(id));
    user.map_or(Value::Null, |user| {
        json!({
            "user_id": user.meta.id,
            "name": user.name,
            "email": user.primary_email,
            "employee_id": user.employee_id,
        })
    })
}
