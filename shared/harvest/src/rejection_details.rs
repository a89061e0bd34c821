//! Rejections: when and why applications were turned down.

use chrono::{DateTime, Utc};
use domain::{ApplicationId, RejectionReasonId};

use crate::client::Client;
use crate::error::Error;
use crate::v3;

/// The rejection of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectionDetail {
    /// The application.
    pub application_id: ApplicationId,
    /// Why.
    pub reason_id: Option<RejectionReasonId>,
    /// When.
    pub rejected_at: Option<DateTime<Utc>>,
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
    /// The rejections of these applications; those that were not turned down have none.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn of_applications(
        &self,
        ids: &[ApplicationId],
    ) -> Result<Vec<RejectionDetail>, Error> {
        use v3::rejection_details::{of_applications, read_list};
        self.client.all_of(ids, of_applications, read_list).await
    }
}
