//! `/v3/jobs`.

use super::call::Call;
use crate::{
    http::reply::Answer,
    listing::{Filter, Listing},
    org::rows::Job,
};

pub(super) const LISTING: Listing = Listing {
    filters: &[
        Filter::Dates("opened_at"),
        Filter::Dates("closed_at"),
        Filter::Text("requisition_id"),
        Filter::Int("department_id"),
        Filter::Int("office_id"),
        Filter::Int("custom_field_option_id"),
        Filter::Bool("confidential"),
        Filter::Word("status", &["open", "draft", "closed"]),
    ],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "name",
        "requisition_id",
        "notes",
        "confidential",
        "status",
        "opened_at",
        "closed_at",
        "is_template",
        "copied_from_id",
        "department_id",
        "office_ids",
        "custom_fields",
    ],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let permitted = |job: &Job| job.visible_to(call.acting);
    call.list_where(&LISTING, &call.org.jobs, &permitted, |_, _| None)
}
