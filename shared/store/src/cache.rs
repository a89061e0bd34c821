//! What was read from Greenhouse and stays true for a while: ids of sources, referrers, tags, open jobs.
//!
//! Postgres shares it between replicas; each process keeps what it used lately, so that a hit costs no query.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::Tenant;
use serde_json::Value;

use crate::{Error, Store};

/// Longest time that a process trusts its own copy.
const NEAR: Duration = Duration::from_secs(60);
/// Most entries that a process keeps.
const CAPACITY: usize = 20_000;

type Key = (Tenant, &'static str, String);

/// The cache of one process; cheap to clone.
#[derive(Clone)]
pub struct Cache {
    store: Store,
    near: Arc<Mutex<HashMap<Key, (Value, Instant)>>>,
}

impl Cache {
    /// An empty copy in front of the database.
    pub fn new(store: Store) -> Cache {
        Cache { store, near: Arc::default() }
    }

    /// The value, unless it is unknown or has expired.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn get(&self, tenant: &Tenant, kind: &'static str, key: &str) -> Result<Option<Value>, Error> {
        let near = (tenant.clone(), kind, key.to_owned());
        if let Some((value, until)) = self.lock().get(&near)
            && Instant::now() < *until
        {
            return Ok(Some(value.clone()));
        }
        let row = sqlx::query!(
            r#"SELECT value, extract(epoch FROM expires_at - clock_timestamp())::float8 AS "lasts!" FROM remote_cache
            WHERE tenant = $1 AND kind = $2 AND key = $3 AND expires_at > clock_timestamp()"#,
            tenant.as_str(),
            kind,
            key
        )
        .fetch_optional(&self.store.pool)
        .await?;
        Ok(row.map(|row| {
            let lasts = Duration::try_from_secs_f64(row.lasts).unwrap_or_default();
            self.keep(near, row.value.clone(), lasts);
            row.value
        }))
    }

    /// Remembers a value for `lasts`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn put(
        &self,
        tenant: &Tenant,
        kind: &'static str,
        key: &str,
        value: Value,
        lasts: Duration,
    ) -> Result<(), Error> {
        sqlx::query!(
            "INSERT INTO remote_cache (tenant, kind, key, value, expires_at)
            VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5))
            ON CONFLICT (tenant, kind, key) DO UPDATE SET value = EXCLUDED.value, expires_at = EXCLUDED.expires_at",
            tenant.as_str(),
            kind,
            key,
            value,
            lasts.as_secs_f64()
        )
        .execute(&self.store.relaxed)
        .await?;
        self.keep((tenant.clone(), kind, key.to_owned()), value, lasts);
        Ok(())
    }

    fn keep(&self, key: Key, value: Value, lasts: Duration) {
        let mut near = self.lock();
        if near.len() >= CAPACITY {
            let now = Instant::now();
            near.retain(|_, (_, until)| *until > now);
            if near.len() >= CAPACITY {
                near.clear();
            }
        }
        near.insert(key, (value, Instant::now() + lasts.min(NEAR)));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Key, (Value, Instant)>> {
        self.near.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
