//! RabbitMQ → Postgres in batches: sorts, records, buries, acknowledges.

use std::ops::Add;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant};

use boot::metrics::{Metrics, Outcome as Ended, Queue};
use broker::{Batch, Consumer, Delivery, Publisher, Settled, Topology};
use domain::crash::{CrashPoint, crash_here};
use domain::{Tenant, backoff};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use store::intake::Share;
use store::{Store, Transaction};
use tokio_util::sync::CancellationToken;

use crate::message::{Message, read};
use crate::refusal::Refusal;

/// Most deliveries in one transaction.
const BATCH: usize = 1000;
/// Most deliveries read in one go while a batch is written: what the database answers is heard in between.
const BITE: usize = 16;
/// Longest pause between two tries to store a batch.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// For how long a batch is kept that cannot be stored. A database that restarts or fails over is back by then, and what
/// waited for it was delivered once; beyond that, others may reach the database that this process does not.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often to look whether the database answers again.
const LOOK: Duration = Duration::from_secs(2);

/// What a service does with the commands of its queue.
pub trait Take: Send + Sync {
    /// A command in the terms of the service's tables.
    type Arrival: Send + Sync;

    /// What begins with the commit of a batch; `()` where a schedule finds it.
    type Begins: Send;

    /// What a command is to this service; none when another queue carries it to another service.
    ///
    /// # Errors
    /// [`Refusal`] when the service can never accept it.
    fn sort(&self, message: Message) -> Result<Option<Self::Arrival>, Refusal>;

    /// Parts a batch in two that can be recorded beside each other, where that is sooner; else the second half is empty.
    fn halves(&self, arrivals: Vec<Self::Arrival>) -> (Vec<Self::Arrival>, Vec<Self::Arrival>) {
        (arrivals, Vec::new())
    }

    /// Whose arrivals must become visible in the order of their ids; nobody's, unless a service says so.
    fn in_order<'a>(&self, _arrivals: &'a [Self::Arrival]) -> Vec<&'a Tenant> {
        Vec::new()
    }

    /// Records a batch, or half of it, in the caller's transaction. Called again with the same batch when a commit or its way
    /// to the disk failed, and with deliveries that were recorded before: those must have no effect.
    fn record(
        &self,
        tx: &mut Transaction<'_>,
        arrivals: &[Self::Arrival],
    ) -> impl Future<Output = Result<(Tally, Self::Begins), store::Error>> + Send;

    /// Lets begin what [`record`](Take::record) left, now that it is committed, or may be: where nobody says whether
    /// it is, what was claimed with it would else wait for the end of its lease. It may not be on disk either: nothing may
    /// leave for Greenhouse or RabbitMQ before a commit of its own that finds the batch there and waits for the disk.
    fn begin(&self, begins: Self::Begins);
}

/// What became of the arrivals of one batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Never seen before.
    pub new: u64,
    /// Seen before; no effect.
    pub repeats: u64,
    /// The same intent with other content; set aside.
    pub conflicts: u64,
}

impl Add for Tally {
    type Output = Tally;

    fn add(self, other: Tally) -> Tally {
        Tally {
            new: self.new + other.new,
            repeats: self.repeats + other.repeats,
            conflicts: self.conflicts + other.conflicts,
        }
    }
}

/// The queue of a service's commands, and where those go that it refuses.
pub struct Source {
    /// Which one, for counters and dead letters.
    pub queue: Queue,
    /// Its deliveries.
    pub consumer: Consumer,
    /// Publishes dead letters.
    pub publisher: Publisher,
    /// Names.
    pub topology: Topology,
    /// Name of this replica, for dead letters.
    pub instance: String,
}

impl Source {
    /// Takes batches until the token is cancelled, and has them recorded in `store`.
    pub async fn take_in<T: Take>(
        self,
        take: T,
        store: Store,
        metrics: Arc<Metrics>,
        stop: CancellationToken,
    ) {
        let intake = Intake {
            take,
            queue: self.queue,
            store,
            publisher: self.publisher,
            topology: self.topology,
            instance: self.instance,
            metrics,
        };
        intake.run(self.consumer, stop).await;
    }
}

/// What is done with the deliveries of one queue.
pub(crate) struct Intake<T> {
    take: T,
    pub(crate) queue: Queue,
    pub(crate) store: Store,
    pub(crate) publisher: Publisher,
    pub(crate) topology: Topology,
    pub(crate) instance: String,
    pub(crate) metrics: Arc<Metrics>,
}

/// Why a batch is kept and tried again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unstored {
    #[error("the broker did not take a dead letter")]
    Letter,
    #[error(transparent)]
    Batch(#[from] store::Error),
}

/// A batch whose arrivals are on disk.
struct Recorded {
    batch: Batch,
    refused: Vec<(Delivery, Refusal)>,
    /// Whether it took the database to record it.
    stored: bool,
}

/// What became of a batch that was to be recorded.
enum Taken {
    Recorded(Recorded),
    /// The process ends, or the channel is gone: what is unsettled comes again.
    GivenUp,
    /// The database has not answered for too long.
    OutOfPatience(Batch),
}

