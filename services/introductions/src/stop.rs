//! Why an operation does not go on, and what is done with it: the one place where an error becomes a decision.

use std::time::Duration;

use accounts::AccountError;
use boot::metrics::Outcome;
use domain::settings::{ImportAs, Settings};
use domain::{Code, Problem, backoff};
use harvest::{Error as Remote, FieldError, Operation, Whose};
use store::claim::StepRecord;
use store::journal::JournalError;

use crate::memory::MINUTE;
use crate::profile::named;
use crate::send_error::SendError;

/// How long an operation rests that a process without the right keys has met.
const UNTIL_PUT_RIGHT: Duration = Duration::from_secs(60);

/// So many tries that were not answered may belong to one bad minute of Greenhouse's, up and down again: their rests stop
/// growing at sixteen seconds, so that what waits goes on within half a minute of its end. That nothing begins in an outage
/// keeps the load off. From then on it is a bad day of this operation's own, and they grow as all others do.
pub(crate) const OF_ONE_BAD_MINUTE: u32 = 10;
/// The try after which they stop.
const STOPS_GROWING: u32 = 4;

/// What Greenhouse does not show yet is looked for every minute, for about as long as ten tries last elsewhere.
const TRIES_UNSHOWN: u32 = 20;

/// What to do with an operation that does not go on.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Leave it alone: the lease is gone, and whoever has it now decides.
    Abandon,
    /// The database did not do it, or did not say that it did: give it back as soon as the database takes that. The end
    /// of the lease would do it too, much later.
    GiveBack,
    /// Give it back for a while; no attempt is counted.
    Wait { delay: Duration, code: Code },
    /// Give it back with backoff; an attempt is counted.
    Retry(Problem),
    /// Pause the tenant until its admin acts, and give the operation back.
    Pause(Problem),
    /// End it: the answer says what was refused.
    Fail(Problem),
    /// Set it aside for a human.
    Park(Problem),
}

/// What is known about the effect of a write that did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Certainly none; it may be sent again.
    None,
    /// Certainly none, and sending it again would be refused again.
    Refused,
    /// It may have happened.
    Unknown,
}

impl Effect {
    pub(crate) fn of(error: &Remote) -> Effect {
        match error {
            Remote::NotSent { .. }
            | Remote::Denied { .. }
            | Remote::Throttled { .. }
            | Remote::Unauthorized { .. }
            | Remote::Forbidden { .. }
            | Remote::Credential { .. }
            | Remote::NotServed { .. }
            | Remote::Processing { .. }
            // 404 may also mean "not ready yet": a person whom Greenhouse still creates is not found for minutes.
            | Remote::NotFound { .. } => Effect::None,
            // What is read before a write, which was not sent then.
            Remote::Rejected { operation, .. } if !operation.is_write() => Effect::None,
            // Nor is what is written about them accepted until then.
            Remote::Rejected { .. } if about_absent_person(error) => Effect::None,
            Remote::Rejected { .. } if for_now(error) => Effect::None,
            Remote::Rejected { .. } => Effect::Refused,
            Remote::Unknown { .. } | Remote::Accepted { .. } | Remote::Unavailable { .. } => {
                Effect::Unknown
            }
        }
    }
}

impl Stop {
    pub(crate) fn wait(delay: Duration, code: Code) -> Stop {
        Stop::Wait { delay, code }
    }

    /// How often is tried what goes wrong like this. An answer does not change by asking more often; an outage ends.
    pub(crate) fn tries(problem: &Problem) -> u32 {
        match problem.code {
            Code::GreenhouseUnavailable => backoff::MAX_ATTEMPTS_UNANSWERED,
            Code::WaitingForProof => TRIES_UNSHOWN,
            _ => backoff::MAX_ATTEMPTS,
        }
    }

    /// How long it rests after this many tries failed, the last one with this; none where there are no more.
    pub(crate) fn rest(problem: &Problem, failures: u32, random_unit: f64) -> Option<Duration> {
        let rest = match problem.code {
            Code::GreenhouseUnavailable => {
                let later = failures.saturating_sub(OF_ONE_BAD_MINUTE - STOPS_GROWING);
                backoff::delay(failures.min(STOPS_GROWING).max(later), random_unit)
            }
            Code::WaitingForProof => backoff::within(MINUTE, failures, random_unit),
            _ => backoff::delay(failures, random_unit),
        };
        (failures < Stop::tries(problem)).then_some(rest)
    }

