//! The custom field "Intrro status" on candidates.

use domain::{CandidateId, Code, OwnField, Problem, StepKind};
use harvest::{Candidate, CandidatePatch, CustomFieldValue, ValueType, Version};
use serde::{Deserialize, Serialize};

use crate::attempt::{Attempt, Step};
use crate::field_values::Definitions;
use crate::memory::MINUTE;
use crate::stop::Stop;
use crate::unshown::{self, Unshown};
use crate::{candidate, candidate_fields, profile};

/// What must be known of the field to write it.
#[derive(Serialize, Deserialize)]
struct Field {
    name_key: String,
    /// Names of what can be chosen; none where anything can be written.
    options: Option<Vec<String>>,
}

/// Writes the status, if the field is there and says something else; answers whether it was written, now or by an earlier
/// try. What cannot be written becomes a warning.
pub(crate) async fn write(
    attempt: &mut Attempt<'_>,
    record: &Candidate,
    status: &str,
) -> Result<bool, Stop> {
    // Without the field there is nothing to keep up to date, and nobody asked for it.
    let Some(field) = field(attempt, record).await? else {
        return Ok(false);
    };
    let listed = field.options.is_some();
    let Some(wanted) = says(field, status) else {
        attempt.warn(missing());
        return Ok(false);
    };
    let before = Unshown::of(attempt, record).await?;
    let before = before.custom_fields(attempt, record).await?;
    let is_ours = |field: &unshown::Field| field.written.value.name_key == wanted.name_key;
    let same = record.custom_fields.contains(&wanted) && !before.iter().any(is_ours);
    let mut patch = CandidatePatch::default();
    if !same {
        candidate_fields::put(attempt, &mut patch, vec![wanted.clone()], before);
    }
    let ours = !same || attempt.was_sent(&step());
    match send(attempt, record.id, patch).await {
        Ok(()) => Ok(ours),
        Err(Stop::Fail(problem)) => {
            let key = wanted.name_key.as_str();
            let warning = match unsuited(attempt, record, &wanted, &problem).await {
                Some(keys) if keys.contains(&key) && listed => missing(),
                Some(keys) => candidate_fields::refusal(&keys),
                None => refusal(&problem, key, listed),
            };
            attempt.warn(warning);
            Ok(false)
        }
        Err(other) => Err(other),
    }
}

fn step() -> Step {
    Step::only(StepKind::WriteStatus)
}

/// What goes along with the status does not keep it out: what of it is refused is left out.
async fn send(
    attempt: &mut Attempt<'_>,
    person: CandidateId,
    mut patch: CandidatePatch,
) -> Result<(), Stop> {
    let (term, empty) = (attempt.term(), patch.is_empty());
    let sent = candidate::edit_by(attempt, step(), empty, async |client| {
        let fields = candidate_fields::sent(&patch);
        match client.candidates().update(person, &patch).await {
            Err(error) if fields.len() > 1 && error.is_about_custom_fields(&fields) => {
                candidate_fields::leave_out(client, &error, &mut patch).await;
                term.check()?;
                Ok(client.candidates().update(person, &patch).await?)
            }
            answer => Ok(answer?),
        }
    });
    sent.await
}

/// What the field is to say of this status; none where it is not there or cannot say it.
pub(crate) async fn told_by(
    attempt: &Attempt<'_>,
    record: &Candidate,
    status: &str,
) -> Result<Option<CustomFieldValue>, Stop> {
    let field = field(attempt, record).await?;
    Ok(field.and_then(|field| says(field, status)))
}

fn says(field: Field, status: &str) -> Option<CustomFieldValue> {
    let value = value(&field, status)?.into();
    let name_key = field.name_key;
    Some(CustomFieldValue { name_key, value })
}

fn missing() -> Problem {
    Problem::new(Code::StatusOptionMissing).field("status")
}

/// Keys of the values that Greenhouse does not take by its own definitions, where the refusal names none; none where that
/// does not tell. They are read anew: what is remembered may be what was wrong.
async fn unsuited<'a>(
    attempt: &Attempt<'_>,
    record: &'a Candidate,
    wanted: &'a CustomFieldValue,
    problem: &Problem,
) -> Option<Vec<&'a str>> {
    let path = problem.field.as_deref();
    if path.and_then(candidate_fields::key).is_some() {
        return None;
    }
    let others = record.custom_fields.iter().filter(|field| {
        // v3 gets all of the person's fields again, v1 ours alone.
        let again = attempt.greenhouse.version() == Version::V3 && !field.value.is_null();
        again && field.name_key != wanted.name_key
    });
    let mut values: Vec<CustomFieldValue> = others.cloned().collect();
    values.push(wanted.clone());
    let read = Definitions::read(&attempt.greenhouse, &values).await;
    let definitions = read.ok()?;
    values.retain(|value| !definitions.suit(value));
    let refused = |key: &str| values.iter().any(|value| value.name_key == key);
    let keys = record.custom_fields.iter().map(|field| &field.name_key);
    let mut keys: Vec<&str> = keys
        .map(String::as_str)
        .filter(|key| refused(key))
        .collect();
    if refused(&wanted.name_key) {
        keys.push(&wanted.name_key);
    }
    (!keys.is_empty()).then_some(keys)
}

