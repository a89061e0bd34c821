//! From a claim to its handler: one `match` over the kinds of operation, and the end that all of them share.

use boot::metrics::Terminal;
use domain::{Code, IntrroCandidateId, OperationKind, Problem};
use harvest::Client;
use proto::Command;
use store::claim::Claim;
use store::journal::{End, JournalError, Settlement, StepWrite};
use store::outbox::Announcement;

use crate::answers::Applied;
use crate::asker::{Asked, Asker};
use crate::attempt::{Attempt, confirmed_kinds, crash_after_confirm};
use crate::stop::Stop;
use crate::{
    Context, applications, candidate_profile_updated, introduction_accepted,
    introduction_status_changed,
};

/// Kinds of operation that workers perform; `candidate_erasure_requested` has a loop of its own.
pub(crate) const KINDS: &[OperationKind] = &[
    OperationKind::IntroductionAccepted,
    OperationKind::IntroductionStatusChanged,
    OperationKind::CandidateProfileUpdated,
];

/// A try that did not go through: why, and what it learnt on the way.
pub(crate) struct Stopped {
    pub(crate) stop: Stop,
    pub(crate) learnt: Vec<StepWrite>,
    /// What became of the picked jobs by then.
    pub(crate) applied: Vec<Applied>,
}

impl Stopped {
    /// Nothing is known of what this try did.
    pub(crate) fn unaware(claim: &Claim, stop: Stop) -> Stopped {
        Stopped {
            stop,
            learnt: Vec::new(),
            applied: applications::so_far(claim, &[], Vec::new()),
        }
    }
}

/// Runs the handler of the claim's kind; on success the operation is settled.
pub(crate) async fn handle(context: &Context, claim: &Claim) -> Result<(), Stopped> {
    let greenhouse = match context
        .accounts
        .client_at(&claim.tenant, claim.connection, claim.revision)
        .await
    {
        Ok(client) => client,
        Err(error) => return Err(Stopped::unaware(claim, error.into())),
    };
    let mut attempt = Attempt::new(context, claim, greenhouse);
    match dispatch(&mut attempt).await {
        Ok(()) => Ok(()),
        Err(stop) => Err(Stopped {
            stop: told_apart(&attempt.greenhouse, stop)
                .await
                .unless_chosen(&claim.settings),
            learnt: attempt.learnt(),
            applied: applications::so_far(claim, &attempt.confirmed, attempt.applied),
        }),
    }
}

async fn told_apart(client: &Client, stop: Stop) -> Stop {
    match stop {
        Stop::Pause(problem) => Stop::Pause(accounts::told_apart(client, problem).await),
        other => other,
    }
}

async fn dispatch(attempt: &mut Attempt<'_>) -> Result<(), Stop> {
    match read(attempt.claim)? {
        Command::IntroductionAccepted(event) => {
            introduction_accepted::handle(attempt, *event).await
        }
        Command::IntroductionStatusChanged(event) => {
            introduction_status_changed::handle(attempt, *event).await
        }
        Command::CandidateProfileUpdated(event) => {
            candidate_profile_updated::handle(attempt, *event).await
        }
        Command::CandidateErasureRequested(_)
        | Command::JobsRefreshRequested(_)
        | Command::StatusRefreshRequested(_) => Err(Stop::Park(Code::Internal.into())),
    }
}

/// How an operation ends that will not be done.
pub(crate) struct Failure<'a> {
    end: fn(Problem) -> End,
    problem: Problem,
    /// What the last try failed with, where the problem is that all of them did.
    last_code: Option<Code>,
    /// What became of the picked jobs by then.
    applied: &'a [Applied],
}

impl<'a> Failure<'a> {
    pub(crate) fn refused(problem: Problem, applied: &'a [Applied]) -> Failure<'a> {
        Failure {
            end: End::Failed,
            problem,
            last_code: None,
            applied,
        }
    }

    pub(crate) fn parked(problem: Problem, applied: &'a [Applied]) -> Failure<'a> {
        Failure {
            end: End::Parked,
            ..Failure::refused(problem, applied)
        }
    }

    /// It was tried as often as it is, and failed with this in the end.
    pub(crate) fn exhausted(last: Problem, applied: &'a [Applied]) -> Failure<'a> {
        let last_code = Some(last.code);
        let problem = Problem {
            code: Code::RetriesExhausted,
            ..last
        };
        Failure {
            last_code,
            ..Failure::parked(problem, applied)
        }
    }

    /// What `bridge why` shows of the end; ids and codes only.
    fn outcome(&self) -> serde_json::Value {
        let mut outcome = serde_json::json!({
            "problem": { "code": self.problem.code, "field": self.problem.field },
            "applications": self.applied.iter().map(Applied::outcome).collect::<Vec<_>>(),
        });
        if let Some(code) = self.last_code {
            outcome["last_code"] = code.as_str().into();
        }
        outcome
    }
}

/// Ends an operation that will not be done, with the answer that says why.
pub(crate) async fn settle_failed(
    context: &Context,
    claim: &Claim,
    failure: Failure<'_>,
    learnt: Vec<StepWrite>,
) -> Result<(), JournalError> {
    tracing::info!(
        operation = %claim.operation, tenant = %claim.tenant, kind = claim.kind.as_str(),
        code = failure.problem.code.as_str(), field = failure.problem.field.as_deref(),
        remedy = failure.problem.code.remedy(), "operation ends without being done"
    );
    let answer = refusal(claim, &failure.problem, failure.applied);
    let outcome = failure.outcome();
    let terminal = terminal(failure.problem.code);
    let confirmed = confirmed_kinds(&learnt);
    let settlement = Settlement {
        end: (failure.end)(failure.problem),
        outcome,
        steps: learnt,
        person: None,
        mark: None,
        announcements: answer.into_iter().collect(),
    };
    context.journal.settle(claim, settlement).await?;
    crash_after_confirm(&confirmed);
    if claim.kind == OperationKind::IntroductionAccepted {
        context.metrics.introduction_ended(terminal);
    }
    Ok(())
}

/// How the objective counts an introduction that is not done. What the company or the platform decides spends nothing of
/// the error budget; a code that is not named here does, until somebody has judged it.
pub(crate) fn terminal(code: Code) -> Terminal {
    match code {
        Code::JobUnknown
        | Code::JobClosed
        | Code::AllJobsRefused
        | Code::CandidateRefused
        | Code::ApplicationRefused
        | Code::ActingUserRefused
        | Code::SeveralMatches
        | Code::CandidateGone
        | Code::ScopeMissing => Terminal::Refused,
        _ => Terminal::Failed,
    }
}

/// The answer to an operation that is not done, or not until somebody of its tenant has acted.
pub(crate) fn refusal(
    claim: &Claim,
    problem: &Problem,
    applied: &[Applied],
) -> Option<Announcement> {
    let asked = Asked::of(claim);
    let candidate = asked.candidate();
    let candidate = candidate.as_ref().map_or("", IntrroCandidateId::as_str);
    Asker::of(claim, candidate).refuse(&asked, problem, applied)
}

/// The stored event.
fn read(claim: &Claim) -> Result<Command, Stop> {
    let command = Asked::of(claim).into_command();
    command.ok_or_else(|| Stop::Park(Code::Internal.into()))
}
