//! `CandidateProfileUpdated`: what is new in the profile and what Greenhouse lacks of it is written; what a recruiter has
//! corrected stays, and nothing is taken away.

use domain::{Code, Problem, StepKind};
use proto::v1;

use crate::attempt::{Attempt, Step};
use crate::memory::DAY;
use crate::profile::{self, Profile};
use crate::said::Said;
use crate::stop::Stop;
use crate::unshown::Unshown;
use crate::updated::{self, Update};
use crate::{candidate, introduced, references, tags};

pub(crate) async fn handle(
    attempt: &mut Attempt<'_>,
    event: v1::CandidateProfileUpdated,
) -> Result<(), Stop> {
    let claim = attempt.claim;
    let base = &attempt.context.config.intrro_url;
    let profile = Profile::parse(&claim.tenant, base, event.candidate.unwrap_or_default())
        .map_err(|_| Stop::Park(Problem::new(Code::Internal)))?;
    profile.warn_of_unusable(attempt);
    let told = event.changed_at.and_then(|at| at.to_utc());
    let changed_at = introduced::changed_at(attempt, told);
    let person = introduced::find(attempt, profile.candidate.clone(), Some(&profile)).await?;

    let superseded = person.is_ahead_of(changed_at);
    let step = Step::only(StepKind::UpdateProfile);
    let written_earlier = attempt.was_sent(&step);
    let mut changed = Vec::new();
    if !superseded {
        let unshown = Unshown::of(attempt, &person.record).await?;
        let said = Said::before(attempt, &profile.candidate).await?;
        let patch = profile.changes(&person.record, &unshown, &said);
        changed = over_all_tries(attempt, &step, profile::changed(&patch)).await?;
        candidate::edit(attempt, step, person.record.id, &patch)
            .await
            .map_err(|stop| profile::refused(stop, Code::EditRefused))?;
        if claim.settings.tags {
            let wanted = references::tags(attempt, &profile).await?;
            let has = &person.record.tags;
            if tags::apply_missing(attempt, person.record.id, has, &wanted).await? {
                changed.push("tags".to_owned());
            }
        }
    }
    let update = Update {
        introduction: String::new(),
        changed_at,
        superseded,
        changed,
        written_earlier,
        email_keys: profile.email_keys(&claim.tenant),
    };
    updated::settle(attempt, &person, update).await
}

/// What the edits of all tries have written, that of now included: one that took effect leaves nothing to a later try that
/// would tell what it was.
async fn over_all_tries(
    attempt: &Attempt<'_>,
    step: &Step,
    now: Vec<&'static str>,
) -> Result<Vec<String>, Stop> {
    let (memory, key) = (attempt.memory(), attempt.claim.operation.to_string());
    let mut changed: Vec<String> = match attempt.was_sent(step) {
        true => memory.recall("changed", &key).await?.unwrap_or_default(),
        false => Vec::new(),
    };
    for name in &now {
        if changed.iter().all(|one| one != name) {
            changed.push((*name).to_owned());
        }
    }
    if !now.is_empty() {
        memory.remember("changed", &key, &changed, DAY).await?;
    }
    Ok(changed)
}
