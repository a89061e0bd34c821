//! Applications and the stages they were in.

use serde::Serialize;

use crate::{
    org::custom_fields::{CustomValues, chosen},
    stamp::Stamp,
    table::{Key, Meta, Row},
};

/// Where an application stands. Answers say `in_process` where the filter says `active`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Under way.
    InProcess,
    /// Turned down.
    Rejected,
    /// Hired.
    Hired,
    /// A prospect that became a candidate under another id.
    Converted,
}

impl Status {
    /// The word the query uses.
    pub fn query_word(self) -> &'static str {
        match self {
            Self::InProcess => "active",
            Self::Rejected => "rejected",
            Self::Hired => "hired",
            Self::Converted => "converted",
        }
    }
}

/// A person on a job, or a prospect on none or several.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct Application {
    #[serde(flatten)]
    pub meta: Meta,
    pub agency_note_id: Option<i64>,
    pub candidate_id: i64,
    pub coordinator_id: Option<i64>,
    pub job_id: Option<i64>,
    pub job_post_id: Option<i64>,
    pub recruiter_id: Option<i64>,
    pub referrer_id: Option<i64>,
    pub source_id: Option<i64>,
    /// The `application_stages` row it is in; not a stage of the job.
    pub stage_id: Option<i64>,
    pub stage_name: Option<String>,
    pub status: Status,
    pub needs_decision: Option<bool>,
    pub prospect: bool,
    pub rejected_at: Option<Stamp>,
    pub last_activity_at: Option<Stamp>,
    pub location_address: Option<String>,
    pub answers: Option<Vec<QuestionAnswer>>,
    pub prospective_job_ids: Vec<i64>,
    pub custom_fields: Option<CustomValues>,
}

impl Application {
    /// Its id.
    pub fn id(&self) -> i64 {
        self.meta.id
    }
}

impl Row for Application {
    const DATES: &'static [&'static str] = &["created_at", "updated_at", "last_activity_at"];

    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        let mut keys = vec![
            ("candidate_ids", self.candidate_id.into()),
            ("status", self.status.query_word().into()),
            ("prospect", self.prospect.into()),
        ];
        let optional = [
            ("job_ids", self.job_id),
            ("job_post_ids", self.job_post_id),
            ("source_ids", self.source_id),
            ("referrer_ids", self.referrer_id),
            ("stage_ids", self.stage_id),
        ];
        keys.extend(
            optional
                .into_iter()
                .filter_map(|(name, id)| Some((name, id?.into()))),
        );
        keys.extend(
            self.stage_name
                .iter()
                .map(|name| ("stage_name", name.as_str().into())),
        );
        keys.extend(
            self.prospective_job_ids
                .iter()
                .map(|id| ("prospective_job_ids", (*id).into())),
        );
        keys.extend(chosen(self.custom_fields.as_ref()));
        keys
    }

    fn date(&self, name: &str) -> Option<Stamp> {
        match name {
            "created_at" => Some(self.meta.created_at),
            "updated_at" => Some(self.meta.updated_at),
            _ => self.last_activity_at,
        }
    }
}

/// A question of the job post and what the applicant wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct QuestionAnswer {
    pub question: String,
    pub answer: String,
}

/// One visit of an application to a stage of its job.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct ApplicationStage {
    #[serde(flatten)]
    pub meta: Meta,
    pub application_id: i64,
    pub job_interview_stage_id: i64,
    pub entered_at: Option<Stamp>,
    pub exited_at: Option<Stamp>,
    pub days_in_stage: i64,
    pub current: bool,
}

impl ApplicationStage {
    /// The row as it was before the visit ended.
    pub(crate) fn still_going_on(&self) -> Self {
        Self {
            exited_at: None,
            current: true,
            ..self.clone()
        }
    }

    /// The row with its days counted up to `now`.
    pub(crate) fn counted(&self, now: Stamp) -> Option<Self> {
        let entered = self.entered_at?;
        let days = (self.exited_at.unwrap_or(now).millis() - entered.millis()) / 86_400_000;
        (days != self.days_in_stage).then(|| Self {
            days_in_stage: days,
            ..self.clone()
        })
    }
}

impl Row for ApplicationStage {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        vec![
            ("application_ids", self.application_id.into()),
            (
                "job_interview_stage_ids",
                self.job_interview_stage_id.into(),
            ),
            ("current", self.current.into()),
        ]
    }
}
