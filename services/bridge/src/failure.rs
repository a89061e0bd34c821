//! How a command ends when it cannot do what was asked.

use std::process::ExitCode;

use domain::Code;

use crate::output;

/// A failed command: what the caller sees, and the exit code that scripts see.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Wrong arguments, files or settings.
    #[error("{0}")]
    Usage(String),
    /// The broker, the database or the bridge does not answer.
    #[error("{what} cannot be reached: {why}")]
    Unreachable {
        /// Which of them.
        what: &'static str,
        /// In plain words.
        why: String,
    },
    /// It answered, and said no.
    #[error("refused: {0}")]
    Refused(String),
    /// The bridge did, with a problem of RFC 9457.
    #[error("refused: {}", in_words(.0))]
    Problem(serde_json::Value),
    /// The database's connections are dead and this process with them: another one gets on.
    #[error("{}", silent())]
    Silent,
    /// A bug or a broken environment.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl Failure {
    /// Prints the failure to stderr and gives the exit code.
    pub(crate) fn report(self, json: bool) -> ExitCode {
        let (code, kind) = match self {
            Failure::Usage(_) => (2, "usage"),
            Failure::Unreachable { .. } | Failure::Silent => (4, "unreachable"),
            Failure::Refused(_) | Failure::Problem(_) => (5, "refused"),
            Failure::Internal(_) => (1, "internal"),
        };
        if json {
            let mut told = serde_json::json!({ "error": kind, "message": format!("{self:#}") });
            if let Failure::Problem(problem) = self {
                told["problem"] = problem;
            }
            output::aside(told);
        } else {
            output::aside(format_args!("bridge: {self:#}"));
        }
        ExitCode::from(code)
    }
}

fn silent() -> String {
    let code = Code::DatabaseSilent;
    format!(
        "{} {} More: bridge explain {code}",
        code.cause(),
        code.remedy()
    )
}

/// What is wrong, where, what to do, and by which name to look it up.
fn in_words(problem: &serde_json::Value) -> String {
    let word = |key: &str| problem.get(key).and_then(serde_json::Value::as_str);
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
    words
}

impl From<boot::settings::SettingsError> for Failure {
    fn from(error: boot::settings::SettingsError) -> Failure {
        Failure::Usage(error.to_string())
    }
}
