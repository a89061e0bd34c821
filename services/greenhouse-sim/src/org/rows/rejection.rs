//! Why applications are rejected.

use serde::Serialize;

use crate::{
    org::custom_fields::{CustomValues, chosen},
    stamp::Stamp,
    table::{Key, Meta, Row},
};

/// A reason recruiters choose from.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct RejectionReason {
    #[serde(flatten)]
    pub meta: Meta,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: RejectionType,
    /// One of Greenhouse's own, which the organisation did not put on its list; shown with `include_defaults=true`.
    #[serde(skip)]
    pub default: bool,
}

/// Whose decision it was. The ids vary with the organisation.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct RejectionType {
    pub id: i64,
    pub key: String,
    pub name: String,
}

impl Row for RejectionReason {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        vec![
            ("default", self.default.into()),
            ("name", self.name.as_str().into()),
        ]
    }
}

/// What was recorded when an application was rejected.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct RejectionDetail {
    #[serde(flatten)]
    pub meta: Meta,
    pub application_id: i64,
    pub rejected_by_id: Option<i64>,
    pub rejection_note_id: Option<i64>,
    pub rejection_reason_id: Option<i64>,
    pub rejected_at: Option<Stamp>,
    pub question_custom_fields: Option<CustomValues>,
}

impl Row for RejectionDetail {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        let mut keys = vec![("application_ids", self.application_id.into())];
        keys.extend(
            self.rejection_reason_id
                .map(|id| ("rejection_reason_ids", id.into())),
        );
        keys.extend(chosen(self.question_custom_fields.as_ref()));
        keys
    }
}