    /// An earlier try was refused and must not be sent again.
    pub(crate) fn refused_earlier(step: &StepRecord) -> Stop {
        let code = step.code.as_deref().and_then(|word| word.parse().ok());
        Stop::Fail(Problem::new(code.unwrap_or(Code::UnexpectedAnswer)))
    }

    /// How the metrics call it.
    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Stop::Abandon
            | Stop::GiveBack
            | Stop::Wait { .. }
            | Stop::Retry(_)
            | Stop::Pause(_) => Outcome::Retry,
            Stop::Fail(_) => Outcome::Reject,
            Stop::Park(_) => Outcome::Park,
        }
    }

    /// The catalogue's word for it.
    pub(crate) fn code(&self) -> Option<Code> {
        match self {
            Stop::Abandon => None,
            Stop::GiveBack => Some(Code::DatabaseUnavailable),
            Stop::Wait { code, .. } => Some(*code),
            Stop::Retry(problem)
            | Stop::Pause(problem)
            | Stop::Fail(problem)
            | Stop::Park(problem) => Some(problem.code),
        }
    }

    /// Where in the event, or which setting, it is about.
    pub(crate) fn field(&self) -> Option<&str> {
        match self {
            Stop::Abandon | Stop::GiveBack | Stop::Wait { .. } => None,
            Stop::Retry(problem)
            | Stop::Pause(problem)
            | Stop::Fail(problem)
            | Stop::Park(problem) => problem.field.as_deref(),
        }
    }

    /// A right that no choice of the tenant asks for is missing to the event alone that does: the others go on. That is v1's
    /// right to add prospects; in v3 whoever may add candidates may add these.
    pub(crate) fn unless_chosen(self, settings: &Settings) -> Stop {
        match self {
            Stop::Pause(problem)
                if problem.code == Code::ScopeMissing
                    && problem.field.as_deref() == Operation::ProspectsCreate.permission()
                    && settings.import_as != ImportAs::Prospect =>
            {
                Stop::Park(problem)
            }
            other => other,
        }
    }
}

impl From<JournalError> for Stop {
    fn from(error: JournalError) -> Stop {
        match error {
            JournalError::LeaseLost => Stop::Abandon,
            // What was written so far goes with it, so that the erasure finds where the person is.
            JournalError::Barred => Stop::wait(Duration::ZERO, Code::PersonErased),
            JournalError::Refused => Stop::Retry(Code::Internal.into()),
            JournalError::Unavailable => Stop::GiveBack,
        }
    }
}

impl From<store::Error> for Stop {
    fn from(error: store::Error) -> Stop {
        tracing::warn!(%error, "the database stopped an operation");
        Stop::GiveBack
    }
}

impl From<Remote> for Stop {
    fn from(error: Remote) -> Stop {
        let code = refusal(&error);
        match error {
            Remote::Denied { retry_after } | Remote::Throttled { retry_after, .. } => {
                Stop::wait(retry_after, Code::Throttled)
            }
            Remote::NotSent { .. } | Remote::Unavailable { .. } => {
                Stop::Retry(Code::GreenhouseUnavailable.into())
            }
            // The write may have happened: soon is the best time to look.
            Remote::Unknown { .. } | Remote::Accepted { .. } => {
                Stop::wait(Duration::from_millis(500), Code::WaitingForProof)
            }
            Remote::Unauthorized { .. } => Stop::Pause(Code::CredentialRefused.into()),
            Remote::Credential { whose, .. } => match whose {
                Whose::Consent => Stop::Pause(Code::ConsentNeeded.into()),
                Whose::Tenant => Stop::Pause(Code::TokenEndpointRefused.into()),
                // A fault of this process as well: it was given a wrong secret.
                Whose::Partner => Stop::wait(UNTIL_PUT_RIGHT, Code::PartnerRefused),
            },
            Remote::NotServed { .. } => Stop::Pause(Code::V1NotServed.into()),
            Remote::Forbidden { scope, .. } => {
                Stop::Pause(Problem::new(Code::ScopeMissing).field(scope))
            }
            Remote::NotFound { .. } => Stop::Retry(Code::UnexpectedAnswer.into()),
            Remote::Processing { .. } => Stop::Retry(Code::WaitingForProof.into()),
            Remote::Rejected { .. } if about_absent_person(&error) => {
                Stop::Retry(Code::UnexpectedAnswer.into())
            }
            // No fault of the person: we asked for something that Greenhouse does not know, or not now.
            Remote::Rejected {
                operation, message, ..
            } if !operation.is_write() => {
                Stop::Retry(Problem::new(Code::UnexpectedAnswer).detail(message))
            }
            Remote::Rejected { .. } if for_now(&error) => {
                Stop::Retry(told(error, Code::UnexpectedAnswer))
            }
            Remote::Rejected { .. } => Stop::Fail(told(error, code)),
        }
    }
}

