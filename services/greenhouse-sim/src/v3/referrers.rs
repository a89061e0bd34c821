//! `/v3/referrers`: who gets credit. Not users, though a referrer may name one.

use super::call::Call;
use crate::{
    http::reply::Answer,
    listing::{Filter, Listing},
};

pub(super) const LISTING: Listing = Listing {
    filters: &[Filter::Ids("user_ids")],
    fields: &["id", "created_at", "updated_at", "user_id", "name"],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    call.list(&LISTING, &call.org.referrers)
}
