//! Where prospects are kept, and who looks after them.

use domain::{ApplicationId, UserId};

use crate::client::Client;
use crate::error::Error;
use crate::v1;
use crate::v3;
use crate::version::Version;

/// Where the application of a prospect is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProspectDetail {
    /// The application.
    pub application_id: ApplicationId,
    /// The pool.
    pub pool_id: Option<i64>,
    /// The stage in the pool.
    pub pool_stage_id: Option<i64>,
    /// Who looks after the prospect.
    pub owner_id: Option<UserId>,
    /// The department they may work in.
    pub department_id: Option<i64>,
    /// The office they may work in.
    pub office_id: Option<i64>,
}

/// Operations on details of prospects.
#[derive(Debug, Clone, Copy)]
pub struct ProspectDetails<'a> {
    client: &'a Client,
}

impl Client {
    /// Where prospects are kept, and who looks after them.
    #[must_use]
    pub fn prospect_details(&self) -> ProspectDetails<'_> {
        ProspectDetails { client: self }
    }
}

impl ProspectDetails<'_> {
    /// The details of these applications; those of people who applied have none. v1 tells them in the applications,
    /// which are read one by one.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn of_applications(
        &self,
        ids: &[ApplicationId],
    ) -> Result<Vec<ProspectDetail>, Error> {
        match self.client.version() {
            Version::V3 => {
                use v3::prospect_details::{of_applications, read_list};
                self.client.all_of(ids, of_applications, read_list).await
            }
            Version::V1 => {
                use v1::applications::{read_prospect_detail, with_id};
                self.client
                    .each_of(ids, with_id, read_prospect_detail)
                    .await
            }
        }
    }
}
