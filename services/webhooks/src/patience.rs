//! The database is waited for so long and no longer: over a link that has gone without a word, whoever waits for an answer
//! waits for ever, and everybody behind them too.

use std::time::Duration;

use store::Error;

/// What the store answers in time, or in words why it does not.
pub(crate) async fn within<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, String> {
    match tokio::time::timeout(patience, work).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err("the database did not answer in time".to_owned()),
    }
}
