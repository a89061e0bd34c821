//! `/v3/prospect_pool_stages`.

use super::call::Call;
use crate::{
    http::reply::Answer,
    listing::{Filter, Listing},
};

pub(super) const LISTING: Listing = Listing {
    filters: &[Filter::Ids("prospect_pool_ids")],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "prospect_pool_id",
        "name",
        "sort_order",
    ],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    call.list(&LISTING, &call.org.prospect_pool_stages)
}
