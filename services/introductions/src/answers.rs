//! The answer events of this service, from the bridge's terms into the contract's.

use chrono::{DateTime, Utc};
use domain::{ApplicationId, CandidateId, Code, JobId, OperationId, Problem, Tenant};
use harvest::Application;
use proto::envelope::{OutMeta, encode};
use proto::{Command, Kind, Notice, v1};
use store::outbox::Announcement;
use uuid::Uuid;

use crate::introduction::Introduction;

/// CloudEvents `source` of everything this service announces.
const SOURCE: &str = "/intrro-greenhouse-bridge/introductions";

/// What became of one job of an introduction.
#[derive(Debug, Clone)]
pub(crate) struct Applied {
    pub(crate) job: JobId,
    pub(crate) how: AppliedHow,
}

/// See [`Applied`].
#[derive(Debug, Clone)]
pub(crate) enum AppliedHow {
    /// With what the answer to its creation showed; nothing where it was made by an earlier try.
    Created(ApplicationId, Option<Box<Application>>),
    Found(ApplicationId),
    Failed(Problem),
}

impl Applied {
    pub(crate) fn application(&self) -> Option<ApplicationId> {
        match self.how {
            AppliedHow::Created(id, _) | AppliedHow::Found(id) => Some(id),
            AppliedHow::Failed(_) => None,
        }
    }

    /// For the ledger: ids and codes only.
    pub(crate) fn outcome(&self) -> serde_json::Value {
        let (how, code) = match &self.how {
            AppliedHow::Created(..) => ("created", None),
            AppliedHow::Found(_) => ("found", None),
            AppliedHow::Failed(problem) => ("failed", Some(problem.code)),
        };
        serde_json::json!({ "job_id": self.job, "application_id": self.application(), "how": how, "code": code })
    }
}

/// How the person in Greenhouse was arrived at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    Created,
    Matched,
    Ambiguous,
}

impl How {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            How::Created => "created",
            How::Matched => "matched",
            How::Ambiguous => "ambiguous",
        }
    }
}

/// Everything that an [`v1::IntroductionImported`] tells.
pub(crate) struct Imported<'a> {
    pub(crate) introduction: &'a Introduction,
    pub(crate) operation: OperationId,
    pub(crate) greenhouse: CandidateId,
    pub(crate) how: How,
    pub(crate) applications: &'a [Applied],
    pub(crate) warnings: &'a [Problem],
    pub(crate) at: DateTime<Utc>,
}

impl Imported<'_> {
    pub(crate) fn notice(&self) -> Notice {
        Notice::from(v1::IntroductionImported {
            introduction_id: self.introduction.id.to_string(),
            candidate_id: self.introduction.profile.candidate.to_string(),
            greenhouse_candidate_id: self.greenhouse.0,
            how: match self.how {
                How::Created => v1::introduction_imported::How::Created,
                How::Matched => v1::introduction_imported::How::Matched,
                How::Ambiguous => v1::introduction_imported::How::Ambiguous,
            }
            .into(),
            applications: self.applications.iter().map(application).collect(),
            warnings: self.warnings.iter().map(warning).collect(),
            operation_id: self.operation.to_string(),
            imported_at: Some(self.at.into()),
        })
    }
}

/// The answer that says why an introduction is not in Greenhouse (yet).
pub(crate) fn failed(
    introduction_id: &str,
    candidate_id: &str,
    operation: OperationId,
    problem: &Problem,
    applications: &[Applied],
) -> Notice {
    Notice::from(v1::IntroductionImportFailed {
        introduction_id: introduction_id.to_owned(),
        candidate_id: candidate_id.to_owned(),
        code: problem.code.as_str().to_owned(),
        field: problem.field.clone().unwrap_or_default(),
        message: problem.code.cause().to_owned(),
        remedy: problem.code.remedy().to_owned(),
        needs_human: problem.code.needs_human(),
        operation_id: operation.to_string(),
        applications: applications.iter().map(application).collect(),
    })
}

/// The answer that says why an update did not reach Greenhouse (yet).
fn update_failed(
    introduction_id: &str,
    candidate_id: &str,
    operation: OperationId,
    problem: &Problem,
) -> Notice {
    Notice::from(v1::CandidateUpdateFailed {
        candidate_id: candidate_id.to_owned(),
        introduction_id: introduction_id.to_owned(),
        code: problem.code.as_str().to_owned(),
        field: problem.field.clone().unwrap_or_default(),
        message: problem.code.cause().to_owned(),
        remedy: problem.code.remedy().to_owned(),
        needs_human: problem.code.needs_human(),
        operation_id: operation.to_string(),
    })
}

