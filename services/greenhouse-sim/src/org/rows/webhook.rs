//! Webhooks: where events are delivered to.

use serde::Serialize;

use crate::{
    stamp::Stamp,
    table::{Key, Meta, Row},
};

/// One endpoint for one kind of event.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct Webhook {
    #[serde(flatten)]
    pub meta: Meta,
    pub name: String,
    pub endpoint_url: String,
    pub event_action_type: String,
    pub max_attempts: i64,
    pub additional_headers: Option<String>,
    pub error_recipient_email: Option<String>,
    pub deactivated: bool,
    pub last_delivered: Option<Stamp>,
    /// What deliveries are signed with; never shown.
    #[serde(skip)]
    pub secret_key: String,
    /// Name and password for the endpoint.
    #[serde(skip)]
    pub basic_auth: Option<(String, String)>,
}

impl Row for Webhook {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        vec![("event_action_type", self.event_action_type.as_str().into())]
    }
}
