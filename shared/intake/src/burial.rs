//! What is refused of a batch: its dead letters, published and counted once, and what is noted of them.

use std::time::Instant;

use boot::metrics::{EventType, Exchange, Outcome as Ended, PublishOutcome};
use broker::{Delivery, Outcome};
use domain::Tenant;
use store::intake::Refused;

use crate::batch::{Intake, Take, Unstored};
use crate::message::raw;
use crate::refusal::Refusal;

impl<T: Take> Intake<T> {
    /// Publishes the dead letters, and notes for whoever asks that they are there.
    pub(crate) async fn bury_all(
        &self,
        refused: &[(Delivery, Refusal)],
        unburied: &mut Vec<usize>,
    ) -> Result<(), Unstored> {
        self.bury(refused, unburied).await;
        if !unburied.is_empty() {
            return Err(Unstored::Letter);
        }
        Ok(self.note(refused).await?)
    }

    /// Publishes the dead letters of these of the refused. Those that the broker took are buried, and counted, once.
    async fn bury(&self, refused: &[(Delivery, Refusal)], unburied: &mut Vec<usize>) {
        if unburied.is_empty() {
            return;
        }
        let letter = |&place: &usize| {
            let (delivery, refusal) = &refused[place];
            let why = refusal.letter(self.queue, &self.instance);
            broker::dead_letter(&self.topology, delivery, &why)
        };
        let letters = unburied.iter().map(letter).collect();
        let sent = Instant::now();
        let outcomes = self.publisher.publish(letters).await;
        // Of any other, the time tells how long the publisher was ready to wait.
        if !outcomes.contains(&Outcome::Unknown) {
            self.metrics
                .publish_confirmed(Exchange::Dead, sent.elapsed());
        }
        let mut outcomes = outcomes.iter();
        unburied.retain(|&place| {
            // One for each letter.
            let outcome = outcomes.next().unwrap_or(&Outcome::Unknown);
            let (service, exchange) = (self.queue.service(), Exchange::Dead);
            let word = PublishOutcome::from_word(outcome.as_str());
            self.metrics.published(service, exchange, word, 1);
            let buried = *outcome == Outcome::Confirmed;
            if buried {
                let (delivery, refusal) = &refused[place];
                self.count_buried(delivery, refusal);
            }
            !buried
        });
    }

    fn count_buried(&self, delivery: &Delivery, refusal: &Refusal) {
        let event = EventType::from_word(delivery.type_.as_deref().map_or("", short));
        self.metrics
            .contract_violation(self.queue, event, refusal.code());
        self.metrics.message(self.queue, Ended::Reject);
        tracing::warn!(
            message_id = delivery.message_id,
            code = refusal.code().as_str(),
            path = refusal.path(),
            "message went to the dead letters"
        );
    }

    /// Notes which messages lie in the dead letters, and why.
    async fn note(&self, refused: &[(Delivery, Refusal)]) -> Result<(), store::Error> {
        if refused.is_empty() {
            return Ok(());
        }
        let named = refused
            .iter()
            .map(|(delivery, refusal)| (delivery, refusal, proto::envelope::names(&raw(delivery))));
        let named: Vec<_> = named.collect();
        let refusals = named.iter().map(|(delivery, refusal, names)| Refused {
            message_id: delivery.message_id.as_deref(),
            tenant: refusal.tenant().map(Tenant::as_str),
            event_type: delivery.type_.as_deref(),
            reason: refusal.code().as_str(),
            path: refusal.path(),
            names,
        });
        let refusals: Vec<_> = refusals.collect();
        let mut tx = self.store.begin().await?;
        store::intake::record_refusals(&mut tx, &refusals).await?;
        tx.commit().await.map_err(store::Error::from)
    }
}

/// The last word of an event type.
fn short(event_type: &str) -> &str {
    event_type.rsplit('.').next().unwrap_or(event_type)
}
