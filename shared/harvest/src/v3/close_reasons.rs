//! `/v3/close_reasons`

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{changed_since, rows};
use crate::close_reasons::CloseReason;
use crate::operation::Operation;
use crate::request::Request;
use crate::wire::loose_text;

const PATH: &str = "/v3/close_reasons";

pub(crate) fn changed(since: Option<DateTime<Utc>>) -> Request {
    changed_since(Request::list(Operation::CloseReasonsList, PATH), since)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<CloseReason>, serde_json::Error> {
    rows(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<i64>,
    #[serde(default, deserialize_with = "loose_text")]
    name: Option<String>,
}

fn accept(wire: Wire) -> Option<CloseReason> {
    Some(CloseReason {
        id: wire.id?,
        name: wire.name,
    })
}
