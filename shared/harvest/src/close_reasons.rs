//! Reasons why jobs are closed.

use chrono::{DateTime, Utc};

use crate::call::Read;
use crate::client::Client;
use crate::error::Error;
use crate::page::{Cursor, Page};
use crate::v1;
use crate::v3;
use crate::version::Version;

/// A reason why a job is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseReason {
    /// Id.
    pub id: i64,
    /// Its name; one that begins with "Hire -" means a hire.
    pub name: Option<String>,
}

/// Operations on close reasons.
#[derive(Debug, Clone, Copy)]
pub struct CloseReasons<'a> {
    client: &'a Client,
}

impl Client {
    /// Reasons why jobs are closed.
    #[must_use]
    pub fn close_reasons(&self) -> CloseReasons<'_> {
        CloseReasons { client: self }
    }
}

impl CloseReasons<'_> {
    /// One page of all of them, or of those changed since `since`; the first page without a cursor.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn page(
        &self,
        since: Option<DateTime<Utc>>,
        cursor: Option<&Cursor>,
    ) -> Result<Page<CloseReason>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (
                v3::close_reasons::changed(since),
                v3::close_reasons::read_list,
            ),
            Version::V1 => (
                v1::close_reasons::changed(since),
                v1::close_reasons::read_list,
            ),
        };
        self.client.page_at(&request, read, cursor).await
    }
}
