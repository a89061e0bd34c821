//! One poll of one connection: a window of changed applications, page by page, then those never seen before.
//!
//! What is found of a page is committed before the next page is read; the watermark moves after the last one. A poll that
//! is stopped in between goes on from the page it had reached, and finds nothing new in what was committed.

use std::collections::HashSet;

use accounts::Stop;
use boot::metrics::Stage;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ApplicationId;
use domain::status::DetectedBy;
use domain::window::{Clocks, Window};
use harvest::{Application, Cursor, Error as Remote, Page, Purpose, Version};
use progress::touched;
use store::polls::{Ending, Place, Poll};
use tokio_util::sync::CancellationToken;

use crate::apart::Apart;
use crate::observer::{IDS, Observer, PAGE};
use crate::{Context, audit};

/// How long a webhook may be under way before a poll that finds its change counts it as missed.
const WEBHOOK_DELAY: TimeDelta = TimeDelta::minutes(2);

/// A poll under way.
struct Round<'a> {
    poll: &'a Poll,
    observer: Observer<'a>,
    stop: &'a CancellationToken,
    /// The earliest change that could not be told yet; the watermark must not pass it.
    held_back: Option<DateTime<Utc>>,
    /// Whether something had changed that a webhook should have told by now.
    webhook_missed: bool,
    /// How many of the nightly sample were compared, by earlier polls as well.
    compared: u32,
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
    let observer = Observer {
        context,
        tenant: &poll.tenant,
        connection: poll.connection,
        settings: &poll.settings,
        client: client.with_purpose(Purpose::Poll),
        clock: poll.clock,
        detected_by: DetectedBy::Poll,
    };
    let mut round = Round {
        poll,
        observer,
        stop,
        held_back: None,
        webhook_missed: false,
        compared: poll.compared,
    };
    let read = round.read().await;
    match read {
        Ok(ending) => Ok(ending),
        Err(why) => Err(why.told_apart(&round.observer.client).await),
    }
}

