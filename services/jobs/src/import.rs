//! One import: list by list, page by page. What is found on a page is committed before the next one is read; what is
//! gone is removed after the last one. An import that breaks off goes on from the page it had reached.

use std::collections::HashSet;
use std::pin::{Pin, pin};
use std::time::Duration;

use accounts::Stop;
use boot::metrics::{RecordAction, Resource};
use chrono::{DateTime, TimeDelta, Utc};
use domain::window::Clocks;
use domain::{Code, Problem};
use harvest::{Client, Error as Remote, Purpose, Version};
use serde_json::Value;
use store::jobs::{Kept, Kind, Page, Refresh, Sweep, Which};
use store::lease::keep_until_lost;
use tokio_util::sync::CancellationToken;

use crate::Parts;
use crate::around::{Apart, Belongings, apart, is_told_inside};
use crate::assemble::{BATCH, tell};
use crate::finish::{Next, finish};
use crate::missing::is_named_by_jobs;
use crate::read::{self, Records, can_do_without};
use crate::run::{Run, Step};

/// Records on a page of a list, in both versions.
const ROWS: usize = 500;
/// How long the limit may hold up whoever has an import in hand.
const PATIENCE: Duration = Duration::from_secs(40);

/// An import that did not go through: why, and how far it came.
pub(crate) struct Stopped {
    pub(crate) why: Stop,
    pub(crate) run: Run,
}

/// An import in hand.
pub(crate) struct Round<'a> {
    pub(crate) parts: &'a Parts,
    pub(crate) refresh: &'a Refresh,
    pub(crate) client: Client,
    stop: &'a CancellationToken,
    pub(crate) run: Run,
    /// Ids met so far in a list without order.
    met: Vec<i64>,
    /// Pages of the list at hand that this process has read: links that lead back to one never end.
    read_at: HashSet<String>,
}

/// Imports to the end.
pub(crate) async fn import(
    parts: &Parts,
    refresh: &Refresh,
    stop: &CancellationToken,
) -> Result<(), Stopped> {
    let (run, new) = Run::of(refresh, overlap(parts));
    let lease = parts.config.lease;
    let extend = || parts.store.extend_job_refresh(refresh, lease);
    let mut lost = pin!(keep_until_lost(refresh.clock.taken, lease, extend));
    let client = tokio::select! {
        client = parts
            .accounts
            .client_at(&refresh.tenant, refresh.connection, refresh.revision) => client.map_err(Stop::from),
        () = &mut lost => Err(Stop::Abandon),
    };
    let client = match client {
        Ok(client) => client.with_purpose(Purpose::Poll),
        Err(why) => return Err(Stopped { why, run }),
    };
    let mut round = Round {
        parts,
        refresh,
        client,
        stop,
        run,
        met: Vec::new(),
        read_at: HashSet::new(),
    };
    let went = round.go(new, lost).await;
    round.count_calls();
    match went {
        Ok(()) => Ok(()),
        Err(why) => Err(Stopped {
            why: why.told_apart(&round.client).await,
            run: round.run,
        }),
    }
}

fn overlap(parts: &Parts) -> TimeDelta {
    TimeDelta::from_std(parts.config.overlap).unwrap_or_default()
}

