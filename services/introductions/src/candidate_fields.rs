//! The custom fields that an organisation has on candidates, the bridge's own among them. Read all at once and remembered,
//! so that an import usually costs no call for them.

use domain::CustomFieldId;
use harvest::{CustomField, FieldType, ValueType};
use serde::{Deserialize, Serialize};

use crate::attempt::Attempt;
use crate::references::{MINUTE, recall, remember};
use crate::stop::Stop;

const KIND: &str = "custom_fields";
const CANDIDATE: &str = FieldType::Candidate.as_str();

/// A field of the bridge's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OurField {
    pub(crate) name: &'static str,
    /// The key that Greenhouse usually derives from the name; it may add a number.
    pub(crate) usual_key: &'static str,
}

pub(crate) const STATUS: OurField = OurField {
    name: "Intrro status",
    usual_key: "intrro_status",
};
pub(crate) const INTRODUCTION: OurField = OurField {
    name: "Intrro introduction",
    usual_key: "intrro_introduction",
};
pub(crate) const REFERRER: OurField = OurField {
    name: "Intrro referrer",
    usual_key: "intrro_referrer",
};

/// What must be known of a field to write it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Field {
    pub(crate) id: CustomFieldId,
    name: String,
    pub(crate) name_key: String,
    /// None for a word that did not exist when this was written.
    pub(crate) value_type: Option<ValueType>,
}

impl OurField {
    /// Which of the organisation's fields it is: by name, and where somebody has given it another one, by key.
    pub(crate) fn among<'a>(&self, fields: &'a [Field]) -> Option<&'a Field> {
        let named = |field: &&Field| field.name.trim().eq_ignore_ascii_case(self.name);
        let keyed = |field: &&Field| field.name_key == self.usual_key;
        let found = fields.iter().find(named);
        found.or_else(|| fields.iter().find(keyed))
    }
}

/// The fields that were not archived; none where they may not be read, which is not worth stopping a tenant for.
pub(crate) async fn active(attempt: &Attempt<'_>) -> Result<Option<Vec<Field>>, Stop> {
    if let Some(known) = recall::<Option<Vec<Field>>>(attempt, KIND, CANDIDATE).await? {
        return Ok(known);
    }
    let tenant = &attempt.claim.tenant;
    let _alone = attempt.context.alone(tenant, KIND, CANDIDATE).await;
    if let Some(known) = recall::<Option<Vec<Field>>>(attempt, KIND, CANDIDATE).await? {
        return Ok(known);
    }
    let fields = attempt.greenhouse.custom_fields();
    let found = match fields.of_type(FieldType::Candidate).await {
        Err(harvest::Error::Forbidden { .. } | harvest::Error::NotFound { .. }) => None,
        answer => Some(known(answer?)),
    };
    let whole = found.as_deref().is_some_and(|fields| {
        let ours = [STATUS, INTRODUCTION, REFERRER];
        ours.iter().all(|field| field.among(fields).is_some())
    });
    // A field or a right that is missing is added by an admin, who wants to see it work soon.
    let lasts = if whole { 10 * MINUTE } else { MINUTE };
    remember(attempt, KIND, CANDIDATE, &found, lasts).await?;
    Ok(found)
}

fn known(fields: Vec<CustomField>) -> Vec<Field> {
    let active = fields.into_iter().filter(|field| field.active);
    active
        .map(|field| Field {
            id: field.id,
            name: field.name,
            name_key: field.name_key,
            value_type: field.value_type,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, name_key: &str) -> Field {
        Field {
            id: CustomFieldId(1),
            name: name.into(),
            name_key: name_key.into(),
            value_type: Some(ValueType::ShortText),
        }
    }

    #[test]
    fn a_field_of_ours_is_known_by_its_name_before_its_key() {
        let fields = [
            field("Old link", "intrro_introduction"),
            field(" intrro Introduction ", "intrro_introduction_17"),
        ];
        let found = |fields: &[Field]| {
            let found = INTRODUCTION.among(fields);
            found.map(|field| field.name_key.clone())
        };
        assert_eq!(found(&fields).as_deref(), Some("intrro_introduction_17"));
        assert_eq!(found(&fields[..1]).as_deref(), Some("intrro_introduction"));
        assert_eq!(found(&[]), None);
    }

    #[test]
    fn what_is_remembered_is_read_back() {
        let kept = serde_json::to_value([field("Level", "level")]).unwrap();
        assert_eq!(kept[0]["value_type"], "short_text");
        let read: Vec<Field> = serde_json::from_value(kept).unwrap();
        assert_eq!(read[0].value_type, Some(ValueType::ShortText));
    }
}
