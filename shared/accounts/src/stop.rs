//! Why reading a tenant's Greenhouse does not go on, and what is done about it: the one place where an error of a poll, an
//! import of jobs or a look after webhooks becomes a decision. Writing has its own (an answer to a write may be unknown).

use std::time::Duration;

use domain::{Code, Problem};
use harvest::{Client, Error as Remote, Whose};

use crate::{AccountError, told_apart};

/// What to do with work that does not go on. What it has read and committed so far stays in every case.
#[derive(Debug)]
pub enum Stop {
    /// Leave it: the lease is gone, and whoever has it now goes on.
    Abandon,
    /// Give it back for a while; nothing is wrong.
    Rest(Duration),
    /// Give it back with backoff.
    Retry(Problem),
    /// Set the tenant aside until a look finds no more of it.
    Pause(Problem),
}

impl Stop {
    /// The same, a refusal of a read told as what it is; see [`told_apart`].
    #[must_use]
    pub async fn told_apart(self, client: &Client) -> Stop {
        match self {
            Stop::Pause(problem) => Stop::Pause(told_apart(client, problem).await),
            Stop::Abandon | Stop::Rest(_) | Stop::Retry(_) => self,
        }
    }
}

impl From<store::Error> for Stop {
    fn from(error: store::Error) -> Stop {
        tracing::warn!(%error, "the database stopped what was read of Greenhouse");
        Stop::Retry(match error {
            store::Error::Unavailable(_) => Code::DatabaseUnavailable.into(),
            store::Error::Schema(_) | store::Error::Corrupt(_) => Code::Internal.into(),
        })
    }
}

impl From<AccountError> for Stop {
    fn from(error: AccountError) -> Stop {
        match error {
            // The next claim sees the new revision.
            AccountError::Absent => Stop::Rest(Duration::ZERO),
            AccountError::Sealed => Stop::Retry(Code::CredentialSealed.into()),
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
            Remote::NotSent { .. }
            | Remote::Unavailable { .. }
            | Remote::Unknown { .. }
            | Remote::Accepted { .. } => Stop::Retry(Code::GreenhouseUnavailable.into()),
            Remote::Unauthorized { .. } => Stop::Pause(Code::CredentialRefused.into()),
            Remote::Credential { whose, .. } => match whose {
                Whose::Consent => Stop::Pause(Code::ConsentNeeded.into()),
                Whose::Tenant => Stop::Pause(Code::TokenEndpointRefused.into()),
                Whose::Partner => Stop::Retry(Code::PartnerRefused.into()),
            },
            Remote::NotServed { .. } => Stop::Pause(Code::V1NotServed.into()),
            Remote::Forbidden { scope, .. } => {
                Stop::Pause(Problem::new(Code::ScopeMissing).field(scope))
            }
            Remote::NotFound { .. } | Remote::Processing { .. } => {
                Stop::Retry(Code::UnexpectedAnswer.into())
            }
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
    fn a_database_that_is_away_is_no_fault_of_ours() {
        let code = |error: store::Error| match Stop::from(error) {
            Stop::Retry(problem) => problem.code,
            other => panic!("{other:?}"),
        };
        let away = store::Error::from(sqlx::Error::PoolTimedOut);
        assert_eq!(code(away), Code::DatabaseUnavailable);
        assert_eq!(code(store::Error::Corrupt("tenant")), Code::Internal);
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
    fn a_refused_credential_pauses() {
        let error = Remote::Unauthorized {
            detail: String::new(),
        };
        assert!(
            matches!(Stop::from(error), Stop::Pause(problem) if problem.code == Code::CredentialRefused)
        );
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