/// What the words of a refusal tell: that the option is missing where they may be about our value and it was not `listed`,
/// else which field it is about.
fn refusal(problem: &Problem, key: &str, listed: bool) -> Problem {
    let path = problem.field.as_deref();
    // v3 gets all of the person's fields again, so another's key may be the one that is refused.
    let others = path.and_then(candidate_fields::key).filter(|it| *it != key);
    let detail = problem.detail.as_deref().unwrap_or_default().to_lowercase();
    let ours = match path {
        Some(path) if path.contains(key) => true,
        Some(path) => {
            !listed
                && ["custom_field", "value"]
                    .iter()
                    .any(|part| path.contains(part))
        }
        // Words that name nothing may be about what was sent, and that was the option.
        None => {
            let words = [key, "option", "value", "custom field", "unprocessable"];
            !listed && words.iter().any(|word| detail.contains(word))
        }
    };
    match others {
        Some(other) => candidate_fields::refusal(&[other]),
        None if ours => missing(),
        None => candidate_fields::refusal(&[key]),
    }
}

/// The text to write: an option is found whatever its letter case, and with spaces for `_` and `-`.
fn value(field: &Field, status: &str) -> Option<String> {
    let status = profile::filled(status)?;
    let Some(options) = &field.options else {
        return Some(status);
    };
    let plain = |text: &str| text.trim().to_lowercase().replace(['_', '-'], " ");
    let wanted = plain(&status);
    options.iter().find(|name| plain(name) == wanted).cloned()
}

/// The field, if the organisation has it.
async fn field(attempt: &Attempt<'_>, record: &Candidate) -> Result<Option<Field>, Stop> {
    let look_up = async || {
        let Some(fields) = candidate_fields::active(attempt).await? else {
            // Then the record alone tells, and a wrong option is refused.
            return Ok((shown_by(record), None));
        };
        let found = match candidate_fields::find(OwnField::STATUS, &fields) {
            None => None,
            Some(field) => Some(Field {
                name_key: field.name_key.clone(),
                options: options(attempt, field).await?,
            }),
        };
        // A field that is missing is added by an admin, who wants to see it work soon; so is an option.
        let lasts = if found.is_some() { 10 * MINUTE } else { MINUTE };
        Ok((found, Some(lasts)))
    };
    attempt
        .memory()
        .or_look_up("custom_field", OwnField::STATUS.name, look_up)
        .await
}

fn shown_by(record: &Candidate) -> Option<Field> {
    let mut shown = record.custom_fields.iter();
    let shown = shown.find(|field| field.name_key == OwnField::STATUS.usual_key)?;
    Some(Field {
        name_key: shown.name_key.clone(),
        options: None,
    })
}

/// Names of what can be chosen, where that is all that can be written.
async fn options(
    attempt: &Attempt<'_>,
    field: &candidate_fields::Field,
) -> Result<Option<Vec<String>>, Stop> {
    if field.value_type != Some(ValueType::SingleSelect) {
        return Ok(None);
    }
    let options = attempt.greenhouse.custom_field_options();
    let options = options.of_fields(&[field.id]).await?.into_iter();
    let active = options.filter(|option| option.active);
    Ok(Some(active.map(|option| option.name).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_found_whatever_its_spelling() {
        let field = Field {
            name_key: "intrro_status".into(),
            options: Some(vec!["Interviewing".into(), "On hold".into()]),
        };
        assert_eq!(
            value(&field, "INTERVIEWING").as_deref(),
            Some("Interviewing")
        );
        assert_eq!(value(&field, " on_hold").as_deref(), Some("On hold"));
        assert_eq!(value(&field, "hired"), None);
    }

    #[test]
    fn only_a_refusal_of_the_option_says_that_it_is_missing() {
        let said = |field: Option<&str>, detail: &str, listed: bool| {
            let mut problem = Problem::new(Code::UnexpectedAnswer).detail(detail);
            problem.field = field.map(str::to_owned);
            let said = refusal(&problem, "intrro_status", listed);
            (said.code, said.field.unwrap_or_default())
        };
        let missing = (Code::StatusOptionMissing, "status".to_owned());
        let refused = |key: &str| (Code::CustomFieldRefused, format!("custom_fields.{key}"));
        for (field, detail, expected) in [
            (None, "Unprocessable Content", &missing),
            (Some("custom_fields[2].value"), "is invalid", &missing),
            (Some("custom_fields.intrro_status"), "is invalid", &missing),
            (Some("custom_fields.owner"), "is invalid", &refused("owner")),
            (Some("title"), "is invalid", &refused("intrro_status")),
            (None, "Candidate is locked", &refused("intrro_status")),
        ] {
            let told = said(field, detail, false);
            assert_eq!(told, *expected, "{field:?} {detail}");
        }
        let other = "custom field Sel (single_select): bad value 'Red'";
        assert_eq!(said(None, other, true), refused("intrro_status"));
        // Archived since it was listed.
        let ours = Some("custom_fields.intrro_status");
        assert_eq!(said(ours, "is invalid", true), missing);
    }

    #[test]
    fn a_field_of_text_takes_any_status() {
        let field = Field {
            name_key: "intrro_status".into(),
            options: None,
        };
        assert_eq!(value(&field, " hired ").as_deref(), Some("hired"));
    }
}
