//! Sources: where candidates come from.

use domain::SourceId;

use crate::call::Read;
use crate::client::Client;
use crate::error::Error;
use crate::v1;
use crate::v3;
use crate::version::Version;

/// Where candidates come from, such as "Intrro".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Id.
    pub id: SourceId,
    /// Name; empty if Greenhouse shows none.
    pub name: String,
    /// Name of its kind, such as "Referrals".
    pub kind: Option<String>,
}

/// Operations on sources.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    client: &'a Client,
}

impl Client {
    /// Sources: where candidates come from.
    #[must_use]
    pub fn sources(&self) -> Sources<'_> {
        Sources { client: self }
    }
}

impl Sources<'_> {
    /// All sources.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn list(&self) -> Result<Vec<Source>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::sources::list(), v3::sources::read_list),
            Version::V1 => (v1::sources::list(), v1::sources::read_list),
        };
        self.client.all(request, read).await
    }
}
