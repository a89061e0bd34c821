//! Reads webhook secrets: those of everybody who is asked for by now with one statement, so many statements a second.
//!
//! Whether a connection exists is anybody's guess, and each guess has to be looked up. Together they cost as much as
//! one, so nobody is refused for the number of strangers, and strangers cannot make the database busy.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::webhook::Refusal;
use store::Store;
use store::connections::ConnectionError;
use store::seal::Keyring;
use store::webhooks::WebhookKey;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::Config;
use crate::limit::Rate;
use crate::mailbox::{Mailbox, Read};
use crate::patience::within;
use crate::rarely::Rarely;

/// Most connections that one statement reads.
const BATCH: usize = 1_000;
/// Most connections remembered; beyond that some are read again.
const REMEMBERED: usize = 10_000;

type Answer = Result<Arc<Mailbox>, Refusal>;
/// What one statement reads.
type Keys = HashMap<Uuid, Result<WebhookKey, ConnectionError>>;

/// The handle of everybody who needs secrets.
pub(crate) struct Secrets {
    shelf: Arc<Shelf>,
    /// One message at most: that somebody was put in line.
    wake: mpsc::Sender<()>,
    patience: Duration,
}

/// What is known, and who waits for what is not.
struct Shelf {
    all: Mutex<All>,
    rate: Rate,
    /// Lines about a database that does not answer.
    unread: Rarely,
    /// Lines about a master key that is missing.
    sealed: Rarely,
}

#[derive(Default)]
struct All {
    known: HashMap<Uuid, Arc<Mailbox>>,
    /// Everybody who waits for a connection's secrets, also while they are read.
    waiting: HashMap<Uuid, Vec<oneshot::Sender<Answer>>>,
    /// Connections of `waiting` that nobody reads yet, in the order of asking.
    line: Vec<Uuid>,
}

impl Secrets {
    /// Starts the reader; it ends with the handle.
    pub(crate) fn start(store: Store, keyring: Arc<Keyring>, config: &Config) -> Secrets {
        Secrets::reading(config, move |connections: Vec<Uuid>| {
            let (store, keyring) = (store.clone(), Arc::clone(&keyring));
            async move { store.webhook_keys(&keyring, &connections).await }
        })
    }

    fn reading<F>(config: &Config, read: impl Fn(Vec<Uuid>) -> F + Send + 'static) -> Secrets
    where
        F: Future<Output = Result<Keys, store::Error>> + Send,
    {
        let shelf = Arc::new(Shelf {
            all: Mutex::default(),
            rate: config.per_connection,
            unread: Rarely::default(),
            sealed: Rarely::default(),
        });
        let (wake, mut woken) = mpsc::channel(1);
        let reader = Arc::clone(&shelf);
        let (interval, patience) = (config.read_interval, config.patience);
        tokio::spawn(async move {
            while woken.recv().await.is_some() {
                loop {
                    let batch = reader.next_batch();
                    if batch.is_empty() {
                        break;
                    }
                    let at = Instant::now();
                    let keys = within(patience, read(batch.clone())).await;
                    if let Err(error) = &keys
                        && let Some(more) = reader.unread.now(at)
                    {
                        tracing::warn!(error, more, "cannot read webhook secrets");
                    }
                    reader.answer(batch, keys.ok(), at);
                    tokio::time::sleep_until((at + interval).into()).await;
                }
            }
        });
        Secrets {
            shelf,
            wake,
            patience,
        }
    }

    /// The mailbox of a connection, if it is known.
    pub(crate) fn met(&self, connection: Uuid) -> Option<Arc<Mailbox>> {
        self.shelf.all().known.get(&connection).cloned()
    }

    /// The mailbox of a connection, known or read.
    pub(crate) async fn find(&self, connection: Uuid) -> Answer {
        self.ask(connection, |_| true).await
    }

    /// The mailbox with its secrets as they were at `moment` or later: whoever waits meanwhile shares one read.
    pub(crate) async fn after(&self, connection: Uuid, moment: Instant) -> Answer {
        loop {
            // What was being read when we came may have been read too early.
            let fresh = |mailbox: &Mailbox| mailbox.read().at >= moment;
            let mailbox = self.ask(connection, fresh).await?;
            if fresh(&mailbox) {
                return Ok(mailbox);
            }
        }
    }

    async fn ask(&self, connection: Uuid, good: impl Fn(&Mailbox) -> bool) -> Answer {
        let answer = {
            let mut all = self.shelf.all();
            if let Some(mailbox) = all.known.get(&connection)
                && good(mailbox)
            {
                return Ok(Arc::clone(mailbox));
            }
            all.wait_for(connection)
        };
        // Full: it is woken anyway.
        let _ = self.wake.try_send(());
        match tokio::time::timeout(self.patience, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(Refusal::Unavailable),
        }
    }
}

impl Shelf {
    fn next_batch(&self) -> Vec<Uuid> {
        let mut all = self.all();
        let some = all.line.len().min(BATCH);
        all.line.drain(..some).collect()
    }

    /// Remembers what was read, and tells who waits. `None`: nothing could be read.
    fn answer(&self, batch: Vec<Uuid>, mut keys: Option<Keys>, at: Instant) {
        let mut all = self.all();
        for connection in batch {
            let answer = match keys.as_mut().map(|keys| keys.remove(&connection)) {
                Some(Some(Ok(key))) => Ok(all.remember(connection, Read { key, at }, self.rate)),
                Some(Some(Err(error))) => {
                    if let Some(more) = self.sealed.now(at) {
                        tracing::error!(%connection, %error, more, "webhook secrets cannot be opened");
                    }
                    Err(Refusal::Unavailable)
                }
                Some(None) => {
                    all.known.remove(&connection);
                    Err(Refusal::UnknownConnection)
                }
                None => Err(Refusal::Unavailable),
            };
            for waiting in all.waiting.remove(&connection).into_iter().flatten() {
                // Somebody who no longer listens will deliver it again.
                let _ = waiting.send(answer.clone());
            }
        }
    }

    fn all(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl All {
    fn wait_for(&mut self, connection: Uuid) -> oneshot::Receiver<Answer> {
        let (waiting, answer) = oneshot::channel();
        let others = self.waiting.entry(connection).or_default();
        if others.is_empty() {
            self.line.push(connection);
        }
        others.push(waiting);
        answer
    }

    fn remember(&mut self, connection: Uuid, read: Read, rate: Rate) -> Arc<Mailbox> {
        if let Some(mailbox) = self.known.get(&connection) {
            mailbox.set(read);
            return Arc::clone(mailbox);
        }
        if self.known.len() >= REMEMBERED
            && let Some(some) = self.known.keys().next().copied()
        {
            self.known.remove(&some);
        }
        let mailbox = Arc::new(Mailbox::new(read, rate));
        self.known.insert(connection, Arc::clone(&mailbox));
        mailbox
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_read_that_is_never_answered_keeps_nobody_else_waiting() {
        let (lost, next) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let secrets = Secrets::reading(&Config::default(), move |some: Vec<Uuid>| async move {
            match some.contains(&lost) {
                true => std::future::pending().await,
                false => Ok(Keys::new()),
            }
        });
        let refused = async |connection| secrets.find(connection).await.err();
        assert_eq!(refused(lost).await, Some(Refusal::Unavailable));
        assert_eq!(refused(next).await, Some(Refusal::UnknownConnection));
    }
}
