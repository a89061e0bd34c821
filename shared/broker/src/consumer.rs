//! A consumer that never gives up: one task owns the connection, forwards deliveries, and rebuilds everything
//! on any error or end. Nothing in between is resumed, and no message is retried here.
//!
//! A message that was delivered twice before may be what kills its consumers. As soon as one shows up, the
//! channel is drained and replaced by one with a prefetch of one, so that only the culprit's delivery count
//! grows towards the limit and its neighbours get through; the first healthy message widens it again.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::{Stream, StreamExt};
use lapin::{Connection, Event, message::Delivery as LapinDelivery};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use crate::{
    Batch, Cause, Config, Delivery, Error, Health, Monitor, Stats, connection,
    delivery::is_suspect, lane::Lane, probe, topology,
};

/// Deliveries forwarded in one step.
const CHUNK: usize = 256;
/// A connection that held this long is followed by a quick first attempt.
const WORTH_TRYING_AT_ONCE: Duration = Duration::from_secs(5);

/// A supervised consumer of one queue.
#[derive(Debug)]
pub struct Consumer {
    chunks: UnboundedReceiver<Chunk>,
    lane: Option<Arc<Lane>>,
    buffer: VecDeque<LapinDelivery>,
    queue: String,
    token: CancellationToken,
    monitor: Monitor,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Chunk {
    lane: Arc<Lane>,
    deliveries: Vec<LapinDelivery>,
}

impl Consumer {
    /// Starts consuming `queue`, connecting in the background for as long as it takes. At most `prefetch`
    /// messages are unsettled at a time. Must be called within a tokio runtime. Ends when `token` is cancelled.
    #[must_use]
    pub fn start(
        config: Config,
        queue: impl Into<String>,
        prefetch: u16,
        token: CancellationToken,
    ) -> Self {
        let (out, chunks) = unbounded_channel();
        let monitor = Monitor::new();
        let queue = queue.into();
        let supervisor = Supervisor {
            config,
            queue: queue.clone(),
            prefetch: prefetch.max(1),
            token: token.clone(),
            monitor: monitor.clone(),
            out,
        };
        let task = tokio::spawn(supervisor.run());
        Self {
            chunks,
            lane: None,
            buffer: VecDeque::new(),
            queue,
            token,
            monitor,
            task,
        }
    }

    /// What has arrived, at least one and at most `max` messages; waits for the first, never for more.
    /// `None` once the token is cancelled: what was prefetched and not handed out goes back to the broker.
    pub async fn next_batch(&mut self, max: usize) -> Option<Batch> {
        loop {
            if self.token.is_cancelled() {
                return None;
            }
            while let Ok(chunk) = self.chunks.try_recv() {
                self.push(chunk);
            }
            if let Some(batch) = self.take(max.max(1)) {
                return Some(batch);
            }
            let chunk = tokio::select! {
                biased;
                () = self.token.cancelled() => return None,
                chunk = self.chunks.recv() => chunk?,
            };
            self.push(chunk);
        }
    }

    /// The state now.
    #[must_use]
    pub fn health(&self) -> Health {
        self.monitor.health()
    }

    /// The counters now.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.monitor.stats()
    }

    /// Health and counters for somebody who does not own the consumer.
    #[must_use]
    pub fn monitor(&self) -> Monitor {
        self.monitor.clone()
    }

    /// After the token is cancelled: waits until handed-out batches are settled (at most
    /// [`Config::drain_timeout`]) and the connection is closed.
    pub async fn closed(self) {
        let Self { task, chunks, .. } = self;
        drop(chunks);
        if let Err(error) = task.await {
            tracing::error!(%error, "the consumer's task failed");
        }
    }

    fn push(&mut self, chunk: Chunk) {
        if self
            .lane
            .as_ref()
            .is_none_or(|lane| lane.generation != chunk.lane.generation)
        {
            self.buffer.clear();
            self.lane = Some(chunk.lane);
        }
        self.buffer.extend(chunk.deliveries);
    }

    fn take(&mut self, max: usize) -> Option<Batch> {
        let lane = self.lane.as_ref()?;
        if !lane.is_alive() {
            self.buffer.clear();
        }
        let first = self.buffer.front()?.delivery_tag;
        let count = max.min(self.buffer.len());
        let last = first + count as u64 - 1;
        let deliveries: Vec<_> = self
            .buffer
            .drain(..count)
            .map(|message| Delivery::from_lapin(message, &self.queue))
            .collect();
        lane.note_handed_out(last);
        let redelivered = deliveries.iter().filter(|d| d.redelivered).count() as u64;
        self.monitor.count(|stats| {
            stats.delivered += count as u64;
            stats.redelivered += redelivered;
        });
        Some(Batch::new(deliveries, Arc::clone(lane), first, last))
    }
}

struct Supervisor {
    config: Config,
    queue: String,
    prefetch: u16,
    token: CancellationToken,
    monitor: Monitor,
    out: UnboundedSender<Chunk>,
}

/// What outlives a connection.
struct State {
    narrow: bool,
    attempt: u32,
}

/// Why a lane or a connection ended.
enum End {
    Stopped,
    Broken(Cause, String),
    /// A suspect arrived: go on with a prefetch of one.
    Narrow,
    /// A healthy message got through: go on with the full prefetch.
    Widen,
}

impl Supervisor {
    async fn run(self) {
        let mut state = State {
            narrow: false,
            attempt: 0,
        };
        while !self.token.is_cancelled() {
            let (cause, error) = match self.connected(&mut state).await {
                Ok(End::Broken(cause, error)) => (cause, error),
                Ok(_) => break,
                Err(error) => (Cause::from(&error), error.full()),
            };
            tracing::warn!(
                queue = self.queue,
                cause = cause.as_str(),
                error,
                "consumer is down"
            );
            self.monitor.went_down(cause, error);
            let wait = connection::backoff(state.attempt, rand::random());
            state.attempt += 1;
            tokio::select! {
                () = self.token.cancelled() => break,
                () = tokio::time::sleep(wait) => {}
            }
        }
        self.monitor.stopped();
    }

