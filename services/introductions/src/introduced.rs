//! The person an update is about: introduced before, or waited for until their introduction is imported.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{CandidateId, Code, IntrroCandidateId, Problem};
use harvest::Candidate;
use store::applications::Gone;
use store::person::PersonKey;

use crate::attempt::Attempt;
use crate::profile::Profile;
use crate::stop::Stop;
use crate::{line, search, sight};

/// Tries after which somebody whom Greenhouse does not show counts as gone.
const LOOKS: u32 = 6;
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How far Intrro's clock may be ahead of ours.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

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

/// When what an update tells happened. What claims to be of later than any clock shows counts as of when it came, or it would be
/// the last word on the person until then.
pub(crate) fn changed_at(attempt: &Attempt<'_>, told: Option<DateTime<Utc>>) -> DateTime<Utc> {
    let claim = attempt.claim;
    let told = told.unwrap_or(claim.occurred_at);
    match told > claim.created_at + AHEAD {
        true => claim.created_at,
        false => told,
    }
}

/// Reads the person, to whom the update is written from now on. `profile`: what the update tells of them.
///
/// # Errors
/// [`Stop::Wait`] while their introduction may still come or is on its way, [`Stop::Fail`] when it did not,
/// [`Stop::Pause`] when Greenhouse shows nothing at all.
pub(crate) async fn find(
    attempt: &mut Attempt<'_>,
    candidate: IntrroCandidateId,
    profile: Option<&Profile>,
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
            let record = undoubted(attempt, record, profile).await?;
            attempt.person = Some(record.id);
            Ok(Introduced {
                key,
                candidate,
                record,
                // One of later was written when that was still believed.
                last_change: known
                    .changed_at
                    .filter(|at| *at <= claim.clock.now() + AHEAD),
            })
        }
        // Just created, and not shown yet; or merged into somebody else, whose id we shall know.
        None if claim.attempts < LOOKS => Err(Stop::Retry(Code::WaitingForProof.into())),
        None => {
            sight::doubt_nothing(attempt).await?;
            Err(gone())
        }
    }
}

/// Whether a record shows neither an e-mail address nor a phone number nor a link back to Intrro, as that of somebody who was
/// anonymised would. How that looks is not described.
pub(crate) fn shows_nothing(attempt: &Attempt<'_>, record: &Candidate) -> bool {
    let intrro = attempt.context.config.intrro_url.host_str();
    let intrro = intrro.unwrap_or_default().to_lowercase();
    let mut websites = record.website_addresses.iter();
    record.cannot_be_reached()
        && !websites.any(|website| website.value.to_lowercase().contains(&intrro))
}

/// The record of somebody whom we know from before, as it is to be written to. Who shows nothing was anonymised, unless
/// Greenhouse still finds them by an address and shows it then. Where there is none to ask by, nobody is forgotten.
///
/// # Errors
/// [`Stop::Fail`] where nothing may be written to them.
pub(crate) async fn undoubted(
    attempt: &Attempt<'_>,
    record: Candidate,
    profile: Option<&Profile>,
) -> Result<Candidate, Stop> {
    if !shows_nothing(attempt, &record) {
        return Ok(record);
    }
    if let Some(profile) = profile.filter(|profile| !profile.emails.is_empty()) {
        let found = search::by_email(&attempt.greenhouse, profile).await?;
        match found.into_iter().find(|one| one.id == record.id) {
            Some(one) if !shows_nothing(attempt, &one) => return Ok(one),
            // What it has is hidden from us, and writing would replace it.
            Some(_) => {}
            None => forget(attempt, record.id).await?,
        }
    }
    Err(gone())
}

/// The end of whatever was to be written to somebody who is gone.
pub(crate) fn gone() -> Stop {
    Stop::Fail(Problem::new(Code::CandidateGone).field("candidate_id"))
}

/// Forgets the way to somebody who was anonymised and tells Intrro, as a webhook about it would have.
///
/// # Errors
/// Those of the store.
pub(crate) async fn forget(attempt: &Attempt<'_>, id: CandidateId) -> Result<(), Stop> {
    let (store, tenant) = (&attempt.context.store, &attempt.claim.tenant);
    let tell = |erased: &_| {
        let told = progress::anonymised(tenant, id, erased);
        told.inspect_err(|error| tracing::error!(%error, "a candidate event cannot be written"))
            .ok()
    };
    let forgotten = store.erase_candidate(tenant, id, Gone::Anonymised, tell);
    Ok(forgotten.await?)
}

/// Events of one person can arrive in any order, so an update waits for its introduction, but not for ever. The
/// introduction's settlement ends the pause early.
fn wait(attempt: &Attempt<'_>, expected: bool) -> Stop {
    let claim = attempt.claim;
    let waited = claim.clock.since(claim.created_at);
    let rest = claim.settings.introduction_wait().saturating_sub(waited);
    if rest.is_zero() && !expected {
        return Stop::Fail(Problem::new(Code::CandidateNotIntroduced).field("candidate_id"));
    }
    let second = Duration::from_secs(1);
    let pause = waited.clamp(second, LONGEST_PAUSE).min(rest.max(second));
    Stop::wait(pause, Code::WaitingForIntroduction)
}