impl Round<'_> {
    async fn go(
        &mut self,
        new: bool,
        mut lost: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<(), Stop> {
        if new {
            self.forget(None, None).await?;
        } else if self.run.unordered {
            // What was met is known to whoever read it, and that is not us.
            self.run.go_to_first_page();
        }
        loop {
            tokio::select! {
                read = self.read_and_tell() => read?,
                () = &mut lost => return Err(Stop::Abandon),
            }
            // Its commit gives the lease up, and then it is not lost.
            match finish(self.parts, self.refresh, &self.run).await? {
                Next::Ended => return Ok(()),
                Next::CatchUp(now) => self.run.catch_up(now, overlap(self.parts)),
            }
        }
    }

    /// Until there is nothing left to read or to tell.
    async fn read_and_tell(&mut self) -> Result<(), Stop> {
        loop {
            self.stay()?;
            self.read_around().await?;
            match self.run.step {
                Step::Read(kind) => match self.read(kind).await {
                    // Whoever takes it up after a rest begins the list anew, and would come no further.
                    Err(Stop::Rest(delay)) if self.run.unordered && may_wait(delay) => {
                        self.wait(delay).await;
                    }
                    read => read?,
                },
                Step::DeletedPosts => self.read_deleted_posts().await?,
                Step::Remove => self.remove().await?,
                Step::Tell => {
                    let (tenant, now) = (&self.refresh.tenant, self.refresh.clock.now());
                    let import = Some((self.refresh, &mut self.run));
                    if !tell(self.parts, tenant, Which::Marked(BATCH), now, import).await? {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// One read may have sent several. Those of the last page that a process has kept before it dies are not counted.
    fn count_calls(&mut self) {
        let sent = i32::try_from(self.client.take_calls()).unwrap_or(i32::MAX);
        self.run.calls = self.run.calls.saturating_add(sent);
    }

    /// Before each call: goes on only while nobody wants the process to end.
    pub(crate) fn stay(&mut self) -> Result<(), Stop> {
        self.count_calls();
        match self.stop.is_cancelled() {
            true => Err(Stop::Rest(Duration::ZERO)),
            false => Ok(()),
        }
    }

    pub(crate) async fn wait(&self, delay: Duration) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = tokio::time::sleep(delay) => {}
        }
    }

    async fn read(&mut self, kind: Kind) -> Result<(), Stop> {
        let since = self.run.since(kind);
        if since.is_some() && is_told_inside(kind, self.client.version()) {
            self.run.next_step();
            return Ok(());
        }
        let cursor = self.run.cursor();
        let asked_at = self.refresh.clock.no_later_than_now();
        let read = read::page(&self.client, kind, since, cursor.as_ref()).await;
        if let Some(greenhouse) = self.client.greenhouse_clock() {
            let now = Clocks::new(self.refresh.clock.now(), Some(greenhouse));
            self.run.note_clock(now, overlap(self.parts));
        }
        let page = match read {
            Ok(page) => page,
            Err(Remote::Rejected { .. } | Remote::NotFound { .. }) if cursor.is_some() => {
                tracing::info!(tenant = %self.refresh.tenant, kind = kind.as_str(), "a cursor was refused");
                return self.begin_list_anew(Some(kind)).await;
            }
            // Without these a job is still worth showing.
            Err(error) if kind != Kind::Job && can_do_without(&error) => {
                tracing::warn!(tenant = %self.refresh.tenant, %error, "left out of the import of jobs");
                if !self.run.not_read.contains(&kind) {
                    self.run.not_read.push(kind);
                }
                self.run.next_step();
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let next = page.next.as_ref();
        if next.is_some_and(|next| !self.read_at.insert(next.as_text().to_owned())) {
            return self.begin_list_anew(Some(kind)).await;
        }
        let first = cursor.is_none();
        if since.is_none() && first && page.ids.is_empty() {
            self.doubt_empty(kind).await?;
        }
        if since.is_none() && !self.run.unordered && !in_order(&page.ids, self.run.below) {
            self.begin_list_anew(Some(kind)).await?;
            self.run.unordered = true;
            return Ok(());
        }
        self.take_in(kind, page, since.is_none(), asked_at).await
    }

    async fn take_in(
        &mut self,
        kind: Kind,
        page: Records,
        whole: bool,
        asked_at: DateTime<Utc>,
    ) -> Result<(), Stop> {
        let (unordered, below, began) = (self.run.unordered, self.run.below, self.run.began);
        let last = page.next.is_none();
        // Kept before the page is: an import that breaks off goes on from the next page, and never sees these again.
        for belongings in &page.inside {
            self.keep_aside(belongings.page(asked_at)).await?;
        }
        let left = self.left_apart(kind, whole).await?;
        let lowest = page.ids.last().copied();
        let mut moved = self.run.clone();
        moved.turn_page(page.next.as_ref(), lowest);
        moved.odd |= !page.unread.is_empty() && !is_named_by_jobs(kind);
        if kind == Kind::Job {
            moved.counts.read += i32::try_from(page.records.len()).unwrap_or(i32::MAX);
        }
        if unordered {
            self.met.extend(page.records.iter().map(|record| record.id));
            self.met.extend(&page.unread);
        }
        let nothing_at_all = below.is_none() && last && page.ids.is_empty();
        let sweep = match (whole, unordered) {
            (false, _) => None,
            // Jobs name these by their ids: where there is none indeed, no job names one.
            _ if nothing_at_all && is_named_by_jobs(kind) => None,
            (true, false) => range(lowest, last, below, began),
            (true, true) => last.then_some(Sweep::Met {
                ids: &self.met,
                stored_before: began,
            }),
        };
        let listed = Page {
            unread: &page.unread,
            sweep,
            ..Page::of(kind, &page.records).asked_at(asked_at)
        };
        let note = |kept: &Kept| {
            moved.note(kind, kept, left);
            moved.stored()
        };
        let kept = self.keep(listed, !last, note).await?;
        self.run = moved;
        if last {
            self.met.clear();
            self.read_at.clear();
        }
        self.count(kind, page.records.len(), &kept);
        Ok(())
    }

    /// What a page leaves to further calls. A list that shows everything leaves nothing: what belongs to its records is
    /// listed as well.
    async fn left_apart(&self, kind: Kind, whole: bool) -> Result<Apart, Stop> {
        let version = self.client.version();
        if whole || (kind == Kind::Job && self.run.by_lists) {
            return Ok(Apart::default());
        }
        // v3 takes a call for many jobs, v1 one for each.
        let lists = match (kind, version) {
            (Kind::Job, Version::V1) => Some(self.calls_of_lists().await?),
            _ => None,
        };
        let kinds = apart(kind, version);
        Ok(Apart { kinds, lists })
    }

    /// Calls that the lists of all posts, of their places and of all stages take, by what is known of them.
    async fn calls_of_lists(&self) -> Result<usize, Stop> {
        let (store, tenant) = (&self.parts.store, &self.refresh.tenant);
        let posts = store.count_job_parts(tenant, Kind::Post).await?;
        let stages = store.count_job_parts(tenant, Kind::Stage).await?;
        let pages = |rows: i64| usize::try_from(rows).unwrap_or_default() / ROWS + 1;
        Ok(2 * pages(posts) + pages(stages))
    }

    /// Keeps a page; `moved` is where the import then is, which may depend on what was kept.
    async fn keep(
        &self,
        page: Page<'_>,
        save: bool,
        moved: impl FnOnce(&Kept) -> Value + Send,
    ) -> Result<Kept, Stop> {
        let store = &self.parts.store;
        if page.is_empty() && !save {
            return Ok(Kept::default());
        }
        let kept = store.keep_job_page(self.refresh, page, save, moved).await?;
        kept.ok_or(Stop::Abandon)
    }

    fn count(&self, kind: Kind, read: usize, kept: &Kept) {
        if kind != Kind::Job {
            return;
        }
        let metrics = &self.parts.metrics;
        let same = read - kept.new.len() - kept.changed.len();
        metrics.polled(Resource::Jobs, RecordAction::New, kept.new.len() as u64);
        metrics.polled(Resource::Jobs, RecordAction::Same, same as u64);
    }

    /// Each call stays with the import until what it showed is kept: whoever goes on does not see that something changed.
    async fn read_around(&mut self) -> Result<(), Stop> {
        while let Some(next) = self.run.around.last().cloned() {
            self.stay()?;
            let asked_at = self.refresh.clock.no_later_than_now();
            let read = next.read(&self.client).await?;
            self.run.odd |= read.iter().any(Belongings::is_odd);
            for belongings in &read {
                self.keep_aside(belongings.page(asked_at)).await?;
            }
            self.run.around.pop();
            let further = next.further(&read);
            self.run.around.extend(further);
        }
        Ok(())
    }

    /// Keeps records that are not on the page the import is at.
    pub(crate) async fn keep_aside(&self, page: Page<'_>) -> Result<(), Stop> {
        let here = self.run.stored();
        self.keep(page, false, |_| here).await.map(drop)
    }

    async fn read_deleted_posts(&mut self) -> Result<(), Stop> {
        let cursor = self.run.cursor();
        let read = read::deleted_posts(&self.client, self.run.since, cursor.as_ref()).await;
        let (ids, next) = match read {
            Ok(page) => page,
            Err(Remote::Rejected { .. } | Remote::NotFound { .. }) if cursor.is_some() => {
                return self.begin_list_anew(None).await;
            }
            Err(error) if can_do_without(&error) => {
                self.run.next_step();
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let mut moved = self.run.clone();
        moved.turn_page(next.as_ref(), None);
        let page = Page {
            removed: &ids,
            ..Page::of(Kind::Post, &[])
        };
        let run = moved.stored();
        self.keep(page, next.is_some(), |_| run).await?;
        self.run = moved;
        Ok(())
    }

    async fn begin_list_anew(&mut self, kind: Option<Kind>) -> Result<(), Stop> {
        self.met.clear();
        self.read_at.clear();
        if !self.run.begin_list_anew() {
            return Err(Stop::Retry(
                Problem::new(Code::UnexpectedAnswer).detail("a list of jobs does not end"),
            ));
        }
        match kind {
            Some(_) => self.forget(kind, None).await,
            None => Ok(()),
        }
    }

    pub(crate) async fn forget(&self, kind: Option<Kind>, ids: Option<&[i64]>) -> Result<(), Stop> {
        let store = &self.parts.store;
        match store.forget_missing(self.refresh, kind, ids).await? {
            true => Ok(()),
            false => Err(Stop::Abandon),
        }
    }
}

/// Whether a wait for the limit is short enough for the import to stay in hand.
pub(crate) fn may_wait(delay: Duration) -> bool {
    !delay.is_zero() && delay < PATIENCE
}

/// Where a page of a whole list in order tells what is gone: down to its `lowest` id, the last page down to the end, and
/// nowhere if it is empty and others follow.
fn range(
    lowest: Option<i64>,
    last: bool,
    below: Option<i64>,
    stored_before: DateTime<Utc>,
) -> Option<Sweep<'static>> {
    (last || lowest.is_some()).then_some(Sweep::Range {
        floor: lowest.filter(|_| !last),
        below,
        stored_before,
    })
}

/// Whether the ids of a page go down, and begin below the page before.
fn in_order(ids: &[i64], below: Option<i64>) -> bool {
    let begins = match (ids.first(), below) {
        (Some(first), Some(below)) => *first < below,
        _ => true,
    };
    begins && ids.is_sorted_by(|one, next| one > next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_page_before_the_last_one_tells_of_nothing_gone() {
        let floor = |lowest, last| match range(lowest, last, Some(10), Utc::now()) {
            Some(Sweep::Range { floor, .. }) => Some(floor),
            _ => None,
        };
        assert_eq!(floor(None, false), None);
        assert_eq!(floor(Some(3), false), Some(Some(3)));
        assert_eq!(floor(Some(3), true), Some(None));
        assert_eq!(floor(None, true), Some(None));
    }

    #[test]
    fn a_page_in_order_goes_down_from_the_one_before() {
        assert!(in_order(&[9, 7, 3], Some(10)));
        assert!(in_order(&[], Some(10)));
        assert!(!in_order(&[9, 9], None));
        assert!(!in_order(&[3, 7], None));
        assert!(!in_order(&[10, 7], Some(10)));
    }
}
