//! The person an update is about: introduced before, or waited for until their introduction is imported.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{Code, IntrroCandidateId, Problem};
use harvest::Candidate;
use store::person::PersonKey;

use crate::attempt::Attempt;
use crate::stop::Stop;
use crate::{line, sight};

/// Tries after which somebody whom Greenhouse does not show counts as gone.
const LOOKS: u32 = 6;
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Somebody who was introduced, as Greenhouse has them now.
pub(crate) struct Introduced {
    pub(crate) key: PersonKey,
    pub(crate) candidate: IntrroCandidateId,
    pub(crate) record: Candidate,
    /// When the last update of this kind that was written had happened.
    last_change: Option<DateTime<Utc>>,
}

impl Introduced {
    /// Whether a later update came first: then this one changes nothing.
    pub(crate) fn is_ahead_of(&self, changed_at: DateTime<Utc>) -> bool {
        self.last_change.is_some_and(|last| last > changed_at)
    }
}

/// Reads the person, to whom the update is written from now on.
///
/// # Errors
/// [`Stop::Wait`] while their introduction may still come or is on its way, [`Stop::Fail`] when it did not,
/// [`Stop::Pause`] when Greenhouse shows nothing at all.
pub(crate) async fn find(
    attempt: &mut Attempt<'_>,
    candidate: IntrroCandidateId,
) -> Result<Introduced, Stop> {
    let claim = attempt.claim;
    let key = PersonKey::candidate(&claim.tenant, &candidate);
    let known = attempt
        .context
        .store
        .introduced(key, claim.kind, claim.operation)
        .await?;
    let Some(id) = known.greenhouse else {
        return Err(wait(attempt, known.expected));
    };
    // Before the look: what it shows is written back as a whole.
    line::stand_in(attempt, id).await?;
    match attempt.greenhouse.candidates().get(id).await? {
        Some(record) => {
            attempt.person = Some(record.id);
            Ok(Introduced {
                key,
                candidate,
                record,
                last_change: known.changed_at,
            })
        }
        // Just created, and not shown yet; or merged into somebody else, whose id we shall know.
        None if claim.attempts < LOOKS => Err(Stop::Retry(Code::WaitingForProof.into())),
        None => {
            sight::doubt_nothing(attempt).await?;
            Err(Stop::Fail(
                Problem::new(Code::CandidateGone).field("candidate_id"),
            ))
        }
    }
}

/// Events of one person can arrive in any order, so an update waits for its introduction, but not for ever. The
/// introduction's settlement ends the pause early.
fn wait(attempt: &Attempt<'_>, expected: bool) -> Stop {
    let claim = attempt.claim;
    let waited = (claim.clock.now() - claim.created_at)
        .to_std()
        .unwrap_or_default();
    let rest = claim.settings.introduction_wait().saturating_sub(waited);
    if rest.is_zero() && !expected {
        return Stop::Fail(Problem::new(Code::CandidateNotIntroduced).field("candidate_id"));
    }
    let second = Duration::from_secs(1);
    let pause = waited.clamp(second, LONGEST_PAUSE).min(rest.max(second));
    Stop::wait(pause, Code::WaitingForIntroduction)
}
