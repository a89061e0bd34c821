//! `CandidateProfileUpdated`: what is new in the profile and what Greenhouse lacks of it is written; what a recruiter has
//! corrected stays, and nothing is taken away.

use domain::{Code, Problem, StepKind};
use proto::v1;

use crate::attempt::{Attempt, Step};
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
        changed = profile::changed(&patch);
        candidate::edit(attempt, step, person.record.id, &patch)
            .await
            .map_err(|stop| profile::refused(stop, Code::EditRefused))?;
        if claim.settings.tags {
            let wanted = references::tags(attempt, &profile).await?;
            let has = &person.record.tags;
            if tags::apply_missing(attempt, person.record.id, has, &wanted).await? {
                changed.push("tags");
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