impl From<SendError> for Stop {
    fn from(error: SendError) -> Stop {
        match error {
            // No failure: whoever claims it next sends it.
            SendError::LeaseEnds => Stop::wait(Duration::ZERO, Code::WaitingForProof),
            SendError::ActingUserGone => Stop::Pause(Code::ActingUserMissing.into()),
            // The next try looks at them anew, and goes on with the others.
            SendError::JobsGone(_) => Stop::Retry(Code::UnexpectedAnswer.into()),
            SendError::Remote(error) => error.into(),
        }
    }
}

/// A refusal as a problem of this code, with the field that it names.
fn told(error: Remote, code: Code) -> Problem {
    let Remote::Rejected {
        message, fields, ..
    } = error
    else {
        return code.into();
    };
    let of = |complaint: &FieldError| match &complaint.field {
        Some(field) => Some(field.clone()),
        None => named(&complaint.message).map(str::to_owned),
    };
    let field = match &fields[..] {
        [] => named(&message).map(str::to_owned),
        complaints => complaints.iter().find_map(of),
    };
    Problem {
        field,
        ..Problem::new(code).detail(message)
    }
}

/// Whether a write was refused for what is going on there right now: a conflict, a lock, or that it came too early. Greenhouse
/// describes no such answer. By HTTP nothing was done, and the same may be taken later.
fn for_now(error: &Remote) -> bool {
    matches!(
        error,
        Remote::Rejected {
            status: 409 | 423 | 425,
            ..
        }
    )
}

/// What a refused write is told as.
fn refusal(error: &Remote) -> Code {
    let about_a_job = about_a_job(error);
    match error {
        Remote::Rejected { status: 404, .. } if about_a_job => Code::JobUnknown,
        _ if about_a_job && says_closed(error) => Code::JobClosed,
        _ if about_a_job => Code::ApplicationRefused,
        Remote::Rejected { status: 403, .. } => Code::ActingUserRefused,
        _ => Code::UnexpectedAnswer,
    }
}

/// The job was open a moment ago. Kept with the step, so that whoever goes on knows that it was not the person.
fn about_a_job(error: &Remote) -> bool {
    ["job_id", "job_ids", "job", "Job"]
        .iter()
        .any(|name| error.names_field(name))
}

/// Whether a refusal that is about a job says that it takes no applications. How it would is not described; what it leaves
/// open, a look at the job tells.
fn says_closed(error: &Remote) -> bool {
    let Remote::Rejected {
        message, fields, ..
    } = error
    else {
        return false;
    };
    let mut words = fields.iter().map(|one| &one.message).chain([message]);
    let closed = |text: &String| {
        ["not open", "closed"]
            .iter()
            .any(|word| text.contains(word))
    };
    words.any(closed) && !error.speaks_of_custom_fields()
}

/// The person was there a moment ago: still being created, or merged into somebody else by now. The next try finds out.
fn about_absent_person(error: &Remote) -> bool {
    error.names_field("candidate_id")
}

