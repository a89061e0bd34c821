//! Outbox → RabbitMQ: takes due announcements, publishes them with confirms, marks what the broker has. Most of what
//! the journal of the same process writes is handed over to it and need not be looked for.
//!
//! Any number of relays work side by side; order is kept per key because only the oldest unpublished row of a key can
//! be taken. A crash between confirm and mark publishes the same message id once more. It decides nothing about the
//! events, of which it reads times alone, and knows nothing of Greenhouse.
#![deny(missing_docs)]

mod sweep;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant, SystemTime};

use boot::metrics::{Exchange, Metrics, PublishOutcome, Service};
use broker::{Outbound, Outcome, Publisher};
use domain::crash::{CrashPoint, crash_here};

use store::outbox::Pending;
use store::wake::{News, Wake};
use store::{Handed, Store};
use tokio::sync::Mutex;
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;

/// How long a relay may take over one batch before another relay takes its rows: beyond the publisher's own limit.
const LEASE: Duration = Duration::from_secs(30);
/// How long what was handed over may have waited: what is left of the lease is enough for the publisher's limit.
const FRESH: Duration = Duration::from_secs(8);
/// Most rows in one batch.
const BATCH: i64 = 200;
/// How long to wait for news before looking anyway.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// How long rows rest that the broker did not take.
const REST: Duration = Duration::from_secs(2);
/// The events whose way from Greenhouse is timed.
const TIMED: &str = "intrro.events.v1.CandidateStatusChanged";
/// How long after a database that did not take a mark it is asked again.
const MARK_AGAIN: Duration = Duration::from_millis(500);

/// What a relay works with.
pub struct Relay {
    /// The outbox.
    pub store: Store,
    /// The bell for new rows.
    pub wake: Wake,
    /// Where to publish.
    pub publisher: Publisher,
    /// Exchange to publish to.
    pub exchange: String,
    /// Counters.
    pub metrics: std::sync::Arc<Metrics>,
}

/// What the broker said of a batch's rows.
#[derive(Default)]
struct Told {
    published: Vec<i64>,
    later: Vec<i64>,
    parked: Vec<i64>,
}

/// What is remembered of a row whose message is on its way.
struct Sent {
    id: i64,
    /// When what it tells of happened in Greenhouse, where that is timed.
    changed_at: Option<SystemTime>,
}

impl Sent {
    fn of(row: &Pending) -> Sent {
        let timed = (row.routing_key == TIMED).then_some(&row.body);
        let changed_at = timed.and_then(|body| proto::envelope::changed_at(body));
        Sent {
            id: row.id,
            changed_at: changed_at.map(SystemTime::from),
        }
    }
}

impl Relay {
    /// Relays until the token is cancelled; the batches in hand are finished first, and what is due then goes out as well.
    /// To be cancelled after whatever announces something in this process has ended.
    pub async fn run(&self, stop: CancellationToken) {
        let handed = Mutex::new(self.store.take_over(LEASE));
        // Two batches side by side: what is enqueued while the broker writes one to disk leaves at once in the other.
        tokio::join!(
            self.relay(&stop),
            self.relay(&stop),
            self.take_over(&handed, &stop),
            self.take_over(&handed, &stop),
            sweep::sweep(&self.store, &stop),
        );
    }

    /// Publishes what the journal of this process hands over, to the last batch of it.
    async fn take_over(&self, handed: &Mutex<Receiver<Handed>>, stop: &CancellationToken) {
        loop {
            let batch = {
                let mut handed = handed.lock().await;
                tokio::select! {
                    batch = handed.recv() => batch,
                    () = stop.cancelled() => {
                        handed.close();
                        handed.recv().await
                    }
                }
            };
            let Some(batch) = batch else { return };
            // It lay behind one that the broker took long for. Another relay has it when its lease ends; published here and
            // there, one of a key could come after the next.
            if batch.since.elapsed() > FRESH {
                continue;
            }
            match self.pass_on(batch, stop).await {
                Ok(false) => {}
                Ok(true) => self.store.ring(News::Outbox),
                Err(error) => tracing::warn!(%error, "cannot mark what was published"),
            }
        }
    }

