//! The answer events of this service, from the bridge's terms into the contract's.

use domain::{ApplicationId, CandidateId, Code, JobId, Problem};
use harvest::Application;
use proto::{Notice, v1};

use crate::asker::Asker;
use crate::introduction::Introduction;

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
    pub(crate) greenhouse: CandidateId,
    pub(crate) how: How,
    pub(crate) applications: &'a [Applied],
    pub(crate) warnings: &'a [Problem],
}

impl Imported<'_> {
    pub(crate) fn notice(&self, asker: &Asker<'_>) -> Notice {
        Notice::from(v1::IntroductionImported {
            introduction_id: self.introduction.id.to_string(),
            candidate_id: asker.candidate.to_owned(),
            greenhouse_candidate_id: self.greenhouse.0,
            how: match self.how {
                How::Created => v1::introduction_imported::How::Created,
                How::Matched => v1::introduction_imported::How::Matched,
                How::Ambiguous => v1::introduction_imported::How::Ambiguous,
            }
            .into(),
            applications: self.applications.iter().map(application).collect(),
            warnings: self.warnings.iter().map(warning).collect(),
            operation_id: asker.operation.to_string(),
            imported_at: Some(asker.at.into()),
        })
    }
}

/// The answer that says why an introduction is not in Greenhouse (yet).
pub(crate) fn failed(
    asker: &Asker<'_>,
    introduction_id: &str,
    problem: &Problem,
    applications: &[Applied],
) -> Notice {
    Notice::from(v1::IntroductionImportFailed {
        introduction_id: introduction_id.to_owned(),
        candidate_id: asker.candidate.to_owned(),
        code: problem.code.as_str().to_owned(),
        field: problem.field.clone().unwrap_or_default(),
        message: problem.code.cause().to_owned(),
        remedy: problem.code.remedy().to_owned(),
        needs_human: problem.code.needs_human(),
        operation_id: asker.operation.to_string(),
        applications: applications.iter().map(application).collect(),
    })
}

/// The answer that says why an update did not reach Greenhouse (yet).
pub(crate) fn update_failed(asker: &Asker<'_>, introduction_id: &str, problem: &Problem) -> Notice {
    Notice::from(v1::CandidateUpdateFailed {
        candidate_id: asker.candidate.to_owned(),
        introduction_id: introduction_id.to_owned(),
        code: problem.code.as_str().to_owned(),
        field: problem.field.clone().unwrap_or_default(),
        message: problem.code.cause().to_owned(),
        remedy: problem.code.remedy().to_owned(),
        needs_human: problem.code.needs_human(),
        operation_id: asker.operation.to_string(),
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
                Code::CustomFieldRefused
                    | Code::EditRefused
                    | Code::RetriesExhausted
                    | Code::EmailUnusable
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
        field: problem.field.clone().unwrap_or_default(),
    }
}
