//! Lists that statuses are worth telling without: an account may lack one, or the right to read it. What is refused for a
//! moment only is waited for, because what is told without it is not told again.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use accounts::{Stop, health};
use chrono::{DateTime, Utc};
use domain::Code;
use harvest::{Error, Operation, Version};
use serde_json::json;
use store::Store;
use store::cache::{Account, Cache};
use store::connections::{Finding, Severity};
use uuid::Uuid;

use crate::news::RECORDED;
use crate::observer::Observer;

/// What is remembered: since when a list has been refused.
const KIND: &str = "refused_list";
/// For how long.
const LASTS: Duration = Duration::from_secs(24 * 60 * 60);
/// What suffers, in the words of findings.
const FEATURE: &str = "status";

/// The lists that were refused.
pub(crate) struct Lacking {
    cache: Cache,
    /// Those of which this process remembers it in the cache.
    refused: Mutex<HashSet<(Uuid, Operation)>>,
}

/// The list that is refused as a whole, if that is what the error says.
pub(crate) fn refused(error: &Error) -> Option<Operation> {
    match error {
        Error::Forbidden { operation, .. }
        | Error::NotFound { operation, .. }
        | Error::Rejected { operation, .. } => Some(*operation),
        Error::NotSent { .. }
        | Error::Denied { .. }
        | Error::Throttled { .. }
        | Error::Unauthorized { .. }
        | Error::NotServed { .. }
        | Error::Unavailable { .. }
        | Error::Unknown { .. }
        | Error::Accepted { .. }
        | Error::Processing { .. }
        | Error::Credential { .. } => None,
    }
}

impl Lacking {
    pub(crate) fn new(store: Store) -> Lacking {
        Lacking {
            cache: Cache::new(store),
            refused: Mutex::default(),
        }
    }

    /// Whether a list has been refused for so long that it counts as missing; that is noted at the connection then.
    pub(crate) async fn is_missing(
        &self,
        observer: &Observer<'_>,
        (list, error): (Operation, &Error),
    ) -> Result<bool, Stop> {
        let store = &observer.context.store;
        let Some(known) = store.connection(observer.connection).await? else {
            return Ok(false);
        };
        let account = Account {
            tenant: observer.tenant,
            connection: known.id,
            revision: known.revision,
        };
        self.lock().insert((known.id, list));
        let (key, now) = (list.as_str(), observer.clock.now());
        let since = self.cache.get(account, KIND, key).await?;
        let since = since.and_then(|since| serde_json::from_value::<DateTime<Utc>>(since).ok());
        let Some(since) = since else {
            let put = self.cache.put(account, KIND, key, json!(now), LASTS);
            put.await?;
            return Ok(false);
        };
        if now - since < RECORDED {
            return Ok(false);
        }
        let finding = finding(observer.client.version(), list, error);
        health::degrade(store, &known, finding).await;
        Ok(true)
    }

    /// Greenhouse lets the list be read.
    pub(crate) async fn is_there(
        &self,
        observer: &Observer<'_>,
        list: Operation,
    ) -> Result<(), Stop> {
        if !self.lock().remove(&(observer.connection, list)) {
            return Ok(());
        }
        let store = &observer.context.store;
        let Some(known) = store.connection(observer.connection).await? else {
            return Ok(());
        };
        let account = Account {
            tenant: observer.tenant,
            connection: known.id,
            revision: known.revision,
        };
        Ok(self.cache.remove(account, KIND, list.as_str()).await?)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<(Uuid, Operation)>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn finding(version: Version, list: Operation, error: &Error) -> Finding {
    let needs = list.needs(version).unwrap_or_default();
    match error {
        Error::Forbidden { .. } => {
            Finding::new(Code::ScopeMissing, Severity::Warning, FEATURE, needs).scope(needs)
        }
        _ => Finding::new(
            Code::UnexpectedAnswer,
            Severity::Warning,
            FEATURE,
            list.as_str(),
        ),
    }
}
