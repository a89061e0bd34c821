//! What an application can do without: a source, a credit or a pool that is gone since it was looked up or chosen. Nobody is
//! left out for it; the answer says what is missing, and the next import looks it up again.

use domain::{Code, JobId, Problem, ReferrerId, SourceId, UserId};
use harvest::{
    ApplicationPatch, Client, Error, FieldError, NewApplication, Purpose, Target, Version,
};

use crate::attempt::Attempt;
use crate::introduction::Introduction;
use crate::references::References;
use crate::send_error::SendError;
use crate::stop::Stop;
use crate::{references, referrer, sight};

/// Something that was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LeftOut {
    Source,
    Credit,
    Pool,
}

/// How Greenhouse calls them; the pool's stage has a name of its own where applications are changed.
const POOL: &[&str] = &[
    "prospect_pool_id",
    "prospect_pool_stage_id",
    "prospect_stage_id",
];
const SOURCE: &[&str] = &["source_id", "source"];
const CREDIT: &[&str] = &["referrer_id", "referrer"];

/// What can be written with less.
pub(crate) trait Lighten {
    /// Takes this out; says whether there was any.
    fn leave_out(&mut self, what: LeftOut) -> bool;

    /// What it names of the organisation.
    fn names(&self) -> Names;

    /// Takes out what the refusal names; none: it names nothing that can be left out. Each refusal leaves less, so that
    /// asking again comes to an end.
    ///
    /// v1 may say with a 404, which names nothing, that something is gone: then it is the first that there is and that is not
    /// `kept`, what is missed least before the credit, which is dearer and not as easily removed.
    fn lighten(&mut self, refusal: &Error, kept: &[LeftOut]) -> Option<LeftOut> {
        let mut all = [LeftOut::Pool, LeftOut::Source, LeftOut::Credit].into_iter();
        all.find(|what| may_be(refusal, *what, kept) && self.leave_out(*what))
    }
}

/// What a write names of the organisation and can be looked for.
pub(crate) struct Names {
    jobs: Vec<JobId>,
    /// Whether it goes on with the others where some of the jobs are gone.
    prospect: bool,
    source: Option<SourceId>,
    referrer: Option<ReferrerId>,
}

impl Lighten for NewApplication {
    fn leave_out(&mut self, what: LeftOut) -> bool {
        match (what, &mut self.target) {
            (LeftOut::Source, _) => self.source_id.take().is_some(),
            (LeftOut::Credit, _) => credit(&mut self.referrer_id, &mut self.outside_referrer),
            (LeftOut::Pool, Target::PooledProspect { job_ids, .. }) => {
                let job_ids = std::mem::take(job_ids);
                self.target = Target::Prospect { job_ids };
                true
            }
            (LeftOut::Pool, _) => false,
        }
    }

    fn names(&self) -> Names {
        Names {
            jobs: match &self.target {
                Target::Job(job) => vec![*job],
                Target::Prospect { job_ids } | Target::PooledProspect { job_ids, .. } => {
                    job_ids.clone()
                }
            },
            prospect: !matches!(self.target, Target::Job(_)),
            source: self.source_id,
            referrer: self.referrer_id,
        }
    }
}

impl Lighten for ApplicationPatch {
    fn leave_out(&mut self, what: LeftOut) -> bool {
        match what {
            LeftOut::Source => self.source_id.take().is_some(),
            LeftOut::Credit => credit(&mut self.referrer_id, &mut self.outside_referrer),
            LeftOut::Pool => {
                self.prospect_pool_stage_id = None;
                self.prospect_pool_id.take().is_some()
            }
        }
    }

    fn names(&self) -> Names {
        Names {
            jobs: Vec::new(),
            prospect: false,
            source: self.source_id,
            referrer: self.referrer_id,
        }
    }
}

fn credit(referrer: &mut Option<ReferrerId>, outside: &mut Option<String>) -> bool {
    let (referrer, outside) = (referrer.take(), outside.take());
    referrer.is_some() || outside.is_some()
}

fn may_be(error: &Error, what: LeftOut, kept: &[LeftOut]) -> bool {
    let names = match what {
        LeftOut::Source => SOURCE,
        LeftOut::Credit => CREDIT,
        LeftOut::Pool => POOL,
    };
    let nameless = matches!(error, Error::NotFound { .. });
    (nameless && !kept.contains(&what)) || names.iter().any(|name| error.names_field(name))
}

