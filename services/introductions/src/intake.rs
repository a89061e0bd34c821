//! RabbitMQ → Postgres: decodes what arrived, makes it durable in batches, then acknowledges. Calls nobody else.

use std::sync::Arc;
use std::time::Duration;

use boot::metrics::{EventType, Metrics, Outcome as Ended, Queue};
use broker::{Batch, Consumer, Delivery, Outcome, Publisher, Topology};
use chrono::Utc;
use domain::crash::{CrashPoint, crash_here};
use domain::{Code, Problem, backoff};
use store::Store;
use store::intake::{Arrival, Refused, Verdict};
use store::outbox::{self, Announcement};
use tokio_util::sync::CancellationToken;

use crate::answers;
use crate::decode::{Command, Decoded, Refusal, decode};

/// Most deliveries in one transaction.
const BATCH: usize = 500;
/// Longest pause between two tries to store a batch.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What intake works with.
pub(crate) struct Intake {
    pub(crate) store: Store,
    pub(crate) consumer: Consumer,
    /// Publishes dead letters.
    pub(crate) publisher: Publisher,
    pub(crate) topology: Topology,
    pub(crate) instance: String,
    pub(crate) metrics: Arc<Metrics>,
}

/// A batch of deliveries, sorted into what to store and what to bury.
#[derive(Default)]
struct Sorted {
    arrivals: Vec<Arrival>,
    /// Index of the delivery, and why it is refused.
    refused: Vec<(usize, Refusal)>,
}

impl Intake {
    /// Takes batches until the token is cancelled.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        loop {
            let batch = tokio::select! {
                batch = self.consumer.next_batch(BATCH) => batch,
                () = stop.cancelled() => None,
            };
            let Some(batch) = batch else { break };
            self.take(batch, &stop).await;
        }
        self.consumer.closed().await;
    }

    /// Everything in the batch is stored or buried before the batch is acknowledged. While either is impossible the
    /// batch is kept: handing it back would count as a delivery, and after enough of those the broker would bury
    /// good messages for an outage of ours.
    async fn take(&self, batch: Batch, stop: &CancellationToken) {
        let sorted = sort(&batch.deliveries);
        let mut attempt = 1;
        let verdicts = loop {
            match self.store_all(&batch.deliveries, &sorted).await {
                Ok(verdicts) => break verdicts,
                Err(cause) => tracing::warn!(
                    cause,
                    deliveries = batch.deliveries.len(),
                    attempt,
                    "deliveries cannot be stored yet"
                ),
            }
            if stop.is_cancelled() || !batch.is_usable() {
                return;
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(backoff::delay(attempt, rand::random()).min(LONGEST_PAUSE)) => attempt += 1,
            }
        };
        crash_here(CrashPoint::IntakeAfterCommit);
        let settled = batch.ack().await;
        self.count(&verdicts);
        if settled != broker::Settled::Done {
            self.metrics.stale_acks(Queue::Introductions, 1);
        }
    }

    async fn store_all(
        &self,
        deliveries: &[Delivery],
        sorted: &Sorted,
    ) -> Result<Vec<Verdict>, &'static str> {
        if !self.bury(deliveries, &sorted.refused).await {
            return Err("the broker did not take a dead letter");
        }
        self.record(deliveries, sorted)
            .await
            .map_err(|_| "the database did not confirm")
    }

    fn count(&self, verdicts: &[Verdict]) {
        let (mut new, mut repeats) = (0, 0);
        for verdict in verdicts {
            match verdict {
                Verdict::Accepted(_) | Verdict::AcceptedUnconnected(_) => new += 1,
                Verdict::Duplicate => repeats += 1,
                Verdict::Conflict(_) => self.metrics.message(Queue::Introductions, Ended::Park),
            }
        }
        self.metrics.messages(Queue::Introductions, Ended::Ack, new);
        self.metrics
            .messages(Queue::Introductions, Ended::Duplicate, repeats);
    }

    /// Publishes the dead letters; `false` when the broker did not take every one.
    async fn bury(&self, deliveries: &[Delivery], refused: &[(usize, Refusal)]) -> bool {
        if refused.is_empty() {
            return true;
        }
        let letters = refused
            .iter()
            .map(|(index, refusal)| {
                let event =
                    EventType::from_word(deliveries[*index].type_.as_deref().map_or("", short));
                self.metrics
                    .contract_violation(Queue::Introductions, event, refusal.code());
                self.metrics.message(Queue::Introductions, Ended::Reject);
                tracing::warn!(
                    message = deliveries[*index].message_id,
                    reason = refusal.word,
                    path = refusal.path,
                    "message goes to the dead letters"
                );
                broker::dead_letter(
                    &self.topology,
                    &deliveries[*index],
                    &refusal.letter(&self.instance),
                )
            })
            .collect();
        let outcomes = self.publisher.publish(letters).await;
        outcomes
            .iter()
            .all(|outcome| *outcome == Outcome::Confirmed)
    }

    /// One transaction for the whole batch, the answers to what cannot begin now included.
    async fn record(
        &self,
        deliveries: &[Delivery],
        sorted: &Sorted,
    ) -> Result<Vec<Verdict>, store::Error> {
        let mut tx = self.store.begin().await?;
        let mut verdicts = Vec::new();
        if !sorted.arrivals.is_empty() {
            verdicts = store::intake::accept(&mut tx, &sorted.arrivals).await?;
            let answers: Vec<Announcement> = sorted
                .arrivals
                .iter()
                .zip(&verdicts)
                .filter_map(|(arrival, verdict)| answer_at_once(arrival, *verdict))
                .collect();
            outbox::enqueue(&mut tx, &answers).await?;
        }
        for (index, refusal) in &sorted.refused {
            let delivery = &deliveries[*index];
            let refused = Refused {
                message_id: delivery.message_id.as_deref(),
                tenant: None,
                event_type: delivery.type_.as_deref(),
                reason: refusal.word,
                path: refusal.path.as_deref(),
            };
            store::intake::record_refusal(&mut tx, &refused).await?;
        }
        crash_here(CrashPoint::IntakeBeforeCommit);
        tx.commit().await.map_err(store::Error::from)?;
        Ok(verdicts)
    }
}

