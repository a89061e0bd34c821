//! The person in Greenhouse: found (`search.rs`), else created.
//!
//! A person who was found keeps everything they have: gaps are filled, contacts united, nothing is overwritten.

use domain::{ApplicationId, CandidateId, Code, JobId, StepKind};
use harvest::{Candidate, CandidatePatch, Client, CreatedCandidate, CustomFieldValue};
use store::claim::StepState;

use crate::applications::{self, Jobs};
use crate::attempt::{Attempt, Made, Step, Written};
use crate::introduction::Introduction;
use crate::newcomer::Newcomer;
use crate::person::{Along, Origin, Person};
use crate::profile::refused;
use crate::references::{self, References};
use crate::send_error::SendError;
use crate::stop::Stop;
use crate::unshown::{self, Unshown};
use crate::{candidate_fields, note, search, sight};

/// A person made by this operation, or found where it may have made one.
pub(crate) enum Arrived {
    Created(CreatedCandidate),
    Read { record: Box<Candidate>, ours: bool },
}

impl Made for Arrived {
    fn remote_id(&self) -> Option<i64> {
        Some(match self {
            Arrived::Created(created) => created.candidate_id.0,
            Arrived::Read { record, .. } => record.id.0,
        })
    }

    fn is_ours(&self) -> bool {
        !matches!(self, Arrived::Read { ours: false, .. })
    }
}

/// None: nobody was made, because Greenhouse refuses every job.
pub(crate) async fn find_or_create(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
    jobs: &mut Jobs,
    references: &mut References,
) -> Result<Option<Person>, Stop> {
    if attempt.perhaps_done(StepKind::CreateCandidate).is_none()
        && let Some(person) = search::find(attempt, introduction).await?
    {
        return Ok(Some(person));
    }
    while let Some(job) = jobs.first() {
        let stop = match create(attempt, introduction, job, jobs, references).await {
            Ok(person) => return Ok(Some(person)),
            Err(stop) => stop,
        };
        // A job that was closed a moment ago does not keep the person from the others, where certainly nobody was made.
        let step = creation(job);
        if !attempt.may_be_made(&step) && may_be_about_a_job(&stop) {
            match jobs.take_out_closed(attempt, introduction).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(unread) => {
                    // A prospect's creation under fewer jobs is the same step, and may be taken.
                    if introduction.prospect {
                        attempt.learn(&step, StepState::Planned, None, None);
                    }
                    return Err(unread);
                }
            }
        }
        match stop {
            Stop::Fail(problem) if is_about_a_job(problem.code) && !introduction.prospect => {
                jobs.refuse_first(introduction, problem);
            }
            stop => return Err(refused(stop, Code::CandidateRefused)),
        }
    }
    Ok(None)
}

/// Whether somebody may not have been made because of a job: it or the application to it is named, or nothing is.
fn may_be_about_a_job(stop: &Stop) -> bool {
    match stop {
        Stop::Fail(problem) => {
            let field = problem.field.as_deref();
            let open = field.is_none_or(|field| field.starts_with("application"));
            problem.code == Code::UnexpectedAnswer && open || is_about_a_job(problem.code)
        }
        stop => applications::may_not_be_found(stop),
    }
}

fn is_about_a_job(code: Code) -> bool {
    matches!(
        code,
        Code::ApplicationRefused | Code::JobClosed | Code::JobUnknown
    )
}

/// The person, and with them the application to this job; each job is a step of its own.
async fn create(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
    inline_job: JobId,
    jobs: &Jobs,
    references: &mut References,
) -> Result<Person, Stop> {
    let application = applications::first(attempt, introduction, inline_job, jobs, references);
    let mut newcomer = Newcomer::new(attempt, introduction, application, references).await?;
    let written = write(attempt, introduction, inline_job, &mut newcomer).await?;
    let along = Along {
        tagged: newcomer.tagged,
        noted: newcomer.person.note.is_some(),
    };
    if let Written::Now(Arrived::Created(created)) = &written {
        learn_what_came_along(attempt, inline_job, created, along.noted);
    }
    let sent = &newcomer.person.custom_fields;
    candidate_fields::warn_of_left_out(attempt, &newcomer.wanted, sent);
    let lighter = &newcomer.lighter;
    lighter.tell(attempt, introduction, references).await?;
    if along.tagged != references.inline_tags {
        references::forget_inline_tags(attempt).await?;
    }
    who(attempt, introduction, inline_job, written, along).await
}