    /// One connection, with one lane after the other.
    async fn connected(&self, state: &mut State) -> Result<End, Error> {
        let connection = connection::open(&self.config, "consumer").await?;
        let end = self.lanes(&connection, state).await;
        connection::close(connection).await;
        end
    }

    async fn lanes(&self, connection: &Connection, state: &mut State) -> Result<End, Error> {
        let mut events = Box::pin(connection.events_listener());
        topology::declare_on(connection, &self.config.topology).await?;
        loop {
            let opened = Instant::now();
            let prefetch = if state.narrow { 1 } else { self.prefetch };
            let (lane, consumer) =
                Lane::open(connection, &self.queue, prefetch, &self.monitor).await?;
            tracing::info!(
                queue = self.queue,
                generation = lane.generation,
                prefetch,
                "consuming"
            );
            let probe = probe::watch(connection, &lane, &self.queue, self.config.probe_interval);
            let end = tokio::select! {
                end = self.pump(&lane, consumer, state.narrow) => end,
                (cause, error) = probe => End::Broken(cause, error),
                error = connection_error(&mut events, &self.monitor) => End::Broken(Cause::Lost, error),
            };
            // A lane that came to nothing counts as one more failed attempt, or it would be a fast loop.
            if lane.received() > 0 || opened.elapsed() > WORTH_TRYING_AT_ONCE {
                state.attempt = 0;
            }
            match end {
                End::Narrow | End::Widen => {
                    state.narrow = matches!(end, End::Narrow);
                    lane.close().await;
                    self.monitor.went_down(Cause::Isolation, String::new());
                }
                End::Stopped => {
                    self.drain(&lane).await;
                    return Ok(End::Stopped);
                }
                End::Broken(..) => {
                    lane.end();
                    return Ok(end);
                }
            }
        }
    }

    /// Forwards deliveries until the lane ends or must be replaced; in the latter cases everything forwarded
    /// is settled when this returns.
    async fn pump(&self, lane: &Arc<Lane>, consumer: lapin::Consumer, narrow: bool) -> End {
        let tag = consumer.tag();
        let mut stream = consumer.ready_chunks(CHUNK);
        loop {
            let ready = tokio::select! {
                biased;
                () = self.token.cancelled() => {
                    lane.cancel(tag).await;
                    return End::Stopped;
                }
                () = self.out.closed() => return End::Stopped,
                () = lane.abandoned() => {
                    return End::Broken(Cause::Abandoned, "a batch was dropped unsettled".to_owned());
                }
                ready = stream.next() => ready,
            };
            let Some(ready) = ready else {
                return End::Broken(Cause::Cancelled, "the broker ended the consumer".to_owned());
            };
            let sorted = sort(ready, narrow);
            if let Some(last) = sorted.forward.last() {
                lane.note_received(last.delivery_tag);
                let chunk = Chunk {
                    lane: Arc::clone(lane),
                    deliveries: sorted.forward,
                };
                if self.out.send(chunk).is_err() {
                    return End::Stopped;
                }
            }
            match sorted.end {
                None => {}
                Some(end @ (End::Narrow | End::Widen)) => {
                    lane.cancel(tag).await;
                    return tokio::select! {
                        () = lane.settled_through(lane.received()) => end,
                        () = self.token.cancelled() => End::Stopped,
                    };
                }
                Some(end) => return end,
            }
        }
    }

    /// Leaves time for handed-out batches, then gives everything else back by closing the channel.
    async fn drain(&self, lane: &Lane) {
        let settled = lane.settled_through(lane.handed_out());
        if tokio::time::timeout(self.config.drain_timeout, settled)
            .await
            .is_err()
        {
            tracing::warn!(
                queue = self.queue,
                "stopped with unsettled batches; they come again"
            );
        }
        lane.close().await;
    }
}

struct Sorted {
    forward: Vec<LapinDelivery>,
    end: Option<End>,
}

/// What of a chunk may be handed out, and whether the lane ends with it.
fn sort(ready: Vec<lapin::Result<LapinDelivery>>, narrow: bool) -> Sorted {
    let mut forward = Vec::with_capacity(ready.len());
    for message in ready {
        let message = match message {
            Ok(message) => message,
            // Whatever is unsettled is void: forwarding it would only be done twice.
            Err(error) => {
                let end = Some(End::Broken(Cause::Lost, error.to_string()));
                return Sorted {
                    forward: Vec::new(),
                    end,
                };
            }
        };
        let suspect = is_suspect(&message);
        if suspect && !narrow {
            return Sorted {
                forward,
                end: Some(End::Narrow),
            };
        }
        forward.push(message);
        if narrow && !suspect {
            return Sorted {
                forward,
                end: Some(End::Widen),
            };
        }
    }
    Sorted { forward, end: None }
}

/// Follows the connection's events; returns when it is lost.
pub(crate) async fn connection_error(
    events: &mut (impl Stream<Item = Event> + Unpin),
    monitor: &Monitor,
) -> String {
    while let Some(event) = events.next().await {
        match event {
            Event::ConnectionBlocked(reason) => {
                tracing::warn!(reason, "the broker blocks this connection");
                monitor.blocked(true);
            }
            Event::ConnectionUnblocked => monitor.blocked(false),
            // lapin reports the exceptions of single channels here as well; those see it themselves.
            Event::Error(error) if !error.is_amqp_soft_error() => return error.to_string(),
            _ => {}
        }
    }
    "the connection ended".to_owned()
}
