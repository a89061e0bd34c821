//! Deliveries handed out together and settled together, once. Does not know what they mean; whether they were
//! settled in time is [`Settled`].

use std::sync::Arc;

use crate::{Delivery, lane::Lane};

/// Consecutive deliveries of one queue. Settle it with [`ack`](Self::ack); one that is dropped unsettled makes the
/// consumer close its channel, so that the broker delivers again. There is no rejecting: what cannot be taken is
/// published as a [dead letter](crate::dead_letter), with the reason, and acknowledged. Nor is there requeueing: as a retry
/// it loops for ever on RabbitMQ 4.3.
///
/// Where a batch cannot be dealt with *now*, e.g. without a database, keep it and try again: the broker waits, and
/// sends no more than the prefetch. Dropping it instead returns everything that was prefetched and brings it one
/// step nearer to the delivery limit, beyond which the broker dead-letters it.
///
/// Several batches may be open at once and be settled in any order.
#[derive(Debug)]
#[must_use = "a batch that is dropped unsettled is delivered again"]
pub struct Batch {
    /// In queue order, at least one. May be taken out; settling covers the whole batch regardless.
    pub deliveries: Vec<Delivery>,
    lane: Arc<Lane>,
    first: u64,
    last: u64,
    open: bool,
}

/// What became of settling a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a stale batch comes again"]
pub enum Settled {
    /// The broker was told.
    Done,
    /// Its channel is gone; the broker delivers these messages again. Harmless where work is deduplicated.
    Stale,
}

impl Batch {
    pub(crate) fn new(deliveries: Vec<Delivery>, lane: Arc<Lane>, first: u64, last: u64) -> Self {
        Self {
            deliveries,
            lane,
            first,
            last,
            open: true,
        }
    }

    /// False once its channel is gone: the messages are on their way to somebody else, so do not begin
    /// anything that cannot be repeated.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.lane.is_alive()
    }

    /// How many deliveries are settled with it, also where they were taken out.
    #[must_use]
    pub fn size(&self) -> usize {
        // They are consecutive, and were in memory.
        (self.last - self.first) as usize + 1
    }

    /// Adds what the consumer handed out right after this batch, to be settled with it.
    ///
    /// # Errors
    /// The later batch, if it is of another generation: this one can then not be settled any more.
    pub fn append(&mut self, mut later: Batch) -> Result<(), Batch> {
        if !Arc::ptr_eq(&self.lane, &later.lane) || self.last + 1 != later.first {
            return Err(later);
        }
        self.deliveries.append(&mut later.deliveries);
        self.last = later.last;
        later.open = false;
        Ok(())
    }

    /// Everything is done, or safely stored: the broker may forget these messages.
    pub async fn ack(mut self) -> Settled {
        let lane = Arc::clone(&self.lane);
        let ledger = lane.ledger().await;
        // From here to the frames in lapin's queue there is no await: a caller that drops this future has
        // either not begun (and `drop` below abandons the lane) or has said it all.
        self.open = false;
        lane.settle(ledger, self.first, self.last).await
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // Of a dead channel everything comes again anyway.
        if self.open && self.lane.is_alive() {
            self.lane.abandon();
        }
    }
}
