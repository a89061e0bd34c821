//! `/v3/application_stages`

use domain::{ApplicationId, JobStageId, StageId};
use serde::Deserialize;

use super::{Moment, rows, time};
use crate::application_stages::ApplicationStage;
use crate::operation::Operation;
use crate::request::Request;

pub(crate) fn of_applications(ids: &[ApplicationId]) -> Request {
    Request::list(Operation::ApplicationStagesList, "/v3/application_stages")
        .with_ids("application_ids", ids)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<ApplicationStage>, serde_json::Error> {
    rows(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<StageId>,
    application_id: Option<ApplicationId>,
    job_interview_stage_id: Option<JobStageId>,
    entered_at: Option<Moment>,
    exited_at: Option<Moment>,
    current: Option<bool>,
}

fn accept(wire: Wire) -> Option<ApplicationStage> {
    Some(ApplicationStage {
        id: wire.id?,
        application_id: wire.application_id,
        job_stage_id: wire.job_interview_stage_id,
        entered_at: time(wire.entered_at),
        exited_at: time(wire.exited_at),
        current: wire.current.unwrap_or_default(),
    })
}
