//! How a command ends when it cannot do what was asked.

use std::process::ExitCode;

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
    /// A bug or a broken environment.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl Failure {
    /// Prints the failure to stderr and gives the exit code.
    pub(crate) fn report(self, json: bool) -> ExitCode {
        let (code, kind) = match self {
            Failure::Usage(_) => (2, "usage"),
            Failure::Unreachable { .. } => (4, "unreachable"),
            Failure::Refused(_) => (5, "refused"),
            Failure::Internal(_) => (1, "internal"),
        };
        if json {
            output::aside(serde_json::json!({ "error": kind, "message": format!("{self:#}") }));
        } else {
            output::aside(format_args!("bridge: {self:#}"));
        }
        ExitCode::from(code)
    }
}

impl From<boot::settings::SettingsError> for Failure {
    fn from(error: boot::settings::SettingsError) -> Failure {
        Failure::Usage(error.to_string())
    }
}
