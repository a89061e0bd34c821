//! One poll of one connection: a window of changed applications, page by page, then those never seen before.
//!
//! What is found of a page is committed before the next page is read; the watermark moves after the last one. A poll
//! that dies in between is read again, and finds nothing new in what was committed.

use std::collections::{HashMap, HashSet};
use std::pin::pin;

use boot::metrics::{RecordAction, Resource};
use chrono::{DateTime, Utc};
use domain::ApplicationId;
use domain::crash::{CrashPoint, crash_here};
use domain::status::{Change, Observation, Quality, diff, next_snapshot};
use domain::{Code, Problem};
use futures::TryStreamExt;
use harvest::{Application, Client, Purpose};
use store::applications::{Progress, TrackedApplication};
use store::polls::{Ending, Poll};
use tokio_util::sync::CancellationToken;

use crate::Context;
use crate::event::announcement;
use crate::look::{Look, look};
use crate::observe::is_news;
use crate::stop::Stop;

/// Applications per page.
const PAGE: usize = 500;
/// Ids per call that reads by ids.
const IDS: usize = 50;
/// How often another observer may be faster before the poll gives up for now.
const RACES: usize = 5;

/// A poll under way.
struct Round<'a> {
    context: &'a Context,
    poll: &'a Poll,
    client: Client,
    stop: &'a CancellationToken,
    /// The earliest change that could not be told yet; the watermark must not pass it.
    held_back: Option<DateTime<Utc>>,
}

/// Reads what is due and answers how the poll ends.
pub(crate) async fn read(
    context: &Context,
    poll: &Poll,
    stop: &CancellationToken,
) -> Result<Ending, Stop> {
    let client = context
        .accounts
        .client_at(&poll.tenant, poll.connection, poll.revision)
        .await?;
    let mut round = Round {
        context,
        poll,
        client: client.with_purpose(Purpose::Poll),
        stop,
        held_back: None,
    };
    round.read().await
}

