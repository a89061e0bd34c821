//! `/v3/prospect_details`: where prospects are filed.

use super::call::Call;
use crate::{
    http::reply::Answer,
    listing::{Filter, Listing},
    org::rows::ProspectDetail,
};

pub(super) const LISTING: Listing = Listing {
    filters: &[
        Filter::Ids("application_ids"),
        Filter::Ids("pool_ids"),
        Filter::Ids("pool_stage_ids"),
        Filter::Ids("prospect_owner_ids"),
        Filter::Ids("department_ids"),
        Filter::Ids("office_ids"),
    ],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "application_id",
        "pool_id",
        "pool_stage_id",
        "prospect_owner_id",
        "department_id",
        "office_id",
    ],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let permitted = |details: &ProspectDetail| {
        let application = call.org.applications.get(details.application_id);
        application.is_none_or(|application| call.shows_application(application))
    };
    call.list_where(&LISTING, &call.org.prospect_details, &permitted, |_, _| {
        None
    })
}
