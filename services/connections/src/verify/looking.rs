//! One verification on its way: what it knows, what it has found, and how it waits for the budget.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::settings::{ImportAs, ReferrerUnknown, Settings};
use domain::{Code, UserId};
use harvest::{Client, Error as Remote, Feature, Operation, Version, Whose};
use store::budget::{Report, Seen};
use store::connections::{Finding, Severity};
use tokio::time::Instant;

use super::Verified;

/// How long a verification may wait for the budget in all; whoever asked for it is waiting too.
const PATIENCE: Duration = Duration::from_secs(40);

/// Whether nothing works without this list; what a single other one is refused for is missed there alone.
fn bears_everything(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::ApplicationsList
            | Operation::CandidatesList
            | Operation::JobsList
            | Operation::UsersList
            | Operation::UsersRetrieve
    )
}

/// Asks, and waits as long for the budget as a verification.
pub(crate) async fn patiently<T, Asked: Future<Output = Result<T, Remote>>>(
    client: &Client,
    ask: impl Fn(Client) -> Asked,
) -> Result<T, Remote> {
    ask_until(Instant::now() + PATIENCE, client, ask).await
}

async fn ask_until<T, Asked: Future<Output = Result<T, Remote>>>(
    until: Instant,
    client: &Client,
    ask: impl Fn(Client) -> Asked,
) -> Result<T, Remote> {
    loop {
        let answer = ask(client.clone()).await;
        match answer.as_ref().err().and_then(Remote::retry_after) {
            Some(wait) if Instant::now() + wait < until => tokio::time::sleep(wait).await,
            _ => return answer,
        }
    }
}

pub(super) struct Looking<'a> {
    pub(super) client: &'a Client,
    pub(super) settings: &'a Settings,
    /// The user that the tenant chose to act for.
    pub(super) chosen: Option<UserId>,
    /// The user that Greenhouse says we act for.
    pub(super) acting: Option<UserId>,
    /// Scopes that the credential has; empty where Greenhouse does not tell.
    pub(super) granted: BTreeSet<String>,
    until: Instant,
    findings: Vec<Finding>,
    unanswered: Option<Finding>,
}

impl<'a> Looking<'a> {
    pub(super) fn new(client: &'a Client, settings: &'a Settings, chosen: Option<UserId>) -> Self {
        Self {
            client,
            settings,
            chosen,
            acting: chosen,
            granted: BTreeSet::new(),
            until: Instant::now() + PATIENCE,
            findings: Vec::new(),
            unanswered: None,
        }
    }

    pub(super) fn is_v1(&self) -> bool {
        self.client.version() == Version::V1
    }

    /// What the tenant has on. Prospects are: an event may ask for one whatever the settings say.
    pub(super) fn features(&self) -> Vec<Feature> {
        let settings = self.settings;
        let optional = [
            (Feature::Tags, settings.tags),
            (
                Feature::NewReferrer,
                settings.referrer_unknown == ReferrerUnknown::AddUser,
            ),
            (
                Feature::CustomFields,
                settings.introduction_status_field || settings.introduction_fields,
            ),
        ];
        let off = |feature: &Feature| optional.contains(&(*feature, false));
        let all = Feature::ALL.iter().copied();
        all.filter(|feature| !off(feature)).collect()
    }

    /// What suffers without an operation, among what the tenant has on; empty if nothing does.
    pub(super) fn suffers(&self, operation: Operation) -> String {
        let on = self.features();
        let suffering = operation
            .features()
            .iter()
            .filter(|feature| on.contains(feature));
        let words: Vec<&str> = suffering.map(|feature| feature.as_str()).collect();
        words.join(", ")
    }

    pub(super) fn find(&mut self, finding: Finding) {
        let known = |other: &&mut Finding| {
            (other.code, &other.evidence, &other.scope)
                == (finding.code, &finding.evidence, &finding.scope)
        };
        match self.findings.iter_mut().find(known) {
            Some(known) => known.severity = known.severity.max(finding.severity),
            None => self.findings.push(finding),
        }
    }

    pub(super) fn verified(self) -> Verified {
        Verified {
            findings: self.findings,
            unanswered: self.unanswered,
        }
    }

    /// Asks, and waits where the budget says later.
    pub(super) async fn patiently<T, Asked: Future<Output = Result<T, Remote>>>(
        &self,
        ask: impl Fn(Client) -> Asked,
    ) -> Result<T, Remote> {
        ask_until(self.until, self.client, ask).await
    }

    /// Whether whoever asked for it has waited long enough: what is left undone may be left out.
    pub(super) fn took_long(&self) -> bool {
        Instant::now() >= self.until
    }

