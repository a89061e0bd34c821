//! `/v3/job_owners`: recruiters, coordinators and sourcers of jobs.

use super::call::Call;
use crate::{
    http::reply::Answer,
    listing::{Filter, Listing},
    org::rows::JobOwner,
};

pub(super) const LISTING: Listing = Listing {
    filters: &[
        Filter::Ids("user_ids"),
        Filter::Ids("job_ids"),
        Filter::Word("type", &["sourcer", "recruiter", "coordinator"]),
    ],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "job_id",
        "user_id",
        "type",
        "responsible",
    ],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let permitted = |row: &JobOwner| call.org.visible_job(row.job_id, call.acting).is_some();
    call.list_where(&LISTING, &call.org.job_owners, &permitted, |_, _| None)
}
