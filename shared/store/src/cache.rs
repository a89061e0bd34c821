//! What was read from Greenhouse and may be believed for a while: ids of sources, users, tags.
//!
//! Postgres is shared by all processes; in front of it every process remembers what it read or wrote for at most a
//! minute, so that a hit on the path of an import costs no query. So long can an entry that another process replaced
//! or removed stay visible here. Nothing that must be true belongs here, and no personal data in keys or values.
//!
//! What is remembered belongs to one revision of one connection: ids of one organisation mean nothing in another, and those
//! of one version of the API may mean something else in the other. What earlier revisions remembered expires unread.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::{Tenant, bounded};
use serde_json::Value;
use uuid::Uuid;

use crate::{Error, Store};

/// Entries remembered by a process; beyond, all that is remembered is dropped and read again.
const CAPACITY: usize = 20_000;
const FRONT: Duration = Duration::from_secs(60);
/// One in so many writes removes what has expired.
const SWEEP_EVERY: u8 = 64;

/// The cache; clones share it.
#[derive(Clone)]
pub struct Cache {
    store: Store,
    front: Arc<Mutex<HashMap<Key, Entry>>>,
}

/// A tenant's account of Greenhouse, as one revision of its connection has it.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// Whose it is.
    pub tenant: &'a Tenant,
    /// Connection, and the revision at which it is used: with another credential it may lead elsewhere.
    pub connection: Uuid,
    /// See `connection`.
    pub revision: i64,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    tenant: Tenant,
    kind: String,
    key: String,
}

struct Entry {
    value: Value,
    until: Instant,
}

impl Cache {
    /// An empty front of the store's cache.
    pub fn new(store: Store) -> Self {
        Self {
            store,
            front: Arc::default(),
        }
    }

    /// What is remembered under a kind and a key.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn get(
        &self,
        account: Account<'_>,
        kind: &str,
        key: &str,
    ) -> Result<Option<Value>, Error> {
        let place = Key::new(account, kind, key);
        if let Some(value) = self.remembered(&place) {
            return Ok(Some(value));
        }
        let asked = Instant::now();
        let row = sqlx::query!(
            r#"SELECT value, extract(epoch FROM expires_at - clock_timestamp())::float8 AS "seconds!"
            FROM remote_cache WHERE tenant = $1 AND kind = $2 AND key = $3 AND expires_at > clock_timestamp()"#,
            place.tenant.as_str(),
            kind,
            place.key.as_str(),
        )
        .fetch_optional(&self.store.pool)
        .await?;
        Ok(row.map(|row| {
            let lasts = Duration::try_from_secs_f64(row.seconds).unwrap_or_default();
            self.remember(place, row.value.clone(), asked, lasts);
            row.value
        }))
    }

    /// Remembers a value for `lasts`, in place of what was there.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn put(
        &self,
        account: Account<'_>,
        kind: &str,
        key: &str,
        value: Value,
        lasts: Duration,
    ) -> Result<(), Error> {
        let place = Key::new(account, kind, key);
        let asked = Instant::now();
        sqlx::query!(
            "INSERT INTO remote_cache (tenant, kind, key, value, expires_at)
            VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5))
            ON CONFLICT (tenant, kind, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at",
            place.tenant.as_str(),
            kind,
            place.key.as_str(),
            value,
            lasts.as_secs_f64(),
        )
        .execute(&self.store.relaxed)
        .await?;
        self.remember(place, value, asked, lasts);
        if rand::random::<u8>().is_multiple_of(SWEEP_EVERY)
            && let Err(error) = self.sweep().await
        {
            // The value is stored all the same, and the next sweep removes what this one would have.
            tracing::warn!(%error, "cannot remove what has expired");
        }
        Ok(())
    }

    /// Forgets it: what it says turned out not to be so.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; this process has forgotten it all the same.
    pub async fn remove(&self, account: Account<'_>, kind: &str, key: &str) -> Result<(), Error> {
        let place = Key::new(account, kind, key);
        self.lock().remove(&place);
        sqlx::query!(
            "DELETE FROM remote_cache WHERE tenant = $1 AND kind = $2 AND key = $3",
            place.tenant.as_str(),
            kind,
            place.key.as_str(),
        )
        .execute(&self.store.relaxed)
        .await?;
        Ok(())
    }

    async fn sweep(&self) -> Result<(), Error> {
        // `now()`, which the index can be asked for; and no more at once than an import has time for.
        sqlx::query!(
            "DELETE FROM remote_cache WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM remote_cache WHERE expires_at <= now() LIMIT 1000 FOR UPDATE SKIP LOCKED))"
        )
        .execute(&self.store.relaxed)
        .await?;
        Ok(())
    }

    fn remembered(&self, key: &Key) -> Option<Value> {
        let front = self.lock();
        let entry = front.get(key)?;
        (Instant::now() < entry.until).then(|| entry.value.clone())
    }

    fn remember(&self, key: Key, value: Value, since: Instant, lasts: Duration) {
        let until = since + lasts.min(FRONT);
        let mut front = self.lock();
        if front.len() >= CAPACITY {
            front.clear();
        }
        front.insert(key, Entry { value, until });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Entry>> {
        self.front.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Key {
    fn new(account: Account<'_>, kind: &str, key: &str) -> Self {
        Self {
            tenant: account.tenant.clone(),
            kind: kind.to_owned(),
            key: format!(
                "{}/{}/{}",
                account.connection,
                account.revision,
                bounded(key)
            ),
        }
    }
}