    async fn relay(&self, stop: &CancellationToken) {
        loop {
            // One batch more: as many as there are would keep a process that is to end.
            let is_last = stop.is_cancelled();
            match self.relay_batch(stop).await {
                _ if is_last => return,
                Ok(true) => {}
                outcome => {
                    if let Err(error) = outcome {
                        tracing::warn!(%error, "cannot relay announcements");
                    }
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = self.wake.wait(News::Outbox, LOOK_INTERVAL) => {}
                    }
                }
            }
        }
    }

    /// Takes one batch, publishes it and tells whether there may be more to take.
    async fn relay_batch(&self, stop: &CancellationToken) -> Result<bool, store::Error> {
        let since = Instant::now();
        let rows = self.store.take_announcements(BATCH, LEASE).await?;
        if rows.is_empty() {
            return Ok(false);
        }
        self.pass_on(Handed { rows, since }, stop).await
    }

    /// Publishes rows that are this relay's and tells whether others are due.
    async fn pass_on(
        &self,
        Handed { rows, since }: Handed,
        stop: &CancellationToken,
    ) -> Result<bool, store::Error> {
        let sent: Vec<Sent> = rows.iter().map(Sent::of).collect();
        crash_here(CrashPoint::RelayBeforePublish);
        let begun = Instant::now();
        let messages = rows.into_iter().map(|row| self.message(row)).collect();
        let outcomes = self.publisher.publish(messages).await;
        if answered(&outcomes) {
            self.metrics
                .publish_confirmed(Exchange::Events, begun.elapsed());
        }
        crash_here(CrashPoint::RelayAfterConfirm);
        let told = self.told(&sent, &outcomes);
        // Not of when they were sent: they may have lain in the hands of this process before.
        self.mark_surely(&told, since + LEASE, stop).await
    }

    /// Sorts rows by what the broker said of them.
    fn told(&self, sent: &[Sent], outcomes: &[Outcome]) -> Told {
        let mut told = Told::default();
        for (Sent { id, changed_at }, outcome) in sent.iter().zip(outcomes) {
            let word = PublishOutcome::from_word(outcome.as_str());
            self.metrics
                .published(Service::Relay, Exchange::Events, word, 1);
            match outcome {
                Outcome::Confirmed => {
                    told.published.push(*id);
                    // One that is still to come is as good as now.
                    let lag = changed_at.map(|at| at.elapsed().unwrap_or_default());
                    lag.into_iter().for_each(|lag| self.metrics.status_lag(lag));
                }
                Outcome::Nacked | Outcome::Unknown => told.later.push(*id),
                Outcome::Returned { .. } => told.parked.push(*id),
            }
        }
        if !told.parked.is_empty() {
            tracing::error!(
                rows = told.parked.len(),
                "the broker has no place for announcements; parked"
            );
        }
        told
    }

    /// Marks as soon as the database takes it: only we know what the broker has, and until then the rows and all that
    /// comes after them in their order lie there. When the lease ends they are another relay's.
    async fn mark_surely(
        &self,
        told: &Told,
        leased: Instant,
        stop: &CancellationToken,
    ) -> Result<bool, store::Error> {
        loop {
            let error = match self.mark(told, leased).await {
                Ok(others) => return Ok(others),
                Err(error) => error,
            };
            if stop.is_cancelled() || Instant::now() + MARK_AGAIN >= leased {
                return Err(error);
            }
            tracing::warn!(%error, "cannot mark what was published yet");
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(MARK_AGAIN) => {}
            }
        }
    }

    /// Marks what the broker has, and says whether others are due. May be done again. What it has not may be in another
    /// relay's hands once the lease is over.
    async fn mark(&self, told: &Told, leased: Instant) -> Result<bool, store::Error> {
        let others = self.store.mark_published(&told.published).await?;
        if Instant::now() >= leased {
            return Ok(others);
        }
        if !told.later.is_empty() {
            self.store.return_announcements(&told.later, REST).await?;
        }
        if !told.parked.is_empty() {
            let parked = &told.parked;
            self.store.park_announcements(parked, "unroutable").await?;
        }
        Ok(others)
    }

    fn message(&self, row: Pending) -> Outbound {
        let mut message = Outbound::new(
            self.exchange.as_str(),
            row.routing_key.as_str(),
            row.message_id.to_string(),
            row.body,
        );
        message.type_ = row.routing_key;
        message.content_type = "application/cloudevents+json".to_owned();
        message.timestamp = proto::envelope::timestamp(&message.body);
        let trace = row.trace.or_else(|| trace_of(row.message_id.as_u128()));
        message
            .headers
            .extend(trace.map(|trace| ("traceparent".to_owned(), trace)));
        message
    }
}

/// Whether the broker has answered all of a batch. Of any other, the time tells how long the publisher was ready to wait.
fn answered(outcomes: &[Outcome]) -> bool {
    !outcomes.contains(&Outcome::Unknown)
}

/// The `traceparent` of an event that no trace led to: one that begins with it, the same at every try, not sampled.
/// None for an id whose first half is zero, which no span has.
fn trace_of(id: u128) -> Option<String> {
    let span = id >> 64;
    (span != 0).then(|| format!("00-{id:032x}-{span:016x}-00"))
}
