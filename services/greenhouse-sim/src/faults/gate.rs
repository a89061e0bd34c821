//! Barriers for requests, so that tests can line them up.

use std::sync::Arc;

use tokio::sync::watch;

/// A barrier: requests wait at it until it is opened.
#[derive(Clone, Debug)]
pub struct Gate {
    waiting: Arc<watch::Sender<usize>>,
    open: Arc<watch::Sender<bool>>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            waiting: Arc::new(watch::channel(0).0),
            open: Arc::new(watch::channel(false).0),
        }
    }
}

impl Gate {
    /// A closed gate.
    pub fn closed() -> Self {
        Self::default()
    }

    /// Lets everybody through, now and later.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// Resolves once this many requests have come to the gate.
    pub async fn reached_by(&self, count: usize) {
        let mut waiting = self.waiting.subscribe();
        let _ = waiting.wait_for(|have| *have >= count).await;
    }

    /// How many requests have come to the gate so far.
    pub fn arrivals(&self) -> usize {
        *self.waiting.borrow()
    }

    pub(crate) async fn pass(&self) {
        self.waiting.send_modify(|count| *count += 1);
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }
}
