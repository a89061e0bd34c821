//! What a caller of the store can run into.

/// Errors of this crate, by what the caller does next.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database did not do it, or did not say that it did: wait and start the whole step again.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// The schema and this program do not fit: an operator has to act.
    #[error("the database schema does not fit this version: {0}")]
    Schema(#[from] sqlx::migrate::MigrateError),
    /// A row holds something that this version never writes: an operator has to act.
    #[error("the database holds an unreadable {0}")]
    Corrupt(&'static str),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Error::Unavailable(error)
    }
}
