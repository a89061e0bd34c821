//! Recording of deliveries, and the secrets they are verified with.

use std::collections::HashMap;
use std::time::Instant;

use domain::webhook::{Action, Notice};
use secrecy::SecretString;
use serde_json::Value;
use uuid::Uuid;

use crate::connections::{ConnectionError, open_webhooks};
use crate::seal::{Keyring, Sealed};
use crate::timing::Query;
use crate::wake::News;
use crate::{Error, Store};

/// The webhook secrets of a connection, and the mark that tells whether they are still the ones.
#[derive(Debug, Clone)]
pub struct WebhookKey {
    /// Secrets that a delivery may be signed with; several during a rotation, none where no webhook is set up.
    pub secrets: Vec<SecretString>,
    /// Changes with every change of the secrets.
    pub seal: [u8; 32],
}

/// A delivery whose signature was right.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Connection it was sent to.
    pub connection: Uuid,
    /// [`WebhookKey::seal`] of the secrets it was verified with.
    pub seal: [u8; 32],
    /// What makes it the same delivery as another one, unique within the connection.
    pub event_id: String,
    /// What happened, in Greenhouse's words.
    pub action: Action,
    /// What is to be looked at.
    pub notices: Vec<Notice>,
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It is on disk, and so is what is to be looked at.
    New,
    /// It was recorded before; nothing changed.
    Duplicate,
    /// Nothing was written: the connection is gone, or has other secrets than those it was verified with.
    Stale,
}

impl WebhookKey {
    fn none() -> WebhookKey {
        WebhookKey {
            secrets: Vec::new(),
            seal: [0; 32],
        }
    }
}

impl Store {
    /// The secrets for deliveries to these connections, those left out that do not exist. They are good until
    /// [`Store::record_webhooks`] says [`Recorded::Stale`].
    ///
    /// # Errors
    /// [`Error::Unavailable`]. One connection whose secrets do not open takes nothing from the others.
    pub async fn webhook_keys(
        &self,
        keyring: &Keyring,
        connections: &[Uuid],
    ) -> Result<HashMap<Uuid, Result<WebhookKey, ConnectionError>>, Error> {
        let rows = sqlx::query!(
            r#"SELECT id, tenant, webhook_sealed, webhook_key_id, sha256(webhook_sealed) AS seal
            FROM connections WHERE id = ANY($1)"#,
            connections
        )
        .fetch_all(&self.pool)
        .await?;
        let keys = rows.into_iter().map(|row| {
            let sealed = row.webhook_sealed.zip(row.webhook_key_id).zip(row.seal);
            let key = sealed.map_or_else(
                || Ok(WebhookKey::none()),
                |((bytes, key_id), seal)| {
                    let tenant = row.tenant.parse().map_err(|_| Error::Corrupt("tenant"))?;
                    let sealed = Sealed { bytes, key_id };
                    Ok(WebhookKey {
                        secrets: open_webhooks(keyring, &tenant, row.id, &sealed)?,
                        seal: seal.try_into().map_err(|_| Error::Corrupt("hash"))?,
                    })
                },
            );
            (row.id, key)
        });
        Ok(keys.collect())
    }

    /// Records deliveries with everything that is to be looked at, in one transaction, and wakes the consumers. Says
    /// of each what became of it, in order; a delivery that stands in the batch twice is new once.
    ///
    /// # Errors
    /// [`Error::Unavailable`]: none of them may be answered as taken.
    pub async fn record_webhooks(&self, batch: &[Delivery]) -> Result<Vec<Recorded>, Error> {
        let columns = Columns::of(batch)?;
        let asked = Instant::now();
        let mut connection = self.pool.acquire().await?;
        self.watch.waited(asked);
        let _timed = self.watch.start(Query::RecordWebhooks);
        let rows = sqlx::query_file!(
            "queries/record_webhooks.sql",
            &columns.places,
            &columns.connections,
            &columns.seals as _,
            &columns.event_ids as _,
            &columns.actions as _,
            &columns.pings,
            &columns.task_places,
            &columns.consumers as _,
            &columns.kinds as _,
            &columns.ids as _,
        )
        .fetch_all(&mut *connection)
        .await?;
        let mut recorded = vec![Recorded::Stale; batch.len()];
        for row in rows {
            recorded[row.place as usize] = match row.new {
                true => Recorded::New,
                false => Recorded::Duplicate,
            };
        }
        for (delivery, recorded) in batch.iter().zip(&recorded) {
            if *recorded == Recorded::New {
                let consumers = delivery.notices.iter().map(Notice::consumer);
                consumers.for_each(|consumer| self.ring(News::Webhooks(consumer)));
            }
        }
        // A repetition within the batch ends like the one it repeats, except that it is not new.
        for (repetition, first) in columns.repetitions {
            recorded[repetition] = match recorded[first] {
                Recorded::New | Recorded::Duplicate => Recorded::Duplicate,
                Recorded::Stale => Recorded::Stale,
            };
        }
        Ok(recorded)
    }
}

/// The batch turned into the columns that `unnest` wants, every delivery once.
#[derive(Default)]
struct Columns<'a> {
    places: Vec<i32>,
    connections: Vec<Uuid>,
    seals: Vec<&'a [u8]>,
    event_ids: Vec<&'a str>,
    actions: Vec<&'static str>,
    pings: Vec<bool>,
    task_places: Vec<i32>,
    consumers: Vec<&'static str>,
    kinds: Vec<&'static str>,
    ids: Vec<Value>,
    /// Place of a repetition, and place of what it repeats.
    repetitions: Vec<(usize, usize)>,
}

impl<'a> Columns<'a> {
    fn of(batch: &'a [Delivery]) -> Result<Columns<'a>, Error> {
        let mut columns = Columns::default();
        let mut first = HashMap::with_capacity(batch.len());
        for (place, delivery) in batch.iter().enumerate() {
            let identity = (
                delivery.connection,
                delivery.event_id.as_str(),
                delivery.seal,
            );
            match first.entry(identity) {
                std::collections::hash_map::Entry::Occupied(entry) => {
                    columns.repetitions.push((place, *entry.get()));
                }
                std::collections::hash_map::Entry::Vacant(entry) => {
                    entry.insert(place);
                    columns.push(place as i32, delivery)?;
                }
            }
        }
        Ok(columns)
    }

    fn push(&mut self, place: i32, delivery: &'a Delivery) -> Result<(), Error> {
        self.places.push(place);
        self.connections.push(delivery.connection);
        self.seals.push(&delivery.seal);
        self.event_ids.push(&delivery.event_id);
        self.actions.push(delivery.action.as_str());
        self.pings.push(delivery.action == Action::Ping);
        for notice in &delivery.notices {
            self.task_places.push(place);
            self.consumers.push(notice.consumer().as_str());
            self.kinds.push(notice.kind());
            self.ids.push(ids(notice)?);
        }
        Ok(())
    }
}

/// The `ids` of a notice, as they are stored beside its kind.
fn ids(notice: &Notice) -> Result<Value, Error> {
    let stored = serde_json::to_value(notice).map_err(|_| Error::Corrupt("notice"))?;
    Ok(stored["ids"].clone())
}
