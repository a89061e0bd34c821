//! What the tasks of one connection name, each thing once, and what is done about it: people first, then applications.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use accounts::Stop;
use domain::webhook::Notice;
use domain::{ApplicationId, CandidateId};
use store::applications::Gone;

use crate::observer::{Observer, Tracked};

/// Whom a task is about.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Thing {
    Person(CandidateId),
    Application(ApplicationId),
    Nobody,
}

/// The person where the notice names one, so that all about one person is looked at together.
pub(crate) fn about(notice: &Notice) -> Thing {
    match notice {
        Notice::ApplicationChanged {
            application_id,
            candidate_id,
            ..
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

/// What a look at applications came to.
#[derive(Default)]
pub(crate) struct Looked {
    /// Those that must be looked at again soon.
    pub(crate) early: HashSet<ApplicationId>,
    /// Those that Greenhouse has shown.
    pub(crate) shown: HashSet<ApplicationId>,
}

/// What the tasks of one connection name, each once.
#[derive(Default)]
pub(crate) struct Named {
    pub(crate) changed: BTreeSet<ApplicationId>,
    /// Whose the changed ones are, where the notice tells.
    owners: BTreeMap<ApplicationId, CandidateId>,
    deleted: BTreeSet<ApplicationId>,
    people: BTreeSet<CandidateId>,
    merged: Vec<(CandidateId, CandidateId)>,
    anonymised: BTreeSet<CandidateId>,
    gone: BTreeSet<CandidateId>,
}

impl Named {
    pub(crate) fn note(&mut self, notice: &Notice) {
        match notice {
            Notice::ApplicationChanged {
                application_id,
                candidate_id,
                ..
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
    pub(crate) async fn act_on_people(
        &mut self,
        observer: &Observer<'_>,
    ) -> Result<Vec<ApplicationId>, Stop> {
        let (store, tenant) = (&observer.context.store, observer.tenant);
        let mut changed = Vec::new();
        for (old, new) in &self.merged {
            changed.extend(observer.merge(*old, *new, true).await?);
        }
        let anonymised = self.anonymised.iter().map(|id| (*id, Gone::Anonymised));
        let deleted = self.gone.iter().map(|id| (*id, Gone::Deleted));
        // Their applications are gone with them, and nothing else says so.
        let theirs: Vec<CandidateId> = self.gone.iter().copied().collect();
        self.deleted
            .extend(store.followed_of(tenant, &theirs).await?);
        for (candidate, gone) in anonymised.chain(deleted) {
            observer.erase(candidate, gone).await?;
        }
        let people: Vec<CandidateId> = self.people.iter().copied().collect();
        changed.extend(store.followed_of(tenant, &people).await?);
        Ok(changed)
    }

    pub(crate) async fn look(&self, observer: &Observer<'_>) -> Result<Looked, Stop> {
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
        let mut looked = read(observer, known).await?;
        if prospects.is_empty() {
            return Ok(looked);
        }
        // Where a prospect's application cannot be told yet, it is not known either whether a new one of theirs takes its
        // place: that one is looked at again as well.
        let late: HashSet<CandidateId> = prospects
            .values()
            .filter(|known| looked.early.contains(&known.application))
            .map(|known| known.greenhouse)
            .collect();
        let theirs = |id: &&ApplicationId| {
            let owner = self.owners.get(*id);
            owner.is_some_and(|owner| late.contains(owner))
        };
        looked.early.extend(strange.iter().filter(theirs));
        let successors = observer.tracked(&strange).await?;
        let successors = read(observer, successors.into_keys().collect()).await?;
        looked.early.extend(successors.early);
        looked.shown.extend(successors.shown);
        Ok(looked)
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

/// Reads followed applications and tells what has changed.
async fn read(observer: &Observer<'_>, ids: BTreeSet<ApplicationId>) -> Result<Looked, Stop> {
    let ids: Vec<ApplicationId> = ids.into_iter().collect();
    let mut looked = Looked::default();
    // No more than one call reads: what it showed is committed before the next one.
    let at_once = observer.client.applications().ids_per_call();
    for some in ids.chunks(at_once) {
        // What is not shown is hidden or gone: the audit finds out which.
        let read = observer.read(some).await?;
        if read.rows.is_empty() && read.unread.is_empty() {
            observer.doubt_nothing().await?;
        }
        looked.early.extend(read.unread);
        looked.shown.extend(read.rows.iter().map(|one| one.id));
        let sorted = observer.sort(&read.rows).await?;
        let seen = observer.observe(&sorted.tracked, &sorted.news).await?;
        looked.early.extend(seen.early);
    }
    Ok(looked)
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
                stands: None,
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
