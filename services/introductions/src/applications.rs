//! The picked jobs: which of them are open, and one application under each.

use domain::{ApplicationId, Code, JobId, Problem, StepKind};
use harvest::{Application, ApplicationStatus, NewApplication, Target};
use proto::Command;
use store::claim::{Claim, StepState};
use store::journal::StepWrite;

use crate::answers::{Applied, AppliedHow, How};
use crate::asker::Asked;
use crate::attempt::{Attempt, Made, Step, Written};
use crate::credit;
use crate::introduction::Introduction;
use crate::lighter::Lighter;
use crate::person::{Origin, Person};
use crate::references::{self, References};
use crate::search;
use crate::stop::Stop;

/// The picked jobs, sorted.
pub(crate) struct Jobs {
    open: Vec<JobId>,
    refused: Vec<Applied>,
}

impl Jobs {
    /// The job whose application is made together with a new person; none: all were refused.
    pub(crate) fn first(&self) -> Option<JobId> {
        self.open.first().copied()
    }

    /// Looks anew at the jobs that somebody was to be made for, and takes out those that are not open; says whether there
    /// are any.
    pub(crate) async fn take_out_closed(
        &mut self,
        attempt: &Attempt<'_>,
        introduction: &Introduction,
    ) -> Result<bool, Stop> {
        let asked = match introduction.prospect {
            true => self.open.clone(),
            false => self.first().into_iter().collect(),
        };
        let known = references::jobs_anew(attempt, &asked).await?;
        let closed: Vec<Applied> = asked
            .into_iter()
            .filter_map(|job| Some(failed(introduction, job, not_open(known.get(&job))?)))
            .collect();
        let any = !closed.is_empty();
        self.open
            .retain(|job| closed.iter().all(|one| one.job != *job));
        self.refused.extend(closed);
        in_order(&mut self.refused, &introduction.jobs);
        Ok(any)
    }

    /// Takes the first job out, which Greenhouse refuses an application to, as it refuses one that is added.
    pub(crate) fn refuse_first(&mut self, introduction: &Introduction, problem: Problem) {
        if self.open.is_empty() {
            return;
        }
        let job = self.open.remove(0);
        let how = AppliedHow::Failed(refused(introduction, job, problem));
        self.refused.push(Applied { job, how });
        in_order(&mut self.refused, &introduction.jobs);
    }

    /// The picked jobs without an application.
    pub(crate) fn refused(&self) -> &[Applied] {
        &self.refused
    }
}

/// An application that was made, or read where it may have been made.
enum Applying {
    Made(Box<Application>),
    Read(ApplicationId),
}

impl Made for Applying {
    fn remote_id(&self) -> Option<i64> {
        Some(match self {
            Applying::Made(application) => application.id.0,
            Applying::Read(id) => id.0,
        })
    }
}

/// Sorts the picked jobs into open ones and those that get no application.
pub(crate) async fn sort_jobs(
    attempt: &Attempt<'_>,
    introduction: &Introduction,
) -> Result<Jobs, Stop> {
    let mut known = references::jobs(attempt, &introduction.jobs).await?;
    // The person may exist under this job already: whether it is open no longer matters, and it stays the first.
    let inline: Option<JobId> = attempt
        .perhaps_done(StepKind::CreateCandidate)
        .and_then(|key| key.parse().ok())
        .map(JobId);
    known.extend(inline.map(|job| (job, true)));
    let mut jobs = Jobs {
        open: Vec::new(),
        refused: Vec::new(),
    };
    for job in &introduction.jobs {
        match not_open(known.get(job)) {
            None => jobs.open.push(*job),
            Some(code) => jobs.refused.push(failed(introduction, *job, code)),
        }
    }
    jobs.open.sort_by_key(|job| Some(*job) != inline);
    Ok(jobs)
}

/// Why a job takes no applications; none: it is open.
fn not_open(known: Option<&bool>) -> Option<Code> {
    match known {
        Some(true) => None,
        Some(false) => Some(Code::JobClosed),
        None => Some(Code::JobUnknown),
    }
}

