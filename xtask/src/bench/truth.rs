//! Whether what was measured also happened: one answer per introduction, one candidate, application and note.

use std::collections::HashSet;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::answers::Answer;
use super::load::introduction_id;
use super::rig::{Rig, TENANT};

/// Rows in the simulator and requests it has seen.
pub(super) struct Counts {
    pub(super) candidates: u64,
    pub(super) applications: u64,
    pub(super) notes: u64,
    pub(super) requests: u64,
}

impl Counts {
    pub(super) async fn now(rig: &Rig) -> Result<Self> {
        let stats = rig.ask_simulator("stats").await?;
        let rows = &stats["counts"][TENANT];
        Ok(Self {
            candidates: number(rows, "candidates")?,
            applications: number(rows, "applications")?,
            notes: number(rows, "notes")?,
            requests: number(&stats, "requests")?,
        })
    }

    /// Exactly `expected` more of each than `before`.
    pub(super) fn check(&self, before: &Self, expected: usize) -> Result<()> {
        let made = [
            ("candidates", self.candidates - before.candidates),
            ("applications", self.applications - before.applications),
            ("notes", self.notes - before.notes),
        ];
        for (what, made) in made {
            if made != expected as u64 {
                bail!("{expected} introductions made {made} {what} in the simulator");
            }
        }
        Ok(())
    }
}

/// The newest `expected` candidates in the simulator have one application and one note each.
pub(super) async fn check_candidates(rig: &Rig, expected: usize) -> Result<()> {
    let newest = rig
        .ask_simulator(&format!("candidates?limit={expected}"))
        .await?;
    let one = |list: &Value| list.as_array().is_some_and(|list| list.len() == 1);
    for entry in newest.as_array().into_iter().flatten() {
        if !one(&entry["applications"]) || !one(&entry["notes"]) {
            let id = &entry["candidate"]["id"];
            bail!("candidate {id} has not exactly one application and one note");
        }
    }
    Ok(())
}

/// Every introduction is answered once, as imported, with a candidate and an application of its own.
pub(super) fn check_answers(answers: &[Answer], expected: usize) -> Result<()> {
    let mut introductions = HashSet::new();
    let mut candidates = HashSet::new();
    let mut applications = HashSet::new();
    for answer in answers {
        let data = &answer.data;
        if answer.kind != "IntroductionImported" {
            bail!("an introduction failed with {}", data["code"]);
        }
        let id = text(data, "introductionId");
        if !introductions.insert(id.clone()) {
            bail!("{id} was answered twice");
        }
        let made = [&data["how"], &data["applications"][0]["how"]];
        if made.iter().any(|how| **how != "CREATED") || data["applications"][1] != Value::Null {
            bail!("{id} did not become one new candidate with one new application: {data}");
        }
        candidates.insert(text(data, "greenhouseCandidateId"));
        applications.insert(text(&data["applications"][0], "applicationId"));
    }
    let missing = (0..expected).find(|number| !introductions.contains(&introduction_id(*number)));
    if let Some(missing) = missing {
        bail!("{} was never answered", introduction_id(missing));
    }
    if candidates.len() != expected || applications.len() != expected {
        bail!("two introductions were answered with the same candidate or application");
    }
    Ok(())
}

fn text(data: &Value, field: &str) -> String {
    data[field].as_str().unwrap_or_default().to_owned()
}

fn number(data: &Value, field: &str) -> Result<u64> {
    data[field]
        .as_u64()
        .with_context(|| format!("the simulator does not say its number of {field}"))
}
