//! `/v3/bulk_requests`

use serde::Deserialize;
use url::form_urlencoded::byte_serialize;

use super::{Moment, only, rows};
use crate::bulk_requests::{BulkRequest, BulkRequestId};
use crate::operation::Operation;
use crate::request::Request;

pub(crate) fn with_id(id: &BulkRequestId) -> Request {
    let id: String = byte_serialize(id.0.as_bytes()).collect();
    let path = format!("/v3/bulk_requests/{id}");
    Request::get(Operation::BulkRequestsRetrieve, path)
}

/// The list of those with that id; one that is not known is no error there.
pub(crate) fn listed(id: &BulkRequestId) -> Request {
    Request::list(Operation::BulkRequestsRetrieve, "/v3/bulk_requests")
        .with("bulk_action_uuid", &id.0)
}

/// What accepting a bulk request answers.
pub(crate) fn read_id(body: &[u8]) -> Result<BulkRequestId, serde_json::Error> {
    only(body, |accepted: Wire| {
        let id = accepted.bulk_action_uuid.filter(|id| !id.is_empty());
        id.map(BulkRequestId)
    })
}

pub(crate) fn read_ids(body: &[u8]) -> Result<Vec<BulkRequestId>, serde_json::Error> {
    rows(body, |wire: Wire| wire.bulk_action_uuid.map(BulkRequestId))
}

/// Described as an object, and v3 answers other questions about one record with a list of one.
pub(crate) fn read_one(body: &[u8]) -> Result<BulkRequest, serde_json::Error> {
    only(body, |wire: Wire| {
        Some(BulkRequest {
            completed: wire.completed_at.and_then(Moment::time).is_some(),
            succeeded: wire.success_count.unwrap_or_default(),
            failed: wire.failure_count.unwrap_or_default(),
        })
    })
}

#[derive(Deserialize)]
struct Wire {
    bulk_action_uuid: Option<String>,
    success_count: Option<i64>,
    failure_count: Option<i64>,
    completed_at: Option<Moment>,
}
