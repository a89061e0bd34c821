//! Group commit: what arrives while one commit is under way goes into the next one, whoever sent it.

use std::time::Duration;

use domain::crash::{CrashPoint, crash_here};
use domain::webhook::Refusal;
use store::Store;
use store::webhooks::{Delivery, Recorded};
use tokio::sync::{mpsc, oneshot};

/// Most deliveries of one commit.
const BATCH: usize = 512;

/// The handle of everybody who has a delivery.
pub(crate) struct Recorder {
    entries: mpsc::Sender<Entry>,
    patience: Duration,
}

struct Entry {
    delivery: Delivery,
    done: oneshot::Sender<Option<Recorded>>,
}

impl Recorder {
    /// Starts the writer; it ends with the handle, when everything is written.
    pub(crate) fn start(store: Store, patience: Duration) -> Recorder {
        let (entries, mut inbox) = mpsc::channel::<Entry>(4 * BATCH);
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(BATCH);
            while inbox.recv_many(&mut batch, BATCH).await > 0 {
                commit(&store, std::mem::take(&mut batch)).await;
            }
        });
        Recorder { entries, patience }
    }

    /// Records a delivery; on return it is on disk. A refusal leaves open whether it is: when it comes again, it is a
    /// duplicate or new.
    pub(crate) async fn record(&self, delivery: Delivery) -> Result<Recorded, Refusal> {
        let (done, written) = oneshot::channel();
        let recorded = async {
            let entry = Entry { delivery, done };
            self.entries.send(entry).await.ok()?;
            written.await.ok()?
        };
        let recorded = tokio::time::timeout(self.patience, recorded).await;
        recorded.ok().flatten().ok_or(Refusal::Unavailable)
    }
}

async fn commit(store: &Store, batch: Vec<Entry>) {
    let (deliveries, waiting): (Vec<Delivery>, Vec<_>) = batch
        .into_iter()
        .map(|entry| (entry.delivery, entry.done))
        .unzip();
    crash_here(CrashPoint::WebhookBeforeCommit);
    let recorded = match store.record_webhooks(&deliveries).await {
        Ok(recorded) => recorded.into_iter().map(Some).collect(),
        Err(error) => {
            tracing::warn!(%error, deliveries = deliveries.len(), "cannot record webhooks");
            vec![None; waiting.len()]
        }
    };
    crash_here(CrashPoint::WebhookAfterCommit);
    for (done, recorded) in waiting.into_iter().zip(recorded) {
        // Somebody who no longer listens will deliver it again.
        let _ = done.send(recorded);
    }
}
