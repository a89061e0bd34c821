//! Jobs and the stages candidates pass on them.

use serde::Serialize;

use crate::{
    org::custom_fields::{CustomValues, chosen},
    stamp::Stamp,
    table::{Key, Meta, Row},
};

/// Whether a job takes applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// It does.
    Open,
    /// Not yet.
    Draft,
    /// No longer.
    Closed,
}

impl JobStatus {
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Draft => "draft",
            Self::Closed => "closed",
        }
    }
}

/// A job.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct Job {
    #[serde(flatten)]
    pub meta: Meta,
    pub name: String,
    pub requisition_id: Option<String>,
    pub notes: Option<String>,
    pub confidential: bool,
    pub status: JobStatus,
    pub opened_at: Option<Stamp>,
    pub closed_at: Option<Stamp>,
    pub is_template: Option<bool>,
    pub copied_from_id: Option<i64>,
    pub department_id: Option<i64>,
    pub office_ids: Option<Vec<i64>>,
    pub custom_fields: Option<CustomValues>,
    /// Users who see the job although it is confidential.
    #[serde(skip)]
    pub hiring_team: Vec<i64>,
}

impl Job {
    /// Its id.
    pub fn id(&self) -> i64 {
        self.meta.id
    }

    /// Confidential jobs are hidden from everybody outside the hiring team, Site Admins included.
    pub(crate) fn visible_to(&self, user_id: i64) -> bool {
        !self.confidential || self.hiring_team.contains(&user_id)
    }
}

impl Row for Job {
    const DATES: &'static [&'static str] = &["created_at", "updated_at", "opened_at", "closed_at"];

    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        let mut keys = vec![
            ("status", self.status.word().into()),
            ("confidential", self.confidential.into()),
        ];
        keys.extend(
            self.requisition_id
                .iter()
                .map(|id| ("requisition_id", id.as_str().into())),
        );
        keys.extend(self.department_id.map(|id| ("department_id", id.into())));
        keys.extend(
            self.office_ids
                .iter()
                .flatten()
                .map(|id| ("office_id", (*id).into())),
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

/// A stage of a job's plan.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct JobStage {
    #[serde(flatten)]
    pub meta: Meta,
    pub job_id: i64,
    pub sort_order: i64,
    pub name: String,
    pub active: bool,
}

impl Row for JobStage {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        vec![
            ("job_ids", self.job_id.into()),
            ("active", self.active.into()),
        ]
    }
}
