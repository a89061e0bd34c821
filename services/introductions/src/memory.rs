//! What look-ups of a tenant's Greenhouse found, remembered in Postgres until it expires, so that an import usually costs no
//! call for it.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use store::claim::Claim;

use crate::Context;
use crate::stop::Stop;

pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 3600);

/// What is remembered of the account that a claim works in. Keys hold no personal data.
#[derive(Clone, Copy)]
pub(crate) struct Memory<'a> {
    context: &'a Context,
    claim: &'a Claim,
}

impl<'a> Memory<'a> {
    pub(crate) fn of(context: &'a Context, claim: &'a Claim) -> Memory<'a> {
        Memory { context, claim }
    }

    /// What is remembered, else what is looked up, by one import of this process at a time. The look-up says for how long
    /// others may rely on it, if they may.
    pub(crate) async fn or_look_up<T: Serialize + DeserializeOwned>(
        self,
        kind: &'static str,
        key: &str,
        look_up: impl AsyncFnOnce() -> Result<(T, Option<Duration>), Stop>,
    ) -> Result<T, Stop> {
        if let Some(known) = self.recall(kind, key).await? {
            return Ok(known);
        }
        let look_up = async || {
            if let Some(known) = self.recall(kind, key).await? {
                return Ok(known);
            }
            let (found, lasts) = look_up().await?;
            if let Some(lasts) = lasts {
                self.remember(kind, key, &found, lasts).await?;
            }
            Ok(found)
        };
        let (lookups, tenant) = (&self.context.lookups, &self.claim.tenant);
        lookups.alone(tenant, kind, key, look_up).await
    }

    pub(crate) async fn recall<T: DeserializeOwned>(
        self,
        kind: &'static str,
        key: &str,
    ) -> Result<Option<T>, Stop> {
        let kept = self.context.cache.get(self.claim.account(), kind, key);
        let value = kept.await?;
        Ok(value.and_then(|value| serde_json::from_value(value).ok()))
    }

    pub(crate) async fn remember<T: Serialize>(
        self,
        kind: &'static str,
        key: &str,
        value: &T,
        lasts: Duration,
    ) -> Result<(), Stop> {
        let value = serde_json::to_value(value).unwrap_or_default();
        let (cache, account) = (&self.context.cache, self.claim.account());
        Ok(cache.put(account, kind, key, value, lasts).await?)
    }

    /// The next import looks it up again.
    pub(crate) async fn forget(self, kind: &'static str, key: &str) -> Result<(), Stop> {
        let (cache, account) = (&self.context.cache, self.claim.account());
        Ok(cache.remove(account, kind, key).await?)
    }
}
