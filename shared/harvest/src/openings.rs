//! Openings: the seats to be filled under a job.

use chrono::{DateTime, Utc};
use domain::JobId;

use crate::call::Read;
use crate::client::Client;
use crate::error::Error;
use crate::page::{Cursor, Page};
use crate::v1;
use crate::v3;
use crate::version::Version;

/// A seat to be filled under a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Id.
    pub id: i64,
    /// The job.
    pub job_id: Option<JobId>,
    /// The customer's own number of it.
    pub opening_id: Option<String>,
    /// Whether it is not filled or given up.
    pub open: bool,
    /// When it was opened.
    pub opened_at: Option<DateTime<Utc>>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Greenhouse's id of the reason why it was closed.
    pub close_reason_id: Option<i64>,
}

/// Operations on openings.
#[derive(Debug, Clone, Copy)]
pub struct Openings<'a> {
    client: &'a Client,
}

impl Client {
    /// Openings: the seats to be filled under a job.
    #[must_use]
    pub fn openings(&self) -> Openings<'_> {
        Openings { client: self }
    }
}

impl Openings<'_> {
    /// One page of all of them, or of those changed since `since`; the first page without a cursor.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn page(
        &self,
        since: Option<DateTime<Utc>>,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Opening>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::openings::changed(since), v3::openings::read_list),
            Version::V1 => (v1::jobs::changed(since), v1::openings::read_list),
        };
        self.client.page_at(&request, read, cursor).await
    }

    /// Those of these jobs.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn of_jobs(&self, ids: &[JobId]) -> Result<Vec<Opening>, Error> {
        match self.client.version() {
            Version::V3 => {
                use v3::openings::{of_jobs, read_list};
                self.client.all_of(ids, of_jobs, read_list).await
            }
            Version::V1 => {
                use v1::jobs::with_id;
                use v1::openings::read_of_one as read;
                self.client.each_of(ids, with_id, read).await
            }
        }
    }
}
