//! One delivery, from the request to the answer.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use boot::metrics::{Metrics, WebhookOutcome};
use domain::webhook::{Action, Refusal};
use sha2::{Digest, Sha256};
use store::webhooks::{Delivery, Recorded};
use uuid::Uuid;

use crate::Parts;
use crate::body::Reader;
use crate::limit::Bucket;
use crate::mailbox::Mailboxes;
use crate::notice::Message;
use crate::rarely::Rarely;
use crate::recorder::Recorder;
use crate::refusal::answer;
use crate::signature::Signature;

/// How often secrets may change under one delivery before Greenhouse is asked to come again.
const TRIES: usize = 3;
/// Longest event id that is kept as it is; Greenhouse's have 36 characters.
const LONGEST_EVENT_ID: usize = 200;

/// What every delivery meets.
pub(crate) struct Receiver {
    all: Bucket,
    reader: Reader,
    mailboxes: Mailboxes,
    recorder: Recorder,
    /// Lines about deliveries of an unknown shape.
    unreadable: Rarely,
    metrics: Arc<Metrics>,
}

/// A delivery that is on disk.
struct Taken {
    action: Action,
    outcome: WebhookOutcome,
}

/// `POST /webhooks/greenhouse/{connection}`. Greenhouse counts anything but 200 as a failure.
pub(crate) async fn receive(
    State(receiver): State<Arc<Receiver>>,
    Path(connection): Path<String>,
    request: Request,
) -> Response {
    let arrived = Instant::now();
    let connection = connection.parse().ok();
    match receiver.take(connection, request, arrived).await {
        Ok(taken) => {
            let metrics = &receiver.metrics;
            metrics.webhook_taken(taken.action, taken.outcome, arrived.elapsed());
            StatusCode::OK.into_response()
        }
        Err(refusal) => {
            receiver.metrics.webhook_refused(refusal);
            if let Some(connection) = connection {
                receiver.mailboxes.note(connection, refusal).await;
            }
            answer(refusal)
        }
    }
}

impl Receiver {
    pub(crate) fn new(parts: &Parts) -> Receiver {
        let (store, config) = (&parts.store, &parts.config);
        Receiver {
            all: Bucket::full(config.all, Instant::now()),
            reader: Reader::new(config),
            mailboxes: Mailboxes::new(store.clone(), Arc::clone(&parts.keys), config),
            recorder: Recorder::start(store.clone(), config.patience),
            unreadable: Rarely::default(),
            metrics: Arc::clone(&parts.metrics),
        }
    }

    async fn take(
        &self,
        connection: Option<Uuid>,
        request: Request,
        arrived: Instant,
    ) -> Result<Taken, Refusal> {
        if !self.all.take(arrived) {
            return Err(Refusal::Overloaded);
        }
        let (head, body) = request.into_parts();
        let signature = Signature::of(&head.headers).ok_or(Refusal::Unsigned)?;
        // Read before anybody asks whose it is, so that the answer comes as late for a connection that does not exist.
        let held = self.reader.read(&head.headers, body).await?;
        let connection = connection.ok_or(Refusal::UnknownConnection)?;
        let verify = async |arrived| {
            self.mailboxes
                .verify(connection, &signature, &held.bytes, arrived)
                .await
        };
        let (mailbox, mut seal) = verify(arrived).await?;
        mailbox.may_send()?;
        let message = Message::read(&held.bytes);
        let event_id = event_id(&head.headers, &held.bytes);
        for _ in 0..TRIES {
            let delivery = Delivery {
                connection,
                seal,
                event_id: event_id.clone(),
                action: message.action,
                notices: message.notices.clone(),
            };
            match self.recorder.record(delivery).await? {
                Recorded::New => return Ok(self.taken(&message, WebhookOutcome::New, connection)),
                Recorded::Duplicate => {
                    return Ok(self.taken(&message, WebhookOutcome::Duplicate, connection));
                }
                // The secrets have changed: whether it fits the new ones is another question.
                Recorded::Stale => {
                    self.mailboxes.renew(connection, Instant::now()).await?;
                    (_, seal) = verify(arrived).await?;
                }
            }
        }
        Err(Refusal::Unavailable)
    }

    fn taken(&self, message: &Message, outcome: WebhookOutcome, connection: Uuid) -> Taken {
        let action = message.action;
        let outcome = match (outcome, message.readable) {
            (WebhookOutcome::New, false) => {
                if let Some(more) = self.unreadable.now(Instant::now()) {
                    tracing::warn!(%connection, %action, more, "a webhook of an unknown shape");
                }
                WebhookOutcome::Unreadable
            }
            _ => outcome,
        };
        tracing::debug!(%connection, %action, outcome = outcome.as_str(), "webhook");
        Taken { action, outcome }
    }
}

/// What makes a repetition the same delivery: Greenhouse's id for it, or the bytes where there is none that can be kept.
fn event_id(headers: &HeaderMap, body: &[u8]) -> String {
    let given = headers
        .get("greenhouse-event-id")
        .and_then(|value| value.to_str().ok())
        .map(str::trim)
        .filter(|id| !id.is_empty() && id.len() <= LONGEST_EVENT_ID);
    match given {
        Some(id) => id.to_owned(),
        None => {
            let digest = Sha256::digest(body);
            digest.iter().fold("sha256:".to_owned(), |mut text, byte| {
                text.push_str(&format!("{byte:02x}"));
                text
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(header: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("Greenhouse-Event-ID", header.parse().unwrap());
        event_id(&headers, b"body")
    }

    #[test]
    fn an_event_is_known_by_its_id_or_else_by_its_bytes() {
        assert_eq!(id(" 0b67-11 "), "0b67-11");
        let of_body = event_id(&HeaderMap::new(), b"body");
        assert!(of_body.starts_with("sha256:230d8358"), "{of_body}");
        assert_eq!(id(" "), of_body);
        assert_eq!(id(&"x".repeat(201)), of_body);
        assert_ne!(event_id(&HeaderMap::new(), b"other"), of_body);
    }
}