    /// What a failed look means to the admin; nothing where it is told already.
    pub(super) fn failed(&mut self, error: &Remote, feature: &str, what: &str) {
        let finding = |code, severity| {
            Finding::new(code, severity, feature, format!("{what}: {}", error.kind()))
        };
        let finding = match error {
            Remote::Credential {
                whose: Whose::Partner,
                ..
            } => return self.undecided(error, what),
            Remote::Credential {
                whose: Whose::Consent,
                ..
            } => finding(Code::ConsentNeeded, Severity::Error),
            Remote::Credential {
                whose: Whose::Tenant,
                ..
            } => finding(Code::TokenEndpointRefused, Severity::Error),
            Remote::Unauthorized { .. } => finding(Code::CredentialRefused, Severity::Error),
            Remote::NotServed { .. } => finding(Code::V1NotServed, Severity::Error),
            Remote::Forbidden { operation, scope } => {
                return self.forbidden(*operation, scope);
            }
            Remote::Denied { .. } | Remote::Throttled { .. } => {
                finding(Code::Throttled, Severity::Info)
            }
            Remote::NotSent { .. } | Remote::Unavailable { .. } => {
                finding(Code::GreenhouseUnavailable, Severity::Warning)
            }
            Remote::NotFound { .. }
            | Remote::Rejected { .. }
            | Remote::Unknown { .. }
            | Remote::Accepted { .. }
            | Remote::Processing { .. } => finding(Code::UnexpectedAnswer, Severity::Warning),
        };
        self.find(finding);
    }

    /// The same of a look that decides whether the credential, and whoever acts with it, is good. Without its answer that
    /// is open, which is worse than good to know also where only the limit is in the way.
    pub(super) fn undecided(&mut self, error: &Remote, what: &str) {
        let code = match error {
            Remote::Denied { .. } | Remote::Throttled { .. } => Code::Throttled,
            Remote::NotSent { .. } | Remote::Unavailable { .. } | Remote::Unknown { .. } => {
                Code::GreenhouseUnavailable
            }
            // Who is refused is the bridge.
            Remote::Credential {
                whose: Whose::Partner,
                ..
            } => Code::PartnerRefused,
            Remote::Credential {
                whose: Whose::Tenant | Whose::Consent,
                ..
            }
            | Remote::Unauthorized { .. }
            | Remote::Forbidden { .. }
            | Remote::NotFound { .. }
            | Remote::NotServed { .. }
            | Remote::Rejected { .. }
            | Remote::Accepted { .. }
            | Remote::Processing { .. } => return self.failed(error, "all", what),
        };
        let evidence = format!("{what}: {}", error.kind());
        let missed = Finding::new(code, Severity::Warning, "all", evidence);
        self.unanswered = Some(missed.clone());
        self.find(missed);
    }

    /// Either the right is missing, which may be known already, or whoever acts may not list.
    fn forbidden(&mut self, operation: Operation, scope: &str) {
        if self.granted.contains(scope) {
            return self.no_site_admin(bears_everything(operation));
        }
        if self.granted.is_empty() {
            let suffers = self.needed().remove(scope);
            let suffers = suffers.unwrap_or_else(|| self.suffers(operation));
            self.missing(scope, &suffers);
        }
    }

    pub(super) fn missing(&mut self, scope: &str, feature: &str) {
        let suffering = feature.split(", ").map(|feature| self.matters(feature));
        let severity = suffering.max().unwrap_or(Severity::Error);
        let finding = Finding::new(Code::ScopeMissing, severity, feature, scope);
        self.find(finding.scope(scope));
    }

    /// Whether there is the right only shows when it is used.
    pub(super) fn unproven(&mut self, right: &str, feature: &str) {
        let finding = Finding::new(Code::PermissionUnproven, Severity::Info, feature, right);
        self.find(finding.scope(right));
    }

    /// How much it matters that a feature lacks a right.
    fn matters(&self, feature: &str) -> Severity {
        let settings = self.settings;
        let is = |one: Feature| one.as_str() == feature;
        if is(Feature::Prospects) && settings.import_as != ImportAs::Prospect {
            // No setting asks for it, an event may: nothing is wrong with the tenant.
            Severity::Info
        } else if is(Feature::CustomFields) && !settings.introduction_fields {
            // Of use for a field that Greenhouse may have.
            Severity::Warning
        } else {
            Severity::Error
        }
    }

    /// `all`: what nothing works without was refused or is not shown.
    pub(super) fn no_site_admin(&mut self, all: bool) {
        let Some(user) = self.acting else {
            return;
        };
        // v1 reads everything that its permissions allow; only writes ask who acts.
        let (severity, feature) = match all && !self.is_v1() {
            true => (Severity::Error, "all"),
            false => (Severity::Warning, "import"),
        };
        let evidence = format!("user {user}");
        self.find(Finding::new(
            Code::NotSiteAdmin,
            severity,
            feature,
            evidence,
        ));
    }

    pub(super) fn at_limit(&mut self, seen: Option<Seen>) {
        if let Some(Report::Window { limit, .. }) = seen.map(|seen| seen.report) {
            let window = if self.is_v1() { 10 } else { 30 };
            let evidence = format!("{limit} calls in {window} seconds");
            self.find(Finding::new(
                Code::RateLimitSeen,
                Severity::Info,
                "all",
                evidence,
            ));
        }
    }
}
