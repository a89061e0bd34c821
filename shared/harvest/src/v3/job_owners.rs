//! `/v3/job_owners`

use chrono::{DateTime, Utc};
use domain::{JobId, UserId};
use serde::Deserialize;

use super::{changed_since, rows};
use crate::job_owners::JobOwner;
use crate::operation::Operation;
use crate::request::Request;

const PATH: &str = "/v3/job_owners";

pub(crate) fn changed(since: Option<DateTime<Utc>>) -> Request {
    changed_since(Request::list(Operation::JobOwnersList, PATH), since)
}

pub(crate) fn of_jobs(ids: &[JobId]) -> Request {
    Request::list(Operation::JobOwnersList, PATH).with_ids("job_ids", ids)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<JobOwner>, serde_json::Error> {
    rows(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<i64>,
    job_id: Option<JobId>,
    user_id: Option<UserId>,
    #[serde(rename = "type")]
    role: Option<String>,
    responsible: Option<bool>,
}

fn accept(wire: Wire) -> Option<JobOwner> {
    Some(JobOwner {
        id: wire.id?,
        job_id: wire.job_id,
        user_id: wire.user_id,
        role: wire.role,
        responsible: wire.responsible.unwrap_or_default(),
    })
}
