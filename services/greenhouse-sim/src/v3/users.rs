//! `/v3/users`. Service accounts stay hidden unless asked for.

use super::call::Call;
use crate::{
    http::reply::Answer,
    listing::{Filter, Listing},
};

pub(super) const LISTING: Listing = Listing {
    filters: &[
        Filter::Ids("agency_ids"),
        Filter::Ids("office_ids"),
        Filter::Ids("department_ids"),
        Filter::Ids("linked_candidate_ids"),
        Filter::Ids("interviewer_tag_ids"),
        Filter::Texts("employee_ids"),
        Filter::Int("custom_field_option_id"),
        Filter::Bool("deactivated"),
        Filter::Text("primary_email"),
        Filter::Text("external_office_id"),
        Filter::Text("external_department_id"),
        Filter::Unhide("show_service_accounts", "service_account"),
    ],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "first_name",
        "last_name",
        "primary_email",
        "job_title",
        "agency_id",
        "name",
        "deactivated",
        "site_admin",
        "employee_id",
        "linked_candidate_ids",
        "office_ids",
        "department_ids",
        "interviewer_tags",
        "emails",
        "custom_fields",
    ],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    call.list(&LISTING, &call.org.users)
}
