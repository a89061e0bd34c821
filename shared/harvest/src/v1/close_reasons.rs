//! `/v1/close_reasons`, which is not paged.

use chrono::{DateTime, Utc};

use super::{Named, rows};
use crate::close_reasons::CloseReason;
use crate::operation::Operation;
use crate::request::Request;

/// There is no telling v1 since when.
pub(crate) fn changed(_: Option<DateTime<Utc>>) -> Request {
    Request::get(Operation::CloseReasonsList, "/v1/close_reasons")
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<CloseReason>, serde_json::Error> {
    rows(body, accept)
}

fn accept(wire: Named) -> Option<CloseReason> {
    Some(CloseReason {
        id: wire.id?,
        name: wire.name,
    })
}
