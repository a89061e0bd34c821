//! An employee who is no user of Greenhouse yet, added as one where the tenant wants that.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::settings::ReferrerUnknown;
use domain::{Code, StepKind, UserId};
use harvest::{AddedUser, BulkRequest, BulkRequestId, Cause, Error as Remote, NewUser};
use serde::{Deserialize, Serialize};

use crate::attempt::{Attempt, Made, Step, Written};
use crate::memory::MINUTE;
use crate::stop::Stop;

/// How long an import waits for a user whom Greenhouse adds later.
const PATIENCE: Duration = MINUTE;
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// How long other imports know that somebody was asked for.
const ASKED_LASTS: Duration = Duration::from_secs(600);

/// A request under way to add somebody.
#[derive(Serialize, Deserialize)]
pub(crate) struct Adding {
    request: String,
    at: DateTime<Utc>,
}

impl Made for AddedUser {
    fn remote_id(&self) -> Option<i64> {
        match self {
            AddedUser::Now(user) => Some(user.id.0),
            AddedUser::Soon(_) => None,
        }
    }
}

/// Adds somebody whom a look has just not found; with a reason where that cannot be had.
pub(crate) async fn add(
    attempt: &mut Attempt<'_>,
    name: &str,
    email: &str,
    key: &str,
) -> Result<Result<UserId, Code>, Stop> {
    let new = new_user(name, email);
    let mut request = None;
    let written = attempt
        .write_once(
            step(),
            // The look of a moment ago found nobody.
            async |_, _| Ok(None),
            async |client| match client.users().create(&new).await.map_err(for_good)? {
                // Accepted is not done: until the user is there, nobody knows whether they will be.
                AddedUser::Soon(id) => {
                    request = Some(id.0);
                    let cause = Cause::Status(202);
                    Err(Remote::Unknown { cause }.into())
                }
                added => Ok(added),
            },
        )
        .await;
    if let Some(request) = request {
        let at = attempt.claim.clock.now();
        let adding = Adding { request, at };
        let memory = attempt.memory();
        memory
            .remember("new_user", key, &adding, ASKED_LASTS)
            .await?;
        return Err(Stop::wait(Duration::from_secs(1), Code::WaitingForReferrer));
    }
    match written {
        Ok(Written::Now(AddedUser::Now(user))) => Ok(Ok(user.id)),
        Ok(Written::Earlier(Some(id))) => Ok(Ok(UserId(id))),
        Ok(Written::Now(AddedUser::Soon(_)) | Written::Earlier(None)) => {
            Ok(Err(Code::ReferrerUnknown))
        }
        // Neither a refusal nor a missing right keeps the person from being introduced.
        Err(Stop::Fail(_)) => Ok(Err(Code::ReferrerRefused)),
        Err(Stop::Pause(problem)) if problem.code == Code::ScopeMissing => {
            Ok(Err(Code::ReferrerRefused))
        }
        Err(other) => Err(other),
    }
}

/// How a request stands that this import or another one has made.
pub(crate) async fn under_way(
    attempt: &mut Attempt<'_>,
    email: &str,
    adding: &Adding,
) -> Result<Result<UserId, Code>, Stop> {
    let request = BulkRequestId(adding.request.clone());
    let (over, refused) = standing(attempt.greenhouse.bulk_requests().get(&request).await)?;
    if over {
        // A refused one may be there as well: somebody else has added them since the look.
        if let Some(id) = with_address(attempt, email).await? {
            return Ok(Ok(id));
        }
        if refused {
            attempt.refuse_if_sent(&step(), Code::ReferrerRefused);
            return Ok(Err(Code::ReferrerRefused));
        }
    }
    let waited = attempt.claim.clock.since(adding.at);
    if waited < PATIENCE {
        let pause = waited.clamp(Duration::from_secs(1), LONGEST_PAUSE);
        return Err(Stop::wait(pause, Code::WaitingForReferrer));
    }
    leave(attempt);
    Ok(Err(Code::ReferrerUnknown))
}

