//! Bulk requests (v3): writes that Greenhouse accepts now and performs soon.

use crate::client::Client;
use crate::error::Error;
use crate::v3;

/// Id of a bulk request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkRequestId(pub String);

/// How a bulk request stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkRequest {
    /// Whether it is over.
    pub completed: bool,
    /// Rows that were performed.
    pub succeeded: i64,
    /// Rows that were refused.
    pub failed: i64,
}

/// Operations on bulk requests.
#[derive(Debug, Clone, Copy)]
pub struct BulkRequests<'a> {
    client: &'a Client,
}

impl Client {
    /// Bulk requests (v3).
    #[must_use]
    pub fn bulk_requests(&self) -> BulkRequests<'_> {
        BulkRequests { client: self }
    }
}

impl BulkRequests<'_> {
    /// Whether there is this one. Unlike [`Self::get`] it tells an unknown one from one that must not be seen.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn is_known(&self, id: &BulkRequestId) -> Result<bool, Error> {
        let request = v3::bulk_requests::listed(id);
        let found = self.client.call(&request, v3::bulk_requests::read_ids);
        Ok(found.await?.contains(id))
    }

    /// How this one stands.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn get(&self, id: &BulkRequestId) -> Result<BulkRequest, Error> {
        let request = v3::bulk_requests::with_id(id);
        self.client
            .call(&request, v3::bulk_requests::read_one)
            .await
    }
}
