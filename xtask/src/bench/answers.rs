//! A consumer of everything the bridge announces, on a queue of its own. While the clock runs it notes bodies and
//! times; they are read afterwards.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use broker::{Config, Consumer, Topology};
use bytes::Bytes;
use serde_json::Value;
use testkit::TestEnv;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::rig::Rig;

const QUEUE: &str = "bench.answers";
/// Without a single answer for this long, something is wrong.
const PATIENCE: Duration = Duration::from_secs(60);

/// One answer as it arrived.
struct Raw {
    at: Instant,
    body: Bytes,
}

/// One answer, read.
pub(super) struct Answer {
    pub(super) at: Instant,
    /// Last part of the type, such as `IntroductionImported`.
    pub(super) kind: String,
    pub(super) data: Value,
}

pub(super) struct Answers {
    received: watch::Receiver<Vec<Raw>>,
    _stop: DropGuard,
}

impl Answers {
    /// Notes the answers to introductions.
    pub(super) async fn listen(env: &TestEnv) -> Result<Self> {
        Self::listen_for(env, QUEUE, "IntroductionImport").await
    }

    /// Notes events whose name begins with `prefix`, on a queue of that name.
    pub(super) async fn listen_for(
        env: &TestEnv,
        queue: &str,
        prefix: &'static str,
    ) -> Result<Self> {
        let (broker, vhost) = (&env.management, &env.vhost);
        broker.declare_queue(vhost, queue).await?;
        broker
            .bind_queue(vhost, Topology::GREENHOUSE_EVENTS, queue, "#")
            .await?;
        let config = Config::new(env.amqp_url.clone().into(), "bench-answers")?;
        let stop = CancellationToken::new();
        let consumer = Consumer::start(config, queue, 1_000, stop.clone());
        let (noted, received) = watch::channel(Vec::new());
        tokio::spawn(note(consumer, noted, prefix));
        Ok(Self {
            received,
            _stop: stop.drop_guard(),
        })
    }

    /// Waits until `count` introductions are answered. Fails when none is for a minute.
    pub(super) async fn wait_for(&self, count: usize, rig: &mut Rig) -> Result<()> {
        let mut received = self.received.clone();
        loop {
            let before = received.borrow_and_update().len();
            if before >= count {
                return Ok(());
            }
            let next = tokio::time::timeout(PATIENCE, received.changed());
            match next.await {
                Ok(changed) => changed.context("the consumer of the answers ended")?,
                Err(_) => {
                    rig.check()?;
                    bail!("{before} of {count} answers, and no more for a minute");
                }
            }
        }
    }

    /// Everything received so far.
    pub(super) fn read(&self) -> Result<Vec<Answer>> {
        self.received.borrow().iter().map(parse).collect()
    }
}

async fn note(mut consumer: Consumer, noted: watch::Sender<Vec<Raw>>, prefix: &'static str) {
    while let Some(mut batch) = consumer.next_batch(500).await {
        let at = Instant::now();
        let answers = std::mem::take(&mut batch.deliveries)
            .into_iter()
            .filter(|one| is_named(one.type_.as_deref(), prefix))
            .map(|one| Raw { at, body: one.body });
        noted.send_modify(|all| all.extend(answers));
        // What is delivered again is noted twice, and the check at the end says so.
        let _ = batch.ack().await;
    }
}

fn is_named(event_type: Option<&str>, prefix: &str) -> bool {
    let name = event_type.and_then(|name| name.rsplit('.').next());
    name.is_some_and(|name| name.starts_with(prefix))
}

fn parse(raw: &Raw) -> Result<Answer> {
    let mut event: Value = serde_json::from_slice(&raw.body).context("an answer is no JSON")?;
    let name = event["type"]
        .as_str()
        .and_then(|name| name.rsplit('.').next());
    Ok(Answer {
        at: raw.at,
        kind: name.unwrap_or_default().to_owned(),
        data: event["data"].take(),
    })
}
