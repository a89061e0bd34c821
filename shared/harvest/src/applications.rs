//! Applications: a person under a job.

use chrono::{DateTime, Utc};
use domain::status::Status;
use domain::{ApplicationId, CandidateId, JobId, JobStageId, ReferrerId, SourceId, StageId};
use futures::Stream;

use crate::client::Client;
use crate::error::Error;
use crate::pages::Pages;
use crate::v3;

/// An application as Greenhouse has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Id.
    pub id: ApplicationId,
    /// The person.
    pub candidate_id: Option<CandidateId>,
    /// The job; none for a prospect.
    pub job_id: Option<JobId>,
    /// Where it stands.
    pub status: ApplicationStatus,
    /// Whether the person has not applied (yet).
    pub prospect: bool,
    /// The current *visit* to a stage (v3); none for prospects and where the process is over.
    pub stage_id: Option<StageId>,
    /// The current stage of the interview plan, where the answer tells it (v1; v3 has it in the stage history).
    pub job_stage_id: Option<JobStageId>,
    /// Name of the current stage.
    pub stage_name: Option<String>,
    /// Where the person came from.
    pub source_id: Option<SourceId>,
    /// Who gets the credit.
    pub referrer_id: Option<ReferrerId>,
    /// Jobs a prospect is considered for.
    pub prospective_job_ids: Vec<JobId>,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last changed (v3 only).
    pub updated_at: Option<DateTime<Utc>>,
    /// When it was turned down.
    pub rejected_at: Option<DateTime<Utc>>,
    /// When anything last happened to it.
    pub last_activity_at: Option<DateTime<Utc>>,
}

/// Where an application stands, in one spelling for all versions of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApplicationStatus {
    /// Being considered: `in_process` in v3, `active` elsewhere.
    InProcess,
    /// Turned down, by either side.
    Rejected,
    /// Hired.
    Hired,
    /// A prospect's application that was replaced by one to a job.
    Converted,
    /// A word that did not exist when this was written, or none.
    Other,
}

impl ApplicationStatus {
    /// The status in the bridge's vocabulary; `None` for [`ApplicationStatus::Other`].
    #[must_use]
    pub const fn known(self) -> Option<Status> {
        match self {
            Self::InProcess => Some(Status::InProcess),
            Self::Rejected => Some(Status::Rejected),
            Self::Hired => Some(Status::Hired),
            Self::Converted => Some(Status::Converted),
            Self::Other => None,
        }
    }

    /// From Greenhouse's word, of any version.
    pub(crate) fn from_word(word: &str) -> Self {
        match Status::from_greenhouse(word) {
            Ok(Status::InProcess) => Self::InProcess,
            Ok(Status::Rejected) => Self::Rejected,
            Ok(Status::Hired) => Self::Hired,
            Ok(Status::Converted) => Self::Converted,
            // Not a word of Greenhouse's.
            Ok(Status::Deleted) | Err(_) => Self::Other,
        }
    }
}

/// An application to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApplication {
    /// What the person is considered for.
    pub target: Target,
    /// Where the person came from.
    pub source_id: Option<SourceId>,
    /// Who gets the credit.
    pub referrer_id: Option<ReferrerId>,
}

/// What a person is considered for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One job.
    Job(JobId),
    /// Several jobs or none, as a prospect.
    Prospect {
        /// The jobs.
        job_ids: Vec<JobId>,
    },
    /// As a prospect in one of the organisation's pools.
    PooledProspect {
        /// The jobs.
        job_ids: Vec<JobId>,
        /// Greenhouse's id of the pool.
        pool_id: i64,
        /// Greenhouse's id of the stage in that pool; the first one if none is given.
        pool_stage_id: Option<i64>,
    },
}

/// Changes of an application; `None` leaves as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ApplicationPatch {
    /// Where the person came from.
    pub source_id: Option<SourceId>,
    /// Who gets the credit.
    pub referrer_id: Option<ReferrerId>,
}

/// Operations on applications.
#[derive(Debug, Clone, Copy)]
pub struct Applications<'a> {
    client: &'a Client,
}

impl Client {
    /// Applications: a person under a job.
    #[must_use]
    pub fn applications(&self) -> Applications<'_> {
        Applications { client: self }
    }
}

impl Applications<'_> {
    /// All applications of one person.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn of_candidate(&self, id: CandidateId) -> Result<Vec<Application>, Error> {
        self.of_candidates(&[id]).await
    }

    /// All applications of these people.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn of_candidates(&self, ids: &[CandidateId]) -> Result<Vec<Application>, Error> {
        use v3::applications::{of_candidates, read_list};
        self.client.all_of(ids, of_candidates, read_list).await
    }

    /// These applications, in no particular order, without those that do not exist or must not be seen.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn by_ids(&self, ids: &[ApplicationId]) -> Result<Vec<Application>, Error> {
        use v3::applications::{read_list, with_ids};
        self.client.all_of(ids, with_ids, read_list).await
    }

    /// Everything changed in a window, both ends included.
    pub fn updated_between(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> impl Stream<Item = Result<Application, Error>> + Send + use<> {
        let request = v3::applications::updated_between(from, to);
        Pages::new(self.client, request, v3::applications::read_list).stream()
    }

    /// Adds an application to a person. Not idempotent. Of the answer only the id is sure to be there.
    ///
    /// # Errors
    /// [`Error`] of a write.
    pub async fn create(
        &self,
        candidate: CandidateId,
        application: &NewApplication,
    ) -> Result<Application, Error> {
        let request = v3::applications::create(candidate, application);
        self.client.call(&request, v3::applications::read_one).await
    }

    /// Changes an application.
    ///
    /// # Errors
    /// [`Error`] of a write.
    pub async fn update(&self, id: ApplicationId, patch: &ApplicationPatch) -> Result<(), Error> {
        let request = v3::applications::update(id, patch);
        self.client.call(&request, v3::read_nothing).await
    }
}