/// Creates the person, if need be without the note.
async fn write(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
    inline_job: JobId,
    newcomer: &mut Newcomer,
) -> Result<Written<Arrived>, Stop> {
    let (term, claim) = (attempt.term(), attempt.claim);
    let step = creation(inline_job);
    if attempt.confirmed(&step).is_none() {
        sight::be_sure(attempt).await?;
    }
    loop {
        let written = attempt
            .write_once(
                step.clone(),
                async |client, period| search::prove(client, claim, introduction, period).await,
                async |client| newcomer.create(client, term).await.map(Arrived::Created),
            )
            .await;
        if !matches!(written, Err(Stop::Fail(_) | Stop::Retry(_))) || !newcomer.leave_out_note() {
            return written;
        }
        // On disk with the intent to create them without it: whoever finds them made knows that it did not come along.
        attempt.learn(&note::step(), StepState::Planned, None, None);
    }
}

fn creation(inline_job: JobId) -> Step {
    Step::keyed(StepKind::CreateCandidate, inline_job)
}

/// The application that is made together with the person.
fn with_person(inline_job: JobId) -> Step {
    Step::keyed(StepKind::AddApplication, inline_job)
}

fn learn_what_came_along(
    attempt: &mut Attempt<'_>,
    inline_job: JobId,
    created: &CreatedCandidate,
    noted: bool,
) {
    // Before a later try looks, a recruiter may have moved it to another job, or deleted it.
    if let Some(id) = created.application_id {
        attempt.learn(
            &with_person(inline_job),
            StepState::Confirmed,
            Some(id.0),
            None,
        );
    }
    // A later try may speak another version, in which the note is a write of its own.
    if noted {
        attempt.learn(&note::step(), StepState::Confirmed, None, None);
    }
}

/// Who was made, by this try or an earlier one, or is there by another hand.
async fn who(
    attempt: &Attempt<'_>,
    introduction: &Introduction,
    inline_job: JobId,
    written: Written<Arrived>,
    along: Along,
) -> Result<Person, Stop> {
    let with = inline_job;
    let (id, origin) = match written {
        Written::Now(Arrived::Created(created)) => (
            created.candidate_id,
            Origin::Created {
                with,
                application: created.application_id,
                shown: created.application,
                along,
            },
        ),
        Written::Now(Arrived::Read {
            record,
            ours: false,
        }) => return Ok(Person::found(*record, false)),
        Written::Now(Arrived::Read { record, ours: true }) => {
            let id = record.id;
            let noted = note::came_along(attempt, introduction, id).await?;
            let origin = Origin::Recognised {
                with,
                record,
                noted,
            };
            (id, origin)
        }
        Written::Earlier(id) => {
            let application = attempt.confirmed(&with_person(with)).map(ApplicationId);
            let id = by_now(attempt, CandidateId(id.unwrap_or_default()), application).await?;
            let along = Along {
                noted: note::came_along(attempt, introduction, id).await?,
                ..along
            };
            let origin = Origin::CreatedEarlier {
                with,
                application,
                along,
            };
            (id, origin)
        }
    };
    Ok(Person { id, origin })
}

/// Who somebody is by now that an earlier try made: a recruiter may have merged them into somebody else, and what is
/// written to the old id is lost. Their application tells, which has moved along.
async fn by_now(
    attempt: &Attempt<'_>,
    made: CandidateId,
    application: Option<ApplicationId>,
) -> Result<CandidateId, Stop> {
    let Some(application) = application else {
        return Ok(made);
    };
    let applications = attempt.greenhouse.applications();
    let found = applications.by_ids(&[application]).await?;
    let now = found.first().and_then(|now| now.candidate_id);
    if let Some(now) = now.filter(|now| *now != made) {
        let (store, tenant) = (&attempt.context.store, &attempt.claim.tenant);
        store.remember_merge(tenant, (made, now)).await?;
    }
    Ok(now.unwrap_or(made))
}

