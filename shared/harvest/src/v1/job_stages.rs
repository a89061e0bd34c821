//! `/v1/job_stages`, and `/v1/jobs/{id}/stages`, which is not paged.

use chrono::{DateTime, Utc};
use domain::{JobId, JobStageId};
use serde::Deserialize;

use super::{changed_since, one_or_many, rows};
use crate::job_interview_stages::JobInterviewStage;
use crate::operation::Operation;
use crate::request::Request;
use crate::wire::loose_text;

const PATH: &str = "/v1/job_stages";

pub(crate) fn list() -> Request {
    Request::list(Operation::JobInterviewStagesList, PATH)
}

pub(crate) fn changed(since: Option<DateTime<Utc>>) -> Request {
    changed_since(list(), since)
}

pub(crate) fn of_job(id: JobId) -> Request {
    let path = format!("/v1/jobs/{id}/stages");
    Request::get(Operation::JobInterviewStagesOfJob, path)
}

pub(crate) fn with_id(id: JobStageId) -> Request {
    Request::get(
        Operation::JobInterviewStagesRetrieve,
        format!("{PATH}/{id}"),
    )
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<JobInterviewStage>, serde_json::Error> {
    rows(body, accept)
}

pub(crate) fn read_single(body: &[u8]) -> Result<Vec<JobInterviewStage>, serde_json::Error> {
    one_or_many(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<JobStageId>,
    job_id: Option<JobId>,
    #[serde(default, deserialize_with = "loose_text")]
    name: Option<String>,
    priority: Option<i64>,
    /// Missing in some answers, which are about stages that exist.
    active: Option<bool>,
}

fn accept(wire: Wire) -> Option<JobInterviewStage> {
    Some(JobInterviewStage {
        id: wire.id?,
        job_id: wire.job_id,
        name: wire.name,
        sort_order: wire.priority,
        active: wire.active.unwrap_or(true),
    })
}