/// Whether a request is over, and whether it was refused.
fn standing(answer: Result<BulkRequest, Remote>) -> Result<(bool, bool), Stop> {
    match answer {
        Ok(request) => Ok((request.completed, request.failed > 0)),
        // Asking again would get the same answer. Then the user alone will tell, when they are there.
        Err(
            Remote::Forbidden { .. }
            | Remote::NotFound { .. }
            | Remote::Rejected { .. }
            | Remote::Unavailable {
                cause: Cause::Unreadable { .. },
            },
        ) => Ok((true, false)),
        Err(error) => Err(error.into()),
    }
}

/// Adding somebody is about nobody whom Greenhouse still makes, so "not found" is not "not yet": the way to add users is
/// not there (Greenhouse has withdrawn one before), or v1 keeps it from the acting user.
fn for_good(error: Remote) -> Remote {
    match error {
        Remote::NotFound { operation, .. } => Remote::Rejected {
            operation,
            status: 404,
            message: "no way to add users".to_owned(),
            fields: Vec::new(),
        },
        other => other,
    }
}

/// Nobody knows whether the user will still come.
pub(crate) fn leave(attempt: &mut Attempt<'_>) {
    if attempt.is_unproven(&step()) {
        attempt.leave_unproven(&step());
    }
}

/// The user who has this address; proof of whoever was sent.
pub(crate) async fn with_address(
    attempt: &mut Attempt<'_>,
    email: &str,
) -> Result<Option<UserId>, Stop> {
    let users = attempt.greenhouse.users().by_primary_email(email).await?;
    if !users.is_empty() {
        attempt.confirm_if_sent(step());
    }
    Ok(users.first().map(|user| user.id))
}

/// Greenhouse wants a first and a last name; it refuses whoever has only one.
fn new_user(name: &str, email: &str) -> NewUser {
    let name = name.trim();
    let (first, last) = name.rsplit_once(char::is_whitespace).unwrap_or((name, ""));
    NewUser {
        first_name: first.trim_end().to_owned(),
        last_name: last.to_owned(),
        email: email.to_owned(),
    }
}

/// One introduction, one employee.
pub(crate) fn step() -> Step {
    Step::only(StepKind::AddUser)
}

/// Whether the tenant wants employees added.
pub(crate) fn adds(attempt: &Attempt<'_>) -> bool {
    attempt.claim.settings.referrer_unknown == ReferrerUnknown::AddUser
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stop::Effect;
    use harvest::Operation;

    #[test]
    fn not_found_is_a_refusal_to_add_somebody() {
        let operation = Operation::UsersCreate;
        let refusal = for_good(Remote::NotFound {
            operation,
            hidden: false,
        });
        assert_eq!(Effect::of(&refusal), Effect::Refused);
        assert!(matches!(Stop::from(refusal), Stop::Fail(_)));
        let cause = Cause::Status(502);
        let unknown = Remote::Unknown { cause };
        assert_eq!(for_good(unknown.clone()), unknown);
    }

    #[test]
    fn a_request_whose_state_cannot_be_had_counts_as_over() {
        let rejected = |status| Remote::Rejected {
            operation: Operation::BulkRequestsRetrieve,
            status,
            message: String::new(),
            fields: Vec::new(),
        };
        let operation = Operation::BulkRequestsRetrieve;
        let cause = Cause::Unreadable { line: 1, column: 2 };
        for error in [
            rejected(400),
            rejected(422),
            Remote::NotFound {
                operation,
                hidden: false,
            },
            Remote::Unavailable { cause },
        ] {
            let stands = standing(Err(error.clone()));
            assert!(matches!(stands, Ok((true, false))), "{error:?}");
        }
        let cause = Cause::Status(502);
        let stands = standing(Err(Remote::Unavailable { cause }));
        assert!(matches!(stands, Err(Stop::Retry(_))));
    }

    #[test]
    fn the_last_word_of_a_name_is_the_family_name() {
        let split = |name| {
            let user = new_user(name, "a@acme.com");
            (user.first_name, user.last_name)
        };
        let pair = |first: &str, last: &str| (first.to_owned(), last.to_owned());
        assert_eq!(
            split(" Grace Brewster  Hopper "),
            pair("Grace Brewster", "Hopper")
        );
        assert_eq!(split("Grace"), pair("Grace", ""));
        assert_eq!(split(""), pair("", ""));
    }
}
