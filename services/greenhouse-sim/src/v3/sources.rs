//! `/v3/sources`.

use super::call::Call;
use crate::{http::reply::Answer, listing::Listing};

pub(super) const LISTING: Listing = Listing {
    filters: &[],
    fields: &["id", "created_at", "updated_at", "name", "type"],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    call.list(&LISTING, &call.org.sources)
}