/// The answer to a command of this kind that was not performed, and the jobs that took no application where that is why;
/// none for those that this service does not answer so.
pub(crate) fn refusal(
    kind: Kind,
    command: Option<&Command>,
    business_key: &str,
    candidate: &str,
    operation: OperationId,
    problem: &Problem,
    refused: &[Applied],
) -> Option<Notice> {
    match kind {
        Kind::IntroductionAccepted => {
            Some(failed(business_key, candidate, operation, problem, refused))
        }
        Kind::IntroductionStatusChanged => {
            let introduction = match command {
                Some(Command::IntroductionStatusChanged(event)) => event.introduction_id.as_str(),
                _ => "",
            };
            Some(update_failed(introduction, candidate, operation, problem))
        }
        Kind::CandidateProfileUpdated => Some(update_failed("", candidate, operation, problem)),
        Kind::CandidateErasureRequested
        | Kind::JobsRefreshRequested
        | Kind::StatusRefreshRequested => None,
    }
}

/// Puts a notice into the form in which it waits to be published.
///
/// The message id is derived from the operation, the event's kind and what is wrong: an answer that is written twice is the
/// same message, and the next thing that is missing is another one.
pub(crate) fn announce(
    notice: &Notice,
    tenant: &Tenant,
    subject: &str,
    operation: OperationId,
    trace: Option<&str>,
    at: DateTime<Utc>,
) -> Option<Announcement> {
    let kind = notice.kind();
    let (code, field) = match notice {
        Notice::IntroductionImportFailed(failed) => (failed.code.as_str(), failed.field.as_str()),
        Notice::CandidateUpdateFailed(failed) => (failed.code.as_str(), failed.field.as_str()),
        _ => ("", ""),
    };
    let id = Uuid::new_v5(
        &Uuid::NAMESPACE_URL,
        format!("{tenant}/{operation}/{kind}/{code}/{field}").as_bytes(),
    );
    let trace = boot::telemetry::traceparent_or(trace);
    let meta = OutMeta {
        id,
        source: SOURCE,
        tenant: tenant.as_str(),
        subject,
        time: at,
        traceparent: trace.as_deref(),
    };
    let encoded = match encode(notice, &meta) {
        Ok(encoded) => encoded,
        Err(error) => {
            tracing::error!(%operation, %error, "an answer cannot be written");
            return None;
        }
    };
    Some(Announcement {
        message_id: id,
        tenant: tenant.clone(),
        ordering_key: subject.to_owned(),
        routing_key: encoded.routing_key.to_owned(),
        operation: Some(operation),
        trace,
        body: encoded.body.into(),
    })
}

fn application(applied: &Applied) -> v1::ApplicationResult {
    use v1::application_result::How;
    let (how, problem) = match &applied.how {
        AppliedHow::Created(..) => (How::Created, None),
        AppliedHow::Found(_) => (How::Found, None),
        AppliedHow::Failed(problem) => (How::Failed, Some(problem)),
    };
    v1::ApplicationResult {
        job_id: applied.job.0,
        application_id: applied.application().map(|id| id.0),
        how: how.into(),
        code: problem
            .map(|p| p.code.as_str().to_owned())
            .unwrap_or_default(),
        field: problem.and_then(|p| p.field.clone()).unwrap_or_default(),
        message: problem
            .map(|p| p.code.cause().to_owned())
            .unwrap_or_default(),
        remedy: problem
            .map(|p| p.code.remedy().to_owned())
            .unwrap_or_default(),
    }
}

pub(crate) fn warning(problem: &Problem) -> v1::Warning {
    let cause = problem.code.cause();
    let message = match &problem.field {
        // What it is about, the code alone does not tell.
        Some(field)
            if matches!(
                problem.code,
                Code::CustomFieldRefused | Code::RetriesExhausted
            ) =>
        {
            format!("{}: {field}.", cause.trim_end_matches('.'))
        }
        _ => cause.to_owned(),
    };
    v1::Warning {
        code: problem.code.as_str().to_owned(),
        message,
        remedy: problem.code.remedy().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(field: &str) -> Uuid {
        let problem = Problem::new(Code::ScopeMissing).field(field);
        let notice = failed("i-1", "c-1", OperationId(1), &problem, &[]);
        let tenant = Tenant::try_from("acme").expect("a tenant");
        let at = DateTime::<Utc>::UNIX_EPOCH;
        let announced = announce(&notice, &tenant, "c-1", OperationId(1), None, at);
        announced.expect("an answer").message_id
    }

    #[test]
    fn the_next_thing_that_is_missing_is_another_message() {
        assert_eq!(id("harvest:notes:create"), id("harvest:notes:create"));
        assert_ne!(id("harvest:notes:create"), id("harvest:users:list"));
    }
}
