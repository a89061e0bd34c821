//! `/v1/offices`

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{one_or_many, rows};
use crate::offices::Office;
use crate::operation::Operation;
use crate::request::Request;
use crate::wire::loose_text;

const PATH: &str = "/v1/offices";

/// There is no telling v1 since when.
pub(crate) fn changed(_: Option<DateTime<Utc>>) -> Request {
    Request::list(Operation::OfficesList, PATH)
}

pub(crate) fn with_id(id: i64) -> Request {
    Request::get(Operation::OfficesRetrieve, format!("{PATH}/{id}"))
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<Office>, serde_json::Error> {
    rows(body, accept)
}

pub(crate) fn read_single(body: &[u8]) -> Result<Vec<Office>, serde_json::Error> {
    one_or_many(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<i64>,
    #[serde(default, deserialize_with = "loose_text")]
    name: Option<String>,
    parent_id: Option<i64>,
    #[serde(default, deserialize_with = "loose_text")]
    location: Option<String>,
}

fn accept(wire: Wire) -> Option<Office> {
    Some(Office {
        id: wire.id?,
        name: wire.name,
        parent_id: wire.parent_id,
        location: wire.location,
    })
}
