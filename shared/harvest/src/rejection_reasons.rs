//! Reasons for which applications are turned down.

use domain::RejectionReasonId;

use crate::call::Read;
use crate::client::Client;
use crate::error::Error;
use crate::v1;
use crate::v3;
use crate::version::Version;

/// A reason for turning somebody down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectionReason {
    /// Id.
    pub id: RejectionReasonId,
    /// What recruiters call it.
    pub name: Option<String>,
    /// Key of its type, such as `WE_REJECTED_THEM`, in v3's words.
    pub kind: Option<String>,
}

/// Operations on reasons for rejection.
#[derive(Debug, Clone, Copy)]
pub struct RejectionReasons<'a> {
    client: &'a Client,
}

impl Client {
    /// Reasons for which applications are turned down.
    #[must_use]
    pub fn rejection_reasons(&self) -> RejectionReasons<'_> {
        RejectionReasons { client: self }
    }
}

impl RejectionReasons<'_> {
    /// All reasons of the organisation, with Greenhouse's own if `include_defaults`.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn list(&self, include_defaults: bool) -> Result<Vec<RejectionReason>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (
                v3::rejection_reasons::list(include_defaults),
                v3::rejection_reasons::read_list,
            ),
            Version::V1 => (
                v1::rejection_reasons::list(include_defaults),
                v1::rejection_reasons::read_list,
            ),
        };
        self.client.all(request, read).await
    }
}
