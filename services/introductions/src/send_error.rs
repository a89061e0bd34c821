//! Why a write was not made, or may not have been.

use domain::JobId;
use harvest::Error as Remote;

/// What the send of a write failed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SendError {
    /// The lease is about to end; nothing was sent.
    LeaseEnds,
    /// Whoever v1 writes for is not there any more; nothing was written.
    ActingUserGone,
    /// A prospect was to be made for these jobs as well, which v1 does not have any more; nothing was written.
    JobsGone(Vec<JobId>),
    /// Greenhouse's answer, or that there is none.
    Remote(Remote),
}

impl From<Remote> for SendError {
    fn from(error: Remote) -> SendError {
        SendError::Remote(error)
    }
}
