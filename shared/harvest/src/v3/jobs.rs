//! `/v3/jobs`

use chrono::{DateTime, Utc};
use domain::JobId;
use serde::Deserialize;

use super::{List, Moment, changed_since, list as items, rows, stored, time};
use crate::jobs::{Job, JobStatus};
use crate::operation::Operation;
use crate::request::Request;
use crate::wire::{WireFields, loose_text, rows_asked_for, values};

const PATH: &str = "/v3/jobs";

pub(crate) fn list() -> Request {
    Request::list(Operation::JobsList, PATH)
}

pub(crate) fn one() -> Request {
    Request::get(Operation::JobsList, PATH).with("per_page", "1")
}

pub(crate) fn changed(since: Option<DateTime<Utc>>) -> Request {
    changed_since(list(), since)
}

pub(crate) fn with_ids(ids: &[JobId]) -> Request {
    Request::get(Operation::JobsRetrieve, PATH).with_ids("ids", ids)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<Job>, serde_json::Error> {
    rows(body, accept)
}

pub(crate) fn read_asked_for(body: &[u8]) -> Result<Vec<Job>, serde_json::Error> {
    rows_asked_for(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<JobId>,
    #[serde(default, deserialize_with = "loose_text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "loose_text")]
    requisition_id: Option<String>,
    status: Option<String>,
    confidential: Option<bool>,
    is_template: Option<bool>,
    department_id: Option<i64>,
    office_ids: List<i64>,
    created_at: Option<Moment>,
    opened_at: Option<Moment>,
    closed_at: Option<Moment>,
    updated_at: Option<Moment>,
    custom_fields: Option<WireFields>,
}

fn accept(wire: Wire) -> Option<Job> {
    Some(Job {
        id: stored(wire.id)?,
        name: wire.name,
        requisition_id: wire.requisition_id,
        status: JobStatus::from_word(wire.status.as_deref()),
        confidential: wire.confidential.unwrap_or_default(),
        template: wire.is_template.unwrap_or_default(),
        department_id: wire.department_id,
        office_ids: items(wire.office_ids),
        created_at: time(wire.created_at),
        opened_at: time(wire.opened_at),
        closed_at: time(wire.closed_at),
        updated_at: time(wire.updated_at),
        custom_fields: values(wire.custom_fields),
    })
}
