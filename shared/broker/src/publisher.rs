//! A publisher that never gives up its connection and never retries a message: every message gets an
//! [`Outcome`], and trying again is the outbox's work.
//!
//! Calls that wait together leave together, as one wave on one confirm channel, so that many small callers
//! cost the broker one round trip. Messages of one call keep their order.

use std::time::Duration;

use domain::Code;
use futures::TryFutureExt;
use lapin::{Connection, options::ConfirmSelectOptions};
use tokio::{
    sync::{Notify, mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, timeout, timeout_at},
};
use tokio_util::sync::CancellationToken;

use crate::{
    Cause, Config, Error, Health, Monitor, Outbound, Outcome, Stats,
    config::FRAME_MAX,
    connection, declare,
    wave::{Verdict, Waves},
};

/// Calls waiting for the next wave.
const WAITING_CALLS: usize = 64;
/// A wave takes no further call beyond this many messages; a single larger call goes as it is.
const WAVE: usize = 2_000;

/// Publishes persistent messages with confirms; cheap to clone, any number of tasks may use it at once.
#[derive(Clone, Debug)]
pub struct Publisher {
    calls: mpsc::Sender<Call>,
    monitor: Monitor,
    patience: Duration,
    task: std::sync::Arc<tokio::sync::Mutex<Option<JoinHandle<()>>>>,
}

#[derive(Debug)]
struct Call {
    messages: Vec<Outbound>,
    answer: oneshot::Sender<Vec<Outcome>>,
}

impl Publisher {
    /// Starts connecting in the background, for as long as it takes. Must be called within a tokio runtime.
    /// Once `token` is cancelled, calls already made are answered and later ones are
    /// [`Outcome::Unknown`] at once.
    #[must_use]
    pub fn start(config: Config, token: CancellationToken) -> Self {
        let (calls, waiting) = mpsc::channel(WAITING_CALLS);
        let monitor = Monitor::new();
        let patience = config.publish_timeout * 2;
        let supervisor = Supervisor {
            config,
            token,
            monitor: monitor.clone(),
            waiting,
            attempt: 0,
        };
        let task = tokio::spawn(supervisor.run());
        let task = std::sync::Arc::new(tokio::sync::Mutex::new(Some(task)));
        Self {
            calls,
            monitor,
            patience,
            task,
        }
    }

    /// Publishes `messages` (mandatory) and tells what became of each, in the same order. Takes at most twice
    /// [`Config::publish_timeout`]; dropping the future leaves the outcomes unknown, it does not unsend.
    pub async fn publish(&self, messages: Vec<Outbound>) -> Vec<Outcome> {
        let count = messages.len();
        if count == 0 {
            return Vec::new();
        }
        let (answer, answered) = oneshot::channel();
        let call = Call { messages, answer };
        let outcomes = timeout(self.patience, async {
            self.calls.send(call).await.ok()?;
            answered.await.ok()
        });
        let outcomes = outcomes
            .await
            .ok()
            .flatten()
            .unwrap_or_else(|| vec![Outcome::Unknown; count]);
        self.count(&outcomes);
        outcomes
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

    /// Health and counters for somebody who does not publish.
    #[must_use]
    pub fn monitor(&self) -> Monitor {
        self.monitor.clone()
    }

    /// After the token is cancelled: waits until calls already made are answered and the connection is closed.
    pub async fn closed(&self) {
        if let Some(task) = self.task.lock().await.take()
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the publisher's task failed");
        }
    }

    fn count(&self, outcomes: &[Outcome]) {
        self.monitor.count(|stats| {
            for outcome in outcomes {
                match outcome {
                    Outcome::Confirmed => stats.confirmed += 1,
                    Outcome::Returned { .. } => stats.returned += 1,
                    Outcome::Nacked => stats.nacked += 1,
                    Outcome::Unknown => stats.unknown += 1,
                }
            }
        });
    }
}

struct Supervisor {
    config: Config,
    token: CancellationToken,
    monitor: Monitor,
    waiting: mpsc::Receiver<Call>,
    attempt: u32,
}

/// Why a connection ended.
enum End {
    Stopped,
    Broken(Cause, String),
}

impl Supervisor {
    async fn run(mut self) {
        loop {
            let (cause, error) = match self.connected().await {
                Ok(End::Stopped) => break,
                Ok(End::Broken(cause, error)) => (cause, error),
                Err(error) => (Cause::from(&error), error.full()),
            };
            if self.monitor.went_down(cause, error.clone()) {
                let code = cause.code().map(Code::as_str);
                tracing::warn!(cause = cause.as_str(), code, error, "publisher is down");
            }
            // Nobody is left to publish.
            if self.waiting.is_closed() {
                break;
            }
            let wait = connection::backoff(self.attempt, connection::RECONNECT_CAP, rand::random());
            self.attempt += 1;
            tokio::select! {
                // What waits was never sent; its callers learn at once that nothing is known.
                () = self.token.cancelled() => break,
                () = tokio::time::sleep(wait) => {}
            }
        }
        self.monitor.stopped();
    }

