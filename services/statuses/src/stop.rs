//! Why a look does not go on, and what is done with it: the one place where an error becomes a decision.

use std::time::Duration;

use accounts::AccountError;
use accounts::health::set_aside;
use domain::{Code, Problem, Tenant};
use harvest::Error as Remote;

use crate::Context;
use crate::schedule::LONGEST_REST;

/// Pauses a tenant because Greenhouse refused it; answers how long what was under way rests. Nothing is claimed of a
/// paused tenant, so no time at all; what cannot be written now is found out again later.
pub(crate) async fn pause(
    context: &Context,
    tenant: &Tenant,
    revision: i64,
    problem: &Problem,
) -> Duration {
    match set_aside(&context.store, tenant, revision, problem).await {
        Ok(_) => Duration::ZERO,
        Err(_) => LONGEST_REST,
    }
}

/// What to do with a look that does not go on. The watermark of a poll stays in every case.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Leave it: the lease is gone, and whoever has it now reads the same window.
    Abandon,
    /// Give it back for a while; nothing is wrong.
    Rest(Duration),
    /// Give it back with backoff.
    Retry(Problem),
    /// Pause the tenant until its admin acts.
    Pause(Problem),
}

impl From<store::Error> for Stop {
    fn from(error: store::Error) -> Stop {
        tracing::warn!(%error, "the database stopped a poll");
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

#[cfg(test)]
mod tests {
    use harvest::{Cause, Operation};

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
    fn a_missing_scope_pauses_and_is_named() {
        let error = Remote::Forbidden {
            operation: Operation::ApplicationsList,
            scope: "harvest:applications:list",
        };
        let Stop::Pause(problem) = Stop::from(error) else {
            panic!("the tenant must pause");
        };
        assert_eq!(problem.code, Code::ScopeMissing);
        assert_eq!(problem.field.as_deref(), Some("harvest:applications:list"));
    }

    #[test]
    fn an_answer_that_did_not_come_is_tried_again() {
        let error = Remote::Unavailable {
            cause: Cause::Timeout,
        };
        assert!(
            matches!(Stop::from(error), Stop::Retry(problem) if problem.code == Code::GreenhouseUnavailable)
        );
    }
}
