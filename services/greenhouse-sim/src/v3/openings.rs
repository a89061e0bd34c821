//! `/v3/openings`.

use super::call::Call;
use crate::{
    http::reply::Answer,
    listing::{Filter, Listing},
    org::rows::Opening,
};

pub(super) const LISTING: Listing = Listing {
    filters: &[
        Filter::Ids("job_ids"),
        Filter::Ids("application_ids"),
        Filter::Ids("close_reason_ids"),
        Filter::Dates("opened_at"),
        Filter::Dates("closed_at"),
        Filter::Int("custom_field_option_id"),
        Filter::Bool("open"),
        Filter::Text("opening_id"),
    ],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "job_id",
        "opened_at",
        "closed_at",
        "sort_order",
        "opening_id",
        "application_id",
        "close_reason_id",
        "target_start_on",
        "open",
        "custom_fields",
    ],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let permitted = |row: &Opening| call.org.visible_job(row.job_id, call.acting).is_some();
    call.list_where(&LISTING, &call.org.openings, &permitted, |_, _| None)
}
