//! What changes in Intrro afterwards: the events of tests/samples/changes/, and the answer that each must get.

use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use super::analytics::Analytics;
use super::events::Received;
use super::screen::Screen;
use super::stage::Stage;

const ANSWERED_WITHIN: Duration = Duration::from_secs(60);

/// One file of tests/samples/changes/.
struct Change {
    file: &'static str,
    story: &'static str,
    candidate: &'static str,
    /// Its answer event, and what that says.
    answer: &'static str,
    says: fn(&Received) -> String,
}

/// In the order they are published.
const ALL: [Change; 3] = [
    Change {
        file: "profile-updated.json",
        story: "a new title and one more address: only these are written",
        candidate: "person-demo-1",
        answer: "CandidateUpdated",
        says: written,
    },
    Change {
        file: "status-changed.json",
        story: "the introduction moves on, with a remark for the recruiters",
        candidate: "person-demo-2",
        answer: "CandidateUpdated",
        says: written,
    },
    Change {
        file: "erasure-requested.json",
        story: "somebody asks to be forgotten",
        candidate: "person-demo-5",
        answer: "CandidateErased",
        says: |answer| answer.text("remedy").to_owned(),
    },
];

fn written(answer: &Received) -> String {
    let changed = answer.data["changed"].as_array().into_iter().flatten();
    let names: Vec<&str> = changed.filter_map(Value::as_str).collect();
    format!(
        "{}: {}",
        answer.text("how").to_lowercase(),
        names.join(", ")
    )
}

/// Publishes each, waits for its answer and shows it; whether all came.
pub(super) async fn play(stage: &Stage, analytics: &Analytics, screen: &Screen) -> Result<bool> {
    screen.title("Changes in Intrro");
    let mut well = true;
    for change in &ALL {
        let path = testkit::Options::default()
            .root
            .join("tests/samples/changes")
            .join(change.file);
        stage.bridge(&["publish", &path.to_string_lossy()]).await?;
        let answers = |event: &Received| {
            event.kind == change.answer && event.text("candidateId") == change.candidate
        };
        let came = analytics
            .wait(ANSWERED_WITHIN, |events| events.iter().any(answers))
            .await;
        well &= came;
        screen.line(&format!(
            "{} bridge publish tests/samples/changes/{:<24} {}",
            screen.mark(came),
            change.file,
            screen.dim(change.story)
        ));
        let events = analytics.events();
        let told = events.iter().find(|event| answers(event));
        let told = told.map_or("no answer".to_owned(), |event| {
            format!("received {}: {}", event.kind, (change.says)(event))
        });
        screen.line(&format!("    analytics   {told}"));
    }
    Ok(well)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_of_a_change_is_played_and_is_about_the_person_it_says() {
        let folder = testkit::Options::default()
            .root
            .join("tests/samples/changes");
        let mut files: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let mut played: Vec<_> = ALL.iter().map(|change| change.file.to_owned()).collect();
        played.sort();
        assert_eq!(files, played);
        for change in &ALL {
            let text = std::fs::read_to_string(folder.join(change.file)).unwrap();
            let event: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(event["subject"], change.candidate, "{}", change.file);
        }
    }
}