/// A batch that is ready to be written, sorted into what to store and what to bury.
struct Held<A> {
    batch: Batch,
    arrivals: Vec<A>,
    /// What is refused, and why. Of what was accepted no delivery is kept.
    refused: Vec<(Delivery, Refusal)>,
}

impl<A> Held<A> {
    fn append(&mut self, mut later: Held<A>) {
        match self.batch.append(later.batch) {
            Ok(()) => {
                self.arrivals.append(&mut later.arrivals);
                self.refused.append(&mut later.refused);
            }
            // The connection was lost in between: what was read before comes again.
            Err(batch) => *self = Held { batch, ..later },
        }
    }
}

impl<T: Take> Intake<T> {
    /// While the database writes one batch, what arrives is read and becomes the next. No batch waits for the dead letters
    /// of another: where the broker has no room for them, those who publish nonsense would else hold up everybody.
    async fn run(self, mut consumer: Consumer, stop: CancellationToken) {
        let mut ahead = None;
        let mut settling = FuturesUnordered::new();
        let mut patience = Some(PATIENCE);
        loop {
            let held = match ahead.take() {
                Some(held) => held,
                None => match beside(&mut settling, consumer.next_batch(BATCH)).await {
                    Some(batch) => self.hold(batch),
                    None => break,
                },
            };
            let write = pin!(self.take(held, patience, &stop));
            let written = self.read_during(write, &mut consumer);
            let (taken, later) = beside(&mut settling, written).await;
            ahead = later;
            match taken {
                Taken::Recorded(recorded) => {
                    patience = patience.or(recorded.stored.then_some(PATIENCE));
                    settling.push(self.settle(recorded, &stop));
                }
                Taken::GivenUp => {}
                Taken::OutOfPatience(batch) => {
                    // Once, until something can be stored: a database may answer and still take nothing.
                    patience = None;
                    consumer.pause();
                    // What was read meanwhile goes back as well.
                    drop((batch, ahead.take()));
                    beside(&mut settling, self.database_answers(&stop)).await;
                    consumer.resume();
                }
            }
        }
        while settling.next().await.is_some() {}
        consumer.closed().await;
    }

    /// What comes of `write`, and what arrives until then, as one batch; nothing of it waits for more.
    async fn read_during<W>(
        &self,
        mut write: Pin<&mut impl Future<Output = W>>,
        consumer: &mut Consumer,
    ) -> (W, Option<Held<T::Arrival>>) {
        let mut ahead: Option<Held<T::Arrival>> = None;
        loop {
            let room = (BATCH - ahead.as_ref().map_or(0, |held| held.batch.size())).min(BITE);
            tokio::select! {
                biased;
                written = &mut write => return (written, ahead),
                Some(batch) = consumer.next_batch(room), if room > 0 => {
                    let held = self.hold(batch);
                    match &mut ahead {
                        None => ahead = Some(held),
                        Some(ahead) => ahead.append(held),
                    }
                }
            }
        }
    }

    /// Records the arrivals of a batch. While that is impossible it is kept, for as long as `patience` lasts: handing it back
    /// counts as a delivery, and after enough of those the broker would bury good messages for an outage of ours.
    async fn take(
        &self,
        held: Held<T::Arrival>,
        patience: Option<Duration>,
        stop: &CancellationToken,
    ) -> Taken {
        let Held {
            batch,
            arrivals,
            refused,
        } = held;
        if !batch.is_usable() {
            // What came before it may not be stored, and comes again first.
            return Taken::GivenUp;
        }
        let stored = !arrivals.is_empty();
        let (first, second) = self.take.halves(arrivals);
        let begun = Instant::now();
        let mut attempt = 1;
        let tally = loop {
            match self.record(&first, &second).await {
                Ok(tally) => break tally,
                Err(error) => {
                    let cause = Unstored::from(error);
                    if !self.again(&batch, &cause, &mut attempt, stop).await {
                        return Taken::GivenUp;
                    }
                    if patience.is_some_and(|patience| begun.elapsed() > patience) {
                        return Taken::OutOfPatience(batch);
                    }
                }
            }
        };
        self.count(tally);
        Taken::Recorded(Recorded {
            batch,
            refused,
            stored,
        })
    }

    /// Waits until the database answers, or the process ends.
    async fn database_answers(&self, stop: &CancellationToken) {
        let answers = async {
            loop {
                tokio::time::sleep(LOOK).await;
                if self.store.ping().await.is_ok() {
                    return;
                }
            }
        };
        stop.run_until_cancelled(answers).await;
    }

    /// Acknowledges a batch once what is refused in it is buried as well. It is kept until then, as in [`take`](Self::take).
    async fn settle(&self, recorded: Recorded, stop: &CancellationToken) {
        let Recorded { batch, refused, .. } = recorded;
        let mut unburied: Vec<usize> = (0..refused.len()).collect();
        let mut attempt = 1;
        loop {
            let buried = self.bury_all(&refused, &mut unburied);
            let Err(cause) = buried.await else { break };
            if !self.again(&batch, &cause, &mut attempt, stop).await {
                return;
            }
        }
        crash_here(CrashPoint::IntakeAfterCommit);
        let deliveries = batch.size() as u64;
        if batch.ack().await != Settled::Done {
            self.metrics.stale_acks(self.queue, deliveries);
        }
    }

