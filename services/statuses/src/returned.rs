//! Applications that seem to be back in an earlier stage: Greenhouse may put those of somebody who is anonymised there, and
//! a webhook that tells so may be lost or not be set up.

use std::collections::HashMap;

use accounts::Stop;
use domain::status::{Change, diff};
use domain::{ApplicationId, CandidateId};
use harvest::{Application, Candidate};

use crate::apart::apart;
use crate::look::Look;
use crate::news::is_worth_waiting;
use crate::observer::{Observer, Tracked};

impl Observer<'_> {
    /// Before anybody is told to be back: finds out who of them was anonymised. Nobody is forgotten for it, because here
    /// there is no address to look for them by, and what they have may only be hidden from us.
    pub(crate) async fn doubt_returns(
        &self,
        tracked: &Tracked,
        applications: &[&Application],
        look: &mut Look,
    ) -> Result<(), Stop> {
        let mut people: HashMap<ApplicationId, CandidateId> = HashMap::new();
        for (id, seen) in &look.observations {
            if let Some(known) = tracked.get(id)
                && let Some(last) = &known.snapshot
                && self.lead_back(&diff(Some(last), seen)).await?
            {
                people.insert(*id, known.greenhouse);
            }
        }
        if people.is_empty() {
            return Ok(());
        }
        let ids: Vec<ApplicationId> = people.keys().copied().collect();
        let (candidates, people) = (self.client.candidates(), &people);
        let read = apart(&ids, self.until(), |some| async move {
            let mut theirs: Vec<CandidateId> = some
                .iter()
                .filter_map(|id| people.get(id).copied())
                .collect();
            theirs.sort_unstable();
            theirs.dedup();
            candidates.by_ids(&theirs).await
        });
        let read = read.await?;
        let blank = |id: &CandidateId| {
            let person = read.rows.iter().find(|person| person.id == *id);
            person.is_some_and(shows_nothing)
        };
        for (id, person) in people {
            if let Some(seen) = look.observations.get_mut(id) {
                seen.anonymised |= blank(person);
            }
        }
        self.try_again(&read.unread).await?;
        let now = self.now();
        for one in applications {
            if read.unread.contains(&one.id) {
                look.observations.remove(&one.id);
                let waits = is_worth_waiting(one, now);
                look.early.extend(waits.then_some(one.id));
            }
        }
        Ok(())
    }

    /// Whether any of these changes leads to a stage that comes before the one it leads from.
    async fn lead_back(&self, changes: &[Change]) -> Result<bool, Stop> {
        for change in changes {
            if let Some(previous) = &change.previous
                && let Some((from, to)) = previous.stage.as_ref().zip(change.current.stage.as_ref())
                && let Some(job) = change
                    .current
                    .job_id
                    .filter(|job| previous.job_id == Some(*job))
                && from.job_stage_id != to.job_stage_id
            {
                let stages = (to.job_stage_id, from.job_stage_id);
                let plans = &self.context.plans;
                if plans.is_before(self.tenant, job, stages).await? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// Whether a record shows no way to its person, as that of somebody who was anonymised would.
fn shows_nothing(person: &Candidate) -> bool {
    let mut websites = person.website_addresses.iter();
    person.cannot_be_reached() && websites.all(|website| website.value.trim().is_empty())
}
