//! `IntroductionAccepted`: one candidate under the picked jobs, credited, tagged and with a note: once.

use boot::metrics::{Arrival, Terminal};
use domain::Code;
use proto::v1;
use store::journal::{self, End, Settlement};
use store::person::PersonKey;

use crate::answers::{self, Applied, How, Imported};
use crate::applications;
use crate::asker::Asker;
use crate::attempt::Attempt;
use crate::follow::follow;
use crate::handler::{self, Failure, settle_failed};
use crate::introduction::Introduction;
use crate::person::Person;
use crate::references;
use crate::stop::Stop;
use crate::{candidate, line, note, tags};

pub(crate) async fn handle(
    attempt: &mut Attempt<'_>,
    event: v1::IntroductionAccepted,
) -> Result<(), Stop> {
    let claim = attempt.claim;
    let base = &attempt.context.config.intrro_url;
    let introduction = &Introduction::parse(&claim.tenant, base, &claim.settings, event)
        .map_err(|_| Stop::Park(Code::Internal.into()))?;
    if claim.erased_before {
        attempt.warn(Code::ErasedBefore.into());
    }
    introduction.profile.warn_of_unusable(attempt);
    line::keep_place(attempt).await?;
    let mut jobs = applications::sort_jobs(attempt, introduction).await?;
    if jobs.first().is_none() {
        return settle_refused(attempt, jobs.refused()).await;
    }
    let mut references = references::resolve(attempt, introduction).await?;
    // A foreseen write counts as sent after a crash: only where a read can show that it was not.
    if attempt.greenhouse.notes().can_be_read() {
        attempt.foresee(note::step());
    }
    let found =
        candidate::find_or_create(attempt, introduction, &mut jobs, &mut references).await?;
    let Some(person) = found else {
        return settle_refused(attempt, jobs.refused()).await;
    };
    if !person.is_new() {
        line::stand_in(attempt, person.id).await?;
    }
    attempt.person = Some(person.id);
    applications::apply(attempt, introduction, &person, &jobs, &mut references).await?;
    let filled = candidate::fill_gaps(attempt, introduction, &person).await;
    attempt.forgo(filled, "candidate")?;
    let tagged = tags::apply(attempt, &person, &references).await;
    attempt.forgo(tagged, "candidate.tags")?;
    let noted = note::add(attempt, introduction, &person).await;
    attempt.forgo(noted, "message")?;
    settle(attempt, introduction, &person).await
}

async fn settle(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
    person: &Person,
) -> Result<(), Stop> {
    let (claim, applications) = (attempt.claim, std::mem::take(&mut attempt.applied));
    let asker = Asker::of(claim, introduction.profile.candidate.as_str());
    // The person is in Greenhouse, but under none of the jobs: that is not what was asked for.
    let refused = applications
        .iter()
        .all(|applied| applied.application().is_none());
    let problem = refused.then(|| applications::common_problem(&applications));
    let notice = match &problem {
        Some(problem) => answers::failed(&asker, introduction.id.as_str(), problem, &applications),
        None => Imported {
            introduction,
            greenhouse: person.id,
            how: person.how(),
            applications: &applications,
            warnings: &attempt.warnings,
        }
        .notice(&asker),
    };
    let announcement = asker.answer(&notice);
    let code = problem.as_ref().map(|problem| problem.code);
    let tracked = follow(attempt, introduction, person.id, &applications).await;
    let end = match problem {
        None => End::Done,
        Some(problem) if problem.code == Code::RetriesExhausted => End::Parked(problem),
        Some(problem) => End::Failed(problem),
    };
    let settlement = Settlement {
        end,
        outcome: outcome(attempt, person, &applications),
        steps: Vec::new(),
        person: Some(journal::Person {
            greenhouse: person.id,
            candidate: introduction.profile.candidate.clone(),
            candidate_key: PersonKey::candidate(&claim.tenant, &introduction.profile.candidate),
            email_keys: introduction.profile.email_keys(&claim.tenant),
            tracked,
        }),
        mark: None,
        announcements: announcement.into_iter().collect(),
    };
    attempt.settle(settlement).await?;
    let (terminal, arrival) = match (code, person.how()) {
        (Some(code), _) => (handler::terminal(code), Arrival::Failed),
        (None, How::Created) => (Terminal::Created, Arrival::Created),
        (None, How::Matched | How::Ambiguous) => (Terminal::Matched, Arrival::Matched),
    };
    attempt.context.metrics.introduction_ended(terminal);
    attempt.context.metrics.introduction_arrived(
        arrival,
        (asker.at - claim.occurred_at).to_std().unwrap_or_default(),
    );
    Ok(())
}

/// Ends an introduction that nobody was made for, because none of its jobs takes an application.
async fn settle_refused(attempt: &mut Attempt<'_>, refused: &[Applied]) -> Result<(), Stop> {
    let failure = Failure::refused(applications::common_problem(refused), refused);
    let learnt = attempt.learnt();
    let (context, claim) = (attempt.context, attempt.claim);
    Ok(settle_failed(context, claim, failure, learnt).await?)
}

/// What `bridge why` shows of the end; ids and codes only.
fn outcome(attempt: &Attempt<'_>, person: &Person, applications: &[Applied]) -> serde_json::Value {
    let warnings = attempt.warnings.iter();
    let mut outcome = serde_json::json!({
        "how": person.how().as_str(),
        "greenhouse_candidate_id": person.id,
        "applications": applications.iter().map(Applied::outcome).collect::<Vec<_>>(),
        "warnings": warnings.map(|problem| problem.code).collect::<Vec<Code>>(),
    });
    if let Some(code) = attempt.gave_up_over {
        outcome["last_code"] = code.as_str().into();
    }
    outcome
}
