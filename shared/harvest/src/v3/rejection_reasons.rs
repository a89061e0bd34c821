//! `/v3/rejection_reasons`

use domain::RejectionReasonId;
use serde::Deserialize;

use super::rows;
use crate::operation::Operation;
use crate::rejection_reasons::RejectionReason;
use crate::request::Request;

pub(crate) fn list(include_defaults: bool) -> Request {
    let request = Request::list(Operation::RejectionReasonsList, "/v3/rejection_reasons");
    if include_defaults {
        request.with("include_defaults", "true")
    } else {
        request
    }
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<RejectionReason>, serde_json::Error> {
    rows(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<RejectionReasonId>,
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    key: Option<String>,
}

fn accept(wire: Wire) -> Option<RejectionReason> {
    Some(RejectionReason {
        id: wire.id?,
        name: wire.name,
        kind: wire.kind.and_then(|kind| kind.key),
    })
}
