//! What a caller of the store can run into.

use std::borrow::Cow;

use domain::Code;
use sqlx::migrate::MigrateError;

/// Errors of this crate, by what the caller does next.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database did not do it, or did not say that it did: wait and start the whole step again.
    ///
    /// Its text names the server's SQLSTATE and nothing else that the server said: that may quote a row.
    #[error("the database is not available ({})", reason(.0))]
    Unavailable(#[source] sqlx::Error),
    /// The schema and this program do not fit: an operator has to act.
    #[error("the database schema does not fit this version: {0}")]
    Schema(#[from] MigrateError),
    /// A row holds something that this version never writes: an operator has to act.
    #[error("the database holds an unreadable {0}")]
    Corrupt(&'static str),
}

impl Error {
    /// By what an operator looks up what to do about it.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            // A migration loses its connection as any other statement does.
            Error::Unavailable(told)
            | Error::Schema(
                MigrateError::Execute(told) | MigrateError::ExecuteMigration(told, _),
            ) => code_of(told),
            Error::Schema(_) => Code::DatabaseRefused,
            Error::Corrupt(_) => Code::Internal,
        }
    }

    /// Whether the server read a statement and refused it for a value in it, whatever it is asked again: a data exception, a
    /// constraint, one row written twice, or more than a row or an index can hold (SQLSTATE classes 21, 22, 23 and 54).
    pub(crate) fn is_about_data(&self) -> bool {
        let Error::Unavailable(sqlx::Error::Database(told)) = self else {
            return false;
        };
        let state = told.code().unwrap_or_default();
        ["21", "22", "23", "54"]
            .iter()
            .any(|class| state.starts_with(class))
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Error::Unavailable(error)
    }
}

fn code_of(error: &sqlx::Error) -> Code {
    let sqlx::Error::Database(told) = error else {
        return Code::DatabaseUnreachable;
    };
    let state = told.code().unwrap_or_default();
    match REFUSALS.iter().any(|(refusal, _)| *refusal == state) {
        true => Code::DatabaseRefused,
        false => Code::DatabaseUnavailable,
    }
}

/// Why, in one word that holds no data.
fn reason(error: &sqlx::Error) -> Cow<'_, str> {
    match error {
        sqlx::Error::Database(told) => match told.code() {
            None => "no SQLSTATE".into(),
            Some(state) => match REFUSALS.iter().find(|(refusal, _)| *refusal == state) {
                Some((_, meaning)) => format!("{state}: {meaning}").into(),
                None => state,
            },
        },
        // Whoever cannot connect at all is told so after as long a wait.
        sqlx::Error::PoolTimedOut => "no connection could be made or was free in time".into(),
        sqlx::Error::PoolClosed => "closing".into(),
        // Such as a host that nobody knows.
        sqlx::Error::Io(error) => error.to_string().into(),
        sqlx::Error::RowNotFound => "no row".into(),
        _ => "not understood".into(),
    }
}

/// SQLSTATEs by which the server says what an operator has to put right.
const REFUSALS: [(&str, &str); 6] = [
    ("28000", "the user or the password is refused"),
    ("28P01", "the user or the password is refused"),
    ("3D000", "there is no such database"),
    ("42P01", "a table is missing, and bridge run makes them"),
    ("42501", "the user lacks a privilege"),
    ("53300", "the server has no connection left"),
];

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    #[test]
    fn an_error_names_its_reason() {
        let told = |error: sqlx::Error| Error::from(error).to_string();
        assert_eq!(
            told(sqlx::Error::PoolTimedOut),
            "the database is not available (no connection could be made or was free in time)"
        );
        assert_eq!(
            told(sqlx::Error::Io(ErrorKind::ConnectionReset.into())),
            "the database is not available (connection reset)"
        );
    }

    #[test]
    fn a_connection_that_is_lost_in_a_migration_refuses_nothing() {
        let lost = || sqlx::Error::Io(ErrorKind::ConnectionReset.into());
        for (error, code) in [
            (MigrateError::Execute(lost()), Code::DatabaseUnreachable),
            (
                MigrateError::ExecuteMigration(lost(), 3),
                Code::DatabaseUnreachable,
            ),
            (MigrateError::VersionMissing(3), Code::DatabaseRefused),
        ] {
            assert_eq!(Error::from(error).code(), code);
        }
        assert_eq!(Error::Corrupt("cursor").code(), Code::Internal);
    }
}
