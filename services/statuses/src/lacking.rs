//! Lists that statuses are worth telling without: an account may lack one, or the right to read it. What is refused for a
//! moment only is waited for, because what is told without it is not told again.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use accounts::{Stop, health};
use chrono::{DateTime, Utc};
use domain::{ApplicationId, Code};
use futures::TryStreamExt;
use harvest::{Error, Operation, Version};
use serde_json::json;
use store::Store;
use store::cache::{Account, Cache};
use store::connections::{Connection, Finding, Severity};
use store::polls::LONGEST_INTERVAL;
use uuid::Uuid;

use crate::apart::may_be_about_one;
use crate::news::RECORDED;
use crate::observer::{IDS, Observer};

/// What is remembered: since when a list has been refused.
const KIND: &str = "refused_list";
/// For how many intervals between polls after the last refusal: two that are further apart have nothing to do with each other.
const LASTS: u32 = 3;
/// How often what may be remembered is forgotten where a list can be read: another process may remember it since.
const FORGETS: Duration = Duration::from_secs(10);
/// Enough followed ones that one of them is not among those that are asked for at once.
const SAMPLE: i64 = IDS as i64 + 1;
/// What suffers, in the words of findings.
const FEATURE: &str = "status";

/// The lists that were refused.
pub(crate) struct Lacking {
    cache: Cache,
    /// When this process last forgot what the cache remembers of a list.
    forgotten: Mutex<HashMap<(Uuid, Operation), Instant>>,
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
            forgotten: Mutex::default(),
        }
    }

    /// Whether a list has been refused for so long that it counts as missing; that is noted at the connection then. `ids`:
    /// the applications that it was asked for.
    pub(crate) async fn is_missing(
        &self,
        observer: &Observer<'_>,
        (list, error): (Operation, Error),
        ids: &[ApplicationId],
    ) -> Result<bool, Stop> {
        let Some(error) = self.refusal(observer, (list, error), ids).await? else {
            return Ok(false);
        };
        let store = &observer.context.store;
        let Some(known) = store.connection(observer.connection).await? else {
            return Ok(false);
        };
        self.lock().remove(&(known.id, list));
        let (account, key) = (account(observer, &known), list.as_str());
        let now = observer.clock.now();
        let since = self.cache.get(account, KIND, key).await?;
        let since = since.and_then(|since| serde_json::from_value::<DateTime<Utc>>(since).ok());
        let since = since.unwrap_or(now);
        let lasts = LASTS * LONGEST_INTERVAL.max(observer.settings.poll_interval());
        let put = self.cache.put(account, KIND, key, json!(since), lasts);
        put.await?;
        if now - since < RECORDED {
            return Ok(false);
        }
        let finding = finding(observer.client.version(), list, &error);
        health::degrade(store, &known, finding).await;
        Ok(true)
    }

    /// Greenhouse lets the list be read.
    pub(crate) async fn is_there(
        &self,
        observer: &Observer<'_>,
        list: Operation,
    ) -> Result<(), Stop> {
        let place = (observer.connection, list);
        let forgotten = self.lock().get(&place).copied();
        if forgotten.is_some_and(|at| at.elapsed() < FORGETS) {
            return Ok(());
        }
        let store = &observer.context.store;
        if let Some(known) = store.connection(observer.connection).await? {
            let account = account(observer, &known);
            let remove = self.cache.remove(account, KIND, list.as_str());
            remove.await?;
        }
        let mut all = self.lock();
        all.retain(|_, at| at.elapsed() < FORGETS);
        all.insert(place, Instant::now());
        Ok(())
    }

    /// How the list is refused whatever it is asked for: it may be that only what it was asked for is refused.
    async fn refusal(
        &self,
        observer: &Observer<'_>,
        (list, error): (Operation, Error),
        ids: &[ApplicationId],
    ) -> Result<Option<Error>, Stop> {
        if !may_be_about_one(&error) {
            return Ok(Some(error));
        }
        let client = &observer.client;
        let answer = match list {
            Operation::ApplicationStagesList | Operation::RejectionDetailsList => {
                let Some(other) = another(observer, ids).await? else {
                    return Ok(Some(error));
                };
                if list == Operation::ApplicationStagesList {
                    let stages = client.application_stages();
                    stages.of_applications(&[other]).await.map(drop)
                } else {
                    let details = client.rejection_details();
                    details.of_applications(&[other]).await.map(drop)
                }
            }
            Operation::JobInterviewStagesOfJob | Operation::JobInterviewStagesRetrieve => {
                // v1 asks another right of whoever reads all of them.
                if client.version() == Version::V1 {
                    return Ok(None);
                }
                let stages = client.job_interview_stages();
                stages.page(None, None).await.map(drop)
            }
            // Any other was asked for as a whole.
            _ => return Ok(Some(error)),
        };
        match answer {
            Ok(()) => {
                self.is_there(observer, list).await?;
                Ok(None)
            }
            Err(error) if refused(&error).is_some() => Ok(Some(error)),
            Err(error) if may_be_about_one(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(Uuid, Operation), Instant>> {
        self.forgotten
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn account<'a>(observer: &Observer<'a>, known: &Connection) -> Account<'a> {
    Account {
        tenant: observer.tenant,
        connection: known.id,
        revision: known.revision,
    }
}

/// An application that is not among these, by chance another one each time: one that is followed, or else any.
async fn another(
    observer: &Observer<'_>,
    ids: &[ApplicationId],
) -> Result<Option<ApplicationId>, Stop> {
    let store = &observer.context.store;
    let some = store.sample_applications(observer.tenant, SAMPLE).await?;
    let followed = some.into_iter().find(|id| !ids.contains(id));
    if followed.is_some() {
        return Ok(followed);
    }
    let mut shown = pin!(observer.client.applications().list());
    while let Some(one) = shown.try_next().await? {
        if !ids.contains(&one.id) {
            return Ok(Some(one.id));
        }
    }
    Ok(None)
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
