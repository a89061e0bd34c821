//! How well a connection works: its state, and the findings that explain it.
//!
//! ```text
//!              verified, complete
//!   (new) ───────────────────────────▶ active ◀──┐
//!     │  verified, something is missing          │ verified
//!     ├──────────────────────────────▶ degraded ─┤ or connected
//!     │  credential refused                      │ again
//!     ├──────────────────────────────▶ reauthorise ◀─ 401 at work
//!     └──────────────────────────────▶ paused ◀────── 403 at work
//! ```
//! Work goes on in `active` and `degraded`. It waits in `reauthorise` and `paused`, where only reading goes on if what was
//! refused is needed for writes alone ([`Stops`]), until the connection is verified or made again; the keeper of connections
//! looks again by itself (`looks.rs`). A verification that Greenhouse does not answer leaves the state as it is.

use domain::{Code, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Connection;
use crate::Error;

/// How well a connection works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Everything works.
    Active,
    /// It works, but something is missing.
    Degraded,
    /// Greenhouse refuses the credential: the tenant has to connect again.
    Reauthorise,
    /// Greenhouse refuses what we ask for, or somebody stopped it: work waits.
    Paused,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// A feature does less than it could.
    Warning,
    /// A feature does not work.
    Error,
}

/// What waits over a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stops {
    /// What Greenhouse shows is read on: jobs and statuses.
    Writing,
    /// All of the tenant's work.
    All,
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What shows it, such as a scope's name or Greenhouse's words. No personal data.
    pub evidence: String,
    /// The scope (v3) or permission (v1) that is missing, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// What suffers: `import`, `status`, `referrer`, …
    pub feature: String,
    /// What to do about it.
    pub remedy: String,
    /// What waits until it is done, where work has met it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stops: Option<Stops>,
}

/// A state and what explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// How well it works.
    pub state: State,
    /// Why it is not active.
    pub reason: Option<Code>,
    /// All that is not as it should be.
    pub findings: Vec<Finding>,
}

impl State {
    /// The word in the database and in the HTTP API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Degraded => "degraded",
            Self::Reauthorise => "reauthorise",
            Self::Paused => "paused",
        }
    }

    /// Whether work goes on.
    pub const fn works(self) -> bool {
        matches!(self, Self::Active | Self::Degraded)
    }

    pub(super) fn parse(word: &str) -> Result<Self, Error> {
        match word {
            "active" => Ok(Self::Active),
            "degraded" => Ok(Self::Degraded),
            "reauthorise" => Ok(Self::Reauthorise),
            "paused" => Ok(Self::Paused),
            _ => Err(Error::Corrupt("connection state")),
        }
    }
}

impl Finding {
    /// A finding in the catalogue's words.
    pub fn new(code: Code, severity: Severity, feature: &str, evidence: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            message: code.cause().to_owned(),
            evidence: evidence.into(),
            scope: None,
            feature: feature.to_owned(),
            remedy: code.remedy().to_owned(),
            stops: None,
        }
    }

    /// Names the scope or permission that is missing.
    #[must_use]
    pub fn scope(mut self, scope: &str) -> Self {
        self.scope = Some(scope.to_owned());
        self
    }
}

impl Health {
    /// What a verification's findings amount to: a refused credential or user needs the tenant, a user who may not list and
    /// is shown no job pauses it, anything else that is more than good to know degrades.
    pub fn of(findings: Vec<Finding>) -> Self {
        // What is shown proves the right to list, whatever the user's record says.
        let shown = findings.iter().any(|one| one.code == Code::JobsVisible);
        let stops = |finding: &Finding| !shown && stops(finding);
        let rank = |finding: &&Finding| (refuses(finding.code), stops(finding), finding.severity);
        let worst = findings.iter().max_by_key(rank);
        let (state, reason) = match worst {
            Some(finding) if refuses(finding.code) => (State::Reauthorise, Some(finding.code)),
            Some(finding) if stops(finding) => (State::Paused, Some(finding.code)),
            Some(finding) if finding.severity != Severity::Info => {
                (State::Degraded, Some(finding.code))
            }
            _ => (State::Active, None),
        };
        Self {
            state,
            reason,
            findings,
        }
    }

    /// After a refusal at work: the findings there were, and this one. `feature`: what suffers; `stops`: what waits.
    pub fn refused(problem: &Problem, feature: &str, stops: Stops, known: &[Finding]) -> Self {
        let state = if refuses(problem.code) {
            State::Reauthorise
        } else {
            State::Paused
        };
        let evidence = problem.field.clone().unwrap_or_default();
        let mut finding = Finding::new(problem.code, Severity::Error, feature, evidence);
        finding.scope = problem
            .field
            .clone()
            .filter(|_| problem.code == Code::ScopeMissing);
        finding.stops = Some(stops);
        // Several rights may be missing; whoever is told has to grant them all.
        let same = |known: &Finding| known.code == finding.code && known.scope == finding.scope;
        let others: Vec<Finding> = known.iter().filter(|known| !same(known)).cloned().collect();
        Self {
            state,
            reason: Some(problem.code),
            findings: std::iter::once(finding).chain(others).collect(),
        }
    }