/// What one write goes on without.
#[derive(Default)]
pub(crate) struct Lighter {
    left_out: Vec<LeftOut>,
    /// What a read has shown to be there: what is refused is something else, unless it is named.
    seen: Vec<LeftOut>,
    /// Whether some of it was left out for an answer that names nothing, and may be there.
    blindly: bool,
    /// Whether it was looked for who acts and what the write names.
    looked: bool,
}

impl Lighter {
    /// Leaves out what the refusal is about; says whether there was anything. `known`: it is not the person who is not
    /// found. Whether it is who acts, or something that the write names, is looked for once.
    ///
    /// # Errors
    /// [`SendError::ActingUserGone`]; where it is the job, a refusal that names it, or [`SendError::JobsGone`] of a prospect;
    /// and those of a read, after which nothing was written.
    pub(crate) async fn leave_out(
        &mut self,
        client: &Client,
        refusal: &Error,
        known: bool,
        write: &mut impl Lighten,
    ) -> Result<bool, SendError> {
        let nameless = matches!(refusal, Error::NotFound { .. });
        if nameless && !self.looked {
            if !known {
                return Ok(false);
            }
            match sight::acting_user_is_gone(client).await {
                Ok(true) => return Err(SendError::ActingUserGone),
                // Who may not look for users may still write.
                Ok(false) | Err(Error::Forbidden { .. }) => {}
                Err(_) => return Ok(false),
            }
            self.looked = true;
            let (gone, seen) = look(client, refusal, &write.names()).await?;
            self.seen = seen;
            if !gone.is_empty() {
                for what in &gone {
                    write.leave_out(*what);
                }
                self.left_out.extend(gone);
                return Ok(true);
            }
        }
        let what = write
            .lighten(refusal, &self.seen)
            .or_else(|| write.lighten(refusal, &[]));
        if !nameless {
            self.seen.retain(|seen| Some(*seen) != what);
        }
        self.blindly |= nameless && what.is_some();
        self.left_out.extend(what);
        Ok(what.is_some())
    }

    /// Whether it may not have been what was left out, should the write not come off either.
    pub(crate) fn is_blind(&self) -> bool {
        self.blindly
    }

    /// Warns of what was left out, forgets what was remembered of it, and takes it out of what the rest of the try refers
    /// to.
    pub(crate) async fn tell(
        &self,
        attempt: &mut Attempt<'_>,
        introduction: &Introduction,
        references: &mut References,
    ) -> Result<(), Stop> {
        self.forget(attempt, introduction).await?;
        for what in &self.left_out {
            match what {
                LeftOut::Source => references.source = None,
                LeftOut::Credit => (references.referrer, references.outside) = (None, None),
                LeftOut::Pool => {}
            }
            let problem = match what {
                // It is there, and was left out for want of anything else.
                what if self.seen.contains(what) => {
                    Problem::new(Code::EditRefused).field("referrer")
                }
                LeftOut::Source => Code::SourceMissing.into(),
                LeftOut::Credit => {
                    // v1 credits users themselves.
                    let code = match attempt.greenhouse.version() {
                        Version::V1 => Code::ReferrerUnknown,
                        Version::V3 => Code::ReferrerNotListed,
                    };
                    Problem::new(code).field("referrer.email")
                }
                LeftOut::Pool => Problem::new(Code::PoolMissing).field("prospect"),
            };
            attempt.warn(problem);
        }
        Ok(())
    }

    /// What was remembered of it is looked up again: by the next import, and by the next try of this one.
    pub(crate) async fn forget(
        &self,
        attempt: &Attempt<'_>,
        introduction: &Introduction,
    ) -> Result<(), Stop> {
        for what in self.left_out.iter().filter(|one| !self.seen.contains(one)) {
            match what {
                LeftOut::Source => references::forget_source(attempt).await?,
                LeftOut::Credit => referrer::forget(attempt, introduction).await?,
                LeftOut::Pool => {}
            }
        }
        Ok(())
    }
}

