//! Keeps one consumer alive: one task owns the connection, forwards deliveries, and rebuilds everything on any
//! error or end. Nothing in between is resumed.
//!
//! A message that was delivered twice before may be what kills its consumers. As soon as one shows up, the
//! channel is drained and replaced by one with a prefetch of one, so that only the culprit's delivery count
//! grows towards the limit and its neighbours get through; the first healthy message widens it again.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::Code;
use futures::StreamExt;
use lapin::{Connection, message::Delivery as LapinDelivery};
use tokio::sync::{mpsc::UnboundedSender, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    Cause, Config, Error, Monitor,
    config::{FRAME_MAX, LARGE_FRAME_MAX},
    connection, declare,
    delivery::is_suspect,
    lane::Lane,
    probe,
};

/// Deliveries forwarded in one step.
const CHUNK: usize = 256;
/// A connection that held this long is followed by a quick first attempt.
const WORTH_TRYING_AT_ONCE: Duration = Duration::from_secs(5);
/// Longest pause after batches were dropped unsettled again and again. Every return brings its messages nearer
/// to the delivery limit, so an owner that cannot settle must not use that limit up within a minute.
const ABANDONED_CAP: Duration = Duration::from_secs(60);

/// Deliveries of one lane on their way to the handle.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) lane: Arc<Lane>,
    pub(crate) deliveries: Vec<LapinDelivery>,
}

/// The task behind one [`crate::Consumer`].
pub(crate) struct Supervisor {
    pub(crate) config: Config,
    pub(crate) queue: Arc<str>,
    pub(crate) prefetch: u16,
    pub(crate) token: CancellationToken,
    /// Whether the owner wants nothing delivered.
    pub(crate) paused: watch::Receiver<bool>,
    pub(crate) monitor: Monitor,
    pub(crate) out: UnboundedSender<Chunk>,
}

/// What outlives a connection.
struct State {
    narrow: bool,
    /// Largest frame to agree on, bytes.
    frames: u32,
    /// Attempts since the last lane that was of use.
    attempt: u32,
    /// Lanes abandoned since anything was settled.
    abandoned: u32,
}

impl State {
    fn new() -> Self {
        Self {
            narrow: false,
            frames: FRAME_MAX,
            attempt: 0,
            abandoned: 0,
        }
    }

    fn learn_from(&mut self, lane: &Lane, lived: Duration) {
        // A lane that came to nothing counts as one more failed attempt, or it would be a fast loop.
        if lane.received() > 0 || lived > WORTH_TRYING_AT_ONCE {
            self.attempt = 0;
        }
        if lane.has_settled() {
            self.abandoned = 0;
        }
    }

    fn pause(&mut self, cause: Cause) -> Duration {
        let (count, cap) = match cause {
            Cause::Abandoned => (&mut self.abandoned, ABANDONED_CAP),
            _ => (&mut self.attempt, connection::RECONNECT_CAP),
        };
        let pause = connection::backoff(*count, cap, rand::random());
        *count += 1;
        pause
    }
}

/// Why a lane or a connection ended.
enum End {
    Stopped,
    /// The owner wants nothing delivered for now.
    Paused,
    Broken(Cause, String),
    /// A suspect arrived: go on with a prefetch of one.
    Narrow,
    /// A healthy message got through: go on with the full prefetch.
    Widen,
}

impl Supervisor {
    pub(crate) async fn run(self) {
        let mut state = State::new();
        while self.is_wanted().await {
            let (cause, error) = match self.connected(&mut state).await {
                Ok(End::Broken(cause, error)) => (cause, error),
                Ok(End::Paused) => {
                    tracing::warn!(queue = &*self.queue, "consumer is paused");
                    let why = "its owner cannot settle".to_owned();
                    self.monitor.went_down(Cause::Paused, why);
                    continue;
                }
                Ok(_) => break,
                Err(error) => (Cause::from(&error), error.full()),
            };
            if self.monitor.went_down(cause, error.clone()) {
                let (queue, code) = (&*self.queue, cause.code().map(Code::as_str));
                tracing::warn!(
                    queue,
                    cause = cause.as_str(),
                    code,
                    error,
                    "consumer is down"
                );
            }
            if cause == Cause::Oversized {
                // For good: whoever sends such headers once does it again.
                state.frames = LARGE_FRAME_MAX;
            }
            let wait = state.pause(cause);
            tokio::select! {
                () = self.token.cancelled() => break,
                () = tokio::time::sleep(wait) => {}
            }
        }
        self.monitor.stopped();
    }