impl Round<'_> {
    async fn read(&mut self) -> Result<Ending, Stop> {
        if !self.poll.window_due {
            self.look_for_unseen().await?;
            return Ok(Ending::Looked);
        }
        let window = self
            .context
            .config
            .windows
            .next(self.poll.watermark, self.poll.now);
        let changed = self
            .client
            .applications()
            .updated_between(window.from, window.to);
        let mut pages = pin!(changed.try_chunks(PAGE));
        while let Some(page) = pages.try_next().await.map_err(|error| error.1)? {
            self.take_in(&page).await?;
        }
        self.look_for_unseen().await?;
        let read_to = window.after_last_page(self.poll.watermark);
        Ok(Ending::Read {
            watermark: self.held_back.map_or(read_to, |early| early.min(read_to)),
            caught_up: window.reaches(self.poll.now),
        })
    }

    /// What was imported may be older than the window: a person who was found, not made.
    async fn look_for_unseen(&mut self) -> Result<(), Stop> {
        let (store, tenant) = (&self.context.store, &self.poll.tenant);
        let unseen = store.unseen_applications(tenant, PAGE as i64).await?;
        let found = self.client.applications().by_ids(&unseen).await?;
        let seen: HashSet<ApplicationId> = found.iter().map(|one| one.id).collect();
        let vain: Vec<ApplicationId> = unseen.into_iter().filter(|id| !seen.contains(id)).collect();
        if !vain.is_empty() {
            store.looked_in_vain(tenant, &vain).await?;
        }
        self.take_in(&found).await
    }

    /// Tells what has changed on one page.
    async fn take_in(&mut self, page: &[Application]) -> Result<(), Stop> {
        let ids: Vec<ApplicationId> = page.iter().map(|one| one.id).collect();
        let tracked = self.tracked(&ids).await?;
        let count = |action, count: usize| {
            let metrics = &self.context.metrics;
            metrics.polled(Resource::Applications, action, count as u64);
        };
        count(RecordAction::Dropped, page.len() - tracked.len());
        let news: Vec<&Application> = page
            .iter()
            .filter(|one| {
                tracked
                    .get(&one.id)
                    .is_some_and(|known| is_news(known, one))
            })
            .collect();
        count(RecordAction::Same, tracked.len() - news.len());
        for some in news.chunks(IDS) {
            self.stay().await?;
            let (poll, names) = (self.poll, &self.context.names);
            let seen = look(&self.client, names, poll.connection, some, poll.clock()).await?;
            self.hold_back(&seen, some);
            self.tell(&tracked, seen.observations).await?;
        }
        Ok(())
    }

    /// Goes on only while the lease is ours and nobody wants the process to end.
    async fn stay(&self) -> Result<(), Stop> {
        if self.stop.is_cancelled() {
            return Err(Stop::Rest(std::time::Duration::ZERO));
        }
        let (store, lease) = (&self.context.store, self.context.config.lease);
        match store.extend_poll(self.poll, lease).await? {
            true => Ok(()),
            false => Err(Stop::Abandon),
        }
    }

    fn hold_back(&mut self, seen: &Look, applications: &[&Application]) {
        let early = applications
            .iter()
            .filter(|one| seen.early.contains(&one.id))
            .filter_map(|one| one.updated_at)
            .min();
        self.held_back = match (self.held_back, early) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }

    /// Commits what the observations changed. Where somebody else was faster, once more from what they left.
    async fn tell(
        &self,
        tracked: &HashMap<ApplicationId, TrackedApplication>,
        mut observations: HashMap<ApplicationId, Observation>,
    ) -> Result<(), Stop> {
        let mut reloaded;
        let mut known = tracked;
        for _ in 0..RACES {
            let lost = self.advance(known, &observations).await?;
            if lost.is_empty() {
                return Ok(());
            }
            reloaded = self.tracked(&lost).await?;
            observations.retain(|id, _| reloaded.contains_key(id));
            known = &reloaded;
        }
        Err(Stop::Rest(std::time::Duration::from_secs(1)))
    }

    /// Returns the applications about which somebody else was faster.
    async fn advance(
        &self,
        known: &HashMap<ApplicationId, TrackedApplication>,
        observations: &HashMap<ApplicationId, Observation>,
    ) -> Result<Vec<ApplicationId>, Stop> {
        let mut progress = Vec::with_capacity(observations.len());
        let mut told = Vec::new();
        for (id, observation) in observations {
            let Some(tracked) = known.get(id) else {
                continue;
            };
            let changes = diff(tracked.snapshot.as_ref(), observation);
            progress.push(self.progress(tracked, observation, &changes)?);
            told.push((*id, changes));
        }
        crash_here(CrashPoint::StatusBeforeCommit);
        let tenant = &self.poll.tenant;
        let lost = self
            .context
            .store
            .advance_applications(tenant, &progress)
            .await?;
        crash_here(CrashPoint::StatusAfterCommit);
        told.retain(|(id, _)| !lost.contains(id));
        for (_, changes) in told {
            self.count(&changes);
        }
        Ok(lost)
    }

    fn progress(
        &self,
        tracked: &TrackedApplication,
        observation: &Observation,
        changes: &[Change],
    ) -> Result<Progress, Stop> {
        let numbered = changes.iter().zip(tracked.sequence + 1..);
        let announcements = numbered.map(|(change, sequence)| {
            announcement(&self.poll.tenant, tracked, sequence, change, observation)
        });
        let announcements = announcements.collect::<Result<_, _>>().map_err(|error| {
            tracing::error!(application = %tracked.application, %error, "a status event cannot be written");
            Stop::Retry(Problem::new(Code::Internal))
        })?;
        Ok(Progress {
            application: tracked.application,
            sequence: tracked.sequence,
            snapshot: next_snapshot(tracked.snapshot.as_ref(), observation),
            observed_at: observation.observed_at,
            announcements,
        })
    }

    fn count(&self, changes: &[Change]) {
        let metrics = &self.context.metrics;
        let action = match changes.first() {
            None => RecordAction::Same,
            Some(first) if first.previous.is_none() => RecordAction::New,
            Some(_) => RecordAction::Changed,
        };
        metrics.polled(Resource::Applications, action, 1);
        // How long ago an application came to where it was first seen says nothing about us.
        let timed = changes
            .iter()
            .filter(|change| change.previous.is_some() && change.quality != Quality::Unknown);
        for change in timed {
            let lag = (self.poll.clock() - change.occurred_at).to_std();
            metrics.status_lag(Resource::Applications, lag.unwrap_or_default());
        }
    }

    async fn tracked(
        &self,
        ids: &[ApplicationId],
    ) -> Result<HashMap<ApplicationId, TrackedApplication>, Stop> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let found = self
            .context
            .store
            .tracked_among(&self.poll.tenant, ids)
            .await?;
        Ok(found
            .into_iter()
            .map(|one| (one.application, one))
            .collect())
    }
}
