//! From a commit of the journal straight to a relay of the same process.
//!
//! The statement that writes an announcement takes it for that relay as well, instead of another one that looks for what
//! has become due right after it. The row is in the outbox all the same, leased as if it had been taken: should this
//! process die, another relay has it when the lease ends. While the relay has its hands full nothing is handed over, and
//! the announcements wait to be taken.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::Store;
use crate::outbox::Pending;

/// Batches that may lie between the journal and the relay.
const BATCHES: usize = 2;

/// Announcements that the journal took for a relay as it wrote them.
#[derive(Debug)]
pub struct Handed {
    /// In the order in which they were written; of each key, one.
    pub rows: Vec<Pending>,
    /// Before this process's journal took them: their lease lasts from then at least.
    pub since: Instant,
}

/// Where a relay of this process takes over, if there is one.
#[derive(Default)]
pub(crate) struct Handover(Mutex<Option<Desk>>);

struct Desk {
    batches: mpsc::Sender<Handed>,
    lease: Duration,
}

/// Room for one batch, kept while its statement runs.
pub(crate) struct Room {
    place: mpsc::OwnedPermit<Handed>,
    /// For how long what is handed over belongs to the relay.
    pub(crate) lease: Duration,
    since: Instant,
}

impl Handover {
    pub(crate) fn room(&self) -> Option<Room> {
        let desk = self.lock();
        let Desk { batches, lease } = desk.as_ref()?;
        let place = batches.clone().try_reserve_owned().ok()?;
        Some(Room {
            place,
            lease: *lease,
            since: Instant::now(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Option<Desk>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room {
    pub(crate) fn fill(self, rows: Vec<Pending>) {
        let since = self.since;
        self.place.send(Handed { rows, since });
    }
}

impl Store {
    /// Has announcements of this process's journal handed over for `lease`, in batches, until the receiver is closed.
    /// There is one such receiver: a later one takes its place.
    pub fn take_over(&self, lease: Duration) -> mpsc::Receiver<Handed> {
        let (batches, handed) = mpsc::channel(BATCHES);
        *self.handover.lock() = Some(Desk { batches, lease });
        handed
    }
}
