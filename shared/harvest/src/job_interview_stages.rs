//! Stages of the jobs' interview plans.

use chrono::{DateTime, Utc};
use domain::{JobId, JobStageId};
use futures::Stream;

use crate::call::Read;
use crate::client::Client;
use crate::error::Error;
use crate::page::{Cursor, Page};
use crate::pages::Pages;
use crate::v1;
use crate::v3;
use crate::version::Version;

/// A stage of a job's interview plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobInterviewStage {
    /// Id.
    pub id: JobStageId,
    /// The job.
    pub job_id: Option<JobId>,
    /// What recruiters call it.
    pub name: Option<String>,
    /// Position in the plan, ascending.
    pub sort_order: Option<i64>,
    /// Whether it was not deleted.
    pub active: bool,
}

/// Operations on stages of interview plans.
#[derive(Debug, Clone, Copy)]
pub struct JobInterviewStages<'a> {
    client: &'a Client,
}

impl Client {
    /// Stages of the jobs' interview plans.
    #[must_use]
    pub fn job_interview_stages(&self) -> JobInterviewStages<'_> {
        JobInterviewStages { client: self }
    }
}

impl JobInterviewStages<'_> {
    /// All stages of all jobs, deleted ones included.
    pub fn list(&self) -> impl Stream<Item = Result<JobInterviewStage, Error>> + Send + use<> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (
                v3::job_interview_stages::list(),
                v3::job_interview_stages::read_list,
            ),
            Version::V1 => (v1::job_stages::list(), v1::job_stages::read_list),
        };
        Pages::new(self.client, request, read).stream()
    }

    /// The stages of these jobs, deleted ones included. v1 takes a call for each job.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn of_jobs(&self, ids: &[JobId]) -> Result<Vec<JobInterviewStage>, Error> {
        match self.client.version() {
            Version::V3 => {
                use v3::job_interview_stages::{of_jobs, read_list};
                self.client.all_of(ids, of_jobs, read_list).await
            }
            Version::V1 => {
                use v1::job_stages::{of_job, read_list};
                self.client.each_of(ids, of_job, read_list).await
            }
        }
    }

    /// One page of all of them, deleted ones included, or of those changed since `since`; the first page without a
    /// cursor.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn page(
        &self,
        since: Option<DateTime<Utc>>,
        cursor: Option<&Cursor>,
    ) -> Result<Page<JobInterviewStage>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (
                v3::job_interview_stages::changed(since),
                v3::job_interview_stages::read_list,
            ),
            Version::V1 => (v1::job_stages::changed(since), v1::job_stages::read_list),
        };
        self.client.page_at(&request, read, cursor).await
    }

    /// These stages.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn by_ids(&self, ids: &[JobStageId]) -> Result<Vec<JobInterviewStage>, Error> {
        match self.client.version() {
            Version::V3 => {
                use v3::job_interview_stages::{read_list, with_ids};
                self.client.all_of(ids, with_ids, read_list).await
            }
            Version::V1 => {
                use v1::job_stages::{read_single, with_id};
                self.client.each_of(ids, with_id, read_single).await
            }
        }
    }
}
