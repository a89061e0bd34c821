//! What is followed from now on, and what the answer to its creation showed of it: told with the settlement, so that the
//! first status event comes with the answer and nobody has to look. What the answer leaves open `statuses` looks at, and
//! what was made while most hands were busy: where nothing but the bridge itself is the limit, answers come first.

use std::time::Duration;

use domain::CandidateId;
use harvest::Application;
use progress::{Subject, at_creation};
use store::applications::{Progress, TrackedApplication};
use store::journal::Tracked;

use crate::answers::{Applied, AppliedHow};
use crate::attempt::Attempt;
use crate::introduction::Introduction;

/// How long after the claim it may be told. Windows of the poll reach further back than this, so none that was read before
/// the application was followed is the last to show what has happened to it since.
const FRESH: Duration = Duration::from_secs(60);

/// One entry per application: a prospect has one for several jobs.
pub(crate) async fn follow(
    attempt: &Attempt<'_>,
    introduction: &Introduction,
    person: CandidateId,
    applications: &[Applied],
) -> Vec<Tracked> {
    let mut followed: Vec<Tracked> = Vec::new();
    for applied in applications {
        let Some(application) = applied.application() else {
            continue;
        };
        if followed
            .iter()
            .any(|known| known.application == application)
        {
            continue;
        }
        let tracked = TrackedApplication {
            application,
            greenhouse: person,
            candidate: introduction.profile.candidate.clone(),
            introductions: vec![introduction.id.clone()],
            job: Some(applied.job),
            snapshot: None,
            sequence: 0,
            converted_from: None,
            origin: None,
            anonymised: false,
            absent: false,
            introduced_at: None,
            observed_at: None,
        };
        let seen = match &applied.how {
            AppliedHow::Created(_, Some(answer)) => seen(attempt, &tracked, answer).await,
            _ => None,
        };
        followed.push(Tracked {
            application,
            job: tracked.job,
            introduction: introduction.id.clone(),
            seen: seen.map(Box::new),
        });
    }
    followed
}

async fn seen(
    attempt: &Attempt<'_>,
    tracked: &TrackedApplication,
    answer: &Application,
) -> Option<Progress> {
    let (claim, context) = (attempt.claim, attempt.context);
    let idle = context.hands.are_idle(&claim.tenant, &context.config);
    if !idle || claim.clock.elapsed() > FRESH {
        return None;
    }
    let planned = match (answer.job_id, &answer.stage_name) {
        (Some(job), Some(name)) if answer.job_stage_id.is_none() => {
            let planned = context.plans.stage(&claim.tenant, job, name).await;
            // What is done is not done again for it: without the stage a look follows.
            planned.unwrap_or_else(|error| {
                tracing::warn!(%error, "the plan of a job cannot be read");
                None
            })
        }
        _ => None,
    };
    let observation = at_creation(answer, planned, claim.clock.now())?;
    let trace = boot::telemetry::traceparent_or(claim.trace.as_deref());
    let subject = Subject {
        tenant: &claim.tenant,
        settings: &claim.settings,
        tracked,
        trace: trace.as_deref(),
    };
    match subject.progress(&observation) {
        Ok((progress, _)) => Some(progress),
        Err(error) => {
            tracing::error!(application = %tracked.application, %error, "a status event cannot be written");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::window::Windows;

    use super::*;

    #[test]
    fn windows_reach_further_back_than_the_first_sight_is_old() {
        assert!(FRESH < Windows::default().overlap);
    }
}