/// Writes what the event knows and the record lacks.
pub(crate) async fn fill_gaps(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
    person: &Person,
) -> Result<(), Stop> {
    let Some(record) = person.record() else {
        return Ok(());
    };
    let mut patch = introduction.profile.gaps(record, &Unshown::default());
    let fields = custom_fields(attempt, introduction).await?;
    let mut wanted = lacking(record, &fields);
    if !patch.is_empty() || !wanted.is_empty() {
        let mut by_now = None;
        // They are written back as a whole, and somebody may have added to them since the search, before our place in line.
        if patch.has_lists() {
            by_now = attempt.greenhouse.candidates().get(person.id).await?;
        }
        let record = by_now.as_ref().unwrap_or(record);
        let unshown = Unshown::of(attempt, record).await?;
        patch = introduction.profile.gaps(record, &unshown);
        wanted = lacking(record, &fields);
        let before = unshown.custom_fields(attempt, record).await?;
        wanted.retain(|new| {
            let is_there =
                |one: &unshown::Field| one.certain && one.written.value.name_key == new.name_key;
            !before.iter().any(is_there)
        });
        candidate_fields::put(attempt, &mut patch, wanted.clone(), before);
    }
    let (step, empty) = (edit_step(), patch.is_empty());
    let term = attempt.term();
    let mut in_the_way = None;
    let edited = edit_by(attempt, step, empty, async |client| {
        loop {
            term.check()?;
            let sent = candidate_fields::sent(&patch);
            match client.candidates().update(person.id, &patch).await {
                // The rest is not lost for a field that the tenant does not have.
                Err(error) if error.is_about_custom_fields(&sent) => {
                    in_the_way = candidate_fields::in_the_way(&error, &sent).map(str::to_owned);
                    candidate_fields::leave_out(client, &error, &mut patch).await;
                    if patch.is_empty() {
                        return Ok(());
                    }
                }
                answer => return Ok(answer?),
            }
        }
    })
    .await;
    // Of an edit that was refused as a whole, that is what there is to say.
    if edited.is_ok() {
        let sent = patch.custom_fields.as_deref().unwrap_or_default();
        if candidate_fields::warn_of_left_out(attempt, &wanted, sent) {
            // Whoever edits them next must not take those for written.
            let code = Some(Code::CustomFieldRefused);
            attempt.learn(&edit_step(), StepState::Confirmed, None, code);
        }
        if let Some(key) = in_the_way.filter(|_| sent.len() < wanted.len()) {
            attempt.warn(candidate_fields::refusal(&[&key]));
        }
    }
    match edited.map_err(|stop| refused(stop, Code::EditRefused)) {
        Err(Stop::Fail(problem)) => {
            attempt.warn(problem);
            Ok(())
        }
        edited => edited,
    }
}

fn edit_step() -> Step {
    Step::only(StepKind::EditCandidate)
}

/// Writes a difference, if there is one.
pub(crate) async fn edit(
    attempt: &mut Attempt<'_>,
    step: Step,
    id: CandidateId,
    patch: &CandidatePatch,
) -> Result<(), Stop> {
    let send = async |client: &Client| Ok(client.candidates().update(id, patch).await?);
    edit_by(attempt, step, patch.is_empty(), send).await
}

/// An edit, for which nothing is sent where there is no difference.
pub(crate) async fn edit_by(
    attempt: &mut Attempt<'_>,
    step: Step,
    empty: bool,
    send: impl AsyncFnOnce(&Client) -> Result<(), SendError>,
) -> Result<(), Stop> {
    if empty {
        attempt.confirm_if_sent(step);
        return Ok(());
    }
    let sent = attempt.write_once(step.idempotent(), async |_, _| Ok(None), send);
    sent.await.map(drop)
}

/// Those of the fields that the record lacks.
pub(crate) fn lacking(record: &Candidate, fields: &[CustomFieldValue]) -> Vec<CustomFieldValue> {
    let has = |key: &str| {
        record
            .custom_fields
            .iter()
            .any(|field| field.name_key == key && !field.is_blank())
    };
    let lacking = fields.iter().filter(|field| !has(&field.name_key));
    lacking.cloned().collect()
}

/// The event's fields, and ours where the tenant wants and has them, if it can be learnt which those are.
pub(crate) async fn custom_fields(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
) -> Result<Vec<CustomFieldValue>, Stop> {
    let mut fields = introduction.custom_fields();
    if attempt.claim.settings.introduction_fields {
        let known = candidate_fields::active(attempt).await;
        let known = attempt.do_without(known, Code::CustomFieldRefused, "custom_fields", "");
        if let Some(known) = known.await? {
            fields.extend(candidate_fields::ours(introduction, known.as_deref()));
        }
    }
    Ok(fields)
}
