//! `/v3/job_interview_stages`

use chrono::{DateTime, Utc};
use domain::{JobId, JobStageId};
use serde::Deserialize;

use super::{changed_since, rows};
use crate::job_interview_stages::JobInterviewStage;
use crate::operation::Operation;
use crate::request::Request;
use crate::wire::loose_text;

const PATH: &str = "/v3/job_interview_stages";

pub(crate) fn list() -> Request {
    Request::list(Operation::JobInterviewStagesList, PATH)
}

pub(crate) fn changed(since: Option<DateTime<Utc>>) -> Request {
    changed_since(list(), since)
}

pub(crate) fn of_jobs(ids: &[JobId]) -> Request {
    Request::list(Operation::JobInterviewStagesOfJob, PATH).with_ids("job_ids", ids)
}

pub(crate) fn with_ids(ids: &[JobStageId]) -> Request {
    Request::get(Operation::JobInterviewStagesRetrieve, PATH).with_ids("ids", ids)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<JobInterviewStage>, serde_json::Error> {
    rows(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<JobStageId>,
    job_id: Option<JobId>,
    #[serde(default, deserialize_with = "loose_text")]
    name: Option<String>,
    sort_order: Option<i64>,
    active: Option<bool>,
}

fn accept(wire: Wire) -> Option<JobInterviewStage> {
    Some(JobInterviewStage {
        id: wire.id?,
        job_id: wire.job_id,
        name: wire.name,
        sort_order: wire.sort_order,
        active: wire.active.unwrap_or(true),
    })
}
