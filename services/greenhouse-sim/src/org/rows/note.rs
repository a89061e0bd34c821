//! Notes of the activity feed.

use serde::Serialize;

use crate::table::{Key, Meta, Row};

/// A note. Its words for visibility differ from those it was written with.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct Note {
    #[serde(flatten)]
    pub meta: Meta,
    pub candidate_id: Option<i64>,
    pub application_id: Option<i64>,
    pub body: Option<String>,
    pub subject: Option<String>,
    #[serde(rename = "type")]
    pub kind: String,
    pub user_id: Option<i64>,
    pub email_from: Option<String>,
    pub email_to: Option<String>,
    pub email_cc: Option<Vec<String>>,
    pub import_hash: Option<String>,
    pub body_with_tags: Option<String>,
    pub visibility: Option<String>,
    pub email_attachment_file_names: Option<String>,
}

impl Row for Note {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        let mut keys = vec![("type", self.kind.as_str().into())];
        let ids = [
            ("candidate_ids", self.candidate_id),
            ("application_ids", self.application_id),
            ("user_ids", self.user_id),
        ];
        keys.extend(
            ids.into_iter()
                .filter_map(|(name, id)| Some((name, id?.into()))),
        );
        keys.extend(
            self.visibility
                .iter()
                .map(|word| ("visibility", word.as_str().into())),
        );
        keys
    }
}
