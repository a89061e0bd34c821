//! What is to be delivered, exactly as it will be signed, and where it is posted.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::{
    org::{Org, rows::Webhook},
    stamp::Stamp,
};

/// One event for one webhook.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) organisation: String,
    pub(crate) webhook_id: i64,
    /// Tells a webhook from one of the same id before a reset.
    pub(crate) webhook_made: Stamp,
    pub(crate) action: String,
    pub(crate) event_id: String,
    pub(crate) body: Bytes,
}

impl Letter {
    pub(crate) fn new(org: &Org, webhook: &Webhook, action: &str, payload: &Value) -> Self {
        let body = json!({
            "action": action,
            "payload": payload,
            "organization_id": org.id,
            "organization_name": org.name,
        });
        Self {
            organisation: org.name.clone(),
            webhook_id: webhook.meta.id,
            webhook_made: webhook.meta.born,
            action: action.to_owned(),
            event_id: Uuid::new_v4().to_string(),
            body: escaped(&body.to_string()).into(),
        }
    }
}

/// Where an organisation posts its letters.
#[derive(Clone, Debug)]
pub(crate) struct Mailbox {
    letters: mpsc::UnboundedSender<Letter>,
    outstanding: Arc<AtomicUsize>,
}

impl Mailbox {
    pub(crate) fn new(
        letters: mpsc::UnboundedSender<Letter>,
        outstanding: Arc<AtomicUsize>,
    ) -> Self {
        Self {
            letters,
            outstanding,
        }
    }

    pub(crate) fn post(&self, letter: Letter) {
        self.outstanding.fetch_add(1, Ordering::AcqRel);
        if self.letters.send(letter).is_err() {
            self.outstanding.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

/// What Rails does to JSON: these can only stand inside strings, and are written as escapes in the signed bytes.
fn escaped(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped_and_still_reads_the_same() {
        let written = escaped(&json!({"a": "<b>&</b>"}).to_string());
        assert_eq!(written, r#"{"a":"\u003cb\u003e\u0026\u003c/b\u003e"}"#);
        let read: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(read["a"], "<b>&</b>");
    }
}