    /// Tells why a batch is kept and waits for its next try; false if there shall be none.
    async fn again(
        &self,
        batch: &Batch,
        cause: &Unstored,
        attempt: &mut u32,
        stop: &CancellationToken,
    ) -> bool {
        tracing::warn!(
            %cause,
            queue = self.queue.as_str(),
            deliveries = batch.size(),
            attempt = *attempt,
            "deliveries cannot be stored yet"
        );
        if stop.is_cancelled() || !batch.is_usable() {
            return false;
        }
        let pause = backoff::within(LONGEST_PAUSE, *attempt, rand::random());
        *attempt += 1;
        tokio::select! {
            () = stop.cancelled() => false,
            // Of a channel that is gone meanwhile everything comes again, and is buried then.
            () = tokio::time::sleep(pause) => batch.is_usable(),
        }
    }

    /// Sorts what came, and lets go of what is sorted: there are many, and while the database writes is the time for it.
    fn hold(&self, mut batch: Batch) -> Held<T::Arrival> {
        let deliveries = std::mem::take(&mut batch.deliveries);
        let mut arrivals = Vec::with_capacity(deliveries.len());
        let mut refused = Vec::new();
        for delivery in deliveries {
            match self.sort(&delivery) {
                Ok(arrival) => arrivals.extend(arrival),
                Err(refusal) => refused.push((delivery, refusal)),
            }
        }
        Held {
            batch,
            arrivals,
            refused,
        }
    }

    fn sort(&self, delivery: &Delivery) -> Result<Option<T::Arrival>, Refusal> {
        match read(self.queue, delivery) {
            Ok(message) => self.take.sort(message),
            // Nor can the service of the other queue, which buries it. What can be read is refused here all the same: the
            // other service leaves to this one what it does not work on.
            Err(_) if self.is_copied(delivery) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    fn is_copied(&self, delivery: &Delivery) -> bool {
        let (queue, key) = (&delivery.queue, &delivery.routing_key);
        self.topology.is_copied(queue, key)
    }

    fn count(&self, tally: Tally) {
        let count = |outcome, count| self.metrics.messages(self.queue, outcome, count);
        count(Ended::Ack, tally.new);
        count(Ended::Duplicate, tally.repeats);
        count(Ended::Park, tally.conflicts);
    }

    /// One transaction for the whole batch, or for each of its halves. Work on it begins while the disk is written.
    async fn record(
        &self,
        first: &[T::Arrival],
        second: &[T::Arrival],
    ) -> Result<Tally, store::Error> {
        if first.is_empty() {
            return Ok(Tally::default());
        }
        let in_order = || {
            let tenants = [first, second].map(|half| self.take.in_order(half));
            tenants.into_iter().flatten()
        };
        let mut entrance = self.store.entrance().await?;
        let other_entrance = match second {
            [] => None,
            _ => self.store.entrance_beside().await,
        };
        let tally = match other_entrance {
            None => {
                let tx = entrance.begin(in_order(), Share::Whole).await?;
                self.enter(tx, [first, second]).await?
            }
            Some(mut other_entrance) => {
                // Each commits when it is through: what one has locked the other may wait for.
                let one = entrance.begin(in_order(), Share::First).await?;
                let other = other_entrance.begin(in_order(), Share::Second).await?;
                let (one, other) = tokio::join!(
                    self.enter(one, [first, &[]]),
                    self.enter(other, [second, &[]])
                );
                let tally = one? + other?;
                other_entrance.leave();
                tally
            }
        };
        entrance.flush().await?;
        Ok(tally)
    }

    /// Records what enters in one transaction, and lets work on it begin.
    async fn enter(
        &self,
        mut tx: Transaction<'_>,
        halves: [&[T::Arrival]; 2],
    ) -> Result<Tally, store::Error> {
        let mut tally = Tally::default();
        let mut begins = Vec::with_capacity(1);
        for half in halves.into_iter().filter(|half| !half.is_empty()) {
            let (counted, begun) = self.take.record(&mut tx, half).await?;
            tally = tally + counted;
            begins.push(begun);
        }
        crash_here(CrashPoint::IntakeBeforeCommit);
        let committed = tx.commit().await;
        begins.into_iter().for_each(|begun| self.take.begin(begun));
        committed.map_err(store::Error::from)?;
        Ok(tally)
    }
}

/// Waits for `work` while other batches are settled.
async fn beside<S, W>(settling: &mut FuturesUnordered<S>, work: W) -> W::Output
where
    S: Future<Output = ()>,
    W: Future,
{
    let mut work = pin!(work);
    loop {
        tokio::select! {
            // Work first: the database rests until it hears the next statement. Then work waits, for its answer or, once
            // as much is unsettled as the broker gives out, for more deliveries; so settling always goes on.
            biased;
            output = &mut work => return output,
            Some(()) = settling.next() => {}
        }
    }
}
