//! `/v3/rejection_details`

use domain::{ApplicationId, RejectionReasonId};
use serde::Deserialize;

use super::{Moment, rows, time};
use crate::operation::Operation;
use crate::rejection_details::RejectionDetail;
use crate::rejection_reasons::RejectionReason;
use crate::request::Request;

pub(crate) fn of_applications(ids: &[ApplicationId]) -> Request {
    Request::list(Operation::RejectionDetailsList, "/v3/rejection_details")
        .with_ids("application_ids", ids)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<RejectionDetail>, serde_json::Error> {
    rows(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    application_id: Option<ApplicationId>,
    rejection_reason_id: Option<RejectionReasonId>,
    rejected_at: Option<Moment>,
}

fn accept(wire: Wire) -> Option<RejectionDetail> {
    Some(RejectionDetail {
        application_id: wire.application_id?,
        reason: wire.rejection_reason_id.map(RejectionReason::untold),
        rejected_at: time(wire.rejected_at),
    })
}
