//! From a JSON value to a setting's type; nothing where the value has another form.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde_json::Value;

use crate::phase::Phase;

const LONGEST_INTERVAL: u32 = 24 * 3600;
const MOST_STAGES: usize = 200;
const LONGEST_NAME: usize = 200;

pub(super) fn seconds(value: &Value) -> Option<u32> {
    let seconds = u32::try_from(value.as_u64()?).ok()?;
    (1..=LONGEST_INTERVAL).contains(&seconds).then_some(seconds)
}

pub(super) fn flag(value: &Value) -> Option<bool> {
    value.as_bool()
}

pub(super) fn word<T: FromStr>(value: &Value) -> Option<T> {
    value.as_str()?.parse().ok()
}

/// Ids are written as numbers, and as texts by whoever fears for digits.
#[expect(
    clippy::option_option,
    reason = "the outer one says whether the value can be read, the inner one is the setting"
)]
pub(super) fn id(value: &Value) -> Option<Option<i64>> {
    let id = match value {
        Value::String(text) => text.trim().parse().ok()?,
        other => other.as_i64()?,
    };
    (id > 0).then_some(Some(id))
}

/// Phases that end a process come from the application's status, so no stage stands for them.
pub(super) fn phases(value: &Value) -> Option<BTreeMap<String, Phase>> {
    let chosen = value
        .as_object()
        .filter(|chosen| chosen.len() <= MOST_STAGES)?;
    let entry = |(stage, phase): (&String, &Value)| {
        let name = stage_name(stage);
        let phase: Phase = word(phase)?;
        let ends = matches!(phase, Phase::Hired | Phase::Rejected | Phase::Withdrawn);
        let length = name.chars().count();
        // The database cannot store U+0000.
        let can_be_name = (1..=LONGEST_NAME).contains(&length) && !name.contains(char::is_control);
        (can_be_name && !ends).then_some((name, phase))
    };
    chosen.iter().map(entry).collect()
}

pub(super) fn stage_name(text: &str) -> String {
    text.trim().to_lowercase()
}

/// The name that somebody probably meant: at most two slips, or a third of the letters, away.
pub(super) fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > 100 {
        return None;
    }
    let (slips, name) = names.map(|name| (slips(word, name), name)).min()?;
    (slips <= (name.len() / 3).max(2)).then_some(name)
}

/// Levenshtein's distance, one row at a time.
fn slips(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (deleted, letter) in from.chars().enumerate() {
        let mut corner = deleted;
        row[0] = deleted + 1;
        for (index, other) in to.iter().enumerate() {
            let changed = corner + usize::from(letter != *other);
            corner = row[index + 1];
            row[index + 1] = changed.min(corner + 1).min(row[index] + 1);
        }
    }
    row[to.len()]
}
