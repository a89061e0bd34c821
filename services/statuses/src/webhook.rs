//! What webhooks named is looked at: applications are read again, and what is gone is told from its ids.
//!
//! Tasks come at least once and in no order, so each is acted on as if it were the only one: what Greenhouse shows now
//! decides. What one connection has told is looked at together, some of it at a time, at most 50 applications per call.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use accounts::hands::{self, Claims, Parts, act_in_parts};
use accounts::{Account, Stop};
use boot::metrics::Stage;
use chrono::TimeDelta;
use domain::status::DetectedBy;
use domain::webhook::{Consumer, Notice};
use domain::{ApplicationId, CandidateId};
use harvest::{Purpose, Version};
use store::Store;
use store::applications::Erasure;
use store::wake::Wake;
use store::webhooks::Task;
use tokio_util::sync::CancellationToken;

use crate::Context;
use crate::observer::{Clock, IDS, Observer, Tracked};

/// Most tasks of one claim.
const CLAIM: i64 = 500;
/// People and applications looked at at a time where a call reads one application: a limit that stops it in the middle costs
/// no more than these.
const SINGLY: usize = 10;

/// For how long a notice about what nobody follows may be about what an import makes; no import that tells what it made
/// takes longer.
const YOUNG: TimeDelta = TimeDelta::seconds(60);
/// When it is looked at again.
const PREMATURE: Duration = Duration::from_secs(2);

/// Whom a task is about.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Person(CandidateId),
    Application(ApplicationId),
    Nobody,
}

/// Looks at whatever is due, once; answers how many tasks that were.
pub(crate) async fn look_due(context: &Context) -> usize {
    let taken = claims(context).take(&context.store, &[]).await;
    let count = taken.iter().map(Vec::len).sum();
    for tasks in taken {
        perform(context, tasks, &CancellationToken::new()).await;
    }
    count
}

/// Looks until the token is cancelled; what is in hand is given back after its part.
pub(crate) async fn keep_looking(context: Arc<Context>, wake: Wake, stop: CancellationToken) {
    let claims = claims(&context);
    let act = |tasks| {
        let (context, stop) = (Arc::clone(&context), stop.clone());
        async move { perform(&context, tasks, &stop).await }
    };
    hands::keep_acting(&context.store, claims, &wake, &stop, act).await;
}

fn claims(context: &Context) -> Claims {
    Claims {
        consumer: Consumer::Statuses,
        tasks: CLAIM,
        lease: context.config.lease,
        hands: context.config.concurrency,
    }
}

/// Acts on the tasks of one connection and settles them, or gives back those that were not reached.
async fn perform(context: &Context, mut tasks: Vec<Task>, stop: &CancellationToken) {
    let Err((left, stop)) = act_on_all(context, &mut tasks, stop).await else {
        return;
    };
    let work = "a look after webhooks";
    if let Some(code) = hands::give_back(&context.store, left, stop, work).await {
        context.metrics.retry(Stage::Poll, code);
    }
}

async fn act_on_all<'t>(
    context: &Context,
    tasks: &'t mut [Task],
    stop: &CancellationToken,
) -> Result<(), (&'t [Task], Stop)> {
    let Some(first) = tasks.first() else {
        return Ok(());
    };
    let accounts = &context.accounts;
    let account = accounts.account_at(&first.tenant, first.connection, first.revision);
    let account = match account.await {
        Ok(account) => account,
        Err(error) => return Err((tasks, error.into())),
    };
    let parts = Parts {
        things: match account.client.version() {
            Version::V1 => SINGLY,
            Version::V3 => IDS,
        },
        lease: context.config.lease,
        stop,
    };
    act_in_parts(tasks, parts, about, |some| {
        perform_some(context, &account, some)
    })
    .await
}

/// The person where the notice names one, so that all about one person is looked at together.
fn about(notice: &Notice) -> Thing {
    match notice {
        Notice::ApplicationChanged {
            application_id,
            candidate_id,
        }
        | Notice::ApplicationDeleted {
            application_id,
            candidate_id,
        } => candidate_id.map_or(Thing::Application(*application_id), Thing::Person),
        Notice::CandidateChanged { candidate_id }
        | Notice::CandidateDeleted { candidate_id, .. }
        | Notice::CandidateMerged { candidate_id, .. }
        | Notice::CandidateAnonymized { candidate_id } => Thing::Person(*candidate_id),
        // The jobs service's.
        Notice::JobChanged { .. }
        | Notice::JobDeleted { .. }
        | Notice::JobPostChanged { .. }
        | Notice::JobPostDeleted { .. }
        | Notice::JobStageDeleted { .. }
        | Notice::DepartmentDeleted { .. }
        | Notice::OfficeDeleted { .. } => Thing::Nobody,
    }
}

