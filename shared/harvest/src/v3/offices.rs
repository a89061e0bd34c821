//! `/v3/offices`

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{changed_since, rows};
use crate::offices::Office;
use crate::operation::Operation;
use crate::request::Request;
use crate::wire::loose_text;

const PATH: &str = "/v3/offices";

pub(crate) fn changed(since: Option<DateTime<Utc>>) -> Request {
    changed_since(Request::list(Operation::OfficesList, PATH), since)
}

pub(crate) fn with_id(id: i64) -> Request {
    Request::get(Operation::OfficesRetrieve, PATH).with_ids("ids", &[id])
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<Office>, serde_json::Error> {
    rows(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<i64>,
    #[serde(default, deserialize_with = "loose_text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "loose_text")]
    location: Option<String>,
    parent_id: Option<i64>,
}

fn accept(wire: Wire) -> Option<Office> {
    Some(Office {
        id: wire.id?,
        name: wire.name,
        location: wire.location,
        parent_id: wire.parent_id,
    })
}