    /// Waits until deliveries are wanted; false once the token is cancelled.
    async fn is_wanted(&self) -> bool {
        tokio::select! {
            biased;
            () = self.token.cancelled() => false,
            () = self.paused_is(false) => true,
        }
    }

    /// Waits until the owner has paused, or resumed; for ever once the owner is gone.
    async fn paused_is(&self, wanted: bool) {
        let mut paused = self.paused.clone();
        if paused.wait_for(|paused| *paused == wanted).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// One connection, with one lane after the other.
    async fn connected(&self, state: &mut State) -> Result<End, Error> {
        let connection = tokio::select! {
            connection = connection::open(&self.config, "consumer", state.frames) => connection?,
            () = self.token.cancelled() => return Ok(End::Stopped),
        };
        let end = self.lanes(&connection, state).await;
        connection::close(connection).await;
        end
    }

    async fn lanes(&self, connection: &Connection, state: &mut State) -> Result<End, Error> {
        let mut events = Box::pin(connection.events_listener());
        tokio::select! {
            declared = declare::declare_on(connection, &self.config) => declared?,
            () = self.token.cancelled() => return Ok(End::Stopped),
        }
        loop {
            let opened = Instant::now();
            let prefetch = if state.narrow { 1 } else { self.prefetch };
            let lane = Lane::open(
                connection,
                &self.queue,
                prefetch,
                &self.config,
                &self.monitor,
            );
            let (lane, consumer) = lane.await?;
            tracing::info!(
                queue = &*self.queue,
                generation = lane.generation,
                prefetch,
                "consuming"
            );
            let probe = probe::watch(connection, &lane, &self.queue, &self.config);
            let end = tokio::select! {
                end = self.pump(&lane, consumer, state.narrow) => end,
                (cause, error) = probe => End::Broken(cause, error),
                (cause, error) = connection::lost(&mut events, &self.monitor) => End::Broken(cause, error),
            };
            state.learn_from(&lane, opened.elapsed());
            match end {
                End::Narrow | End::Widen => {
                    state.narrow = matches!(end, End::Narrow);
                    lane.close(&self.config).await?;
                    self.monitor.went_down(Cause::Isolation, String::new());
                }
                End::Stopped => {
                    self.drain(&lane).await;
                    return Ok(End::Stopped);
                }
                End::Paused => {
                    // Without an answer the connection's own end, which is next, gives everything back.
                    let _ = lane.close(&self.config).await;
                    return Ok(End::Paused);
                }
                End::Broken(..) => {
                    lane.end();
                    return Ok(end);
                }
            }
        }
    }

    /// Forwards deliveries until the lane ends or must be replaced; in the latter cases everything forwarded
    /// is settled when this returns, or was not within the drain timeout.
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
                () = self.paused_is(true) => return End::Paused,
                (cause, error) = lane.given_up() => return End::Broken(cause, error.to_owned()),
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
                    // Not for ever: a batch may be kept because its dead letters find no room. What is unsettled comes
                    // again, and is recognised.
                    let settled = lane.settled_through(lane.received());
                    return tokio::select! {
                        _ = tokio::time::timeout(self.config.drain_timeout, settled) => end,
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
                queue = &*self.queue,
                "stopped with unsettled batches; they come again"
            );
        }
        // Without an answer the connection's own end, which is next, gives everything back.
        let _ = lane.close(&self.config).await;
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
                let end = Some(End::Broken(connection::cause(&error), error.to_string()));
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
