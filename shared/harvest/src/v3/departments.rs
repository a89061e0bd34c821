//! `/v3/departments`

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{changed_since, rows};
use crate::departments::Department;
use crate::operation::Operation;
use crate::request::Request;
use crate::wire::loose_text;

const PATH: &str = "/v3/departments";

pub(crate) fn changed(since: Option<DateTime<Utc>>) -> Request {
    changed_since(Request::list(Operation::DepartmentsList, PATH), since)
}

pub(crate) fn with_id(id: i64) -> Request {
    Request::get(Operation::DepartmentsRetrieve, PATH).with_ids("ids", &[id])
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<Department>, serde_json::Error> {
    rows(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<i64>,
    #[serde(default, deserialize_with = "loose_text")]
    name: Option<String>,
    parent_id: Option<i64>,
}

fn accept(wire: Wire) -> Option<Department> {
    Some(Department {
        id: wire.id?,
        name: wire.name,
        parent_id: wire.parent_id,
    })
}
