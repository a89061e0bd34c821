//! Writes done later, in one go.

use serde::Serialize;

use crate::{
    stamp::Stamp,
    table::{Key, Meta, Row},
};

/// A bulk write and how far it has come.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct BulkRequest {
    #[serde(flatten)]
    pub meta: Meta,
    pub bulk_action_uuid: String,
    pub requested_by_user_id: i64,
    pub status: &'static str,
    pub record_count: usize,
    pub success_count: usize,
    pub failure_count: usize,
    pub callback_url: Option<String>,
    pub callback_response: Option<String>,
    pub completed_at: Option<Stamp>,
    pub expires_at: Option<Stamp>,
    pub api_endpoint: String,
    pub requested_at: Option<Stamp>,
}

impl Row for BulkRequest {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        vec![
            ("bulk_action_uuid", self.bulk_action_uuid.as_str().into()),
            ("active", self.completed_at.is_none().into()),
        ]
    }
}