    async fn connected(&mut self) -> Result<End, Error> {
        let token = self.token.clone();
        let connection = tokio::select! {
            connection = connection::open(&self.config, "publisher", FRAME_MAX) => connection?,
            () = token.cancelled() => return Ok(End::Stopped),
        };
        let end = self.publishing(&connection).await;
        connection::close(connection).await;
        end
    }

    async fn publishing(&mut self, connection: &Connection) -> Result<End, Error> {
        let mut events = Box::pin(connection.events_listener());
        tokio::select! {
            declared = declare::declare_on(connection, &self.config) => declared?,
            () = self.token.cancelled() => return Ok(End::Stopped),
        }
        let channel = connection::channel(connection, &self.config).await?;
        let confirms = channel.confirm_select(ConfirmSelectOptions::default());
        connection::in_time(&self.config, confirms.map_err(Error::from_lapin)).await?;
        let generation = self.monitor.came_up();
        tracing::info!(generation, "publishing");

        let (monitor, lost) = (self.monitor.clone(), Notify::new());
        let follow_events = async {
            let (_, error) = connection::lost(&mut events, &monitor).await;
            tracing::debug!(error, "publisher connection lost");
            lost.notify_one();
            // A wave in flight learns of the loss by itself and keeps what was confirmed before.
            std::future::pending::<()>().await;
        };
        let end = tokio::select! {
            end = self.serve(connection, Waves::new(channel), &lost) => end,
            () = follow_events => End::Stopped,
        };
        Ok(end)
    }

    async fn serve(&mut self, connection: &Connection, mut waves: Waves, lost: &Notify) -> End {
        let mut next = None;
        loop {
            let first = match next.take() {
                Some(call) => call,
                None => tokio::select! {
                    biased;
                    () = lost.notified() => {
                        return End::Broken(Cause::Lost, "the connection was lost while idle".to_owned());
                    }
                    call = self.waiting.recv() => match call {
                        Some(call) => call,
                        None => return End::Stopped,
                    },
                    () = self.token.cancelled(), if !self.waiting.is_closed() => {
                        self.waiting.close();
                        continue;
                    }
                },
            };
            let deadline = Instant::now() + self.config.publish_timeout;
            if !unblocked(connection, deadline).await {
                // Nothing was sent: frames queued in lapin would leave when the alarm clears, long after
                // the caller has begun to send them again.
                drop(first);
                continue;
            }
            let calls = self.together_with(first, &mut next);
            match wave(&mut waves, calls, deadline, &self.config).await {
                Verdict::Answered => self.attempt = 0,
                // The confirms come when the alarm clears; a new connection would be blocked as well.
                Verdict::TimedOut if connection.status().blocked() => {}
                Verdict::TimedOut => {
                    return End::Broken(Cause::Unconfirmed, "confirms did not come".to_owned());
                }
                Verdict::Broken(error) => return End::Broken(Cause::Lost, error.to_string()),
            }
        }
    }

    /// Adds calls that wait already, up to the size of a wave. Callers that have given up are skipped.
    fn together_with(&mut self, first: Call, next: &mut Option<Call>) -> Vec<Call> {
        let mut size = first.messages.len();
        let mut calls = vec![first];
        while size < WAVE
            && let Ok(call) = self.waiting.try_recv()
        {
            if size + call.messages.len() > WAVE {
                *next = Some(call);
                break;
            }
            size += call.messages.len();
            calls.push(call);
        }
        calls.retain(|call| !call.answer.is_closed());
        calls
    }
}

/// Waits for the end of a memory or disk alarm; false when it outlasts `deadline`.
async fn unblocked(connection: &Connection, deadline: Instant) -> bool {
    let mut look_again = tokio::time::interval(Duration::from_millis(20));
    let wait = async {
        while connection.status().blocked() {
            look_again.tick().await;
        }
    };
    timeout_at(deadline, wait).await.is_ok()
}

async fn wave(waves: &mut Waves, calls: Vec<Call>, deadline: Instant, config: &Config) -> Verdict {
    let mut messages = Vec::new();
    let mut answers = Vec::with_capacity(calls.len());
    for call in calls {
        answers.push((call.messages.len(), call.answer));
        messages.extend(call.messages);
    }
    let (outcomes, verdict) = waves.publish(messages, deadline, &config.topology).await;
    let mut outcomes = outcomes.into_iter();
    for (count, answer) in answers {
        // A caller that has gone away treats its messages as unknown, which they are.
        let _ = answer.send(outcomes.by_ref().take(count).collect());
    }
    verdict
}
