//! `/v1/rejection_reasons`

use domain::RejectionReasonId;
use serde::Deserialize;

use super::rows;
use crate::operation::Operation;
use crate::rejection_reasons::RejectionReason;
use crate::request::Request;
use crate::wire::loose_text;

pub(crate) fn list(include_defaults: bool) -> Request {
    let request = Request::list(Operation::RejectionReasonsList, "/v1/rejection_reasons");
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
pub(super) struct Wire {
    id: Option<RejectionReasonId>,
    #[serde(default, deserialize_with = "loose_text")]
    name: Option<String>,
    #[serde(default, rename = "type", deserialize_with = "loose_text")]
    kind: Option<String>,
}

pub(super) fn accept(wire: Wire) -> Option<RejectionReason> {
    Some(RejectionReason {
        id: wire.id?,
        name: wire.name,
        kind: wire.kind.as_deref().and_then(key).map(str::to_owned),
    })
}

/// v3's key of a type that v1 has by name only; the ids differ from organisation to organisation.
fn key(name: &str) -> Option<&'static str> {
    match name {
        "We rejected them" => Some("WE_REJECTED_THEM"),
        "They rejected us" => Some("THEY_REJECTED_US"),
        "None Specified" | "None specified" => Some("NONE_SPECIFIED"),
        _ => None,
    }
}
