//! Two documents of one job → what happened. Pure.
//!
//! The first event about a job is that it opened: drafts, and jobs that were closed before anybody asked, are no news.
//! When Greenhouse touches a record without changing anything that is shown (`updated_at` alone), nothing happened.

use proto::Change;
use serde_json::{Map, Value};

/// A field that says when, not what.
const TOUCHED: &str = "updatedAt";

/// What happened to a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Happened {
    /// For the counts of an import.
    pub(crate) fate: Fate,
    /// The event's change, if there is to be one.
    pub(crate) change: Option<Change>,
    /// The contract's names of the fields that differ, sorted; empty where there is nothing to compare with.
    pub(crate) fields: Vec<String>,
}

/// What an import counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Same,
    Opened,
    Updated,
    Closed,
}

/// `before`: the document of before, none if there was none or the job was gone. `told`: whether there ever was an event
/// about the job.
pub(crate) fn happened(before: Option<&Value>, told: bool, after: &Value) -> Happened {
    let fields = before.map(|before| differing(before, after));
    let was_open = before.is_some_and(is_open);
    let fate = match (was_open, is_open(after), &fields) {
        (false, true, _) => Fate::Opened,
        (true, false, _) => Fate::Closed,
        // Seen for the first time, and not open.
        (_, _, None) => Fate::Same,
        (_, _, Some(fields)) if fields.is_empty() => Fate::Same,
        (_, _, Some(_)) => Fate::Updated,
    };
    let change = match fate {
        Fate::Same => None,
        Fate::Opened => Some(Change::Opened),
        Fate::Closed => Some(Change::Closed),
        Fate::Updated => told.then_some(Change::Updated),
    };
    let fields = if told { fields } else { None };
    Happened {
        fate,
        change,
        fields: fields.unwrap_or_default(),
    }
}

fn is_open(document: &Value) -> bool {
    document["status"] == "OPEN"
}

fn differing(before: &Value, after: &Value) -> Vec<String> {
    let none = Map::new();
    let (before, after) = (
        before.as_object().unwrap_or(&none),
        after.as_object().unwrap_or(&none),
    );
    let mut fields: Vec<String> = before
        .keys()
        .chain(after.keys().filter(|name| !before.contains_key(*name)))
        .filter(|name| *name != TOUCHED && before.get(*name) != after.get(*name))
        .map(|name| contract_name(name))
        .collect();
    fields.sort_unstable();
    fields
}

/// `requisitionId` → `requisition_id`.
fn contract_name(json_name: &str) -> String {
    json_name.chars().fold(String::new(), |mut name, letter| {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
        name
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn open() -> Value {
        json!({"id": "1", "status": "OPEN", "name": "Engineer", "updatedAt": "2026-01-01T00:00:00Z"})
    }

    fn with(field: &str, value: &str) -> Value {
        let mut document = open();
        document[field] = value.into();
        document
    }

    fn seen(before: Option<&Value>, told: bool, after: &Value) -> (Option<Change>, String) {
        let happened = happened(before, told, after);
        (happened.change, happened.fields.join(" "))
    }

    #[test]
    fn a_job_is_told_when_it_opens_and_not_before() {
        let draft = with("status", "DRAFT");
        assert_eq!(seen(None, false, &draft), (None, String::new()));
        let renamed = with("name", "Cook");
        let mut other_draft = renamed.clone();
        other_draft["status"] = "DRAFT".into();
        assert_eq!(
            seen(Some(&draft), false, &other_draft),
            (None, String::new())
        );
        assert_eq!(
            seen(Some(&draft), false, &open()),
            (Some(Change::Opened), String::new())
        );
        assert_eq!(
            seen(None, false, &open()),
            (Some(Change::Opened), String::new())
        );
    }

    #[test]
    fn closing_and_opening_again_name_what_differs() {
        let closed = with("status", "CLOSED");
        assert_eq!(
            seen(Some(&open()), true, &closed),
            (Some(Change::Closed), "status".to_owned())
        );
        assert_eq!(
            seen(Some(&closed), true, &open()),
            (Some(Change::Opened), "status".to_owned())
        );
    }

    #[test]
    fn an_update_names_the_fields_by_their_names_in_the_contract() {
        let mut changed = with("requisitionId", "R-1");
        changed["name"] = "Cook".into();
        assert_eq!(
            seen(Some(&open()), true, &changed),
            (Some(Change::Updated), "name requisition_id".to_owned())
        );
    }

    #[test]
    fn a_touch_is_no_change() {
        let touched = with("updatedAt", "2026-02-02T00:00:00Z");
        let happened = happened(Some(&open()), true, &touched);
        assert_eq!((happened.change, happened.fate), (None, Fate::Same));
    }

    #[test]
    fn a_job_that_was_gone_and_is_back_opens() {
        assert_eq!(
            seen(None, true, &open()),
            (Some(Change::Opened), String::new())
        );
    }
}
