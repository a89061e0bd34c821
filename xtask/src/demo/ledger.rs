//! What the bridge's ledger knows of an introduction, from `bridge why --json`, in words for a reader of the demo.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::simulator::Names;

/// A moment the ledger knows, and who acted.
pub(super) struct Moment {
    pub(super) at: DateTime<Utc>,
    pub(super) who: &'static str,
    pub(super) what: String,
}

/// When it was stored, and every write to Greenhouse, from all stories told.
pub(super) fn moments(told: &Value, matched: Option<i64>, names: &Names) -> Vec<Moment> {
    told.as_array()
        .into_iter()
        .flatten()
        .flat_map(|story| story_of(story, matched, names))
        .collect()
}

fn story_of(story: &Value, matched: Option<i64>, names: &Names) -> Vec<Moment> {
    let stored = time(&story["operation"]["stored_at"]);
    let stored = stored.map(|at| Moment {
        at,
        who: "bridge",
        what: "stored, and acknowledged to RabbitMQ".to_owned(),
    });
    let steps: Vec<&Value> = story["steps"].as_array().into_iter().flatten().collect();
    let first_sent = steps.first().and_then(|step| time(&step["first_sent_at"]));
    let found = matched.zip(first_sent).map(|(candidate, at)| Moment {
        at,
        who: "Greenhouse",
        what: format!("has this person already, found by e-mail: candidate {candidate} is matched"),
    });
    let writes = steps.into_iter().filter_map(|step| {
        Some(Moment {
            at: time(&step["settled_at"])?,
            who: "Greenhouse",
            what: write(step, names),
        })
    });
    stored.into_iter().chain(found).chain(writes).collect()
}

/// `candidate created, with an application for Backend Engineer: 21000000402`
fn write(step: &Value, names: &Names) -> String {
    let name = step["name"].as_str().unwrap_or_default();
    let (kind, about) = name.split_once(':').unwrap_or((name, ""));
    let job = || {
        about
            .parse()
            .map_or_else(|_| about.to_owned(), |id| names.job(id))
    };
    let done = match kind {
        "create_candidate" => format!("candidate created, with an application for {}", job()),
        "add_application" => format!("application added for {}", job()),
        "credit_application" => "application credited to the referrer".to_owned(),
        "edit_candidate" => "candidate completed, nothing overwritten".to_owned(),
        "add_note" => "note added".to_owned(),
        "create_tag" => format!("tag \"{about}\" created"),
        "apply_tag" => "tag applied".to_owned(),
        _ => name.to_owned(),
    };
    let id = step["remote_id"]
        .as_i64()
        .map(|id| format!(": {id}"))
        .unwrap_or_default();
    match (step["state"].as_str(), step["code"].as_str()) {
        (Some("confirmed"), _) => format!("{done}{id}"),
        (state, code) => format!(
            "{name} {} {}",
            state.unwrap_or_default(),
            code.unwrap_or_default()
        ),
    }
}

fn time(value: &Value) -> Option<DateTime<Utc>> {
    value.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn writes_are_told_in_words_and_refused_ones_with_their_code() {
        let names = Names::of([(54, "Backend Engineer".to_owned())]);
        let step = json!({"name": "create_candidate:54", "state": "confirmed", "remote_id": 21, "code": null});
        assert_eq!(
            write(&step, &names),
            "candidate created, with an application for Backend Engineer: 21"
        );
        let step = json!({"name": "add_note", "state": "rejected", "remote_id": null, "code": "note_refused"});
        assert_eq!(write(&step, &names), "add_note rejected note_refused");
    }
}