impl Round<'_> {
    async fn read(&mut self) -> Result<Ending, Stop> {
        if !self.poll.window_due {
            self.look_for_unseen().await?;
            return Ok(Ending::Looked);
        }
        let window = self.read_window().await?;
        let caught_up = window.reaches(self.poll.clock.taken_at);
        let audited = match self.look_further(caught_up).await {
            Ok(audited) => audited,
            // The window counts as read, whatever else the limit leaves to the next poll, and whatever cannot be looked at:
            // one application that Greenhouse fails at would else keep all changes of its tenant.
            Err(Stop::Rest(_)) => false,
            Err(Stop::Retry(problem)) => {
                let (tenant, code) = (&self.poll.tenant, problem.code);
                tracing::warn!(%tenant, code = code.as_str(), detail = problem.detail, "a look behind the window failed");
                let metrics = &self.observer.context.metrics;
                metrics.retry(Stage::Poll, code);
                false
            }
            Err(stop) => return Err(stop),
        };
        Ok(Ending::Read {
            watermark: self.read_to(window),
            caught_up,
            webhook_missed: self.webhook_missed && self.poll.webhooks_trusted,
            audited,
            compared: self.compared,
        })
    }

    /// Looks at what no window shows; answers whether that was all, the nightly sample included.
    async fn look_further(&mut self, caught_up: bool) -> Result<bool, Stop> {
        self.look_for_unseen().await?;
        let audited = self.poll.audit_due && caught_up;
        if audited {
            self.audit().await?;
        }
        Ok(audited)
    }

    /// Reads the window to its last page.
    ///
    /// v1 pages by number: what leaves the list while it is read takes all behind it forward, and the first one of the next
    /// page is never shown. There a window of several pages is read twice, unless it is one that the limit held up.
    async fn read_window(&mut self) -> Result<Window, Stop> {
        let mut once_more =
            self.observer.client.version() == Version::V1 && self.poll.place.is_none();
        let (window, mut page) = self.first_page().await?;
        if page.rows.is_empty() && page.next.is_none() {
            self.observer.doubt_nothing().await?;
        }
        // Links that lead back to a page of before never end.
        let mut turned = HashSet::new();
        loop {
            self.take_in(&page.rows).await?;
            let unread: Vec<_> = page.unread.iter().copied().map(ApplicationId).collect();
            self.observer.try_again(&unread).await?;
            let is_new = |next: &Cursor| turned.insert(next.as_text().to_owned());
            if let Some(next) = page.next.filter(is_new) {
                self.turn_page(window, &next).await?;
                page = self.page(window, Some(&next)).await?;
            } else if once_more && !turned.is_empty() {
                once_more = false;
                turned.clear();
                page = self.page(window, None).await?;
            } else {
                return Ok(window);
            }
        }
    }

    /// The page that the last poll had come to, or the first one of a new window.
    async fn first_page(&self) -> Result<(Window, Page<Application>), Stop> {
        let windows = self.observer.context.config.windows;
        let next = || {
            let greenhouse = self.observer.client.greenhouse_clock();
            windows.next(
                self.poll.watermark,
                Clocks::new(self.poll.clock.taken_at, greenhouse),
            )
        };
        let window = next();
        if let Some(place) = &self.poll.place {
            let begun = Window {
                to: place.to,
                read_to: place.to,
                ..window
            };
            let cursor = Cursor::from_text(place.page.clone());
            match self.page(begun, Some(&cursor)).await {
                // For how long Greenhouse knows a page is not documented.
                Err(Remote::Rejected { .. } | Remote::NotFound { .. }) => {
                    tracing::info!(tenant = %self.poll.tenant, "a window begins anew, its page was refused");
                }
                page => return Ok((begun, page?)),
            }
        }
        let page = self.page(window, None).await?;
        // The first answer that this process gets tells by which clock the window should have been cut.
        let right = next();
        if windows.falls_short(window, right) {
            return Ok((right, self.page(right, None).await?));
        }
        Ok((window, page))
    }

    async fn page(
        &self,
        window: Window,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Application>, Remote> {
        let applications = self.observer.client.applications();
        applications
            .updated_between(window.from, window.to, cursor)
            .await
    }

    /// From now on the window goes on at this page, whoever reads it.
    async fn turn_page(&self, window: Window, next: &Cursor) -> Result<(), Stop> {
        let place = Place {
            page: next.as_text().to_owned(),
            to: self.read_to(window),
        };
        let missed = self.webhook_missed && self.poll.webhooks_trusted;
        let store = &self.observer.context.store;
        match store.turn_page(self.poll, &place, missed).await? {
            true => self.stay(),
            false => Err(Stop::Abandon),
        }
    }

    /// Everything that changed before it has been read, once the last page of the window has.
    fn read_to(&self, window: Window) -> DateTime<Utc> {
        let early = self.held_back.unwrap_or(window.read_to);
        early.min(window.read_to)
    }

    /// What was imported may be older than the window: a person who was found, not made.
    async fn look_for_unseen(&mut self) -> Result<(), Stop> {
        let (context, poll) = (self.observer.context, self.poll);
        let most = if poll.early { IDS } else { PAGE };
        let unseen = context
            .store
            .unseen_applications(&poll.tenant, most as i64)
            .await?;
        for some in unseen.chunks(self.ids_per_call()) {
            self.stay()?;
            let Apart {
                rows: found,
                unread,
            } = self.observer.read(some).await?;
            let met =
                |id: &&ApplicationId| unread.contains(id) || found.iter().any(|one| one.id == **id);
            let vain: Vec<ApplicationId> = some.iter().filter(|id| !met(id)).copied().collect();
            if !vain.is_empty() {
                context.store.looked_in_vain(&poll.tenant, &vain).await?;
            }
            let same = self.take_in(&found).await?;
            if !same.is_empty() {
                context.store.looked_at_last(&poll.tenant, &same).await?;
            }
        }
        Ok(())
    }

    /// As many as one call reads: what it showed is committed before the next call, which the limit may refuse.
    fn ids_per_call(&self) -> usize {
        self.observer.client.applications().ids_per_call()
    }

    /// Tells what has changed on one page; answers which stand where they were last seen.
    async fn take_in(&mut self, page: &[Application]) -> Result<Vec<ApplicationId>, Stop> {
        let sorted = self.observer.sort(page).await?;
        // What takes the place of a converted one costs as many calls as it does itself.
        for some in sorted.news.chunks(self.ids_per_call()) {
            self.stay()?;
            let seen = self.observer.observe(&sorted.tracked, some).await?;
            self.hold_back(&seen.early, some);
            let missed = |one: &&&Application| {
                let long_ago = self.observer.now() - WEBHOOK_DELAY;
                seen.changed.contains(&one.id) && touched(one).is_some_and(|at| at < long_ago)
            };
            self.webhook_missed |= some.iter().any(|one| missed(&one));
        }
        let news: HashSet<ApplicationId> = sorted.news.iter().map(|one| one.id).collect();
        let same = sorted.tracked.into_keys().filter(|id| !news.contains(id));
        Ok(same.collect())
    }

    /// Compares a sample with Greenhouse, or what earlier polls have left of its size; see `audit`.
    async fn audit(&mut self) -> Result<(), Stop> {
        let context = self.observer.context;
        let left = (PAGE as i64 - i64::from(self.compared)).max(0);
        let sample = context.store.sample_applications(&self.poll.tenant, left);
        for some in sample.await?.chunks(self.ids_per_call()) {
            self.stay()?;
            audit::compare(&self.observer, some).await?;
            self.compared += some.len() as u32;
        }
        Ok(())
    }

    /// Goes on only while nobody wants the process to end.
    fn stay(&self) -> Result<(), Stop> {
        match self.stop.is_cancelled() {
            true => Err(Stop::Rest(std::time::Duration::ZERO)),
            false => Ok(()),
        }
    }

    fn hold_back(&mut self, early: &[ApplicationId], applications: &[&Application]) {
        let early = applications
            .iter()
            .filter(|one| early.contains(&one.id))
            .filter_map(|one| touched(one))
            .min();
        self.held_back = match (self.held_back, early) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
}
