//! Who fills a job: its openings, why they close, and who is responsible for it.

use serde::Serialize;

use crate::{
    org::custom_fields::{CustomValues, chosen},
    stamp::Stamp,
    table::{Key, Meta, Row},
};

/// Why an opening was closed. Names beginning "Hire -" count as hires.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct CloseReason {
    #[serde(flatten)]
    pub meta: Meta,
    pub name: String,
}

impl Row for CloseReason {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        vec![("name", self.name.as_str().into())]
    }
}

/// One person a job is looking for.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct Opening {
    #[serde(flatten)]
    pub meta: Meta,
    pub job_id: i64,
    pub opened_at: Option<Stamp>,
    pub closed_at: Option<Stamp>,
    pub sort_order: i64,
    pub opening_id: Option<String>,
    pub application_id: Option<i64>,
    pub close_reason_id: Option<i64>,
    pub target_start_on: Option<String>,
    pub open: bool,
    pub custom_fields: Option<CustomValues>,
}

impl Row for Opening {
    const DATES: &'static [&'static str] = &["created_at", "updated_at", "opened_at", "closed_at"];

    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        let mut keys = vec![("job_ids", self.job_id.into()), ("open", self.open.into())];
        let optional = [
            ("application_ids", self.application_id),
            ("close_reason_ids", self.close_reason_id),
        ];
        keys.extend(
            optional
                .into_iter()
                .filter_map(|(name, id)| Some((name, id?.into()))),
        );
        keys.extend(
            self.opening_id
                .iter()
                .map(|id| ("opening_id", id.as_str().into())),
        );
        keys.extend(chosen(self.custom_fields.as_ref()));
        keys
    }

    fn date(&self, name: &str) -> Option<Stamp> {
        match name {
            "created_at" => Some(self.meta.created_at),
            "updated_at" => Some(self.meta.updated_at),
            "opened_at" => self.opened_at,
            _ => self.closed_at,
        }
    }
}

/// Somebody who looks after a job.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct JobOwner {
    #[serde(flatten)]
    pub meta: Meta,
    pub job_id: i64,
    pub user_id: i64,
    /// `sourcer`, `recruiter` or `coordinator`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub responsible: bool,
}

impl Row for JobOwner {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        vec![
            ("job_ids", self.job_id.into()),
            ("user_ids", self.user_id.into()),
            ("type", self.kind.into()),
        ]
    }
}

/// Whom the hired will report to.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct JobHiringManager {
    #[serde(flatten)]
    pub meta: Meta,
    pub user_id: i64,
    pub job_id: i64,
}

impl Row for JobHiringManager {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        vec![
            ("job_ids", self.job_id.into()),
            ("user_ids", self.user_id.into()),
        ]
    }
}
