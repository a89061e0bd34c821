//! What the lists of an import did not show: doubted, looked at once more, then removed and told.

use std::collections::HashSet;

use accounts::{Stop, sees_nothing};
use domain::Code;
use harvest::Version;
use store::jobs::{Kind, Page};

use crate::assemble::tell_gone;
use crate::import::{Round, may_wait};
use crate::read::{self, Found, IDS, can_do_without};

impl Round<'_> {
    /// Somebody who lost the right to list gets an empty list, and that must not close every job of the tenant.
    pub(crate) async fn doubt_empty(&mut self, kind: Kind) -> Result<(), Stop> {
        let (store, tenant) = (&self.parts.store, &self.refresh.tenant);
        match kind {
            Kind::Job if store.knows_jobs(tenant).await? => {
                Err(Stop::Retry(Code::JobsVanished.into()))
            }
            _ if is_named_by_jobs(kind) && store.count_job_parts(tenant, kind).await? > 0 => {
                self.doubt_absence().await
            }
            _ => Ok(()),
        }
    }

    /// The same of what is missing, whose list may have been cut short on the way.
    async fn doubt_absence(&mut self) -> Result<(), Stop> {
        let (store, tenant) = (&self.parts.store, &self.refresh.tenant);
        match sees_nothing::<Stop>(store, &self.client, tenant).await? {
            true => Err(Stop::Retry(Code::JobsVanished.into())),
            false => Ok(()),
        }
    }

    /// Jobs are looked at once more by their ids before they are told to be gone.
    pub(crate) async fn remove(&mut self) -> Result<(), Stop> {
        let store = &self.parts.store;
        if store.misses_anything(self.refresh).await? {
            self.doubt_absence().await?;
            if self.client.version() == Version::V1 {
                self.read_again().await?;
            }
        }
        let (store, tenant) = (&self.parts.store, &self.refresh.tenant);
        if !store.remove_missing_parts(self.refresh).await? {
            return Err(Stop::Abandon);
        }
        loop {
            self.stay()?;
            let missing = store.missing_jobs(self.refresh, IDS as i64).await?;
            if missing.is_empty() {
                break;
            }
            let asked_at = self.refresh.clock.no_later_than_now();
            let Found {
                records, unread, ..
            } = read::jobs(&self.client, &missing).await?;
            if records.is_empty() && unread.is_empty() {
                self.doubt_absence().await?;
            }
            let shown = |id: &i64| unread.contains(id) || records.iter().any(|one| one.id == *id);
            let gone: Vec<i64> = missing.iter().filter(|id| !shown(id)).copied().collect();
            self.keep_aside(Page::of(Kind::Job, &records).asked_at(asked_at))
                .await?;
            let import = Some((self.refresh, &mut self.run));
            let now = self.refresh.clock.now();
            tell_gone(self.parts, tenant, &gone, asked_at, now, import).await?;
            self.forget(Some(Kind::Job), Some(&missing)).await?;
        }
        self.run.next_step();
        Ok(())
    }

    /// v1 pages by number: a row that goes while a list is read takes all behind it forward, and the first one of the next
    /// page is never shown. Lists that something is missing from are read once more; what they show now is not gone.
    async fn read_again(&mut self) -> Result<(), Stop> {
        for kind in self.parts.store.kinds_missing(self.refresh).await? {
            let mut cursor = None;
            let mut read_at = HashSet::new();
            loop {
                self.stay()?;
                let asked_at = self.refresh.clock.no_later_than_now();
                let page = read::page(&self.client, kind, None, cursor.as_ref()).await;
                if let Err(error) = &page
                    && can_do_without(error)
                {
                    // Nothing shows whether it is gone.
                    self.forget(Some(kind), None).await?;
                    break;
                }
                let page = match page.map_err(Stop::from) {
                    Err(Stop::Rest(delay)) if may_wait(delay) => {
                        self.wait(delay).await;
                        continue;
                    }
                    page => page?,
                };
                let shown = page.records.iter().map(|record| record.id);
                let met: Vec<i64> = shown.chain(page.unread.iter().copied()).collect();
                self.keep_aside(Page::of(kind, &page.records).asked_at(asked_at))
                    .await?;
                self.forget(Some(kind), Some(&met)).await?;
                cursor = page.next;
                let Some(next) = &cursor else {
                    break;
                };
                if !read_at.insert(next.as_text().to_owned()) {
                    // It does not end, so nothing shows whether the rest is gone.
                    self.forget(Some(kind), None).await?;
                    break;
                }
            }
        }
        Ok(())
    }
}

/// Whether jobs name records of this kind by their ids: what none of them names is not missed.
pub(crate) fn is_named_by_jobs(kind: Kind) -> bool {
    matches!(kind, Kind::Department | Kind::Office | Kind::CloseReason)
}
