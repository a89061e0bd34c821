//! Applications: a person under a job.

use chrono::{DateTime, Utc};
use domain::status::Status;
use domain::{ApplicationId, CandidateId, JobId, JobStageId, ReferrerId, SourceId, StageId};
use futures::Stream;

use crate::call::Read;
use crate::client::Client;
use crate::custom_fields::CustomFieldValue;
use crate::error::Error;
use crate::page::{Cursor, Page};
use crate::pages::Pages;
use crate::rejection_reasons::RejectionReason;
use crate::request::MAX_IDS;
use crate::v1;
use crate::v3;
use crate::version::Version;
use crate::wire;

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
    /// Who gets the credit; see [`crate::Referrer::id`].
    pub referrer_id: Option<ReferrerId>,
    /// Whether anybody gets it: v1 shows somebody outside without an id.
    pub credited: bool,
    /// Why it was turned down, where the answer tells it (v1; v3 has it in the rejection details).
    pub rejection_reason: Option<RejectionReason>,
    /// Jobs a prospect is considered for.
    pub prospective_job_ids: Vec<JobId>,
    /// When it was made: when the person applied, or was added.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last changed (v3 only).
    pub updated_at: Option<DateTime<Utc>>,
    /// When it was turned down.
    pub rejected_at: Option<DateTime<Utc>>,
    /// When anything last happened to it.
    pub last_activity_at: Option<DateTime<Utc>>,
    /// Custom fields, null where there is no value; none where the answer leaves them out.
    pub custom_fields: Vec<CustomFieldValue>,
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
#[derive(Clone, PartialEq, Eq)]
pub struct NewApplication {
    /// What the person is considered for.
    pub target: Target,
    /// Where the person came from.
    pub source_id: Option<SourceId>,
    /// Who gets the credit.
    pub referrer_id: Option<ReferrerId>,
    /// Name of somebody outside who gets it, where [`crate::Referrers::may_be_outside`]; v3 leaves it out.
    pub outside_referrer: Option<String>,
}

crate::debug_without_personal_data!(NewApplication {
    target,
    source_id,
    referrer_id
});

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
        /// The pool.
        pool_id: i64,
        /// The stage in that pool; the first one if none is given.
        pool_stage_id: Option<i64>,
    },
}

/// Changes of an application; `None` leaves as it is.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ApplicationPatch {
    /// Where the person came from.
    pub source_id: Option<SourceId>,
    /// Who gets the credit.
    pub referrer_id: Option<ReferrerId>,
    /// As [`NewApplication::outside_referrer`].
    pub outside_referrer: Option<String>,
    /// The pool of a prospect.
    pub prospect_pool_id: Option<i64>,
    /// The stage in that pool.
    pub prospect_pool_stage_id: Option<i64>,
}

crate::debug_without_personal_data!(ApplicationPatch {
    source_id,
    referrer_id,
    prospect_pool_id,
    prospect_pool_stage_id
});

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
        match self.client.version() {
            Version::V3 => {
                use v3::applications::{of_candidates, read_list};
                self.client.all_of(ids, of_candidates, read_list).await
            }
            Version::V1 => {
                use v1::applications::read_of_candidate;
                use v1::candidates::with_id;
                self.client.each_of(ids, with_id, read_of_candidate).await
            }
        }
    }

    /// How many applications one call of [`by_ids`](Self::by_ids) reads: v1 takes a call for each.
    #[must_use]
    pub fn ids_per_call(&self) -> usize {
        match self.client.version() {
            Version::V3 => MAX_IDS,
            Version::V1 => 1,
        }
    }

    /// These applications, in no particular order, without those that do not exist or must not be seen. It takes a call
    /// for every [`ids_per_call`](Self::ids_per_call); where one fails, what the others read is lost.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn by_ids(&self, ids: &[ApplicationId]) -> Result<Vec<Application>, Error> {
        match self.client.version() {
            Version::V3 => {
                use v3::applications::{read_list, with_ids};
                self.client.all_of(ids, with_ids, read_list).await
            }
            Version::V1 => {
                use v1::applications::{read_single, with_id};
                self.client.each_of(ids, with_id, read_single).await
            }
        }
    }

    /// One page of everything changed in a window, both ends included; the first page without a cursor. v1 knows the
    /// beginning only, and asks for activity instead: what was touched after the window comes too.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn updated_between(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Application>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (
                v3::applications::updated_between(from, to),
                v3::applications::read_list,
            ),
            Version::V1 => (
                v1::applications::active_since(from),
                v1::applications::read_list,
            ),
        };
        self.client.page_at(&request, read, cursor).await
    }

    /// All applications.
    pub fn list(&self) -> impl Stream<Item = Result<Application, Error>> + Send + use<> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::applications::list_all(), v3::applications::read_list),
            Version::V1 => (v1::applications::list_all(), v1::applications::read_list),
        };
        Pages::new(self.client, request, read).stream()
    }

    /// Adds an application to a person. Not idempotent. Of the answer only the id is sure to be there.
    ///
    /// # Errors
    /// [`Error`] of a write; [`Error::NotFound`] of somebody just created may mean that they are not ready yet.
    pub async fn create(
        &self,
        candidate: CandidateId,
        application: &NewApplication,
    ) -> Result<Application, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (
                v3::applications::create(candidate, application),
                v3::applications::read_one,
            ),
            Version::V1 => (
                v1::applications::create(candidate, application),
                v1::applications::read_one,
            ),
        };
        self.client.call(&request, read).await
    }

    /// Changes an application.
    ///
    /// # Errors
    /// [`Error`] of a write.
    pub async fn update(&self, id: ApplicationId, patch: &ApplicationPatch) -> Result<(), Error> {
        let request = match self.client.version() {
            Version::V3 => v3::applications::update(id, patch),
            Version::V1 => v1::applications::update(id, patch),
        };
        self.client.call(&request, wire::read_nothing).await
    }
}
