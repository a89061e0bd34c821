//! `/v3/prospect_pools`.

use super::call::Call;
use crate::{
    http::reply::Answer,
    listing::{Filter, Listing},
};

pub(super) const LISTING: Listing = Listing {
    filters: &[
        Filter::Ids("department_ids"),
        Filter::Ids("office_ids"),
        Filter::Ids("job_ids"),
        Filter::Bool("active"),
    ],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "name",
        "active",
        "description",
        "department_ids",
        "office_ids",
        "job_ids",
    ],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    call.list(&LISTING, &call.org.prospect_pools)
}
