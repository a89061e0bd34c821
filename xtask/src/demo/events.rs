//! The events the bridge publishes, read as any consumer would: by their documented JSON, not our own types.

use chrono::{DateTime, Utc};
use serde_json::Value;

/// One event as the analytics consumer received it.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) at: DateTime<Utc>,
    /// Last part of the type, such as `IntroductionImported`.
    pub(super) kind: String,
    pub(super) data: Value,
}

impl Received {
    /// `None` for a body that is no structured CloudEvent.
    pub(super) fn parse(body: &[u8], at: DateTime<Utc>) -> Option<Self> {
        let mut event: Value = serde_json::from_slice(body).ok()?;
        let kind = event["type"].as_str()?.rsplit('.').next()?.to_owned();
        Some(Self {
            at,
            kind,
            data: event["data"].take(),
        })
    }

    /// Whether it answers this introduction.
    pub(super) fn answers(&self, introduction: &str) -> bool {
        self.kind.starts_with("Introduction") && self.text("introductionId") == introduction
    }

    /// Whether it is a status change of this introduction's candidate.
    pub(super) fn follows(&self, introduction: &str) -> bool {
        let of = self.data["introductionIds"].as_array();
        self.kind == "CandidateStatusChanged"
            && of.is_some_and(|ids| ids.iter().any(|id| id == introduction))
    }

    pub(super) fn text(&self, field: &str) -> &str {
        self.data[field].as_str().unwrap_or_default()
    }

    /// 64-bit numbers travel as strings.
    pub(super) fn number(&self, field: &str) -> i64 {
        number(&self.data[field])
    }

    /// Per application of an answer: its id if it has one, `CREATED`, `FOUND` or `FAILED`, and the code if it failed.
    pub(super) fn applications(&self) -> Vec<(i64, &str, &str)> {
        let applications = self.data["applications"].as_array().into_iter().flatten();
        applications
            .map(|one| {
                let how = one["how"].as_str().unwrap_or_default();
                (
                    number(&one["applicationId"]),
                    how,
                    one["code"].as_str().unwrap_or_default(),
                )
            })
            .collect()
    }

    /// `Technical Interview, ACTIVE` of a status event's `previous` or `current`.
    pub(super) fn state(&self, which: &str) -> (&str, &str) {
        let state = &self.data[which];
        (
            state["stageName"].as_str().unwrap_or_default(),
            state["status"].as_str().unwrap_or_default(),
        )
    }
}

fn number(value: &Value) -> i64 {
    value
        .as_i64()
        .or_else(|| value.as_str()?.parse().ok())
        .unwrap_or_default()
}
