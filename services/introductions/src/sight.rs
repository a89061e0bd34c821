//! Whether whoever acts is shown anything: asked before a list that lacks something ends an operation.

use accounts::sees_nothing;
use domain::Code;

use crate::attempt::Attempt;
use crate::references::{MINUTE, recall, remember};
use crate::stop::Stop;

const SIGHT: &str = "sight";
const JOBS: &str = "jobs";

/// Goes on where jobs are shown, which is believed for a minute, or where none are known.
///
/// # Errors
/// [`Stop::Pause`] where nothing is shown any more: the operation waits until somebody acts who may list.
pub(crate) async fn doubt_nothing(attempt: &Attempt<'_>) -> Result<(), Stop> {
    if recall::<bool>(attempt, SIGHT, JOBS).await? == Some(true) {
        return Ok(());
    }
    let (store, tenant) = (&attempt.context.store, &attempt.claim.tenant);
    if sees_nothing::<Stop>(store, &attempt.greenhouse, tenant).await? {
        return Err(Stop::Pause(Code::NotSiteAdmin.into()));
    }
    remember(attempt, SIGHT, JOBS, &true, MINUTE).await
}