/// Acts on some tasks of one connection and settles them.
async fn perform_some(context: &Context, account: &Account, tasks: &[Task]) -> Result<(), Stop> {
    let Some(first) = tasks.first() else {
        return Ok(());
    };
    let store = &context.store;
    // Before anything else is read: what an import under way has made by now it may only let follow after that.
    let premature = premature(store, first, tasks).await?;
    let early = act(context, account, first, tasks).await?;
    let (premature, mature): (Vec<Task>, Vec<Task>) = tasks
        .iter()
        .cloned()
        .partition(|task| premature.contains(&task.id));
    let (done, again): (Vec<Task>, Vec<Task>) =
        mature.into_iter().partition(|task| !waits(task, &early));
    let settled = store.settle_tasks(&done).await;
    if let Err(error) = settled {
        // They come back when their leases end, and nothing new is found.
        tracing::warn!(%error, "cannot settle what webhooks named");
    }
    hands::try_again(store, &again).await;
    hands::rest(store, &premature, PREMATURE).await;
    Ok(())
}

/// What may be about something that an import has just made. For a while only: what an import that takes longer has made
/// is looked at in any case, and what was deleted before is found by the audit.
async fn premature(
    store: &Store,
    first: &Task,
    tasks: &[Task],
) -> Result<HashSet<i64>, store::Error> {
    let young = |task: &&Task| task.clock() - task.received_at < YOUNG;
    let young: Vec<&Task> = tasks.iter().filter(young).collect();
    match young.is_empty() {
        true => Ok(HashSet::new()),
        false => store.premature_tasks(&first.tenant, &young).await,
    }
}

/// Acts on all tasks; returns the applications that must be looked at again soon.
async fn act(
    context: &Context,
    account: &Account,
    first: &Task,
    tasks: &[Task],
) -> Result<HashSet<ApplicationId>, Stop> {
    let observer = Observer {
        context,
        tenant: &first.tenant,
        connection: first.connection,
        settings: &account.settings,
        client: account.client.with_purpose(Purpose::Poll),
        clock: Clock {
            now: first.now,
            taken: first.taken,
        },
        detected_by: DetectedBy::Webhook,
    };
    let mut named = Named::default();
    for task in tasks {
        named.note(&task.notice);
    }
    let moved = named.act_on_people(&observer).await?;
    named.changed.extend(moved);
    named.look(&observer).await
}

fn waits(task: &Task, early: &HashSet<ApplicationId>) -> bool {
    match &task.notice {
        Notice::ApplicationChanged { application_id, .. } => early.contains(application_id),
        // What belongs to a person is looked at by the poll as well.
        _ => false,
    }
}

/// What the tasks of one connection name, each once.
#[derive(Default)]
struct Named {
    changed: BTreeSet<ApplicationId>,
    /// Whose the changed ones are, where the notice tells.
    owners: BTreeMap<ApplicationId, CandidateId>,
    deleted: BTreeSet<ApplicationId>,
    people: BTreeSet<CandidateId>,
    merged: Vec<(CandidateId, CandidateId)>,
    anonymised: BTreeSet<CandidateId>,
    gone: BTreeSet<CandidateId>,
}

impl Named {
    fn note(&mut self, notice: &Notice) {
        match notice {
            Notice::ApplicationChanged {
                application_id,
                candidate_id,
            } => {
                self.changed.insert(*application_id);
                self.owners
                    .extend(candidate_id.map(|owner| (*application_id, owner)));
            }
            Notice::ApplicationDeleted { application_id, .. } => {
                self.deleted.insert(*application_id);
            }
            Notice::CandidateChanged { candidate_id } => {
                self.people.insert(*candidate_id);
            }
            Notice::CandidateDeleted {
                candidate_id,
                application_ids,
            } => {
                self.gone.insert(*candidate_id);
                self.deleted.extend(application_ids);
            }
            Notice::CandidateMerged {
                candidate_id,
                new_candidate_id,
            } => {
                self.merged.push((*candidate_id, *new_candidate_id));
                self.people.insert(*new_candidate_id);
            }
            Notice::CandidateAnonymized { candidate_id } => {
                self.anonymised.insert(*candidate_id);
                self.people.insert(*candidate_id);
            }
            // The jobs service's.
            Notice::JobChanged { .. }
            | Notice::JobDeleted { .. }
            | Notice::JobPostChanged { .. }
            | Notice::JobPostDeleted { .. }
            | Notice::JobStageDeleted { .. }
            | Notice::DepartmentDeleted { .. }
            | Notice::OfficeDeleted { .. } => {}
        }
    }

