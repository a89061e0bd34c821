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

impl RejectionReason {
    /// One of which the id alone is told.
    #[must_use]
    pub const fn untold(id: RejectionReasonId) -> Self {
        Self {
            id,
            name: None,
            kind: None,
        }
    }

    /// Whether all is told that there is to it.
    #[must_use]
    pub const fn is_told(&self) -> bool {
        self.name.is_some() && self.kind.is_some()
    }

    /// With what another answer tells of it, where this one does not.
    #[must_use]
    pub fn or(self, other: Option<Self>) -> Self {
        let (name, kind) = other.map_or((None, None), |other| (other.name, other.kind));
        Self {
            id: self.id,
            name: self.name.or(name),
            kind: self.kind.or(kind),
        }
    }
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
