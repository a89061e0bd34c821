//! One consumer channel from its opening to its end, and which of its deliveries are settled. Delivery tags
//! count from 1 on each channel, so the same number on the next lane means another message: everything that
//! settles goes through the lane it came from.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use futures::{TryFutureExt, future::try_join_all};
use lapin::{
    Channel, Connection, Consumer as LapinConsumer,
    options::{BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicQosOptions},
    types::{FieldTable, ShortString},
};
use tokio::sync::{Mutex, MutexGuard, Notify, watch};

use crate::{Cause, Config, Error, Monitor, Settled, connection};

pub(crate) struct Lane {
    pub(crate) generation: u64,
    channel: Channel,
    alive: AtomicBool,
    abandoned: AtomicBool,
    given_up: Notify,
    /// Highest tag that arrived, and highest that was handed out in a batch.
    received: AtomicU64,
    handed_out: AtomicU64,
    /// Every tag up to this one is settled.
    settled: watch::Sender<u64>,
    ledger: Mutex<Ledger>,
    monitor: Monitor,
}

impl Lane {
    /// Opens a channel and starts consuming. QoS comes first: lapin buffers without limit.
    pub(crate) async fn open(
        connection: &Connection,
        queue: &str,
        prefetch: u16,
        config: &Config,
        monitor: &Monitor,
    ) -> Result<(Arc<Self>, LapinConsumer), Error> {
        let queue =
            ShortString::try_new(queue).map_err(|e| Error::Refused(format!("queue name: {e}")))?;
        let channel = connection::channel(connection, config).await?;
        let qos = channel.basic_qos(prefetch, BasicQosOptions::default());
        connection::in_time(config, qos.map_err(Error::from_lapin)).await?;
        let (options, arguments) = (BasicConsumeOptions::default(), FieldTable::default());
        let consumer = channel.basic_consume(queue, "".into(), options, arguments);
        let consumer = connection::in_time(config, consumer.map_err(Error::from_lapin)).await?;
        let lane = Self {
            generation: monitor.came_up(),
            channel,
            alive: AtomicBool::new(true),
            abandoned: AtomicBool::new(false),
            given_up: Notify::new(),
            received: AtomicU64::new(0),
            handed_out: AtomicU64::new(0),
            settled: watch::Sender::new(0),
            ledger: Mutex::default(),
            monitor: monitor.clone(),
        };
        Ok((Arc::new(lane), consumer))
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.alive.load(Ordering::Acquire) && self.channel.status().connected()
    }

    /// Nothing of this lane can be settled from now on.
    pub(crate) fn end(&self) {
        self.alive.store(false, Ordering::Release);
    }

    /// A batch was dropped unsettled: only closing the channel brings its messages back.
    pub(crate) fn abandon(&self) {
        self.abandoned.store(true, Ordering::Release);
        self.give_up();
    }

    /// Ends the lane from outside its supervisor, and tells that.
    fn give_up(&self) {
        self.end();
        self.given_up.notify_one();
    }

    /// Waits until somebody gave the lane up; why.
    pub(crate) async fn given_up(&self) -> (Cause, &'static str) {
        self.given_up.notified().await;
        match self.abandoned.load(Ordering::Acquire) {
            true => (Cause::Abandoned, "a batch was dropped unsettled"),
            false => (Cause::Lost, "a settlement could not be sent"),
        }
    }

    pub(crate) fn note_received(&self, tag: u64) {
        self.received.fetch_max(tag, Ordering::AcqRel);
    }

    pub(crate) fn note_handed_out(&self, tag: u64) {
        self.handed_out.fetch_max(tag, Ordering::AcqRel);
    }

    pub(crate) fn received(&self) -> u64 {
        self.received.load(Ordering::Acquire)
    }

    pub(crate) fn handed_out(&self) -> u64 {
        self.handed_out.load(Ordering::Acquire)
    }

    /// Whether everything that arrived is settled.
    pub(crate) fn is_idle(&self) -> bool {
        *self.settled.borrow() >= self.received()
    }

    /// Whether anything was settled in order.
    pub(crate) fn has_settled(&self) -> bool {
        *self.settled.borrow() > 0
    }

    /// Waits until every tag up to `tag` is settled, or the lane is given up.
    pub(crate) async fn settled_through(&self, tag: u64) {
        let mut settled = self.settled.subscribe();
        tokio::select! {
            _ = settled.wait_for(|through| *through >= tag) => {}
            _ = self.given_up() => {}
        }
    }

    /// Stops the flow of deliveries; what has arrived can still be settled.
    pub(crate) async fn cancel(&self, tag: ShortString) {
        // When this fails the channel is gone, and with it the consumer.
        let _ = self
            .channel
            .basic_cancel(tag, BasicCancelOptions::default())
            .await;
    }

    /// Closes the channel: the broker takes back whatever is unsettled. An error when it does not answer.
    pub(crate) async fn close(&self, config: &Config) -> Result<(), Error> {
        self.end();
        let closing = async {
            // What cannot be closed is gone already.
            let _ = self.channel.close(200, "done".into()).await;
            Ok(())
        };
        connection::in_time(config, closing).await
    }

    /// Exclusive right to settle, so that frames leave in the order in which they were decided: a multiple ack
    /// that overtook another would make the second one name unknown tags, which closes the channel.
    pub(crate) async fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().await
    }

    pub(crate) async fn settle(
        &self,
        mut ledger: MutexGuard<'_, Ledger>,
        first: u64,
        last: u64,
    ) -> Settled {
        let count = last - first + 1;
        let contiguous = ledger.settle(first, last);
        let told = self.is_alive() && self.tell(first, last, contiguous).await.is_ok();
        self.settled.send_replace(ledger.through);
        drop(ledger);
        if !told {
            self.give_up();
        }
        self.monitor.count(|stats| match told {
            true => stats.acked += count,
            false => stats.stale += count,
        });
        if told { Settled::Done } else { Settled::Stale }
    }

    /// The first poll puts every frame into lapin's queue.
    async fn tell(&self, first: u64, last: u64, contiguous: bool) -> lapin::Result<()> {
        let options = BasicAckOptions {
            multiple: contiguous,
        };
        if contiguous {
            return self.channel.basic_ack(last, options).await;
        }
        let acks = (first..=last).map(|tag| self.channel.basic_ack(tag, options));
        try_join_all(acks).await.map(drop)
    }
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane")
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

/// Which tags are settled: all up to `through`, and the ranges in `apart` (first → last).
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    through: u64,
    apart: BTreeMap<u64, u64>,
}

impl Ledger {
    /// Notes the range; true when everything before it is settled, so that one multiple ack covers it.
    fn settle(&mut self, first: u64, last: u64) -> bool {
        let contiguous = first == self.through + 1;
        self.apart.insert(first, last);
        while let Some(last) = self.apart.remove(&(self.through + 1)) {
            self.through = last;
        }
        contiguous
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multiple_ack_is_used_only_when_nothing_before_it_is_open() {
        let mut ledger = Ledger::default();
        assert!(ledger.settle(1, 10));
        assert!(!ledger.settle(21, 30), "11 to 20 are still open");
        assert_eq!(ledger.through, 10);
        assert!(ledger.settle(11, 20), "and covers nothing but itself");
        assert_eq!(ledger.through, 30);
        assert!(ledger.settle(31, 31));
    }
}
