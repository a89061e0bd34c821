//! The custom fields that an organisation has on candidates, the bridge's own among them. Read all at once and remembered,
//! so that an import usually costs no call for them.

use domain::{Code, CustomFieldId, OwnField, Problem};
use harvest::{
    CandidatePatch, Client, CustomField, CustomFieldValue, Error as Remote, FieldType, ValueType,
    Version,
};
use serde::{Deserialize, Serialize};

use crate::attempt::Attempt;
use crate::field_values::Definitions;
use crate::introduction::Introduction;
use crate::memory::MINUTE;
use crate::stop::Stop;
use crate::unshown;

const KIND: &str = "custom_fields";
const CANDIDATE: &str = FieldType::Candidate.as_str();

/// What must be known of a field to write it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Field {
    pub(crate) id: CustomFieldId,
    name: String,
    pub(crate) name_key: String,
    /// None for a word that did not exist when this was written.
    pub(crate) value_type: Option<ValueType>,
}

/// Which of the organisation's fields is this one of ours.
pub(crate) fn find(own: OwnField, fields: &[Field]) -> Option<&Field> {
    own.among(fields.iter(), |field| {
        (field.name.as_str(), field.name_key.as_str())
    })
}

/// What an introduction has for those of our own fields that are there; by their usual keys where that cannot be
/// `known`.
pub(crate) fn ours(introduction: &Introduction, known: Option<&[Field]>) -> Vec<CustomFieldValue> {
    let key = |own: OwnField| match known {
        Some(known) => find(own, known).map(|field| field.name_key.clone()),
        None => Some(own.usual_key.to_owned()),
    };
    let values = introduction.own_fields().into_iter();
    let keyed = values.filter_map(|(own, value)| Some((key(own)?, value)));
    keyed
        .map(|(name_key, value)| CustomFieldValue {
            name_key,
            value: value.into(),
        })
        .collect()
}

/// The fields that were not archived; none where they may not be read, which is not worth stopping a tenant for.
pub(crate) async fn active(attempt: &Attempt<'_>) -> Result<Option<Vec<Field>>, Stop> {
    let look_up = async || {
        let fields = attempt.greenhouse.custom_fields();
        let found = match fields.of_type(FieldType::Candidate).await {
            Err(Remote::Forbidden { .. } | Remote::NotFound { .. }) => None,
            answer => Some(known(answer?)),
        };
        let whole = found.as_deref().is_some_and(|fields| {
            let mut ours = OwnField::ALL.into_iter();
            ours.all(|own| find(own, fields).is_some())
        });
        // A field or a right that is missing is added by an admin, who wants to see it work soon.
        let lasts = if whole { 10 * MINUTE } else { MINUTE };
        Ok((found, Some(lasts)))
    };
    attempt.memory().or_look_up(KIND, CANDIDATE, look_up).await
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

/// Puts custom fields into a patch. v3 takes all that a person has at once, so what was written before and may not be shown
/// yet goes along.
pub(crate) fn put(
    attempt: &Attempt<'_>,
    patch: &mut CandidatePatch,
    wanted: Vec<CustomFieldValue>,
    before: Vec<unshown::Field>,
) {
    let along = !wanted.is_empty() && attempt.greenhouse.version() == Version::V3;
    let others = before.into_iter().map(|field| field.written);
    let others = others.filter(|one| along && !has_key(&wanted, &one.value.name_key));
    patch.unshown = others.collect();
    patch.custom_fields = Some(wanted).filter(|wanted| !wanted.is_empty());
}

/// The custom fields that a patch brings, with what goes along.
pub(crate) fn sent(patch: &CandidatePatch) -> Vec<CustomFieldValue> {
    let wanted = patch.custom_fields.iter().flatten();
    let along = patch.unshown.iter().map(|one| &one.value);
    wanted.chain(along).cloned().collect()
}

/// Takes out of a patch what may have been refused. What went along keeps none of the others out.
pub(crate) async fn leave_out(client: &Client, error: &Remote, patch: &mut CandidatePatch) {
    let left = fewer(client, error, &sent(patch)).await;
    let wanted = patch.custom_fields.get_or_insert_default();
    if !patch.unshown.is_empty() && !wanted.iter().any(|value| left.contains(value)) {
        patch.unshown.clear();
        return;
    }
    wanted.retain(|value| left.contains(value));
    patch.unshown.retain(|one| left.contains(&one.value));
}

fn has_key(values: &[CustomFieldValue], key: &str) -> bool {
    values.iter().any(|value| value.name_key == key)
}

/// What to try again with after these were refused: those that the refusal does not name and Greenhouse should take, if they
/// are fewer, else none.
///
/// Between two sends of one write: nothing that can be had here may stop it, so where the fields cannot be read none is
/// left. They are read anew, since what is remembered may be what was wrong.
pub(crate) async fn fewer(
    client: &Client,
    error: &Remote,
    refused: &[CustomFieldValue],
) -> Vec<CustomFieldValue> {
    if in_the_way(error, refused).is_some() {
        return Vec::new();
    }
    let mut left = unnamed(error, refused);
    let Ok(definitions) = Definitions::read(client, &left).await else {
        return Vec::new();
    };
    left.retain(|value| definitions.suit(value));
    match left.len() < refused.len() {
        true => left,
        false => Vec::new(),
    }
}

/// The key of a value that the person has and that stands in the way: v3 gets it again with any other, so none can be sent.
pub(crate) fn in_the_way<'a>(error: &'a Remote, refused: &[CustomFieldValue]) -> Option<&'a str> {
    let Remote::Rejected { fields, .. } = error else {
        return None;
    };
    let paths = fields.iter().filter_map(|error| error.field.as_deref());
    let mut keys = paths.filter_map(key);
    keys.find(|key| refused.iter().all(|value| value.name_key != *key))
}

