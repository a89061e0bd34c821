//! `/v3/prospect_details`

use domain::{ApplicationId, UserId};
use serde::Deserialize;

use super::rows;
use crate::operation::Operation;
use crate::prospect_details::ProspectDetail;
use crate::request::Request;

pub(crate) fn of_applications(ids: &[ApplicationId]) -> Request {
    Request::list(Operation::ProspectDetailsList, "/v3/prospect_details")
        .with_ids("application_ids", ids)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<ProspectDetail>, serde_json::Error> {
    rows(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    application_id: Option<ApplicationId>,
    pool_id: Option<i64>,
    pool_stage_id: Option<i64>,
    prospect_owner_id: Option<UserId>,
    department_id: Option<i64>,
    office_id: Option<i64>,
}

fn accept(wire: Wire) -> Option<ProspectDetail> {
    Some(ProspectDetail {
        application_id: wire.application_id?,
        pool_id: wire.pool_id,
        pool_stage_id: wire.pool_stage_id,
        owner_id: wire.prospect_owner_id,
        department_id: wire.department_id,
        office_id: wire.office_id,
    })
}
