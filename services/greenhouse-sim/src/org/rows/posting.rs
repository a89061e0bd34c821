//! Job posts and where they say the job is.

use serde::Serialize;

use crate::table::{Key, Meta, Row};

/// What applicants read about a job. Deleted posts stay with `active` false.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct JobPost {
    #[serde(flatten)]
    pub meta: Meta,
    pub title: String,
    pub internal: bool,
    pub active: bool,
    pub live: bool,
    pub featured: bool,
    pub first_published_at: Option<crate::stamp::Stamp>,
    pub content: Option<String>,
    pub internal_content: Option<String>,
    pub language: Option<String>,
    pub public_url: Option<String>,
    pub demographic_question_set_id: Option<i64>,
    /// None is a post for prospects; v3's schema has no room for those and does not list them.
    pub job_id: Option<i64>,
    pub job_board_id: i64,
    pub questions: Vec<Question>,
    /// v1 and the webhooks tell it.
    #[serde(skip)]
    pub external: bool,
}

impl Row for JobPost {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        let mut keys = vec![
            ("job_board_ids", self.job_board_id.into()),
            ("active", self.active.into()),
            ("featured", self.featured.into()),
            ("live", self.live.into()),
            ("internal", self.internal.into()),
        ];
        keys.extend(self.job_id.map(|id| ("job_ids", id.into())));
        keys
    }
}

/// What a post asks applicants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct Question {
    pub id: Option<i64>,
    pub description: Option<String>,
    pub answer_type: String,
    pub required: Option<bool>,
    pub private: bool,
    pub label: String,
    pub name: String,
    pub options: Vec<QuestionOption>,
}

/// A choice of a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct QuestionOption {
    pub id: i64,
    pub label: String,
}

/// Where a post says the job is: a text, an office, or an entry of the board's own list.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct JobPostLocation {
    #[serde(flatten)]
    pub meta: Meta,
    pub plain_text_location: Option<String>,
    pub office_id: Option<i64>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub job_post_id: Option<i64>,
    pub custom_location_id: Option<i64>,
}

impl Row for JobPostLocation {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        let ids = [
            ("office_ids", self.office_id),
            ("job_post_ids", self.job_post_id),
            ("custom_location_ids", self.custom_location_id),
        ];
        let texts = [
            ("type", &self.kind),
            ("plain_text_location", &self.plain_text_location),
        ];
        let ids = ids
            .into_iter()
            .filter_map(|(name, id)| Some((name, id?.into())));
        let texts = texts
            .into_iter()
            .filter_map(|(name, text)| Some((name, text.as_deref()?.into())));
        ids.chain(texts).collect()
    }
}
