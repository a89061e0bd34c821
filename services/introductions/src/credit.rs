//! What is added to an application once it is there: the source and referrer it lacks, and a prospect's pool.

use domain::{ApplicationId, Code, StepKind};
use harvest::{Application, ApplicationPatch, Error};

use crate::applications::is_on;
use crate::attempt::{Attempt, Step};
use crate::introduction::Introduction;
use crate::lighter::Lighter;
use crate::person::{Origin, Person};
use crate::references::References;
use crate::send_error::SendError;
use crate::sight;
use crate::stop::Stop;

/// Gives an application that was there already the source and the referrer it lacks, and a prospect the tenant's pool.
pub(crate) async fn complete(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
    person: &Person,
    application: &Application,
    references: &mut References,
) -> Result<(), Stop> {
    let mut patch = missing_credit(Some(application), references);
    if introduction.prospect && application.prospect {
        file(attempt, application.id, &mut patch).await?;
    }
    let edit = Edit {
        application: application.id,
        patch,
        known: person.is_known_by_all(attempt),
        young: !sight::is_old(attempt, application.created_at),
    };
    edit.write(attempt, introduction, references).await
}

/// A prospect whom we have made gets source and referrer now, where Greenhouse did not take them along. A try after a
/// crash finds out from the application what is left to do.
pub(crate) async fn prospect(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
    person: &Person,
    existing: &[Application],
    references: &mut References,
) -> Result<(), Stop> {
    let candidates = attempt.greenhouse.candidates();
    let open = introduction.prospect && !candidates.credit_goes_with_a_new_prospect();
    let Some(job) = person.with().filter(|_| open) else {
        return Ok(());
    };
    let (told, shown) = match &person.origin {
        Origin::Created {
            application, shown, ..
        } => (*application, shown.as_deref()),
        _ => (None, None),
    };
    let shown = shown.or_else(|| existing.iter().find(|one| is_on(one, job, true)));
    let Some(id) = told.or(shown.map(|one| one.id)) else {
        return Ok(());
    };
    let edit = Edit {
        application: id,
        patch: missing_credit(shown, references),
        known: false,
        young: false,
    };
    edit.write(attempt, introduction, references).await
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

/// A difference to write.
struct Edit {
    application: ApplicationId,
    patch: ApplicationPatch,
    /// Whether it is not the person who is not found.
    known: bool,
    /// Whether it may be the application, which was made moments ago.
    young: bool,
}

impl Edit {
    /// Writes it, if there is any. What Greenhouse refuses of it becomes a warning, and the rest is worth having without.
    async fn write(
        self,
        attempt: &mut Attempt<'_>,
        introduction: &Introduction,
        references: &mut References,
    ) -> Result<(), Stop> {
        let Edit {
            application: id,
            mut patch,
            known,
            young,
        } = self;
        let step = Step::keyed(StepKind::CreditApplication, id);
        if patch == ApplicationPatch::default() {
            attempt.confirm_if_sent(step);
            return Ok(());
        }
        let (mut lighter, term) = (Lighter::default(), attempt.term());
        let written = attempt
            .write_once(
                step.idempotent(),
                async |_, _| Ok(None),
                async |client| loop {
                    term.check()?;
                    let Err(error) = client.applications().update(id, &patch).await else {
                        return Ok(());
                    };
                    if let (true, Error::NotFound { operation, .. }) = (young, &error) {
                        return Err(match sight::acting_user_is_gone(client).await {
                            Ok(true) => SendError::ActingUserGone,
                            _ => Error::Processing {
                                operation: *operation,
                            }
                            .into(),
                        });
                    }
                    let lightened = lighter.leave_out(client, &error, known, &mut patch);
                    if !lightened.await? || patch == ApplicationPatch::default() {
                        return Err(error.into());
                    }
                },
            )
            .await;
        if written.is_err() && lighter.is_blind() {
            // It may have been something else.
            lighter.forget(attempt, introduction).await?;
        } else {
            lighter.tell(attempt, introduction, references).await?;
            // All of it was refused by name: there is no more to say.
            if matches!(written, Err(Stop::Fail(_))) && patch == ApplicationPatch::default() {
                return Ok(());
            }
        }
        let written = attempt.tolerate(written, Code::EditRefused, "referrer");
        written.map(drop)
    }
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