/// Which custom field a path is about that has its key, as in `custom_fields.level`.
pub(crate) fn key(path: &str) -> Option<&str> {
    let (_, rest) = path.split_once("custom_fields.")?;
    let key = rest.split(['.', '[', '/']).next()?;
    // Else it is a place, or a part of the value at none.
    let is_key = key.contains(|c: char| !c.is_ascii_digit()) && key != "value" && key != "name_key";
    is_key.then_some(key)
}

/// Those that a refusal names neither by their key nor by their place.
fn unnamed(error: &Remote, refused: &[CustomFieldValue]) -> Vec<CustomFieldValue> {
    let places: Vec<usize> = match error {
        Remote::Rejected { fields, .. } => {
            let paths = fields
                .iter()
                .filter_map(|complaint| complaint.field.as_deref());
            paths.filter_map(place).collect()
        }
        _ => Vec::new(),
    };
    let named = |place: usize, value: &CustomFieldValue| {
        places.contains(&place) || error.names_field(&value.name_key)
    };
    let all = refused.iter().enumerate();
    all.filter(|(place, value)| !named(*place, value))
        .map(|(_, value)| value.clone())
        .collect()
}

/// Which of the custom fields a path is about, as in `custom_fields[1].value` or `/candidate/custom_fields/1`.
fn place(path: &str) -> Option<usize> {
    let (_, rest) = path.split_once("custom_fields")?;
    let digits = rest.strip_prefix(['[', '/', '.'])?;
    digits
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

/// Warns of those values that were `wanted` and not `sent`, by their keys; says whether there are any.
pub(crate) fn warn_of_left_out(
    attempt: &mut Attempt<'_>,
    wanted: &[CustomFieldValue],
    sent: &[CustomFieldValue],
) -> bool {
    let keys = wanted.iter().map(|field| field.name_key.as_str());
    let left_out: Vec<&str> = keys.filter(|key| !has_key(sent, key)).collect();
    if !left_out.is_empty() {
        attempt.warn(refusal(&left_out));
    }
    !left_out.is_empty()
}

/// Whatever cannot be a key of Greenhouse's may be anything, somebody's address as well, and is not repeated.
pub(crate) fn refusal(keys: &[&str]) -> Problem {
    let letter = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'_';
    let named = keys.iter().filter(|key| key.bytes().all(letter));
    let paths: Vec<String> = named.map(|key| format!("custom_fields.{key}")).collect();
    let problem = Problem::new(Code::CustomFieldRefused);
    match paths.is_empty() {
        true => problem,
        false => problem.field(paths.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use harvest::Operation;

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
            let found = find(OwnField::INTRODUCTION, fields);
            found.map(|field| field.name_key.clone())
        };
        assert_eq!(found(&fields).as_deref(), Some("intrro_introduction_17"));
        assert_eq!(found(&fields[..1]).as_deref(), Some("intrro_introduction"));
        assert_eq!(found(&[]), None);
    }

    #[test]
    fn what_a_refusal_names_is_left_out_alone() {
        let value = |key: &str| CustomFieldValue {
            name_key: key.into(),
            value: 1.into(),
        };
        let sent = ["level", "shoe_size", "seat"].map(value);
        let left = |field: Option<&str>, message: &str| {
            let fields = field.map(|field| harvest::FieldError {
                field: Some(field.to_owned()),
                message: message.to_owned(),
            });
            let error = Remote::Rejected {
                operation: Operation::CandidatesUpdate,
                status: 422,
                message: message.to_owned(),
                fields: fields.into_iter().collect(),
            };
            let left = unnamed(&error, &sent).into_iter();
            left.map(|value| value.name_key).collect::<Vec<_>>()
        };
        for (field, message) in [
            (Some("custom_fields[1].value"), "is no number"),
            (Some("/candidate/custom_fields/1"), "is no number"),
            (Some("custom_fields.shoe_size"), "is no number"),
            (None, "Custom field shoe_size not found"),
        ] {
            assert_eq!(left(field, message), ["level", "seat"], "{field:?}");
        }
        assert_eq!(left(None, "Custom field is invalid").len(), 3);
    }

    #[test]
    fn a_value_that_the_person_has_stands_in_the_way_of_all() {
        let sent = [CustomFieldValue {
            name_key: "level".into(),
            value: 1.into(),
        }];
        let about = |path: &str| {
            let complaint = harvest::FieldError {
                field: Some(path.to_owned()),
                message: "cannot be written back".to_owned(),
            };
            let error = Remote::Rejected {
                operation: Operation::CandidatesUpdate,
                status: 422,
                message: String::new(),
                fields: vec![complaint],
            };
            in_the_way(&error, &sent).map(str::to_owned)
        };
        assert_eq!(about("custom_fields.owner").as_deref(), Some("owner"));
        for ours in [
            "custom_fields.level",
            "custom_fields.0.value",
            "custom_fields[0]",
            "title",
        ] {
            assert_eq!(about(ours), None, "{ours}");
        }
    }

    #[test]
    fn a_refusal_names_keys_and_nothing_that_is_none() {
        let refusal = refusal(&["shoe_size", "ada@people.example", "level"]);
        let field = refusal.field.as_deref();
        assert_eq!(field, Some("custom_fields.shoe_size, custom_fields.level"));
        assert_eq!(super::refusal(&["ada@people.example"]).field, None);
    }

    #[test]
    fn what_is_remembered_is_read_back() {
        let kept = serde_json::to_value([field("Level", "level")]).unwrap();
        assert_eq!(kept[0]["value_type"], "short_text");
        let read: Vec<Field> = serde_json::from_value(kept).unwrap();
        assert_eq!(read[0].value_type, Some(ValueType::ShortText));
    }
}
