//! `/v3/rejection_details`: what was recorded with each rejection.

use super::call::Call;
use crate::{
    http::reply::Answer,
    listing::{Filter, Listing},
    org::rows::RejectionDetail,
};

pub(super) const LISTING: Listing = Listing {
    filters: &[
        Filter::Ids("application_ids"),
        Filter::Ids("rejection_reason_ids"),
        Filter::Int("custom_field_option_id"),
    ],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "application_id",
        "rejected_by_id",
        "rejection_note_id",
        "rejection_reason_id",
        "rejected_at",
        "question_custom_fields",
    ],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let permitted = |detail: &RejectionDetail| {
        let application = call.org.applications.get(detail.application_id);
        application.is_some_and(|application| call.shows_application(application))
    };
    call.list_where(&LISTING, &call.org.rejection_details, &permitted, |_, _| {
        None
    })
}
