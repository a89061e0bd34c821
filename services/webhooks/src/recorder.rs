//! Group commit: what arrives while one commit is under way goes into the next one, whoever sent it.

use std::time::{Duration, Instant};

use domain::crash::{CrashPoint, crash_here};
use domain::webhook::Refusal;
use store::Store;
use store::webhooks::{Delivery, Recorded};
use tokio::sync::{mpsc, oneshot};

use crate::patience::within;
use crate::rarely::Rarely;

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
        Recorder::writing(patience, move |deliveries: Vec<Delivery>| {
            let store = store.clone();
            async move { store.record_webhooks(&deliveries).await }
        })
    }

    fn writing<F>(
        patience: Duration,
        write: impl Fn(Vec<Delivery>) -> F + Send + 'static,
    ) -> Recorder
    where
        F: Future<Output = Result<Vec<Recorded>, store::Error>> + Send,
    {
        let (entries, mut inbox) = mpsc::channel::<Entry>(4 * BATCH);
        tokio::spawn(async move {
            let (mut batch, rarely) = (Vec::with_capacity(BATCH), Rarely::default());
            while inbox.recv_many(&mut batch, BATCH).await > 0 {
                let entries = batch.drain(..).map(|entry| (entry.delivery, entry.done));
                let (deliveries, waiting): (Vec<Delivery>, Vec<_>) = entries.unzip();
                crash_here(CrashPoint::WebhookBeforeCommit);
                let written = within(patience, write(deliveries)).await;
                crash_here(CrashPoint::WebhookAfterCommit);
                answer(waiting, written, &rarely);
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

/// Tells everybody who waits what became of their delivery.
fn answer(
    waiting: Vec<oneshot::Sender<Option<Recorded>>>,
    written: Result<Vec<Recorded>, String>,
    rarely: &Rarely,
) {
    let deliveries = waiting.len();
    let recorded = match written {
        Ok(recorded) => recorded.into_iter().map(Some).collect(),
        Err(error) => {
            if let Some(more) = rarely.now(Instant::now()) {
                tracing::warn!(error, deliveries, more, "cannot record webhooks");
            }
            vec![None; deliveries]
        }
    };
    for (done, recorded) in waiting.into_iter().zip(recorded) {
        // Somebody who no longer listens will deliver it again.
        let _ = done.send(recorded);
    }
}

#[cfg(test)]
mod tests {
    use domain::webhook::Action;
    use uuid::Uuid;

    use super::*;

    fn delivery(event: &str) -> Delivery {
        Delivery {
            connection: Uuid::nil(),
            seal: [0; 32],
            event_id: event.to_owned(),
            action: Action::Ping,
            notices: Vec::new(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_commit_that_is_never_answered_keeps_nobody_else_waiting() {
        let recorder = Recorder::writing(Duration::from_secs(15), async |some: Vec<Delivery>| {
            if some[0].event_id == "lost" {
                return std::future::pending().await;
            }
            Ok(vec![Recorded::New; some.len()])
        });
        let lost = recorder.record(delivery("lost")).await;
        assert_eq!(lost, Err(Refusal::Unavailable));
        assert_eq!(recorder.record(delivery("next")).await, Ok(Recorded::New));
    }
}
