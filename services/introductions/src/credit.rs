//! What is added to an application once it is there: the source and referrer it lacks, and a prospect's pool.

use domain::{ApplicationId, Code, Problem, StepKind};
use harvest::{Application, ApplicationPatch};

use crate::applications::is_on;
use crate::attempt::{Attempt, Step};
use crate::candidate::Person;
use crate::introduction::Introduction;
use crate::references::References;
use crate::stop::Stop;

/// Gives an application that was there already the source and the referrer it lacks, and a prospect the tenant's pool.
pub(crate) async fn complete(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
    application: &Application,
    references: &References,
) -> Result<(), Stop> {
    let mut patch = missing_credit(Some(application), references);
    if introduction.prospect && application.prospect {
        file(attempt, application.id, &mut patch).await?;
    }
    write(attempt, application.id, patch).await
}

/// A prospect whom we have made gets source and referrer now, where Greenhouse did not take them along. A try after a
/// crash finds out from the application what is left to do.
pub(crate) async fn prospect(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
    person: &Person,
    existing: &[Application],
    references: &References,
) -> Result<(), Stop> {
    let candidates = attempt.greenhouse.candidates();
    let open = introduction.prospect && !candidates.credit_goes_with_a_new_prospect();
    let Some(job) = person.inline_job.filter(|_| open) else {
        return Ok(());
    };
    let found = || existing.iter().find(|one| is_on(one, job, true));
    let shown = person.made.as_deref().or_else(found);
    let Some(id) = person.application.or(shown.map(|one| one.id)) else {
        return Ok(());
    };
    write(attempt, id, missing_credit(shown, references)).await
}

/// What the application lacks of source and referrer: both, where nothing of it is known.
fn missing_credit(shown: Option<&Application>, references: &References) -> ApplicationPatch {
    let lacks_source = shown.is_none_or(|one| one.source_id.is_none());
    let lacks_referrer = shown.is_none_or(|one| !one.credited);
    ApplicationPatch {
        source_id: references.source.filter(|_| lacks_source),
        referrer_id: references.referrer.filter(|_| lacks_referrer),
        outside_referrer: references.outside.clone().filter(|_| lacks_referrer),
        ..ApplicationPatch::default()
    }
}

/// Writes a difference, if there is one. What Greenhouse refuses of it becomes a warning.
async fn write(
    attempt: &mut Attempt<'_>,
    id: ApplicationId,
    mut patch: ApplicationPatch,
) -> Result<(), Stop> {
    if patch == ApplicationPatch::default() {
        attempt.confirm_if_sent(Step::keyed(StepKind::CreditApplication, id));
        return Ok(());
    }
    let mut unfiled = false;
    let term = attempt.term();
    let written = attempt
        .write_once(
            Step::keyed(StepKind::CreditApplication, id).idempotent(),
            async |_, _| Ok(None),
            async |client| match client.applications().update(id, &patch).await {
                // Refused for the pool alone, so nothing was written; the credit is worth having without it.
                Err(error) if names_pool(&error) => {
                    unfiled = true;
                    (patch.prospect_pool_id, patch.prospect_pool_stage_id) = (None, None);
                    match patch == ApplicationPatch::default() {
                        true => Err(error),
                        false => {
                            term.check()?;
                            client.applications().update(id, &patch).await
                        }
                    }
                }
                answer => answer,
            },
        )
        .await;
    if unfiled {
        attempt.warn(Problem::new(Code::PoolMissing).field("prospect"));
        if let (Err(Stop::Fail(_)), true) = (&written, patch == ApplicationPatch::default()) {
            return Ok(());
        }
    }
    attempt
        .tolerate(written, Code::EditRefused, "referrer")
        .map(drop)
}

/// Into the tenant's pool and its stage, unless a recruiter has chosen otherwise.
async fn file(
    attempt: &Attempt<'_>,
    id: ApplicationId,
    patch: &mut ApplicationPatch,
) -> Result<(), Stop> {
    let settings = &attempt.claim.settings;
    let Some(pool) = settings.prospect_pool_id else {
        return Ok(());
    };
    let details = attempt.greenhouse.prospect_details();
    let details = details.of_applications(&[id]).await?;
    let filed = details
        .iter()
        .find(|detail| detail.application_id == id)
        .map(|detail| (detail.pool_id, detail.pool_stage_id));
    let stage = settings.prospect_pool_stage_id;
    match filed {
        None | Some((None, _)) => {}
        Some((Some(there), None)) if there == pool && stage.is_some() => {}
        Some(_) => return Ok(()),
    }
    (patch.prospect_pool_id, patch.prospect_pool_stage_id) = (Some(pool), stage);
    Ok(())
}

fn names_pool(error: &harvest::Error) -> bool {
    ["prospect_pool_id", "prospect_stage_id"]
        .iter()
        .any(|field| error.names_field(field))
}
