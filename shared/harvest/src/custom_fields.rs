//! Custom fields: what an organisation keeps beyond what Greenhouse knows.

use std::fmt;

use chrono::{DateTime, Utc};
use domain::CustomFieldId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::call::Read;
use crate::client::Client;
use crate::custom_field_options::CustomFieldOption;
use crate::error::{Error, FieldError};
use crate::operation::Operation;
use crate::v1;
use crate::v3;
use crate::version::Version;

/// One value of a custom field, in the form in which it is written.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct CustomFieldValue {
    /// The field's immutable key.
    pub name_key: String,
    /// Text, flag, number, list of texts or numbers, or an amount with its currency; selects by the option's name.
    /// Null means: no value. What is read is brought into the form that may be written back, where there is one.
    pub value: Value,
}

crate::debug_without_personal_data!(CustomFieldValue { name_key });

impl CustomFieldValue {
    /// Whether there is nothing in the value: v1 refuses such a one, in v3 it would take away what is there.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        is_blank(&self.value)
    }

    /// Whether the value has a form in which v3 takes values. What is read may have none: files, masked values, users
    /// without an id, objects that are not described.
    #[must_use]
    pub fn can_be_written(&self) -> bool {
        match &self.value {
            Value::Null | Value::Bool(_) | Value::Number(_) => true,
            Value::String(text) => text.is_empty() || text.bytes().any(|letter| letter != b'*'),
            Value::Array(all) => {
                all.iter().all(Value::is_string) || all.iter().all(Value::is_number)
            }
            Value::Object(parts) => {
                let only = |names: &[&str]| parts.keys().all(|key| names.contains(&key.as_str()));
                only(&["amount", "currency_code"])
                    || only(&["min_amount", "max_amount", "currency_code"])
                    || only(&["min_value", "max_value"])
            }
        }
    }
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(_) | Value::Number(_) => false,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(all) => all.iter().all(is_blank),
        Value::Object(parts) => parts.values().all(is_blank),
    }
}

/// The definition of a custom field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomField {
    /// Id.
    pub id: CustomFieldId,
    /// What people see; may be changed.
    pub name: String,
    /// The immutable key under which values are read and written.
    pub name_key: String,
    /// What has the field; none for a word that did not exist when this was written.
    pub field_type: Option<FieldType>,
    /// What it holds; likewise.
    pub value_type: Option<ValueType>,
    /// Whether it was not archived.
    pub active: bool,
    /// Whether only some may see it.
    pub private: bool,
    /// Whether nothing can be saved without it.
    pub required: bool,
    /// The options of a select, told here by v1 only: [`crate::CustomFieldOptions::of_fields`] tells them for both.
    pub options: Vec<CustomFieldOption>,
}

/// A value that was written to a record, which reads may not show yet. `Debug` shows no value.
#[derive(Clone, PartialEq)]
pub struct UnshownField {
    /// The value.
    pub value: CustomFieldValue,
    /// A record that changed then or later, by Greenhouse's clock, shows it, or what took its place.
    pub shown_from: DateTime<Utc>,
}

crate::debug_without_personal_data!(UnshownField { shown_from });

/// A custom field to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCustomField {
    /// What people see.
    pub name: String,
    /// What gets the field.
    pub field_type: FieldType,
    /// What it holds.
    pub value_type: ValueType,
    /// An explanation for people.
    pub description: Option<String>,
    /// Whether only some may see it.
    pub private: bool,
    /// Names of the options of a select, in their order.
    pub options: Vec<String>,
}

/// Changes of a custom field; `None` leaves as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CustomFieldPatch {
    /// What people see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// An explanation for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether only some may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private: Option<bool>,
}

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $(#[doc = concat!("`", $word, "`")] #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Greenhouse's word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            pub(crate) fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words! {
    /// What has a custom field.
    FieldType {
        Candidate = "candidate",
        Application = "application",
        Job = "job",
        Opening = "opening",
        Offer = "offer",
        RejectionQuestion = "rejection_question",
        ReferralQuestion = "referral_question",
        UserAttribute = "user_attribute",
    }
}

words! {
    /// What a custom field holds.
    ValueType {
        ShortText = "short_text",
        LongText = "long_text",
        YesNo = "yes_no",
        SingleSelect = "single_select",
        MultiSelect = "multi_select",
        Currency = "currency",
        CurrencyRange = "currency_range",
        Number = "number",
        NumberRange = "number_range",
        Date = "date",
        Url = "url",
        User = "user",
    }
}

/// The refusal of a change that would cost another value, which v3 would replace and which cannot be written back. Ours,
/// in the words of one of Greenhouse's: whoever sends fields does the same about either.
pub(crate) fn keepable(
    present: &[CustomFieldValue],
    changes: &[CustomFieldValue],
) -> Result<(), Error> {
    let changed = |key: &str| changes.iter().any(|change| change.name_key == key);
    let mut kept = present.iter().filter(|field| !changed(&field.name_key));
    let Some(lost) = kept.find(|field| !field.can_be_written()) else {
        return Ok(());
    };
    Err(Error::Rejected {
        operation: Operation::CandidatesUpdate,
        status: 422,
        message: "not sent: a custom field's value would be lost".to_owned(),
        fields: vec![FieldError {
            field: Some(format!("custom_fields.{}", lost.name_key)),
            message: "cannot be written back".to_owned(),
        }],
    })
}