/// What v1 does not have any more of what a write names that was not found, and what it shows to be there.
///
/// # Errors
/// As [`Lighter::leave_out`].
async fn look(
    client: &Client,
    refusal: &Error,
    names: &Names,
) -> Result<(Vec<LeftOut>, Vec<LeftOut>), SendError> {
    let (mut gone, mut seen) = (Vec::new(), Vec::new());
    if client.version() != Version::V1 {
        return Ok((gone, seen));
    }
    let client = client.with_purpose(Purpose::Proof);
    if let Some(found) = told(client.jobs().by_ids(&names.jobs).await)? {
        let is_gone = |job: &JobId| found.iter().all(|one| one.id != *job);
        let jobs: Vec<JobId> = names.jobs.iter().copied().filter(is_gone).collect();
        match (jobs.is_empty(), names.prospect) {
            (true, _) => {}
            (false, true) => return Err(SendError::JobsGone(jobs)),
            (false, false) => return Err(job_gone(refusal).into()),
        }
    }
    if let Some(source) = names.source
        && let Some(found) = told(client.sources().list().await)?
    {
        let shown = found.iter().any(|one| one.id == source);
        let list = if shown { &mut seen } else { &mut gone };
        list.push(LeftOut::Source);
    }
    // v1 credits users themselves.
    if let Some(referrer) = names.referrer
        && let Some(found) = told(client.users().by_ids(&[UserId(referrer.0)]).await)?
    {
        let list = if found.is_empty() {
            &mut gone
        } else {
            &mut seen
        };
        list.push(LeftOut::Credit);
    }
    Ok((gone, seen))
}

/// What a read between two sends found; none: whoever acts may not look for it.
///
/// # Errors
/// The read's, as of a write that was not sent.
fn told<T>(read: Result<T, Error>) -> Result<Option<T>, SendError> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(Error::Forbidden { .. }) => Ok(None),
        Err(Error::Unavailable { cause }) => Err(Error::NotSent { cause }.into()),
        Err(error) => Err(error.into()),
    }
}

/// The refusal, as if it had named the job.
fn job_gone(refusal: &Error) -> Error {
    let Error::NotFound { operation, .. } = refusal else {
        return refusal.clone();
    };
    let message = "The job is not there any more.".to_owned();
    Error::Rejected {
        operation: *operation,
        status: 404,
        fields: vec![FieldError {
            field: Some("job_id".to_owned()),
            message: message.clone(),
        }],
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(field: &str) -> Error {
        Error::Rejected {
            operation: harvest::Operation::ApplicationsCreate,
            status: 422,
            message: "Unprocessable Content".into(),
            fields: vec![FieldError {
                field: Some(field.to_owned()),
                message: "is unknown".into(),
            }],
        }
    }

    fn application() -> NewApplication {
        NewApplication {
            target: Target::PooledProspect {
                job_ids: vec![JobId(4)],
                pool_id: 1,
                pool_stage_id: None,
            },
            source_id: Some(SourceId(2)),
            referrer_id: Some(ReferrerId(3)),
            outside_referrer: None,
        }
    }

    #[test]
    fn what_is_not_found_is_left_out_one_by_one() {
        let mut application = application();
        let not_found = Error::NotFound {
            operation: harvest::Operation::CandidatesCreate,
            hidden: false,
        };
        let mut lighten = || application.lighten(&not_found, &[]);
        let left_out = [lighten(), lighten(), lighten(), lighten()];
        let all = [LeftOut::Pool, LeftOut::Source, LeftOut::Credit].map(Some);
        assert_eq!(left_out, [all[0], all[1], all[2], None]);
    }

    #[test]
    fn what_is_refused_is_left_out_once_and_the_rest_stays() {
        let mut application = application();
        for (field, left_out) in [
            ("application.source_id", LeftOut::Source),
            ("/application/referrer_id", LeftOut::Credit),
            ("prospect_pool_stage_id", LeftOut::Pool),
        ] {
            assert_eq!(application.lighten(&refused(field), &[]), Some(left_out));
            assert_eq!(application.lighten(&refused(field), &[]), None, "{field}");
        }
        let job_ids = vec![JobId(4)];
        assert_eq!(application.target, Target::Prospect { job_ids });
        assert_eq!(application.lighten(&refused("first_name"), &[]), None);
    }
}