/// A job that takes no applications.
fn failed(introduction: &Introduction, job: JobId, code: Code) -> Applied {
    let problem = Problem::new(code).field(field(introduction, job));
    Applied {
        job,
        how: AppliedHow::Failed(problem),
    }
}

/// Whether a write was answered as if something were not there, or not yet: it may be the job, which was open moments ago.
pub(crate) fn may_not_be_found(stop: &Stop) -> bool {
    let codes = [Code::UnexpectedAnswer, Code::WaitingForProof];
    matches!(stop, Stop::Retry(problem) if codes.contains(&problem.code))
}

/// The one problem of all, or that all were refused.
pub(crate) fn common_problem(applications: &[Applied]) -> Problem {
    let mut problems = applications
        .iter()
        .filter_map(|applied| match &applied.how {
            AppliedHow::Failed(problem) => Some(problem),
            _ => None,
        });
    match problems.next() {
        Some(first) if problems.all(|problem| problem.code == first.code) => first.clone(),
        _ => Problem::new(Code::AllJobsRefused).field("job_ids"),
    }
}

fn refused(introduction: &Introduction, job: JobId, problem: Problem) -> Problem {
    let code = match problem.code {
        known @ (Code::JobUnknown | Code::JobClosed | Code::ActingUserRefused) => known,
        _ => Code::ApplicationRefused,
    };
    Problem::new(code)
        .field(field(introduction, job))
        .detail(problem.detail.unwrap_or_default())
}

fn field(introduction: &Introduction, job: JobId) -> String {
    let position = introduction.jobs.iter().position(|picked| *picked == job);
    format!("job_ids[{}]", position.unwrap_or_default())
}

/// The application that is made together with the person: to this job, or as a prospect to all.
pub(crate) fn first(
    attempt: &Attempt<'_>,
    introduction: &Introduction,
    job: JobId,
    jobs: &Jobs,
    references: &References,
) -> NewApplication {
    let jobs = match introduction.prospect {
        true => jobs.open.clone(),
        false => vec![job],
    };
    new(attempt, introduction, jobs, references)
}

/// An application to one job, or as a prospect to several, in the tenant's pool if there is one.
fn new(
    attempt: &Attempt<'_>,
    introduction: &Introduction,
    job_ids: Vec<JobId>,
    references: &References,
) -> NewApplication {
    let settings = &attempt.claim.settings;
    let target = match (introduction.prospect, settings.prospect_pool_id) {
        (false, _) => Target::Job(job_ids[0]),
        (true, None) => Target::Prospect { job_ids },
        (true, Some(pool_id)) => Target::PooledProspect {
            job_ids,
            pool_id,
            pool_stage_id: settings.prospect_pool_stage_id,
        },
    };
    NewApplication {
        target,
        source_id: references.source,
        referrer_id: references.referrer,
        outside_referrer: references.outside.clone(),
    }
}

/// Makes sure of one application per open job, and notes for each picked job what became of it, in the event's order.
pub(crate) async fn apply(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
    person: &Person,
    jobs: &Jobs,
    references: &mut References,
) -> Result<(), Stop> {
    attempt.applied = jobs.refused.clone();
    let existing = match &person.origin {
        Origin::Created {
            application: Some(_),
            ..
        } => Vec::new(),
        _ => {
            let applications = attempt.greenhouse.applications();
            applications.of_candidate(person.id).await?
        }
    };
    let credited = credit::prospect(attempt, introduction, person, &existing, references).await;
    attempt.forgo(credited, "referrer")?;
    for job in jobs.open.iter().copied() {
        let with = person.with();
        let how = if with == Some(job) || (introduction.prospect && with.is_some()) {
            made_with_person(attempt, introduction, person, job, &existing)?
        } else if let Some(application) = under(&existing, job, introduction.prospect) {
            found(attempt, introduction, person, job, application, references).await?
        } else {
            // Another introduction may have made it just now.
            if person.how() != How::Created {
                attempt.rest_until_listed(person.id, &existing).await?;
            }
            add(attempt, introduction, person, job, references).await?
        };
        attempt.applied.push(Applied { job, how });
    }
    in_order(&mut attempt.applied, &introduction.jobs);
    Ok(())
}