    /// What happened to people as a whole; returns the followed applications to read again for it.
    async fn act_on_people(&mut self, observer: &Observer<'_>) -> Result<Vec<ApplicationId>, Stop> {
        let (store, tenant) = (&observer.context.store, observer.tenant);
        let mut changed = Vec::new();
        for (old, new) in &self.merged {
            changed.extend(observer.merge(*old, *new, true).await?);
        }
        let anonymised = self.anonymised.iter().map(|id| (*id, Erasure::Anonymised));
        let gone = self.gone.iter().map(|id| (*id, Erasure::Deleted));
        // Their applications are gone with them, and nothing else says so.
        let theirs: Vec<CandidateId> = self.gone.iter().copied().collect();
        self.deleted
            .extend(store.followed_of(tenant, &theirs).await?);
        for (candidate, erasure) in anonymised.chain(gone) {
            observer.erase(candidate, erasure).await?;
        }
        let people: Vec<CandidateId> = self.people.iter().copied().collect();
        changed.extend(store.followed_of(tenant, &people).await?);
        Ok(changed)
    }

    async fn look(&self, observer: &Observer<'_>) -> Result<HashSet<ApplicationId>, Stop> {
        let deleted: Vec<ApplicationId> = self.deleted.iter().copied().collect();
        observer.tell_gone(&deleted).await?;
        let changed: Vec<ApplicationId> = self.changed.difference(&self.deleted).copied().collect();
        // Nobody follows most of what happens at a company.
        let followed = observer.tracked(&changed).await?;
        let (followed, strange): (Vec<ApplicationId>, Vec<ApplicationId>) = changed
            .into_iter()
            .partition(|id| followed.contains_key(id));
        let prospects = self.prospects(observer, &strange).await?;
        let known: BTreeSet<ApplicationId> = followed
            .into_iter()
            .chain(prospects.keys().copied())
            .collect();
        let mut early = read(observer, known).await?;
        if prospects.is_empty() {
            return Ok(early);
        }
        // What is named may not show as what takes the place of a converted one yet.
        let late: HashSet<CandidateId> = prospects
            .values()
            .filter(|known| early.contains(&known.application))
            .map(|known| known.greenhouse)
            .collect();
        let theirs = |id: &&ApplicationId| {
            let owner = self.owners.get(*id);
            owner.is_some_and(|owner| late.contains(owner))
        };
        early.extend(strange.iter().filter(theirs));
        let successors = observer.tracked(&strange).await?;
        early.extend(read(observer, successors.into_keys().collect()).await?);
        Ok(early)
    }

    /// The followed applications of prospects whose places these may have taken: Greenhouse tells of a conversion by the
    /// new application alone. Whoever is followed for a job already is no prospect, so their other applications cost no call.
    async fn prospects(
        &self,
        observer: &Observer<'_>,
        strange: &[ApplicationId],
    ) -> Result<Tracked, Stop> {
        let owners: BTreeSet<CandidateId> = strange
            .iter()
            .filter_map(|id| self.owners.get(id).copied())
            .collect();
        if owners.is_empty() {
            return Ok(HashMap::new());
        }
        let owners: Vec<CandidateId> = owners.into_iter().collect();
        let store = &observer.context.store;
        let prospects = store.prospects_of(observer.tenant, &owners).await?;
        observer.tracked(&prospects).await
    }
}

/// Reads followed applications and tells what has changed; returns those that must be looked at again soon.
async fn read(
    observer: &Observer<'_>,
    ids: BTreeSet<ApplicationId>,
) -> Result<HashSet<ApplicationId>, Stop> {
    let ids: Vec<ApplicationId> = ids.into_iter().collect();
    let mut early = HashSet::new();
    for some in ids.chunks(IDS) {
        // What is not shown is hidden or gone: the audit finds out which.
        let read = observer.read(some).await?;
        if read.rows.is_empty() && read.unread.is_empty() {
            observer.doubt_nothing().await?;
        }
        early.extend(read.unread);
        let sorted = observer.sort(&read.rows).await?;
        let seen = observer.observe(&sorted.tracked, &sorted.news).await?;
        early.extend(seen.early);
    }
    Ok(early)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_of_notices_about_one_application_are_one_look() {
        let mut named = Named::default();
        for _ in 0..1_000 {
            named.note(&Notice::ApplicationChanged {
                application_id: ApplicationId(90),
                candidate_id: None,
            });
        }
        assert_eq!(named.changed.len(), 1);
    }

    #[test]
    fn a_deleted_person_takes_the_named_applications_along() {
        let mut named = Named::default();
        named.note(&Notice::CandidateDeleted {
            candidate_id: CandidateId(7),
            application_ids: vec![ApplicationId(90)],
        });
        assert!(named.gone.contains(&CandidateId(7)));
        assert!(named.deleted.contains(&ApplicationId(90)));
    }
}
