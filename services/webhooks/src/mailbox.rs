//! Where a connection's deliveries arrive: its secrets, its rate.
//!
//! Secrets stay in memory, so that a delivery costs no look at them. That they are still the right ones is checked by
//! the statement that records the delivery; and a signature that does not fit has them read again, so that a new
//! secret works with its first delivery. Connections that do not exist are not remembered: their number is anybody's
//! choice.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use domain::webhook::Refusal;
use store::Store;
use store::seal::Keyring;
use store::webhooks::WebhookKey;
use uuid::Uuid;

use crate::Config;
use crate::limit::{Bucket, Rate};
use crate::rarely::Rarely;
use crate::secrets::Secrets;
use crate::signature::Signature;

/// The mailboxes of all connections that anything was delivered to.
pub(crate) struct Mailboxes {
    store: Store,
    secrets: Secrets,
}

/// One connection's.
pub(crate) struct Mailbox {
    read: RwLock<Arc<Read>>,
    bucket: Bucket,
    noted: Rarely,
}

/// Secrets, and since when they are known to be these.
pub(crate) struct Read {
    pub(crate) key: WebhookKey,
    pub(crate) at: Instant,
}

impl Mailboxes {
    pub(crate) fn new(store: Store, keyring: Arc<Keyring>, config: &Config) -> Mailboxes {
        Mailboxes {
            secrets: Secrets::start(store.clone(), keyring, config),
            store,
        }
    }

    /// The connection's mailbox, and the mark of those of its secrets that signed these bytes.
    ///
    /// Where none of those in memory did, they are read again, unless that happened after `arrived`.
    pub(crate) async fn verify(
        &self,
        connection: Uuid,
        signature: &Signature,
        body: &[u8],
        arrived: Instant,
    ) -> Result<(Arc<Mailbox>, [u8; 32]), Refusal> {
        let mailbox = self.secrets.find(connection).await?;
        let known = mailbox.read();
        if signature.fits(&known.key.secrets, body) {
            return Ok((mailbox, known.key.seal));
        }
        let mailbox = self.secrets.after(connection, arrived).await?;
        let known = mailbox.read();
        match signature.fits(&known.key.secrets, body) {
            true => Ok((mailbox, known.key.seal)),
            false if known.key.secrets.is_empty() => Err(Refusal::UnknownConnection),
            false => Err(Refusal::Forged),
        }
    }

    /// Reads the secrets again, because those in memory are known not to be the ones any more.
    pub(crate) async fn renew(&self, connection: Uuid, moment: Instant) -> Result<(), Refusal> {
        self.secrets.after(connection, moment).await.map(|_| ())
    }

    /// Notes a refusal for the administrators, and in the log, where a connection is met that is known.
    pub(crate) async fn note(&self, connection: Uuid, refusal: Refusal) {
        let Some(mailbox) = self.secrets.met(connection) else {
            return;
        };
        let Some(more) = mailbox.noted.now(Instant::now()) else {
            return;
        };
        tracing::warn!(%connection, reason = refusal.as_str(), more, "a webhook was refused");
        if let Err(error) = self.store.webhook_refused(connection, refusal).await {
            tracing::warn!(%error, "cannot note a refused webhook");
        }
    }
}

impl Mailbox {
    pub(crate) fn new(read: Read, rate: Rate) -> Mailbox {
        Mailbox {
            bucket: Bucket::full(rate, read.at),
            read: RwLock::new(Arc::new(read)),
            noted: Rarely::default(),
        }
    }

    pub(crate) fn read(&self) -> Arc<Read> {
        Arc::clone(&self.read.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set(&self, read: Read) {
        *self.read.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(read);
    }

    /// Whether the connection may send one more.
    pub(crate) fn may_send(&self) -> Result<(), Refusal> {
        match self.bucket.take(Instant::now()) {
            true => Ok(()),
            false => Err(Refusal::TooMany),
        }
    }
}
