//! `/v3/rejection_reasons`

use domain::RejectionReasonId;
use serde::Deserialize;
use serde_json::Value;

use super::rows;
use crate::operation::Operation;
use crate::rejection_reasons::RejectionReason;
use crate::request::Request;
use crate::wire::{loose_text, text_in};

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
    #[serde(default, deserialize_with = "loose_text")]
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<Value>,
}

fn accept(wire: Wire) -> Option<RejectionReason> {
    Some(RejectionReason {
        id: wire.id?,
        name: wire.name,
        kind: wire.kind.and_then(|kind| text_in(kind.get("key")?)),
    })
}
