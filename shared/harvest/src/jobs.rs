//! Jobs.

use chrono::{DateTime, Utc};
use domain::JobId;
use futures::Stream;

use crate::client::Client;
use crate::error::Error;
use crate::pages::Pages;
use crate::v3;

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
    /// Greenhouse's id of the department.
    pub department_id: Option<i64>,
    /// Greenhouse's ids of the offices.
    pub office_ids: Vec<i64>,
    /// When it was opened.
    pub opened_at: Option<DateTime<Utc>>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub updated_at: Option<DateTime<Utc>>,
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
    /// These jobs, without those that do not exist or must not be seen.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn by_ids(&self, ids: &[JobId]) -> Result<Vec<Job>, Error> {
        use v3::jobs::{read_list, with_ids};
        self.client.all_of(ids, with_ids, read_list).await
    }

    /// All jobs, in any status.
    pub fn list(&self) -> impl Stream<Item = Result<Job, Error>> + Send + use<> {
        Pages::new(self.client, v3::jobs::list(), v3::jobs::read_list).stream()
    }
}
