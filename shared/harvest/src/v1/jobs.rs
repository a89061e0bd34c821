//! `/v1/jobs`, with openings and hiring team in each.

use chrono::{DateTime, Utc};
use domain::JobId;
use serde::Deserialize;

use super::{
    List, Moment, WireId, changed_since, hiring_teams, list as items, openings, rows, single,
    stored, time,
};
use crate::jobs::{Job, JobParts, JobStatus, WholeJob};
use crate::operation::Operation;
use crate::request::Request;
use crate::wire::{WireFields, loose_text, values};

const PATH: &str = "/v1/jobs";

pub(crate) fn list() -> Request {
    Request::list(Operation::JobsList, PATH)
}

pub(crate) fn one() -> Request {
    Request::get(Operation::JobsList, PATH).with("per_page", "1")
}

pub(crate) fn changed(since: Option<DateTime<Utc>>) -> Request {
    changed_since(list(), since)
}

pub(crate) fn with_id(id: JobId) -> Request {
    Request::get(Operation::JobsRetrieve, format!("{PATH}/{id}"))
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<Job>, serde_json::Error> {
    rows(body, accept)
}

pub(crate) fn read_single(body: &[u8]) -> Result<Vec<Job>, serde_json::Error> {
    single(body, accept)
}

pub(crate) fn read_whole_list(body: &[u8]) -> Result<Vec<WholeJob>, serde_json::Error> {
    rows(body, accept_whole)
}

pub(crate) fn read_whole_single(body: &[u8]) -> Result<Vec<WholeJob>, serde_json::Error> {
    single(body, accept_whole)
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
    departments: List<WireId>,
    offices: List<WireId>,
    created_at: Option<Moment>,
    opened_at: Option<Moment>,
    closed_at: Option<Moment>,
    updated_at: Option<Moment>,
    keyed_custom_fields: Option<WireFields>,
}

#[derive(Deserialize)]
struct WholeWire {
    #[serde(flatten)]
    job: Wire,
    openings: List<openings::Wire>,
    hiring_team: Option<hiring_teams::Team>,
}

fn accept(wire: Wire) -> Option<Job> {
    let ids = |rows| items(rows).into_iter().filter_map(|row: WireId| row.id);
    Some(Job {
        id: stored(wire.id)?,
        name: wire.name,
        requisition_id: wire.requisition_id,
        status: JobStatus::from_word(wire.status.as_deref()),
        confidential: wire.confidential.unwrap_or_default(),
        template: wire.is_template.unwrap_or_default(),
        department_id: ids(wire.departments).next(),
        office_ids: ids(wire.offices).collect(),
        created_at: time(wire.created_at),
        opened_at: time(wire.opened_at),
        closed_at: time(wire.closed_at),
        updated_at: time(wire.updated_at),
        custom_fields: values(wire.keyed_custom_fields),
    })
}

fn accept_whole(wire: WholeWire) -> Option<WholeJob> {
    let job = accept(wire.job)?;
    let team = wire.hiring_team.as_ref();
    let parts = JobParts {
        openings: openings::openings(job.id, wire.openings),
        owners: team.map_or_else(Vec::new, |team| hiring_teams::owners_in(job.id, team)),
        hiring_managers: team.map_or_else(Vec::new, |team| hiring_teams::managers_in(job.id, team)),
    };
    Some(WholeJob {
        job,
        parts: Some(parts),
    })
}
