//! Jobs.

use chrono::{DateTime, Utc};
use domain::JobId;
use futures::Stream;

use crate::call::Read;
use crate::client::Client;
use crate::custom_fields::CustomFieldValue;
use crate::error::Error;
use crate::job_hiring_managers::JobHiringManager;
use crate::job_owners::JobOwner;
use crate::openings::Opening;
use crate::page::{Cursor, Page};
use crate::pages::Pages;
use crate::v1;
use crate::v3;
use crate::version::Version;

/// A job, as far as the acting user may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Id.
    pub id: JobId,
    /// Title inside the company.
    pub name: Option<String>,
    /// The customer's own number of it.
    pub requisition_id: Option<String>,
    /// Where it stands.
    pub status: JobStatus,
    /// Whether only the hiring team may see it.
    pub confidential: bool,
    /// Whether it is a model for other jobs, not a job.
    pub template: bool,
    /// The department.
    pub department_id: Option<i64>,
    /// The offices.
    pub office_ids: Vec<i64>,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was opened.
    pub opened_at: Option<DateTime<Utc>>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub updated_at: Option<DateTime<Utc>>,
    /// Custom fields, null where there is no value.
    pub custom_fields: Vec<CustomFieldValue>,
}

/// A job, and what its answer tells of what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeJob {
    /// The job.
    pub job: Job,
    /// All of these that it has; none where they have lists of their own (v3).
    pub parts: Option<JobParts>,
}

/// What v1 tells inside of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobParts {
    /// Seats to be filled.
    pub openings: Vec<Opening>,
    /// Recruiters, coordinators and sourcers.
    pub owners: Vec<JobOwner>,
    /// Hiring managers.
    pub hiring_managers: Vec<JobHiringManager>,
}

impl WholeJob {
    const fn alone(job: Job) -> Self {
        Self { job, parts: None }
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobStatus {
    /// People can be considered for it.
    Open,
    /// Not opened yet.
    Draft,
    /// Over.
    Closed,
    /// A word that did not exist when this was written, or none.
    Other,
}

impl JobStatus {
    pub(crate) fn from_word(word: Option<&str>) -> Self {
        match word {
            Some("open") => Self::Open,
            Some("draft") => Self::Draft,
            Some("closed") => Self::Closed,
            _ => Self::Other,
        }
    }
}

/// Operations on jobs.
#[derive(Debug, Clone, Copy)]
pub struct Jobs<'a> {
    client: &'a Client,
}

impl Client {
    /// Jobs.
    #[must_use]
    pub fn jobs(&self) -> Jobs<'_> {
        Jobs { client: self }
    }
}

impl Jobs<'_> {
    /// These jobs, without those that do not exist or must not be seen. v1 takes a call for each.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn by_ids(&self, ids: &[JobId]) -> Result<Vec<Job>, Error> {
        match self.client.version() {
            Version::V3 => {
                use v3::jobs::{read_asked_for, with_ids};
                self.client.all_of(ids, with_ids, read_asked_for).await
            }
            Version::V1 => {
                use v1::jobs::{read_single, with_id};
                self.client.each_of(ids, with_id, read_single).await
            }
        }
    }

    /// Whether any job at all is shown, in any status: one call for one job.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn any(&self) -> Result<bool, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::jobs::one(), v3::jobs::read_list),
            Version::V1 => (v1::jobs::one(), v1::jobs::read_list),
        };
        let page = self.client.page_at(&request, read, None).await?;
        Ok(!page.rows.is_empty())
    }

    /// One page of all jobs, in any status, or of those changed since `since`; the first page without a cursor.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn page(
        &self,
        since: Option<DateTime<Utc>>,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Job>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::jobs::changed(since), v3::jobs::read_list),
            Version::V1 => (v1::jobs::changed(since), v1::jobs::read_list),
        };
        self.client.page_at(&request, read, cursor).await
    }

    /// As [`Jobs::by_ids`], with whatever else the same calls tell.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn whole_by_ids(&self, ids: &[JobId]) -> Result<Vec<WholeJob>, Error> {
        match self.client.version() {
            Version::V3 => {
                let jobs = self.by_ids(ids).await?;
                Ok(jobs.into_iter().map(WholeJob::alone).collect())
            }
            Version::V1 => {
                use v1::jobs::{read_whole_single, with_id};
                self.client.each_of(ids, with_id, read_whole_single).await
            }
        }
    }

    /// As [`Jobs::page`], with whatever else the same call tells.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn whole_page(
        &self,
        since: Option<DateTime<Utc>>,
        cursor: Option<&Cursor>,
    ) -> Result<Page<WholeJob>, Error> {
        match self.client.version() {
            Version::V3 => {
                let page = self.page(since, cursor).await?;
                Ok(Page {
                    unread: page.unread,
                    rows: page.rows.into_iter().map(WholeJob::alone).collect(),
                    next: page.next,
                })
            }
            Version::V1 => {
                let (request, read) = (v1::jobs::changed(since), v1::jobs::read_whole_list);
                self.client.page_at(&request, read, cursor).await
            }
        }
    }

    /// All jobs, in any status.
    pub fn list(&self) -> impl Stream<Item = Result<Job, Error>> + Send + use<> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::jobs::list(), v3::jobs::read_list),
            Version::V1 => (v1::jobs::list(), v1::jobs::read_list),
        };
        Pages::new(self.client, request, read).stream()
    }
}