/// `changes`, and with them what was written before and a record that was `updated_at` this time does not show yet.
pub(crate) fn unshown(
    updated_at: Option<DateTime<Utc>>,
    changes: &[CustomFieldValue],
    written: &[UnshownField],
) -> Vec<CustomFieldValue> {
    let changed = |key: &str| changes.iter().any(|change| change.name_key == key);
    // Where the record does not tell, what it has may be newer.
    let lacks = |one: &&UnshownField| updated_at.is_some_and(|at| at < one.shown_from);
    let written = written.iter().filter(lacks).map(|one| &one.value);
    let unshown = written.filter(|value| !changed(&value.name_key));
    changes.iter().chain(unshown).cloned().collect()
}

/// What a record has after `changes`, for v3, which replaces all of it: what has a value and is not changed stays, and
/// what is removed is said so.
pub(crate) fn merged(
    present: &[CustomFieldValue],
    changes: &[CustomFieldValue],
) -> Vec<CustomFieldValue> {
    let changed = |key: &str| changes.iter().any(|change| change.name_key == key);
    let kept = present
        .iter()
        .filter(|field| !field.value.is_null() && !changed(&field.name_key));
    kept.chain(changes).cloned().collect()
}

/// Operations on custom fields.
#[derive(Debug, Clone, Copy)]
pub struct CustomFields<'a> {
    client: &'a Client,
}

impl Client {
    /// Custom fields: what an organisation keeps beyond what Greenhouse knows.
    #[must_use]
    pub fn custom_fields(&self) -> CustomFields<'_> {
        CustomFields { client: self }
    }

    /// Values as v1 takes them, for something that has fields of this type.
    pub(crate) async fn written(
        &self,
        field_type: FieldType,
        fields: &[CustomFieldValue],
    ) -> Result<Vec<v1::custom_fields::Written>, Error> {
        let known = if v1::custom_fields::needs_definitions(fields) {
            let known = self.custom_fields().of_type(field_type).await;
            known.map_err(Error::before_a_write)?
        } else {
            Vec::new()
        };
        Ok(v1::custom_fields::written(fields, &known))
    }
}

impl CustomFields<'_> {
    /// All custom fields of a type. v3 tells archived ones too and says that they are; v1 would not say so, and tells
    /// active ones alone.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn of_type(&self, field_type: FieldType) -> Result<Vec<CustomField>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (
                v3::custom_fields::of_type(field_type),
                v3::custom_fields::read_list,
            ),
            Version::V1 => (
                v1::custom_fields::of_type(field_type),
                v1::custom_fields::read_list,
            ),
        };
        self.client.all(request, read).await
    }

    /// One custom field.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn get(&self, id: CustomFieldId) -> Result<Option<CustomField>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::custom_fields::with_id(id), v3::custom_fields::read_list),
            Version::V1 => (
                v1::custom_fields::with_id(id),
                v1::custom_fields::read_single,
            ),
        };
        let found = self.client.one(request, read).await?;
        Ok(found.into_iter().find(|field| field.id == id))
    }

    /// Creates a custom field. Not idempotent.
    ///
    /// # Errors
    /// [`Error`] of a write.
    pub async fn create(&self, field: &NewCustomField) -> Result<CustomField, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (
                v3::custom_fields::create(field),
                v3::custom_fields::read_one,
            ),
            Version::V1 => (
                v1::custom_fields::create(field),
                v1::custom_fields::read_one,
            ),
        };
        self.client.call(&request, read).await
    }

    /// Changes a custom field.
    ///
    /// # Errors
    /// [`Error`] of a write.
    pub async fn update(&self, id: CustomFieldId, patch: &CustomFieldPatch) -> Result<(), Error> {
        let request = match self.client.version() {
            Version::V3 => v3::custom_fields::update(id, patch),
            Version::V1 => v1::custom_fields::update(id, patch),
        };
        self.client.call(&request, crate::wire::read_nothing).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn value(name_key: &str, value: Value) -> CustomFieldValue {
        CustomFieldValue {
            name_key: name_key.into(),
            value,
        }
    }

    #[test]
    fn a_change_that_would_cost_another_value_is_not_sent() {
        let owner = value("owner", json!({"shown": {"name": "G"}}));
        let present = [value("level", json!("Senior")), owner];
        let status = value("status", json!("New"));
        let refused = keepable(&present, std::slice::from_ref(&status)).unwrap_err();
        assert!(refused.is_about_custom_fields(std::slice::from_ref(&status)));
        assert!(refused.names_field("owner"));
        assert!(keepable(&present, &[value("owner", json!(1))]).is_ok());
        assert!(keepable(&present[..1], &[status]).is_ok());
    }

    #[test]
    fn a_change_costs_no_other_value() {
        let present = [
            value("level", json!("Senior")),
            value("pay", json!({"amount": 1, "currency_code": "EUR"})),
            value("unset", Value::Null),
        ];
        let changes = [value("level", Value::Null), value("status", json!("New"))];
        let merged = merged(&present, &changes);
        assert_eq!(
            merged,
            [
                present[1].clone(),
                value("level", Value::Null),
                value("status", json!("New")),
            ]
        );
    }

    #[test]
    fn what_was_written_before_goes_along_while_the_record_is_older() {
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        let written = [("level", json!("Junior")), ("pay", json!(1))].map(|(key, was)| {
            let value = value(key, was);
            let shown_from = at(10);
            UnshownField { value, shown_from }
        });
        let changes = [value("level", json!("Senior"))];
        let sent = |updated_at| unshown(updated_at, &changes, &written);
        let along = [changes[0].clone(), written[1].value.clone()];
        assert_eq!(sent(Some(at(9))), along);
        assert_eq!(
            sent(Some(at(10))),
            changes,
            "it may have been changed again"
        );
        assert_eq!(sent(None), changes);
    }
}
