//! A sample analytics consumer: a queue of its own on `intrro.greenhouse.events`, and every event noted with the
//! time it arrived.

use std::time::Duration;

use anyhow::Result;
use broker::{Config, Consumer, Topology};
use chrono::Utc;
use testkit::TestEnv;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::events::Received;

/// Its queue; a real consumer names and declares its own just the same.
const QUEUE: &str = "sample.analytics";

pub(super) struct Analytics {
    events: watch::Receiver<Vec<Received>>,
    _stop: DropGuard,
}

impl Analytics {
    pub(super) async fn start(env: &TestEnv) -> Result<Self> {
        env.management.declare_queue(&env.vhost, QUEUE).await?;
        env.management
            .bind_queue(&env.vhost, Topology::GREENHOUSE_EVENTS, QUEUE, "#")
            .await?;
        let config = Config::new(env.amqp_url.clone().into(), "sample-analytics")?;
        let stop = CancellationToken::new();
        let consumer = Consumer::start(config, QUEUE, 100, stop.clone());
        let (noted, events) = watch::channel(Vec::new());
        tokio::spawn(consume(consumer, noted));
        Ok(Self {
            events,
            _stop: stop.drop_guard(),
        })
    }

    pub(super) fn events(&self) -> Vec<Received> {
        self.events.borrow().clone()
    }

    /// Waits until the events received satisfy `enough`; whether they did in time.
    pub(super) async fn wait(
        &self,
        within: Duration,
        mut enough: impl FnMut(&[Received]) -> bool,
    ) -> bool {
        let mut events = self.events.clone();
        let waited = events.wait_for(|events| enough(events));
        matches!(tokio::time::timeout(within, waited).await, Ok(Ok(_)))
    }
}

async fn consume(mut consumer: Consumer, noted: watch::Sender<Vec<Received>>) {
    while let Some(batch) = consumer.next_batch(100).await {
        let now = Utc::now();
        let received: Vec<_> = batch
            .deliveries
            .iter()
            .filter_map(|one| Received::parse(&one.body, now))
            .collect();
        noted.send_modify(|events| events.extend(received));
        // A batch that comes again is noted twice, and the verdict says so.
        let _ = batch.ack().await;
    }
}
