//! Whether whoever acts is there and shown anything: asked before what is not found ends an operation, or makes somebody.

use std::time::Duration;

use accounts::{sees_nothing, shows_nothing};
use chrono::{DateTime, TimeDelta, Utc};
use domain::Code;
use harvest::{Candidate, Client, Error as Remote, Purpose, Version};

use crate::attempt::Attempt;
use crate::memory::MINUTE;
use crate::send_error::SendError;
use crate::stop::Stop;

const SIGHT: &str = "sight";
const JOBS: &str = "jobs";
const LISTS: &str = "lists";

/// For so long a list that shows something is believed where somebody is made because another one shows nobody.
const LATELY: Duration = Duration::from_secs(5);

/// So long after somebody was made, all of Greenhouse knows them.
const KNOWN_AFTER: TimeDelta = TimeDelta::minutes(10);

/// Goes on where jobs are shown, which is believed for a minute, or where none are known.
///
/// # Errors
/// [`Stop::Pause`] where nothing is shown any more, or not even the list is found: the operation waits until somebody acts
/// who may list, or by a version that is served. Whatever a read fails with, as it then proves nothing.
pub(crate) async fn doubt_nothing(attempt: &Attempt<'_>) -> Result<(), Stop> {
    if attempt.memory().recall(SIGHT, JOBS).await? == Some(true) {
        return Ok(());
    }
    // That nothing is found may be all that v1 has to say, and so it may be of somebody in front of it.
    if attempt.greenhouse.version() == Version::V1 {
        answers(&attempt.greenhouse).await?;
    }
    let (store, tenant) = (&attempt.context.store, &attempt.claim.tenant);
    if sees_nothing::<Stop>(store, &attempt.greenhouse, tenant).await? {
        return Err(Stop::Pause(Code::NotSiteAdmin.into()));
    }
    let memory = attempt.memory();
    memory.remember(SIGHT, JOBS, &true, MINUTE).await
}

/// Whether v1 answers at all. A key may lack the right to list jobs alone; no import goes without that to list sources.
///
/// # Errors
/// Those of a read.
async fn answers(client: &Client) -> Result<(), Remote> {
    match client.jobs().any().await {
        Err(Remote::Forbidden { .. }) => client.sources().list().await.map(drop),
        answer => answer.map(drop),
    }
}

/// Goes on where a list has shown something within the last seconds: an empty one may be all that v3 shows whoever lost the
/// right to list, and somebody would be made who is there.
///
/// # Errors
/// As [`doubt_nothing`].
pub(crate) async fn be_sure(attempt: &Attempt<'_>) -> Result<(), Stop> {
    if attempt.greenhouse.version() == Version::V1 {
        return Ok(());
    }
    let look = async || match shows_nothing(&attempt.greenhouse).await? {
        true => Err(Stop::Pause(Code::NotSiteAdmin.into())),
        false => Ok((true, Some(LATELY))),
    };
    let sure = attempt.memory().or_look_up(SIGHT, LISTS, look).await;
    sure.map(drop)
}

/// A list has shown something.
pub(crate) async fn shown(attempt: &Attempt<'_>) -> Result<(), Stop> {
    let memory = attempt.memory();
    let known = attempt.greenhouse.version() == Version::V1
        || memory.recall(SIGHT, LISTS).await? == Some(true);
    match known {
        true => Ok(()),
        false => memory.remember(SIGHT, LISTS, &true, LATELY).await,
    }
}

/// What a write that was forbidden is told as: v1 may say it of whoever acts, in words that are not described.
pub(crate) async fn forbidden(attempt: &Attempt<'_>, error: Remote) -> Stop {
    match acting_user_is_gone(&attempt.proof()).await {
        Ok(true) => SendError::ActingUserGone.into(),
        // Who may not look for users may still lack another right.
        Ok(false) | Err(_) => error.into(),
    }
}

/// What became of a write for which nothing was found: v1 says so of whoever acts as well as of what it is about. Asked with
/// two calls, of each such answer.
///
/// A refusal where whoever acts is there and the person is shown: another try would be answered alike. Somebody who was
/// merged since is not shown, and somebody just made may be shown before they can be written to: the next try finds out.
pub(crate) async fn not_found(attempt: &Attempt<'_>, error: Remote) -> Stop {
    let client = attempt.proof();
    match acting_user_is_gone(&client).await {
        Ok(true) => return SendError::ActingUserGone.into(),
        Ok(false) => {}
        // It may be them who are not found.
        Err(_) => return error.into(),
    }
    if let Some(person) = attempt.person
        && let Ok(shown) = client.candidates().get(person).await
    {
        if !shown.is_some_and(|shown| is_known_by_all(attempt, &shown)) {
            return Stop::Retry(Code::WaitingForProof.into());
        }
        // v1 may say so of somebody whom whoever acts may see and not change.
        let code = match client.version() {
            Version::V1 => Code::ActingUserRefused,
            Version::V3 => Code::UnexpectedAnswer,
        };
        return Stop::Fail(code.into());
    }
    error.into()
}

/// Whether whoever v1 writes for is not there, or works there no more.
///
/// # Errors
/// Those of a read.
pub(crate) async fn acting_user_is_gone(client: &Client) -> Result<bool, Remote> {
    let Some(acting) = client.acting_user() else {
        return Ok(false);
    };
    let client = client.with_purpose(Purpose::Proof);
    let found = client.users().by_ids(&[acting]).await?;
    Ok(found.iter().all(|user| user.deactivated))
}

/// Whether somebody who is shown was made long enough ago to be written to everywhere.
pub(crate) fn is_known_by_all(attempt: &Attempt<'_>, shown: &Candidate) -> bool {
    is_old(attempt, shown.created_at)
}

/// Whether what was made then is known everywhere by now.
pub(crate) fn is_old(attempt: &Attempt<'_>, created_at: Option<DateTime<Utc>>) -> bool {
    let clock = attempt.greenhouse.greenhouse_clock();
    let now = clock.unwrap_or_else(Utc::now);
    created_at.is_some_and(|at| now - at > KNOWN_AFTER)
}