impl From<AccountError> for Stop {
    fn from(error: AccountError) -> Stop {
        match error {
            // A new credential came between claim and use: the next claim brings it.
            AccountError::Absent => Stop::wait(Duration::ZERO, Code::NotConnected),
            // A fault of this process, whose tenant can do nothing about it: another one may have what this one lacks.
            AccountError::Sealed => {
                tracing::error!(%error, "a master key or the partner's client id is missing here");
                Stop::wait(UNTIL_PUT_RIGHT, Code::CredentialSealed)
            }
            AccountError::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rests(code: Code, failures: impl IntoIterator<Item = u32>) -> Vec<Option<u64>> {
        let rest = |failures| Stop::rest(&code.into(), failures, 1.0);
        let rests = failures.into_iter().map(rest);
        rests.map(|rest| Some(rest?.as_secs())).collect()
    }

    #[test]
    fn who_was_not_answered_a_few_times_is_back_within_half_a_minute() {
        let first = rests(Code::GreenhouseUnavailable, 1..=OF_ONE_BAD_MINUTE);
        let longest = [2, 4, 8, 16, 16, 16, 16, 16, 16, 16];
        assert_eq!(first, longest.map(Some));
        let later = rests(Code::GreenhouseUnavailable, [11, 12, 16, 99, 100]);
        assert_eq!(later, [Some(32), Some(64), Some(900), Some(900), None]);
        let answered = rests(Code::UnexpectedAnswer, [4, 5, 9, 10]);
        assert_eq!(answered, [Some(16), Some(32), Some(512), None]);
    }

    #[test]
    fn who_is_not_shown_yet_is_looked_for_every_minute() {
        let all = rests(Code::WaitingForProof, [1, 6, 19, 20]);
        assert_eq!(all, [Some(2), Some(60), Some(60), None]);
    }

    /// In the forms in which refusals come.
    fn refused(status: u16, message: &str, complaints: &[(Option<&str>, &str)]) -> Stop {
        let complaint = |(field, message): &(Option<&str>, &str)| FieldError {
            field: field.map(str::to_owned),
            message: (*message).to_owned(),
        };
        Stop::from(Remote::Rejected {
            operation: Operation::CandidatesCreate,
            status,
            message: message.to_owned(),
            fields: complaints.iter().map(complaint).collect(),
        })
    }

    #[test]
    fn a_refusal_that_says_that_the_job_takes_none_is_told_as_a_closed_job() {
        for (stop, code) in [
            (refused(422, "Job is not open", &[]), Code::JobClosed),
            (
                refused(422, "", &[(None, "Job is closed")]),
                Code::JobClosed,
            ),
            (
                refused(422, "", &[(Some("job_id"), "is not open")]),
                Code::JobClosed,
            ),
            (
                refused(422, "", &[(Some("job_id"), "is invalid")]),
                Code::ApplicationRefused,
            ),
            (
                refused(422, "Job: custom field Closed by is required", &[]),
                Code::ApplicationRefused,
            ),
            (
                refused(422, "Account is closed", &[]),
                Code::UnexpectedAnswer,
            ),
        ] {
            assert_eq!(stop.code(), Some(code), "{stop:?}");
            assert!(matches!(stop, Stop::Fail(_)), "{stop:?}");
        }
    }

    #[test]
    fn the_field_is_told_where_the_words_alone_name_it() {
        let field = |stop| match stop {
            Stop::Fail(problem) | Stop::Retry(problem) => problem.field,
            other => panic!("{other:?}"),
        };
        let last_name = Some("last_name".to_owned());
        let words = "Last name is missing";
        assert_eq!(field(refused(422, words, &[])), last_name);
        assert_eq!(field(refused(422, "", &[(None, words)])), last_name);
        assert_eq!(field(refused(409, words, &[])), last_name);
        let title = Some("title".to_owned());
        let named = [(Some("title"), words)];
        assert_eq!(field(refused(422, words, &named)), title);
        assert_eq!(field(refused(422, "Unprocessable Content", &[])), None);
    }

    #[test]
    fn a_hundred_tries_last_half_a_day() {
        let window = |failures| Stop::rest(&Code::GreenhouseUnavailable.into(), failures, 1.0);
        let longest: Duration = (1..).map_while(window).sum();
        let hours = longest.as_secs() / 3600;
        assert!(
            (20..24).contains(&hours),
            "{hours} h at most, half of it on average"
        );
    }

    #[test]
    fn who_comes_too_early_waits_as_long_as_told_and_no_try_is_counted() {
        let told = Duration::from_secs(7);
        for error in [
            Remote::Throttled { retry_after: told },
            Remote::Denied { retry_after: told },
        ] {
            assert_eq!(Effect::of(&error), Effect::None, "{error:?}");
            let stop = Stop::from(error);
            let waits =
                matches!(stop, Stop::Wait { delay, code: Code::Throttled } if delay == told);
            assert!(waits, "{stop:?}");
        }
    }

    #[test]
    fn a_refused_read_is_no_refusal_of_what_was_to_be_written() {
        let refused = |operation| Remote::Rejected {
            operation,
            status: 422,
            message: "Unprocessable Content".into(),
            fields: Vec::new(),
        };
        let write = refused(Operation::CandidatesUpdate);
        assert_eq!(Effect::of(&write), Effect::Refused);
        assert!(matches!(Stop::from(write), Stop::Fail(_)));
        // As what the person has, which v3 is asked for before it is changed.
        let read = refused(Operation::CandidatesList);
        assert_eq!(Effect::of(&read), Effect::None);
        let stop = Stop::from(read);
        let code = stop.code();
        assert!(matches!(stop, Stop::Retry(_)), "{stop:?}");
        assert_eq!(code, Some(Code::UnexpectedAnswer));
    }
}
