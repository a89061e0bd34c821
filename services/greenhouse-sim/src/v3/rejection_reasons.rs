//! `/v3/rejection_reasons`, one of the few resources that can be retrieved singly.

use super::call::Call;
use crate::{
    http::reply::Answer,
    listing::{Filter, Listing},
};

pub(super) const LISTING: Listing = Listing {
    filters: &[Filter::Unhide("include_defaults", "default")],
    fields: &["id", "created_at", "updated_at", "name", "type"],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    call.list(&LISTING, &call.org.rejection_reasons)
}

pub(super) fn retrieve(call: &mut Call<'_>) -> Answer {
    call.retrieve(&LISTING, &call.org.rejection_reasons)
}
