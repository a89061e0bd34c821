//! Rejections: when and why applications were turned down.

use chrono::{DateTime, Utc};
use domain::ApplicationId;

use crate::applications::{Application, ApplicationStatus};
use crate::client::Client;
use crate::error::Error;
use crate::rejection_reasons::RejectionReason;
use crate::v3;
use crate::version::Version;

/// The rejection of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectionDetail {
    /// The application.
    pub application_id: ApplicationId,
    /// Why: v3 tells the id alone.
    pub reason: Option<RejectionReason>,
    /// When.
    pub rejected_at: Option<DateTime<Utc>>,
}

impl RejectionDetail {
    /// What an application of v1 tells itself; none if it was not turned down.
    #[must_use]
    pub fn told_by(application: &Application) -> Option<Self> {
        (application.status == ApplicationStatus::Rejected).then_some(Self {
            application_id: application.id,
            reason: application.rejection_reason.clone(),
            rejected_at: application.rejected_at,
        })
    }
}

/// Operations on rejections.
#[derive(Debug, Clone, Copy)]
pub struct RejectionDetails<'a> {
    client: &'a Client,
}

impl Client {
    /// Rejections: when and why applications were turned down.
    #[must_use]
    pub fn rejection_details(&self) -> RejectionDetails<'_> {
        RejectionDetails { client: self }
    }
}

impl RejectionDetails<'_> {
    /// The rejections of these applications; those that were not turned down have none. v1 tells them in the
    /// applications, which are read one by one: whoever has just read them knows already.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn of_applications(
        &self,
        ids: &[ApplicationId],
    ) -> Result<Vec<RejectionDetail>, Error> {
        match self.client.version() {
            Version::V3 => {
                use v3::rejection_details::{of_applications, read_list};
                self.client.all_of(ids, of_applications, read_list).await
            }
            Version::V1 => {
                let read = self.client.applications().by_ids(ids).await?;
                Ok(read.iter().filter_map(RejectionDetail::told_by).collect())
            }
        }
    }
}
