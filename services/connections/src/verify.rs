//! What is missing, found without writing anything to the customer's account.

use std::collections::BTreeSet;

use domain::{Code, UserId};
use harvest::{Client, Error as Remote, Feature, Version, least_scopes};
use store::connections::{Finding, Severity};

/// The source that every import names.
const SOURCE: &str = "Intrro";

/// What the bridge does for every tenant.
const FEATURES: &[Feature] = &[
    Feature::Import,
    Feature::Note,
    Feature::Tags,
    Feature::Referrer,
    Feature::Status,
];

/// Looks at a credential and at what it can see. Nothing found means that everything works.
pub(crate) async fn verify(client: &Client, acting_user: Option<UserId>) -> Vec<Finding> {
    if let Err(error) = client.verify_token().await {
        return vec![refused(&error, acting_user)];
    }
    let seen = client.introspect().await.unwrap_or_default();
    let granted: BTreeSet<&str> = seen.scopes.iter().map(String::as_str).collect();
    let mut findings = missing(&granted);
    let looks = [
        acting(client, seen.sub, acting_user, &granted).await,
        source(client, &granted).await,
    ];
    for finding in looks.into_iter().flatten() {
        // Somebody who is no Site Admin is refused everywhere: once is enough.
        if findings
            .iter()
            .all(|known| (known.code, &known.evidence) != (finding.code, &finding.evidence))
        {
            findings.push(finding);
        }
    }
    findings
}

/// Scopes that the credential lacks, where the authorisation server tells which it has.
fn missing(granted: &BTreeSet<&str>) -> Vec<Finding> {
    if granted.is_empty() {
        return Vec::new();
    }
    let mut told = BTreeSet::new();
    let mut findings = Vec::new();
    for feature in FEATURES {
        for scope in least_scopes(Version::V3, &[*feature]) {
            if !granted.contains(scope) && told.insert(scope) {
                let severity = Severity::Error;
                let feature = feature.as_str();
                findings.push(Finding::new(Code::ScopeMissing, severity, feature, scope));
            }
        }
    }
    findings
}

/// Who acts, and whether they may list: every list of v3 needs a Site Admin.
async fn acting(
    client: &Client,
    sub: Option<UserId>,
    chosen: Option<UserId>,
    granted: &BTreeSet<&str>,
) -> Option<Finding> {
    let user = sub.or(chosen)?;
    match client.users().by_ids(&[user]).await {
        Ok(users) => match users.first() {
            Some(found) if found.site_admin => None,
            // Greenhouse's own service user need not be listed; a chosen one is, to whoever may list.
            None if chosen.is_none() => None,
            _ => Some(no_site_admin(user)),
        },
        Err(error) => about(&error, "all", "users.list", granted, Some(user)),
    }
}

async fn source(client: &Client, granted: &BTreeSet<&str>) -> Option<Finding> {
    match client.sources().list().await {
        Ok(sources) => {
            let ours = |name: &str| name.trim().eq_ignore_ascii_case(SOURCE);
            if sources.iter().any(|source| ours(&source.name)) {
                return None;
            }
            let evidence = format!("{} sources are on, none is called {SOURCE}", sources.len());
            Some(Finding::new(
                Code::SourceMissing,
                Severity::Warning,
                "import",
                evidence,
            ))
        }
        Err(error) => about(&error, "import", "sources.list", granted, None),
    }
}

fn no_site_admin(user: UserId) -> Finding {
    Finding::new(
        Code::NotSiteAdmin,
        Severity::Error,
        "all",
        format!("user {user}"),
    )
}

/// No token, and what that means. Greenhouse names the parameter `sub` when it does not like the acting user.
fn refused(error: &Remote, acting_user: Option<UserId>) -> Finding {
    let blames_user = |detail: &str| {
        detail
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| word == "sub")
    };
    match (error, acting_user) {
        (Remote::Credential { detail, .. }, Some(user)) if blames_user(detail) => Finding::new(
            Code::ActingUserMissing,
            Severity::Error,
            "all",
            format!("user {user}"),
        ),
        (Remote::Credential { status, .. }, _) => {
            let evidence = format!("the token endpoint answered {status}");
            Finding::new(Code::CredentialRefused, Severity::Error, "all", evidence)
        }
        _ => about(error, "all", "token endpoint", &BTreeSet::new(), None).unwrap_or_else(|| {
            Finding::new(
                Code::UnexpectedAnswer,
                Severity::Warning,
                "all",
                error.kind(),
            )
        }),
    }
}

/// What a failed look means to the admin; nothing where it is told already.
fn about(
    error: &Remote,
    feature: &str,
    what: &str,
    granted: &BTreeSet<&str>,
    user: Option<UserId>,
) -> Option<Finding> {
    let (code, severity) = match error {
        Remote::Credential { .. } | Remote::Unauthorized { .. } => {
            (Code::CredentialRefused, Severity::Error)
        }
        Remote::Forbidden { scope, .. } if granted.contains(scope) => {
            return user.map(no_site_admin);
        }
        Remote::Forbidden { .. } if !granted.is_empty() => return None,
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
    Some(Finding::new(
        code,
        severity,
        feature,
        format!("{what}{scope}: {}", error.kind()),
    ))
}
