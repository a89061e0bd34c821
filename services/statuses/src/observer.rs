//! What is the same for every detector: from applications as they were read to events that are committed.
//!
//! `sort` (whose are followed, who was merged, what is news) → `look` (history and reasons) → `diff` → `event` → one
//! transaction. Whoever was slower than another observer looks for changes again from what that one left.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use accounts::{Stop, sees_nothing};
use boot::metrics::{RecordAction, Resource};
use chrono::{DateTime, Utc};
use domain::crash::{CrashPoint, crash_here};
use domain::settings::Settings;
use domain::status::{Change, DetectedBy, Observation, Status};
use domain::window::Clocks;
use domain::{ApplicationId, CandidateId, Code, Problem, Tenant};
use harvest::{Application, Client};
use progress::Subject;
use store::applications::{Gone, Progress, Successor, TrackedApplication};
use store::clock::Clock;
use tokio::time::Instant;
use uuid::Uuid;

use crate::apart::{Apart, apart};
use crate::conversion::successors;
use crate::look::{Look, look};
use crate::news::{began_here, each_once, is_news};
use crate::{Context, people};

/// Applications per page.
pub(crate) const PAGE: usize = 500;
/// Most applications looked behind at once.
pub(crate) const IDS: usize = 50;
const _: () = assert!(IDS == store::polls::NEWCOMERS as usize);
/// How long a look at some applications may take that finds out at which of them Greenhouse fails; it reads three lists.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often another observer may be faster before we give up for now.
const RACES: usize = 5;

/// Looks at applications of one tenant, for one reason.
pub(crate) struct Observer<'a> {
    pub(crate) context: &'a Context,
    pub(crate) tenant: &'a Tenant,
    pub(crate) connection: Uuid,
    pub(crate) settings: &'a Settings,
    pub(crate) client: Client,
    pub(crate) clock: Clock,
    pub(crate) detected_by: DetectedBy,
}

/// A page, sorted.
pub(crate) struct Sorted<'p> {
    pub(crate) tracked: Tracked,
    /// Those that may stand elsewhere than where they were last seen.
    pub(crate) news: Vec<&'p Application>,
}

pub(crate) type Tracked = HashMap<ApplicationId, TrackedApplication>;

/// What looking at some applications came to.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Applications about which something was told that was not the first sight of them.
    pub(crate) changed: Vec<ApplicationId>,
    /// Applications that cannot be told yet: their history or rejection lags behind them, or cannot be read now.
    pub(crate) early: Vec<ApplicationId>,
}

