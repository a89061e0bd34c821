//! Whether custom fields take the values that are meant for them, by Greenhouse's own definitions.

use chrono::NaiveDate;
use domain::{CustomFieldId, UserId};
use harvest::{
    Client, CustomField, CustomFieldOption, CustomFieldValue, Error as Remote, FieldType, ValueType,
};
use serde_json::Value;
use url::Url;

/// The fields on candidates, and what their values may name.
pub(crate) struct Definitions {
    fields: Vec<CustomField>,
    options: Vec<CustomFieldOption>,
    users: Vec<UserId>,
}

impl Definitions {
    /// Reads what it takes to judge these values.
    pub(crate) async fn read(
        client: &Client,
        values: &[CustomFieldValue],
    ) -> Result<Definitions, Remote> {
        use ValueType::{MultiSelect, SingleSelect, User};
        let fields = client.custom_fields().of_type(FieldType::Candidate).await?;
        let mut selects: Vec<CustomFieldId> = Vec::new();
        let mut named: Vec<UserId> = Vec::new();
        for value in values {
            match field_of(&fields, value).map(|field| (field.id, field.value_type)) {
                Some((id, Some(SingleSelect | MultiSelect))) => selects.push(id),
                Some((_, Some(User))) => named.extend(value.value.as_i64().map(UserId)),
                _ => {}
            }
        }
        let options = match selects.is_empty() {
            true => Vec::new(),
            false => client.custom_field_options().of_fields(&selects).await?,
        };
        let users = match named.is_empty() {
            true => Vec::new(),
            false => client.users().by_ids(&named).await?,
        };
        Ok(Definitions {
            fields,
            options,
            users: users.iter().map(|user| user.id).collect(),
        })
    }

    /// Whether there is a field for the value that takes it. One of a kind that did not exist when this was written may.
    pub(crate) fn suit(&self, value: &CustomFieldValue) -> bool {
        let field = field_of(&self.fields, value);
        field.is_some_and(|field| self.take(field, &value.value))
    }

    fn take(&self, field: &CustomField, value: &Value) -> bool {
        use ValueType::{
            Currency, CurrencyRange, Date, LongText, MultiSelect, Number, NumberRange, ShortText,
            SingleSelect, Url, User, YesNo,
        };
        let text = value.as_str().filter(|text| !text.trim().is_empty());
        let has = |names: [&str; 2], fits: fn(&Value) -> bool| {
            let part = names.iter().find_map(|name| value.get(name));
            part.is_some_and(fits)
        };
        let in_a_currency = || has(["currency_code", "unit"], is_currency);
        let ends = || {
            let least = has(["min_amount", "min_value"], is_end);
            least && has(["max_amount", "max_value"], is_end)
        };
        match field.value_type {
            Some(ShortText | LongText) => text.is_some(),
            Some(Date) => text.is_some_and(is_date),
            Some(Url) => text.is_some_and(is_link),
            Some(YesNo) => value.is_boolean(),
            Some(Number) => value.is_number(),
            Some(Currency) => has(["amount", "value"], is_amount) && in_a_currency(),
            Some(CurrencyRange) => ends() && in_a_currency(),
            Some(NumberRange) => ends(),
            Some(SingleSelect) => self.is_option(field, value),
            Some(MultiSelect) => value.as_array().is_some_and(|chosen| {
                !chosen.is_empty() && chosen.iter().all(|one| self.is_option(field, one))
            }),
            Some(User) => value
                .as_i64()
                .is_some_and(|id| self.users.contains(&UserId(id))),
            None => true,
        }
    }

    fn is_option(&self, field: &CustomField, value: &Value) -> bool {
        self.options.iter().any(|option| {
            let own = option.active && option.custom_field_id == Some(field.id);
            own && value.as_str() == Some(option.name.as_str())
        })
    }
}

fn field_of<'a>(fields: &'a [CustomField], value: &CustomFieldValue) -> Option<&'a CustomField> {
    let mut active = fields.iter().filter(|field| field.active);
    active.find(|field| field.name_key == value.name_key)
}

/// As in `2026-01-31`: chrono alone takes months and days of one digit as well.
fn is_date(text: &str) -> bool {
    text.len() == 10 && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

fn is_link(text: &str) -> bool {
    Url::parse(text).is_ok_and(|link| ["http", "https"].contains(&link.scheme()))
}

/// A number, or a text that is one.
fn is_amount(value: &Value) -> bool {
    let text = value.as_str().and_then(|text| text.trim().parse().ok());
    text.or(value.as_f64()).is_some_and(f64::is_finite)
}

/// A range may be open.
fn is_end(value: &Value) -> bool {
    value.is_null() || is_amount(value)
}

fn is_currency(value: &Value) -> bool {
    let letters = |code: &str| code.len() == 3 && code.bytes().all(|c| c.is_ascii_uppercase());
    value.as_str().is_some_and(letters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::CustomFieldOptionId;
    use serde_json::json;

    fn field(value_type: Option<ValueType>) -> CustomField {
        CustomField {
            id: CustomFieldId(1),
            name: "Level".into(),
            name_key: "level".into(),
            field_type: Some(FieldType::Candidate),
            value_type,
            active: true,
            private: false,
            required: false,
            options: Vec::new(),
        }
    }

    fn suits(value_type: Option<ValueType>, value: Value) -> bool {
        let option = |name: &str, active| CustomFieldOption {
            id: CustomFieldOptionId(1),
            custom_field_id: Some(CustomFieldId(1)),
            name: name.into(),
            external_id: None,
            sort_order: None,
            active,
        };
        let definitions = Definitions {
            fields: vec![field(value_type)],
            options: vec![option("Senior", true), option("Old", false)],
            users: vec![UserId(7)],
        };
        definitions.suit(&CustomFieldValue {
            name_key: "level".into(),
            value,
        })
    }

    #[test]
    fn every_kind_of_field_takes_its_own_form_alone() {
        use ValueType::*;
        let range = |least: Value| json!({"min_value": least, "max_value": 2});
        for (kind, good, bad) in [
            (ShortText, json!("a"), json!(" ")),
            (YesNo, json!(true), json!("yes")),
            (Number, json!(1.5), json!("1.5")),
            (Date, json!("2026-01-02"), json!("2026-1-2")),
            (Url, json!("https://a.example/b"), json!("a.example")),
            (User, json!(7), json!(8)),
            (SingleSelect, json!("Senior"), json!("Old")),
            (MultiSelect, json!(["Senior"]), json!(["Senior", "Old"])),
            (MultiSelect, json!(["Senior"]), json!([])),
            (
                Currency,
                json!({"amount": "1.5", "currency_code": "EUR"}),
                json!({"amount": "much", "currency_code": "EUR"}),
            ),
            (
                CurrencyRange,
                json!({"min_amount": 1, "max_amount": 2, "currency_code": "EUR"}),
                json!({"min_amount": 1, "max_amount": 2, "currency_code": "euro"}),
            ),
            (NumberRange, range(Value::Null), range(json!("few"))),
        ] {
            assert!(suits(Some(kind), good.clone()), "{kind} {good}");
            assert!(!suits(Some(kind), bad.clone()), "{kind} {bad}");
        }
        assert!(suits(None, json!({"deep": 1})));
    }
}