/// The last word of an event type.
fn short(event_type: &str) -> &str {
    event_type.rsplit('.').next().unwrap_or(event_type)
}

fn sort(deliveries: &[Delivery]) -> Sorted {
    let mut sorted = Sorted::default();
    for (index, delivery) in deliveries.iter().enumerate() {
        match decode(delivery) {
            Ok(Decoded::Mine(arrival)) => sorted.arrivals.push(*arrival),
            // It has a queue and a consumer of its own.
            Ok(Decoded::Elsewhere) => {}
            Err(refusal) => sorted.refused.push((index, refusal)),
        }
    }
    sorted
}

/// What Intrro is told before any work begins: that the tenant must connect first, or that the same introduction was
/// sent before with other content.
fn answer_at_once(arrival: &Arrival, verdict: Verdict) -> Option<Announcement> {
    let (operation, code) = match verdict {
        Verdict::AcceptedUnconnected(operation) => (operation, Code::NotConnected),
        Verdict::Conflict(operation) => (operation, Code::ConflictingContent),
        Verdict::Accepted(_) | Verdict::Duplicate => return None,
    };
    if arrival.kind != Command::IntroductionAccepted.as_str() {
        return None;
    }
    let problem = Problem::new(code);
    let notice = answers::failed(
        &arrival.business_key,
        &arrival.subject,
        operation,
        &problem,
        &[],
    );
    answers::announce(
        &notice,
        &arrival.tenant,
        &arrival.subject,
        operation,
        arrival.trace.as_deref(),
        Utc::now(),
    )
}