/// What became of the picked jobs, in the event's order: by this try, of which `confirmed` tells what else it made, and by
/// earlier ones, of which the ledger does.
pub(crate) fn so_far(
    claim: &Claim,
    confirmed: &[StepWrite],
    mut applied: Vec<Applied>,
) -> Vec<Applied> {
    let now = confirmed
        .iter()
        .map(|step| (step.kind, &step.name, step.remote_id));
    let earlier = claim.steps.iter();
    let earlier = earlier
        .filter(|step| step.state == StepState::Confirmed)
        .map(|step| (step.kind, &step.name, step.remote_id));
    for (kind, name, made) in now.chain(earlier) {
        let job = name.split_once(':').and_then(|(_, job)| job.parse().ok());
        if let (StepKind::AddApplication, Some(job), Some(made)) = (kind, job.map(JobId), made)
            && applied.iter().all(|known| known.job != job)
        {
            let how = AppliedHow::Created(ApplicationId(made), None);
            applied.push(Applied { job, how });
        }
    }
    if let Some(Command::IntroductionAccepted(event)) = Asked::of(claim).into_command() {
        let picked = event.job_ids.iter().copied().map(JobId);
        in_order(&mut applied, &picked.collect::<Vec<_>>());
    }
    applied
}

/// The application that was made together with the person, or as a prospect for all jobs.
fn made_with_person(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
    person: &Person,
    job: JobId,
    existing: &[Application],
) -> Result<AppliedHow, Stop> {
    let made = match &person.origin {
        Origin::Created {
            application, shown, ..
        } => application.map(|id| (id, shown.clone())),
        Origin::CreatedEarlier { application, .. } => application.map(|id| (id, None)),
        Origin::Found { .. } | Origin::Recognised { .. } => None,
    };
    if let Some((id, shown)) = made {
        return Ok(AppliedHow::Created(id, shown));
    }
    let picked = under(existing, job, introduction.prospect);
    let Some(application) = picked.or_else(|| moved(attempt, person, existing)) else {
        // It cannot be seen yet. Making another would make two.
        let stop = Stop::Retry(Code::WaitingForProof.into());
        let problem = attempt.given_up(&stop, &field(introduction, job));
        return problem.map(AppliedHow::Failed).ok_or(stop);
    };
    // A later try finds it by its id, and the person by it, whatever recruiters do meanwhile.
    if person.with() == Some(job) {
        let step = Step::keyed(StepKind::AddApplication, job);
        attempt.learn(&step, StepState::Confirmed, Some(application.id.0), None);
    }
    Ok(AppliedHow::Created(application.id, None))
}

/// The application of somebody whom an earlier try made that was made then: before we saw it, a recruiter may have moved it
/// to another job.
fn moved<'e>(
    attempt: &Attempt<'_>,
    person: &Person,
    existing: &'e [Application],
) -> Option<&'e Application> {
    let create = Step::keyed(StepKind::CreateCandidate, person.with()?);
    let sent = attempt.claim.step(create.name())?.first_sent_at?;
    let since = search::by_greenhouse(&attempt.greenhouse, attempt.claim, sent);
    let then = |one: &&Application| one.created_at.is_some_and(|at| at >= since);
    let made = existing.iter().filter(then);
    made.min_by_key(|one| (one.created_at, one.id))
}

