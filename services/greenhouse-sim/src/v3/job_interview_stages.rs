//! `/v3/job_interview_stages`: the stages of jobs.

use super::call::Call;
use crate::{
    http::reply::Answer,
    listing::{Filter, Listing},
    org::rows::JobStage,
};

pub(super) const LISTING: Listing = Listing {
    filters: &[Filter::Ids("job_ids"), Filter::Bool("active")],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "job_id",
        "sort_order",
        "name",
        "active",
    ],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let permitted = |stage: &JobStage| call.org.visible_job(stage.job_id, call.acting).is_some();
    call.list_where(&LISTING, &call.org.job_stages, &permitted, |_, _| None)
}
