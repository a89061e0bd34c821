//! `/v3/jobs`

use domain::JobId;
use serde::Deserialize;

use super::{List, Moment, list as items, rows, time};
use crate::jobs::{Job, JobStatus};
use crate::operation::Operation;
use crate::request::Request;

const PATH: &str = "/v3/jobs";

pub(crate) fn list() -> Request {
    Request::list(Operation::JobsList, PATH)
}

pub(crate) fn with_ids(ids: &[JobId]) -> Request {
    Request::get(Operation::JobsList, PATH).with_ids("ids", ids)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<Job>, serde_json::Error> {
    rows(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<JobId>,
    name: Option<String>,
    requisition_id: Option<String>,
    status: Option<String>,
    confidential: Option<bool>,
    is_template: Option<bool>,
    department_id: Option<i64>,
    office_ids: List<i64>,
    opened_at: Option<Moment>,
    closed_at: Option<Moment>,
    updated_at: Option<Moment>,
}

fn accept(wire: Wire) -> Option<Job> {
    Some(Job {
        id: wire.id?,
        name: wire.name,
        requisition_id: wire.requisition_id,
        status: match wire.status.as_deref() {
            Some("open") => JobStatus::Open,
            Some("draft") => JobStatus::Draft,
            Some("closed") => JobStatus::Closed,
            _ => JobStatus::Other,
        },
        confidential: wire.confidential.unwrap_or_default(),
        template: wire.is_template.unwrap_or_default(),
        department_id: wire.department_id,
        office_ids: items(wire.office_ids),
        opened_at: time(wire.opened_at),
        closed_at: time(wire.closed_at),
        updated_at: time(wire.updated_at),
    })
}
