//! `/v3/close_reasons`.

use super::call::Call;
use crate::{http::reply::Answer, listing::Listing};

pub(super) const LISTING: Listing = Listing {
    filters: &[],
    fields: &["id", "created_at", "updated_at", "name"],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    call.list(&LISTING, &call.org.close_reasons)
}