/// An application that is there: an earlier try made it, or another hand, which may have left the credit open.
async fn found(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
    person: &Person,
    job: JobId,
    application: &Application,
    references: &mut References,
) -> Result<AppliedHow, Stop> {
    let step = Step::keyed(StepKind::AddApplication, job);
    if attempt.confirm_as_ours(&step, application.id.0) {
        return Ok(AppliedHow::Created(application.id, None));
    }
    let credited = credit::complete(attempt, introduction, person, application, references).await;
    attempt.forgo(credited, "referrer")?;
    Ok(AppliedHow::Found(application.id))
}

/// In the event's order.
fn in_order(applied: &mut [Applied], picked: &[JobId]) {
    let position = |job: &JobId| picked.iter().position(|picked| picked == job);
    applied.sort_by_key(|applied| position(&applied.job));
}

/// The person's application to a job. Of several, as after a rejection or of a prospect who applied, the one that is being
/// considered, else one that was not replaced, else the latest.
fn under(existing: &[Application], job: JobId, prospect: bool) -> Option<&Application> {
    let theirs = existing.iter().filter(|one| is_on(one, job, prospect));
    theirs.max_by_key(|one| {
        let considered = one.status == ApplicationStatus::InProcess;
        let replaced = one.status == ApplicationStatus::Converted;
        (considered, !replaced, one.created_at, one.id)
    })
}

pub(crate) fn is_on(application: &Application, job: JobId, prospect: bool) -> bool {
    application.job_id == Some(job) || (prospect && application.prospective_job_ids.contains(&job))
}

async fn add(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
    person: &Person,
    job: JobId,
    references: &mut References,
) -> Result<AppliedHow, Stop> {
    let prospect = introduction.prospect;
    let mut application = new(attempt, introduction, vec![job], references);
    let (mut lighter, term) = (Lighter::default(), attempt.term());
    let known = person.is_known_by_all(attempt);
    let written = attempt
        .write_once(
            Step::keyed(StepKind::AddApplication, job),
            async |client, _| {
                let existing = client.applications().of_candidate(person.id).await?;
                let found = under(&existing, job, prospect);
                Ok(found.map(|application| Applying::Read(application.id)))
            },
            async |client| loop {
                term.check()?;
                let error = match client.applications().create(person.id, &application).await {
                    Ok(made) => return Ok(Applying::Made(Box::new(made))),
                    Err(error) => error,
                };
                let lightened = lighter.leave_out(client, &error, known, &mut application);
                if !lightened.await? {
                    return Err(error.into());
                }
            },
        )
        .await;
    // What was left out in vain was not what was refused.
    if written.is_ok() {
        lighter.tell(attempt, introduction, references).await?;
    }
    let (id, made) = match written {
        Ok(Written::Now(Applying::Made(made))) => (Some(made.id), Some(made)),
        Ok(Written::Now(Applying::Read(id))) => (Some(id), None),
        Ok(Written::Earlier(id)) => (id.map(ApplicationId), None),
        Err(stop) => return not_added(attempt, introduction, job, stop).await,
    };
    Ok(match id {
        Some(id) => AppliedHow::Created(id, made),
        None => AppliedHow::Failed(Code::UnexpectedAnswer.into()),
    })
}

/// What becomes of a job whose application was not made, as far as is known: it keeps the person from none of the others
/// where Greenhouse refuses it, or never answers for it.
async fn not_added(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
    job: JobId,
    mut stop: Stop,
) -> Result<AppliedHow, Stop> {
    let step = Step::keyed(StepKind::AddApplication, job);
    let unmade = !attempt.may_be_made(&step);
    if unmade && (matches!(stop, Stop::Fail(_)) || may_not_be_found(&stop)) {
        match references::jobs_anew(attempt, &[job]).await {
            Ok(known) => {
                if let Some(code) = not_open(known.get(&job)) {
                    return Ok(failed(introduction, job, code).how);
                }
            }
            Err(unread) => stop = unread,
        }
    }
    if let Stop::Fail(problem) = stop {
        return Ok(AppliedHow::Failed(refused(introduction, job, problem)));
    }
    let problem = attempt.given_up(&stop, &field(introduction, job));
    problem.map(AppliedHow::Failed).ok_or(stop)
}
