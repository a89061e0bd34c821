//! Stages of the jobs' interview plans.

use domain::{JobId, JobStageId};

use crate::client::Client;
use crate::error::Error;
use crate::v3;

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
    /// The stages of these jobs, deleted ones included.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn of_jobs(&self, ids: &[JobId]) -> Result<Vec<JobInterviewStage>, Error> {
        use v3::job_interview_stages::{of_jobs, read_list};
        self.client.all_of(ids, of_jobs, read_list).await
    }

    /// These stages.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn by_ids(&self, ids: &[JobStageId]) -> Result<Vec<JobInterviewStage>, Error> {
        use v3::job_interview_stages::{read_list, with_ids};
        self.client.all_of(ids, with_ids, read_list).await
    }
}
