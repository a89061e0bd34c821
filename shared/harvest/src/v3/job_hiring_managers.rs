//! `/v3/job_hiring_managers`

use chrono::{DateTime, Utc};
use domain::{JobId, UserId};
use serde::Deserialize;

use super::{changed_since, rows};
use crate::job_hiring_managers::JobHiringManager;
use crate::operation::Operation;
use crate::request::Request;

const PATH: &str = "/v3/job_hiring_managers";

pub(crate) fn changed(since: Option<DateTime<Utc>>) -> Request {
    changed_since(Request::list(Operation::JobHiringManagersList, PATH), since)
}

pub(crate) fn of_jobs(ids: &[JobId]) -> Request {
    Request::list(Operation::JobHiringManagersList, PATH).with_ids("job_ids", ids)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<JobHiringManager>, serde_json::Error> {
    rows(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<i64>,
    job_id: Option<JobId>,
    user_id: Option<UserId>,
}

fn accept(wire: Wire) -> Option<JobHiringManager> {
    Some(JobHiringManager {
        id: wire.id?,
        job_id: wire.job_id,
        user_id: wire.user_id,
    })
}
