//! Whether whoever acts is there and shown anything: asked before what is not found ends an operation.

use accounts::sees_nothing;
use domain::Code;
use harvest::{Error as Remote, Version};

use crate::attempt::Attempt;
use crate::memory::MINUTE;
use crate::stop::Stop;

const SIGHT: &str = "sight";
const JOBS: &str = "jobs";

/// Goes on where jobs are shown, which is believed for a minute, or where none are known.
///
/// # Errors
/// [`Stop::Pause`] where nothing is shown any more, or not even the list is found: the operation waits until somebody acts
/// who may list, or by a version that is served.
pub(crate) async fn doubt_nothing(attempt: &Attempt<'_>) -> Result<(), Stop> {
    if attempt.memory().recall(SIGHT, JOBS).await? == Some(true) {
        return Ok(());
    }
    // That nothing is found may be all that v1 has to say.
    if attempt.greenhouse.version() == Version::V1
        && let Err(error @ Remote::NotServed { .. }) = attempt.greenhouse.jobs().any().await
    {
        return Err(error.into());
    }
    let (store, tenant) = (&attempt.context.store, &attempt.claim.tenant);
    if sees_nothing::<Stop>(store, &attempt.greenhouse, tenant).await? {
        return Err(Stop::Pause(Code::NotSiteAdmin.into()));
    }
    let memory = attempt.memory();
    memory.remember(SIGHT, JOBS, &true, MINUTE).await
}

/// What became of a write for which v1 found nothing: it says so of whoever acts as well as of what it is about. Asked with
/// one call, of each such answer.
pub(crate) async fn not_found(attempt: &Attempt<'_>, error: Remote) -> Stop {
    if let Some(acting) = attempt.greenhouse.acting_user() {
        let users = attempt.proof();
        let users = users.users().by_ids(&[acting]).await;
        if users.is_ok_and(|found| found.iter().all(|user| user.deactivated)) {
            return Stop::Pause(Code::ActingUserMissing.into());
        }
    }
    error.into()
}
