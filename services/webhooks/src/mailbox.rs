//! Where a connection's deliveries arrive: its secrets, its rate.
//!
//! Secrets stay in memory, so that a delivery costs no look at them. That they are still the right ones is checked by
//! the statement that records the delivery; and a signature that does not fit has them read again, so that a new
//! secret works with its first delivery. Connections that do not exist are not remembered: their number is anybody's
//! choice. Reads have a rate of their own, so that strangers cannot make the database busy.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use domain::webhook::Refusal;
use store::Store;
use store::connections::ConnectionError;
use store::seal::Keyring;
use store::webhooks::WebhookKey;
use uuid::Uuid;

use crate::Config;
use crate::limit::{Bucket, Rate};
use crate::signature::Signature;

/// Most connections remembered; beyond that some are read again.
const REMEMBERED: usize = 10_000;
/// A refusal is noted at most this often per connection.
const NOTE_INTERVAL: Duration = Duration::from_secs(10);

/// The mailboxes of all connections that anything was delivered to.
pub(crate) struct Mailboxes {
    store: Store,
    keyring: Arc<Keyring>,
    known: Mutex<HashMap<Uuid, Arc<Mailbox>>>,
    /// Held by whoever meets a connection for the first time: a storm after a start must read its secrets once.
    meeting: tokio::sync::Mutex<()>,
    reads: Bucket,
    rate: Rate,
}

/// One connection's.
pub(crate) struct Mailbox {
    connection: Uuid,
    key: RwLock<Arc<Read>>,
    /// Held by whoever reads the secrets again, so that deliveries that fit do not wait for it.
    reading: tokio::sync::Mutex<()>,
    bucket: Bucket,
    noted: Mutex<Option<Instant>>,
}

/// Secrets, and since when they are known to be these.
struct Read {
    key: WebhookKey,
    at: Instant,
}

impl Mailboxes {
    pub(crate) fn new(store: Store, keyring: Arc<Keyring>, config: &Config) -> Mailboxes {
        Mailboxes {
            store,
            keyring,
            known: Mutex::default(),
            meeting: tokio::sync::Mutex::default(),
            reads: Bucket::full(config.key_reads, Instant::now()),
            rate: config.per_connection,
        }
    }

    /// The mailbox of a connection.
    pub(crate) async fn find(&self, connection: Uuid) -> Result<Arc<Mailbox>, Refusal> {
        if let Some(mailbox) = self.met(connection) {
            return Ok(mailbox);
        }
        let _alone = self.meeting.lock().await;
        if let Some(mailbox) = self.met(connection) {
            return Ok(mailbox);
        }
        let at = Instant::now();
        let key = self.read(connection).await?;
        let mut known = self.known();
        if known.len() >= REMEMBERED
            && let Some(some) = known.keys().next().copied()
        {
            known.remove(&some);
        }
        let mailbox = known.entry(connection).or_insert_with(|| {
            Arc::new(Mailbox {
                connection,
                key: RwLock::new(Arc::new(Read { key, at })),
                reading: tokio::sync::Mutex::default(),
                bucket: Bucket::full(self.rate, at),
                noted: Mutex::default(),
            })
        });
        Ok(Arc::clone(mailbox))
    }

    /// The mark of the secrets that signed these bytes.
    ///
    /// Where none of those in memory did, they are read again, unless that happened after `arrived`: whoever waits
    /// meanwhile shares one read.
    pub(crate) async fn verify(
        &self,
        mailbox: &Mailbox,
        signature: &Signature,
        body: &[u8],
        arrived: Instant,
    ) -> Result<[u8; 32], Refusal> {
        let known = mailbox.key();
        if signature.fits(&known.key.secrets, body) {
            return Ok(known.key.seal);
        }
        let key = &self.key_after(mailbox, arrived).await?.key;
        match signature.fits(&key.secrets, body) {
            true => Ok(key.seal),
            false if key.secrets.is_empty() => Err(Refusal::UnknownConnection),
            false => Err(Refusal::Forged),
        }
    }

    /// Reads the secrets again, because those in memory are known not to be the ones any more.
    pub(crate) async fn renew(&self, mailbox: &Mailbox, moment: Instant) -> Result<(), Refusal> {
        self.key_after(mailbox, moment).await.map(|_| ())
    }

    /// The secrets as they were at `moment` or later.
    async fn key_after(&self, mailbox: &Mailbox, moment: Instant) -> Result<Arc<Read>, Refusal> {
        let _alone = mailbox.reading.lock().await;
        let known = mailbox.key();
        if known.at >= moment {
            return Ok(known);
        }
        let at = Instant::now();
        let key = match self.read(mailbox.connection).await {
            Ok(key) => key,
            Err(refusal) => {
                if refusal == Refusal::UnknownConnection {
                    self.known().remove(&mailbox.connection);
                }
                return Err(refusal);
            }
        };
        let read = Arc::new(Read { key, at });
        *mailbox.key.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&read);
        Ok(read)
    }

    async fn read(&self, connection: Uuid) -> Result<WebhookKey, Refusal> {
        if !self.reads.take(Instant::now()) {
            return Err(Refusal::Overloaded);
        }
        match self.store.webhook_key(&self.keyring, connection).await {
            Ok(Some(key)) => Ok(key),
            Ok(None) => Err(Refusal::UnknownConnection),
            Err(ConnectionError::Store(error)) => {
                tracing::warn!(%error, "cannot read webhook secrets");
                Err(Refusal::Unavailable)
            }
            Err(ConnectionError::Seal(error)) => {
                tracing::error!(%connection, %error, "webhook secrets cannot be opened");
                Err(Refusal::Unavailable)
            }
            // Nothing is changed here.
            Err(ConnectionError::Setting(_)) => Err(Refusal::Unavailable),
        }
    }

    /// Notes a refusal for the administrators, where a connection is met that is known.
    pub(crate) async fn note(&self, connection: Uuid, refusal: Refusal) {
        let Some(mailbox) = self.met(connection) else {
            return;
        };
        if !mailbox.may_note(Instant::now()) {
            return;
        }
        if let Err(error) = self.store.webhook_refused(connection, refusal).await {
            tracing::warn!(%error, "cannot note a refused webhook");
        }
    }

    fn met(&self, connection: Uuid) -> Option<Arc<Mailbox>> {
        self.known().get(&connection).cloned()
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, Arc<Mailbox>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mailbox {
    fn key(&self) -> Arc<Read> {
        Arc::clone(&self.key.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the connection may send one more.
    pub(crate) fn may_send(&self) -> Result<(), Refusal> {
        match self.bucket.take(Instant::now()) {
            true => Ok(()),
            false => Err(Refusal::TooMany),
        }
    }

    fn may_note(&self, now: Instant) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let rested = noted.is_none_or(|last| now.duration_since(last) >= NOTE_INTERVAL);
        if rested {
            *noted = Some(now);
        }
        rested
    }
}
