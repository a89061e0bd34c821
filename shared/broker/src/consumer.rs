//! The handle by which a service consumes one queue: hands out what its supervisor forwards, in batches.
//! Retries no message and knows nothing of connections.

use std::{collections::VecDeque, sync::Arc};

use lapin::message::Delivery as LapinDelivery;
use tokio::{
    sync::{
        mpsc::{UnboundedReceiver, unbounded_channel},
        watch,
    },
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use crate::{
    Batch, Config, Delivery, Health, Monitor, Stats,
    lane::Lane,
    supervisor::{Chunk, Supervisor},
};

/// A supervised consumer of one queue.
#[derive(Debug)]
pub struct Consumer {
    chunks: UnboundedReceiver<Chunk>,
    lane: Option<Arc<Lane>>,
    buffer: VecDeque<LapinDelivery>,
    queue: Arc<str>,
    token: CancellationToken,
    paused: watch::Sender<bool>,
    monitor: Monitor,
    task: JoinHandle<()>,
}

impl Consumer {
    /// Starts consuming `queue`, connecting in the background for as long as it takes. At most `prefetch`
    /// messages are unsettled at a time. Must be called within a tokio runtime. Ends when `token` is cancelled.
    #[must_use]
    pub fn start(
        config: Config,
        queue: impl Into<Arc<str>>,
        prefetch: u16,
        token: CancellationToken,
    ) -> Self {
        let (out, chunks) = unbounded_channel();
        let paused = watch::Sender::new(false);
        let monitor = Monitor::new();
        let queue: Arc<str> = queue.into();
        let supervisor = Supervisor {
            config,
            queue: Arc::clone(&queue),
            prefetch: prefetch.max(1),
            token: token.clone(),
            paused: paused.subscribe(),
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
            paused,
            monitor,
            task,
        }
    }

    /// Gives back whatever is unsettled and takes nothing until [`resume`](Self::resume), so that others get it: for an owner
    /// that cannot settle for longer than messages should wait. Batches in hand are void. Each return brings a message
    /// nearer to the delivery limit.
    pub fn pause(&self) {
        self.paused.send_replace(true);
    }

    /// Ends a [`pause`](Self::pause).
    pub fn resume(&self) {
        self.paused.send_replace(false);
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
