//! `/v3/job_hiring_managers`.

use super::call::Call;
use crate::{
    http::reply::Answer,
    listing::{Filter, Listing},
    org::rows::JobHiringManager,
};

pub(super) const LISTING: Listing = Listing {
    filters: &[Filter::Ids("user_ids"), Filter::Ids("job_ids")],
    fields: &["id", "created_at", "updated_at", "user_id", "job_id"],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let permitted =
        |row: &JobHiringManager| call.org.visible_job(row.job_id, call.acting).is_some();
    call.list_where(
        &LISTING,
        &call.org.job_hiring_managers,
        &permitted,
        |_, _| None,
    )
}