impl Observer<'_> {
    fn clocks(&self) -> Clocks {
        Clocks::new(self.clock.now(), self.client.greenhouse_clock())
    }

    /// Now, by the clock that stamps what is looked at.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clocks().greenhouse()
    }

    /// Until when it may take to find out at which of some applications Greenhouse fails.
    pub(crate) fn until(&self) -> Instant {
        Instant::now() + PATIENCE
    }

    /// Which of a page are followed, and which of those may have changed. People who turn out to be merged are.
    pub(crate) async fn sort<'p>(&self, page: &'p [Application]) -> Result<Sorted<'p>, Stop> {
        let tracked = self.followed(page).await?;
        let page = each_once(page);
        self.count(RecordAction::Dropped, page.len() - tracked.len());
        let may_differ = |one: &&Application| {
            let known = tracked.get(&one.id);
            known.is_some_and(|known| is_news(known, one) || self.may_be_explained(one))
        };
        let news: Vec<&Application> = page.into_iter().filter(may_differ).collect();
        self.count(RecordAction::Same, tracked.len() - news.len());
        Ok(Sorted { tracked, news })
    }

    /// Whether a reason may be what a webhook tells of, or somebody asks for: entering one touches nothing.
    fn may_be_explained(&self, application: &Application) -> bool {
        let named = matches!(self.detected_by, DetectedBy::Webhook | DetectedBy::Refresh);
        named && application.status.known() == Some(Status::Rejected)
    }

    /// Looks at those of `applications` (at most [`IDS`]) that are followed, and commits what has changed.
    pub(crate) async fn observe(
        &self,
        tracked: &Tracked,
        applications: &[&Application],
    ) -> Result<Seen, Stop> {
        let mut look = look(self, applications).await?;
        self.try_again(&look.unread).await?;
        let replaced = successors(self, tracked, applications).await?;
        for (id, successor) in &replaced {
            // What takes its place does not show yet.
            if successor.is_none() && self.is_fresh(applications, *id) {
                look.observations.remove(id);
                look.early.push(*id);
            }
        }
        let behind = self.clocks().behind();
        for application in applications {
            let Some(observation) = look.observations.get_mut(&application.id) else {
                continue;
            };
            let known = tracked.get(&application.id);
            observation.detected_by = self.detected_by;
            observation.anonymised = known.is_some_and(|known| known.anonymised);
            let began = |known| began_here(known, application, behind);
            observation.from_start = known.is_some_and(began);
        }
        self.doubt_returns(tracked, applications, &mut look).await?;
        self.rest(tracked, &look).await?;
        let changed = self.tell(tracked, look.observations, &replaced).await?;
        Ok(Seen {
            changed,
            early: look.early,
        })
    }

    /// Reads applications, without those that Greenhouse fails at.
    pub(crate) async fn read(&self, ids: &[ApplicationId]) -> Result<Apart<Application>, Stop> {
        let client = &self.client;
        let read = apart(ids, self.until(), |some| async move {
            client.applications().by_ids(&some).await
        });
        let read = read.await?;
        self.try_again(&read.unread).await?;
        Ok(read)
    }

    /// What Greenhouse fails at stays in a list that is gone through again, however old what happened to it is.
    pub(crate) async fn try_again(&self, unread: &[ApplicationId]) -> Result<(), Stop> {
        if unread.is_empty() {
            return Ok(());
        }
        let store = &self.context.store;
        Ok(store.looked_in_vain(self.tenant, unread).await?)
    }

    /// Those that were never seen and cannot be told yet do not count as newcomers: as many as fill a request would be
    /// looked at without a pause.
    async fn rest(&self, tracked: &Tracked, look: &Look) -> Result<(), Stop> {
        let is_new = |id: &&ApplicationId| {
            let known = tracked.get(*id);
            known.is_some_and(|known| known.snapshot.is_none()) && !look.unread.contains(*id)
        };
        let early: Vec<ApplicationId> = look.early.iter().filter(is_new).copied().collect();
        if early.is_empty() {
            return Ok(());
        }
        let store = &self.context.store;
        Ok(store.looked_too_early(self.tenant, &early).await?)
    }

    /// To be asked where nothing at all was shown: in v3 that may be because whoever acts has lost the right to list, and
    /// what changes meanwhile would be passed over.
    ///
    /// # Errors
    /// [`Stop::Pause`] where it is so.
    pub(crate) async fn doubt_nothing(&self) -> Result<(), Stop> {
        match sees_nothing::<Stop>(&self.context.store, &self.client, self.tenant).await? {
            true => Err(Stop::Pause(Code::NotSiteAdmin.into())),
            false => Ok(()),
        }
    }

    /// Tells that applications are gone from Greenhouse.
    pub(crate) async fn tell_gone(
        &self,
        ids: &[ApplicationId],
    ) -> Result<Vec<ApplicationId>, Stop> {
        let tracked = self.tracked(ids).await?;
        let (now, observed_at) = (self.now(), self.clock.now());
        let gone = |known: &TrackedApplication| {
            let last = known.snapshot.clone();
            let last = last.unwrap_or_else(|| people::never_seen(known));
            Observation::gone(&last, now, observed_at, self.detected_by)
        };
        let observations = tracked
            .values()
            .map(|known| (known.application, gone(known)));
        let observations = observations.collect();
        self.tell(&tracked, observations, &HashMap::new()).await
    }

    /// Whatever is known under one person in Greenhouse is known under another one; returns what moved. `certain`: Greenhouse
    /// has said so, and it was not read from a list that may be late.
    pub(crate) async fn merge(
        &self,
        old: CandidateId,
        new: CandidateId,
        certain: bool,
    ) -> Result<Vec<ApplicationId>, Stop> {
        let store = &self.context.store;
        let announce = |new, merged: &_| people::merged(self.tenant, (old, new), merged);
        let moved = store.merge_candidates(self.tenant, (old, new), certain, announce);
        let moved = moved.await?;
        if !moved.is_empty() {
            tracing::info!(tenant = %self.tenant, %old, %new, applications = moved.len(), "candidates were merged");
        }
        Ok(moved)
    }

    /// A person is gone from Greenhouse, or made unrecognisable there.
    pub(crate) async fn erase(&self, person: CandidateId, gone: Gone) -> Result<(), Stop> {
        let store = &self.context.store;
        let announce = |erased: &_| people::erased(self.tenant, person, gone, erased);
        let erased = store.erase_candidate(self.tenant, person, gone, announce);
        Ok(erased.await?)
    }

    pub(crate) async fn tracked(&self, ids: &[ApplicationId]) -> Result<Tracked, Stop> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let found = self.context.store.tracked_among(self.tenant, ids).await?;
        let by_id = |one: TrackedApplication| (one.application, one);
        Ok(found.into_iter().map(by_id).collect())
    }

    /// The followed ones of a page, under the person they now belong to.
    pub(crate) async fn followed(&self, page: &[Application]) -> Result<Tracked, Stop> {
        let ids: Vec<ApplicationId> = page.iter().map(|one| one.id).collect();
        let tracked = self.tracked(&ids).await?;
        let elsewhere = |one: &&Application| {
            let known = tracked.get(&one.id).map(|known| known.greenhouse);
            known.is_some() && one.candidate_id.is_some() && known != one.candidate_id
        };
        let moved: Vec<ApplicationId> = page.iter().filter(elsewhere).map(|one| one.id).collect();
        if moved.is_empty() {
            return Ok(tracked);
        }
        // Read again: a page may be older than a merge that we know of.
        let applications = self.client.applications();
        for some in moved.chunks(applications.ids_per_call()) {
            for application in applications.by_ids(some).await? {
                let known = tracked.get(&application.id).map(|known| known.greenhouse);
                if let (Some(old), Some(new)) = (known, application.candidate_id)
                    && old != new
                {
                    self.merge(old, new, false).await?;
                }
            }
        }
        self.tracked(&ids).await
    }

    fn is_fresh(&self, applications: &[&Application], id: ApplicationId) -> bool {
        let found = applications.iter().find(|one| one.id == id);
        found.is_some_and(|one| crate::news::is_fresh(one, self.now()))
    }

    /// Commits what the observations changed. Where somebody else was faster, once more from what they left.
    async fn tell(
        &self,
        tracked: &Tracked,
        mut observations: HashMap<ApplicationId, Observation>,
        replaced: &HashMap<ApplicationId, Option<Successor>>,
    ) -> Result<Vec<ApplicationId>, Stop> {
        let mut reloaded;
        let mut known = tracked;
        let mut changed = Vec::new();
        for _ in 0..RACES {
            let lost = self
                .advance(known, &observations, replaced, &mut changed)
                .await?;
            if lost.is_empty() {
                return Ok(changed);
            }
            reloaded = self.tracked(&lost).await?;
            observations.retain(|id, _| reloaded.contains_key(id));
            known = &reloaded;
        }
        Err(Stop::Rest(Duration::from_secs(1)))
    }

    /// Returns the applications about which somebody else was faster.
    async fn advance(
        &self,
        known: &Tracked,
        observations: &HashMap<ApplicationId, Observation>,
        replaced: &HashMap<ApplicationId, Option<Successor>>,
        changed: &mut Vec<ApplicationId>,
    ) -> Result<Vec<ApplicationId>, Stop> {
        let mut progress = Vec::with_capacity(observations.len());
        let mut told = Vec::new();
        for (id, observation) in observations {
            let Some(tracked) = known.get(id) else {
                continue;
            };
            let (mut one, changes) = self.progress(tracked, observation)?;
            one.successor = replaced.get(id).cloned().flatten();
            progress.push(one);
            told.push((*id, changes));
        }
        crash_here(CrashPoint::StatusBeforeCommit);
        let store = &self.context.store;
        let lost = store.advance_applications(self.tenant, &progress).await?;
        crash_here(CrashPoint::StatusAfterCommit);
        let lost_ones: HashSet<_> = lost.iter().collect();
        told.retain(|(id, _)| !lost_ones.contains(id));
        for (id, changes) in told {
            // Whatever had happened before the first sight is told with it: no detector has missed that.
            let first = changes.first();
            if first.is_some_and(|first| first.previous.is_some()) {
                changed.push(id);
            }
            self.count_changes(&changes);
        }
        Ok(lost)
    }

    fn progress(
        &self,
        tracked: &TrackedApplication,
        observation: &Observation,
    ) -> Result<(Progress, Vec<Change>), Stop> {
        let subject = Subject {
            tenant: self.tenant,
            settings: self.settings,
            tracked,
            trace: None,
        };
        subject.progress(observation).map_err(|error| {
            tracing::error!(application = %tracked.application, %error, "a status event cannot be written");
            Stop::Retry(Problem::new(Code::Internal))
        })
    }

    fn count(&self, action: RecordAction, count: usize) {
        let metrics = &self.context.metrics;
        metrics.polled(Resource::Applications, action, count as u64);
    }

    fn count_changes(&self, changes: &[Change]) {
        let action = match changes.first() {
            None => RecordAction::Same,
            Some(first) if first.previous.is_none() => RecordAction::New,
            Some(_) => RecordAction::Changed,
        };
        self.count(action, 1);
    }
}
