//! What is missing, found without writing anything to the customer's account.

use std::collections::BTreeSet;

use domain::{Code, UserId};
use harvest::{Client, Error as Remote, Introspection, Operation};
use store::connections::{Finding, Severity};

/// The source that every import names.
const SOURCE: &str = "Intrro";

/// A scope's use, for the findings.
fn feature(operation: Operation) -> &'static str {
    use Operation as O;
    match operation {
        O::Token
        | O::CandidatesList
        | O::CandidatesCreate
        | O::CandidatesUpdate
        | O::ApplicationsCreate
        | O::JobsList
        | O::SourcesList => "import",
        O::NotesList | O::NotesCreate => "note",
        O::CandidateTagsList
        | O::CandidateTagsCreate
        | O::AppliedCandidateTagsList
        | O::AppliedCandidateTagsCreate => "tags",
        O::UsersList | O::ReferrersList | O::ApplicationsUpdate => "referrer",
        O::ApplicationsList
        | O::ApplicationStagesList
        | O::JobInterviewStagesList
        | O::RejectionReasonsList
        | O::RejectionDetailsList => "status",
    }
}

/// Looks at a credential and at what it can see. Nothing found means that everything works.
pub(crate) async fn verify(client: &Client, acting_user: Option<UserId>) -> Vec<Finding> {
    if let Err(error) = client.verify_token().await {
        return vec![about(&error, "all", "token endpoint")];
    }
    let mut findings = Vec::new();
    let introspection = client.introspect().await.ok();
    let user = introspection
        .as_ref()
        .and_then(|seen| seen.sub)
        .or(acting_user);
    if let Some(seen) = &introspection {
        findings.extend(scopes(seen));
    }
    findings.extend(acting(client, user).await);
    findings.extend(source(client).await);
    findings
}

/// Scopes that the credential lacks, where the authorisation server tells.
fn scopes(seen: &Introspection) -> Vec<Finding> {
    if seen.scopes.is_empty() {
        return Vec::new();
    }
    let granted: BTreeSet<&str> = seen.scopes.iter().map(String::as_str).collect();
    Operation::ALL
        .iter()
        .filter_map(|operation| Some((operation.scope()?, feature(*operation))))
        .filter(|(scope, _)| !granted.contains(scope))
        .map(|(scope, feature)| Finding::new(Code::ScopeMissing, Severity::Error, feature, scope))
        .collect()
}

/// Who acts, and whether they may list: every list of v3 needs a Site Admin.
async fn acting(client: &Client, user: Option<UserId>) -> Option<Finding> {
    let Some(user) = user else {
        return Some(Finding::new(
            Code::ActingUserMissing,
            Severity::Warning,
            "all",
            "no acting user was given",
        ));
    };
    match client.users().by_ids(&[user]).await {
        Ok(users) => match users.first() {
            None => Some(Finding::new(
                Code::ActingUserMissing,
                Severity::Warning,
                "all",
                format!("user {user} is not listed"),
            )),
            Some(found) if !found.site_admin => Some(Finding::new(
                Code::NotSiteAdmin,
                Severity::Error,
                "all",
                format!("user {user}"),
            )),
            Some(_) => None,
        },
        Err(error) => Some(about(&error, "all", "users.list")),
    }
}

async fn source(client: &Client) -> Option<Finding> {
    match client.sources().list().await {
        Ok(sources)
            if sources
                .iter()
                .any(|source| source.name.trim().eq_ignore_ascii_case(SOURCE)) =>
        {
            None
        }
        Ok(sources) => {
            let evidence = format!("{} sources are on, none is called {SOURCE}", sources.len());
            Some(Finding::new(
                Code::SourceMissing,
                Severity::Warning,
                "import",
                evidence,
            ))
        }
        Err(error) => Some(about(&error, "import", "sources.list")),
    }
}

/// What a failed look means to the admin.
fn about(error: &Remote, feature: &str, what: &str) -> Finding {
    let (code, severity) = match error {
        Remote::Credential { .. } | Remote::Unauthorized { .. } => {
            (Code::CredentialRefused, Severity::Error)
        }
        Remote::Forbidden { .. } => (Code::ScopeMissing, Severity::Error),
        Remote::Denied { .. } | Remote::Throttled { .. } => (Code::Throttled, Severity::Info),
        Remote::NotSent { .. } | Remote::Unavailable { .. } => {
            (Code::GreenhouseUnavailable, Severity::Warning)
        }
        Remote::NotFound { .. } | Remote::Rejected { .. } | Remote::Unknown { .. } => {
            (Code::UnexpectedAnswer, Severity::Warning)
        }
    };
    let scope = error
        .scope()
        .map(|scope| format!(" needs {scope}"))
        .unwrap_or_default();
    Finding::new(
        code,
        severity,
        feature,
        format!("{what}{scope}: {}", error.kind()),
    )
}