    /// After a verification that got no answer: as it was, and beside it what could not be looked at. That is good to
    /// know and no more: of what works, nobody said that it does not.
    pub fn unanswered(missed: Finding, known: &Connection) -> Self {
        let mut findings = known.findings.clone();
        if !findings.iter().any(|known| known.code == missed.code) {
            findings.push(Finding {
                severity: Severity::Info,
                ..missed
            });
        }
        Self {
            state: known.state,
            reason: known.reason,
            findings,
        }
    }

    /// With other findings, and nothing else learnt: what is set aside stays so while its reason is among them.
    pub fn reconsidered(findings: Vec<Finding>, known: &Connection) -> Self {
        let stands = findings
            .iter()
            .any(|finding| Some(finding.code) == known.reason);
        match known.state.works() || !stands {
            true => Self::of(findings),
            false => Self {
                state: known.state,
                reason: known.reason,
                findings,
            },
        }
    }

    pub(super) fn findings_json(&self) -> Value {
        serde_json::to_value(&self.findings).unwrap_or_default()
    }
}

/// Whether nothing has changed that somebody would do something about. What is merely good to know, as the number of jobs, is
/// another with each look.
pub(super) fn tells_the_same(one: &Connection, other: &Connection) -> bool {
    let weighty = |connection: &Connection| {
        let findings = connection.findings.iter();
        let mut weighty: Vec<Finding> = findings
            .filter(|finding| finding.severity != Severity::Info)
            .cloned()
            .collect();
        weighty.sort_by(|one, other| order(one).cmp(&order(other)));
        weighty
    };
    one.state == other.state && weighty(one) == weighty(other)
}

fn order(finding: &Finding) -> (&str, &str, &str) {
    (finding.code.as_str(), &finding.feature, &finding.evidence)
}

fn refuses(code: Code) -> bool {
    matches!(
        code,
        Code::CredentialRefused
            | Code::TokenEndpointRefused
            | Code::ActingUserMissing
            | Code::ConsentNeeded
            | Code::V1NotServed
    )
}

/// Whether nothing that work needs could be read: what is let go on would be refused at once.
fn stops(finding: &Finding) -> bool {
    finding.code == Code::NotSiteAdmin && finding.severity == Severity::Error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(code: Code, severity: Severity) -> Finding {
        Finding::new(code, severity, "import", "")
    }

    #[test]
    fn whoever_may_not_list_pauses_in_v3_and_degrades_in_v1() {
        let refused = |severity| finding(Code::NotSiteAdmin, severity);
        let state = |findings| Health::of(findings).state;
        assert_eq!(state(vec![refused(Severity::Error)]), State::Paused);
        assert_eq!(state(vec![refused(Severity::Warning)]), State::Degraded);
        let shown = finding(Code::JobsVisible, Severity::Info);
        let both = vec![refused(Severity::Error), shown];
        assert_eq!(state(both), State::Degraded, "jobs are shown");
    }

    #[test]
    fn nothing_found_is_active_and_good_to_know_is_too() {
        assert_eq!(Health::of(Vec::new()).state, State::Active);
        let info = Health::of(vec![finding(Code::NotSiteAdmin, Severity::Info)]);
        assert_eq!((info.state, info.reason), (State::Active, None));
    }

    #[test]
    fn a_refused_credential_outweighs_whatever_else_is_wrong() {
        let found = vec![
            finding(Code::CredentialRefused, Severity::Error),
            finding(Code::ScopeMissing, Severity::Error),
            finding(Code::SourceMissing, Severity::Warning),
        ];
        let health = Health::of(found);
        assert_eq!(health.state, State::Reauthorise);
        assert_eq!(health.reason, Some(Code::CredentialRefused));
    }

    #[test]
    fn a_missing_source_degrades() {
        let health = Health::of(vec![finding(Code::SourceMissing, Severity::Warning)]);
        assert_eq!(health.state, State::Degraded);
        assert_eq!(health.reason, Some(Code::SourceMissing));
    }

    #[test]
    fn a_refusal_at_work_comes_first_and_only_once() {
        let known = [
            finding(Code::SourceMissing, Severity::Warning),
            finding(Code::ScopeMissing, Severity::Error).scope("harvest:notes:create"),
            finding(Code::ScopeMissing, Severity::Error).scope("harvest:users:list"),
        ];
        let problem = Problem::new(Code::ScopeMissing).field("harvest:notes:create");
        let health = Health::refused(&problem, "note", Stops::Writing, &known);
        assert_eq!(health.state, State::Paused);
        let codes: Vec<Code> = health.findings.iter().map(|found| found.code).collect();
        let expected = [Code::ScopeMissing, Code::SourceMissing, Code::ScopeMissing];
        assert_eq!(codes, expected);
        let scope = health.findings[0].scope.as_deref();
        assert_eq!(scope, Some("harvest:notes:create"));
        let other = health.findings[2].scope.as_deref();
        assert_eq!(other, Some("harvest:users:list"), "it is missing as well");
        assert_eq!(health.findings[0].evidence, "harvest:notes:create");
    }
}
