//! Recruiters, coordinators and sourcers of jobs.

use chrono::{DateTime, Utc};
use domain::{JobId, UserId};

use crate::call::Read;
use crate::client::Client;
use crate::error::Error;
use crate::page::{Cursor, Page};
use crate::v1;
use crate::v3;
use crate::version::Version;

/// Somebody who looks after a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobOwner {
    /// Id; v1 has none, so it is derived from job, user and role.
    pub id: i64,
    /// The job.
    pub job_id: Option<JobId>,
    /// Who.
    pub user_id: Option<UserId>,
    /// `recruiter`, `coordinator` or `sourcer`.
    pub role: Option<String>,
    /// Whether new candidates are theirs.
    pub responsible: bool,
}

/// Operations on owners of jobs.
#[derive(Debug, Clone, Copy)]
pub struct JobOwners<'a> {
    client: &'a Client,
}

impl Client {
    /// Recruiters, coordinators and sourcers of jobs.
    #[must_use]
    pub fn job_owners(&self) -> JobOwners<'_> {
        JobOwners { client: self }
    }
}

impl JobOwners<'_> {
    /// One page of all of them, or of those changed since `since`; the first page without a cursor.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn page(
        &self,
        since: Option<DateTime<Utc>>,
        cursor: Option<&Cursor>,
    ) -> Result<Page<JobOwner>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::job_owners::changed(since), v3::job_owners::read_list),
            Version::V1 => (v1::jobs::changed(since), v1::hiring_teams::read_owners),
        };
        self.client.page_at(&request, read, cursor).await
    }

    /// Those of these jobs.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn of_jobs(&self, ids: &[JobId]) -> Result<Vec<JobOwner>, Error> {
        match self.client.version() {
            Version::V3 => {
                use v3::job_owners::{of_jobs, read_list};
                self.client.all_of(ids, of_jobs, read_list).await
            }
            Version::V1 => {
                use v1::hiring_teams::read_owners_of_one as read;
                use v1::jobs::with_id;
                self.client.each_of(ids, with_id, read).await
            }
        }
    }
}
