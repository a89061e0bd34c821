//! How a command ends when it cannot do what was asked.

use std::process::ExitCode;

use domain::Code;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::catalogue::advised;
use crate::output;

/// A failed command: what the caller sees, and the exit code that scripts see.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Wrong arguments, files or settings.
    #[error("{0}")]
    Usage(String),
    /// The broker, the database or the bridge does not answer.
    #[error("{}", advised(.why, *.code))]
    Unreachable {
        /// Which of them.
        code: Code,
        /// In plain words.
        why: String,
    },
    /// It answered, and said no.
    #[error("{}", advised(.why, *.code))]
    Refused {
        /// Which of them.
        code: Code,
        /// In plain words.
        why: String,
    },
    /// The bridge did, or could not reach whom it needs: with a problem of RFC 9457.
    #[error("{}", in_words(.1))]
    Problem(StatusCode, Value),
    /// The database's connections are dead and this process with them: another one gets on.
    #[error("{}", advised(Code::DatabaseSilent.cause(), Code::DatabaseSilent))]
    Silent,
    /// A bug or a broken environment.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl Failure {
    /// Prints the failure to stderr and gives the exit code.
    pub(crate) fn report(self, json: bool) -> ExitCode {
        let (exit, kind) = self.kind();
        if json {
            let mut told = json!({ "error": kind, "message": format!("{self:#}") });
            match self {
                Failure::Unreachable { code, .. } | Failure::Refused { code, .. } => {
                    told["code"] = json!(code);
                }
                Failure::Problem(_, problem) => {
                    told["code"] = problem["code"].clone();
                    told["problem"] = problem;
                }
                Failure::Silent => told["code"] = json!(Code::DatabaseSilent),
                Failure::Usage(_) | Failure::Internal(_) => {}
            }
            output::aside(told);
        } else {
            output::aside(format_args!("bridge: {self:#}"));
        }
        ExitCode::from(exit)
    }

    fn kind(&self) -> (u8, &'static str) {
        match self {
            Failure::Usage(_) => (2, "usage"),
            Failure::Unreachable { .. } | Failure::Silent => (4, "unreachable"),
            Failure::Problem(_, problem) if is_ours(problem) => (5, "refused"),
            Failure::Problem(status, _) if is_away(*status) => (4, "unreachable"),
            Failure::Problem(StatusCode::INTERNAL_SERVER_ERROR, _) | Failure::Internal(_) => {
                (1, "internal")
            }
            Failure::Refused { .. } | Failure::Problem(..) => (5, "refused"),
        }
    }
}

/// Whether whoever answers could not reach somebody: the bridge its database or Greenhouse, a proxy the bridge.
pub(crate) fn is_away(status: StatusCode) -> bool {
    matches!(status.as_u16(), 502..=504)
}

/// Whether everybody was reached, and an operator has to give the bridge what it lacks before it serves again.
fn is_ours(problem: &Value) -> bool {
    let code = problem["code"].as_str().map(str::parse);
    matches!(
        code,
        Some(Ok(Code::CredentialSealed | Code::PartnerRefused))
    )
}

/// What is wrong, where, what to do, and by which name to look it up.
fn in_words(problem: &Value) -> String {
    let word = |key: &str| problem.get(key).and_then(Value::as_str);
    let title = word("title").unwrap_or("no reason was given");
    let mut words = title.to_owned();
    if let Some(field) = word("field") {
        words.push_str(&format!(" ({field})"));
    }
    if let Some(detail) = word("detail") {
        words.push_str(&format!(": {detail}"));
    }
    if let Some(code) = word("code") {
        if !words.ends_with(['.', '?', '!']) {
            words.push('.');
        }
        words.push_str(&format!(" More: bridge explain {code}"));
    }
    let lines = crate::connect::findings_in_words(problem);
    words.extend(lines.iter().map(|line| format!("\n{line}")));
    words
}

impl From<boot::settings::SettingsError> for Failure {
    fn from(error: boot::settings::SettingsError) -> Failure {
        Failure::Usage(error.to_string())
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Failure {
        let (code, why) = (error.code(), error.to_string());
        match code {
            Code::DatabaseRefused => Failure::Refused { code, why },
            Code::Internal => Failure::Internal(error.into()),
            _ => Failure::Unreachable { code, why },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bridge_that_lacks_a_key_or_its_client_is_reached_and_refuses() {
        for (code, kind) in [
            (Code::CredentialSealed, (5, "refused")),
            (Code::PartnerRefused, (5, "refused")),
            (Code::DatabaseUnavailable, (4, "unreachable")),
            (Code::GreenhouseUnavailable, (4, "unreachable")),
        ] {
            let problem = json!({ "title": "No.", "code": code });
            let failure = Failure::Problem(StatusCode::SERVICE_UNAVAILABLE, problem);
            assert_eq!(failure.kind(), kind, "{code}");
        }
    }

    #[test]
    fn what_was_found_out_is_told_with_the_refusal() {
        let problem = json!({
            "title": "The credential is refused.", "code": "credential_refused", "findings": [{
                "code": "scope_missing", "severity": "error", "feature": "introductions",
                "message": "A right is missing.", "evidence": "harvest:notes:create", "remedy": "Grant it.",
            }],
        });
        let told = Failure::Problem(StatusCode::UNPROCESSABLE_ENTITY, problem).to_string();
        for part in ["scope_missing", "harvest:notes:create", "remedy: Grant it."] {
            assert!(told.contains(part), "{told}");
        }
    }

    #[test]
    fn a_row_that_nobody_can_read_is_no_refusal_of_the_database() {
        let failure = Failure::from(store::Error::Corrupt("cursor"));
        assert_eq!(failure.kind(), (1, "internal"));
    }
}
