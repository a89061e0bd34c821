//! Why an import does not go on, and what is done with it: the one place where an error becomes a decision.

use std::time::Duration;

use accounts::AccountError;
use domain::{Code, Problem};
use harvest::Error as Remote;

/// What to do with an import that does not go on. What it has read so far stays in every case.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Leave it: the lease is gone, and whoever has it now goes on.
    Abandon,
    /// Give it back for a while; nothing is wrong.
    Rest(Duration),
    /// Give it back with backoff.
    Retry(Problem),
    /// End it and say why to whoever asked; the next one begins after a while.
    End(Problem),
    /// Pause the tenant until its admin acts.
    Pause(Problem),
}

impl From<store::Error> for Stop {
    fn from(error: store::Error) -> Stop {
        tracing::warn!(%error, "the database stopped an import of jobs");
        Stop::Retry(Code::Internal.into())
    }
}

impl From<AccountError> for Stop {
    fn from(error: AccountError) -> Stop {
        match error {
            // The next claim sees the new revision.
            AccountError::Absent => Stop::Rest(Duration::ZERO),
            AccountError::Sealed => Stop::Retry(Code::Internal.into()),
            AccountError::Store(error) => error.into(),
        }
    }
}

impl From<Remote> for Stop {
    fn from(error: Remote) -> Stop {
        match error {
            Remote::Denied { retry_after } | Remote::Throttled { retry_after } => {
                Stop::Rest(retry_after)
            }
            Remote::NotSent { .. } | Remote::Unavailable { .. } | Remote::Unknown { .. } => {
                Stop::Retry(Code::GreenhouseUnavailable.into())
            }
            Remote::Unauthorized { .. } => Stop::Pause(Code::CredentialRefused.into()),
            Remote::Credential { .. } => Stop::Pause(Code::TokenEndpointRefused.into()),
            Remote::Forbidden { scope, .. } => {
                Stop::Pause(Problem::new(Code::ScopeMissing).field(scope))
            }
            Remote::NotFound { .. } => Stop::Retry(Code::UnexpectedAnswer.into()),
            Remote::Rejected { message, .. } => {
                Stop::Retry(Problem::new(Code::UnexpectedAnswer).detail(message))
            }
        }
    }
}

/// Whether jobs are worth showing without what was asked for: the right is missing, or this Greenhouse has no such list.
pub(crate) fn can_do_without(error: &Remote) -> bool {
    matches!(
        error,
        Remote::Forbidden { .. } | Remote::NotFound { .. } | Remote::Rejected { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_rests_and_is_no_failure() {
        let retry_after = Duration::from_secs(7);
        for error in [
            Remote::Denied { retry_after },
            Remote::Throttled { retry_after },
        ] {
            assert!(matches!(Stop::from(error), Stop::Rest(delay) if delay == retry_after));
        }
    }

    #[test]
    fn a_refused_credential_pauses() {
        let error = Remote::Unauthorized {
            detail: String::new(),
        };
        assert!(
            matches!(Stop::from(error), Stop::Pause(problem) if problem.code == Code::CredentialRefused)
        );
    }
}
