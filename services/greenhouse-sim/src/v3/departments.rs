//! `/v3/departments`, flat: the tree is in `parent_id`.

use super::call::Call;
use crate::{
    http::reply::Answer,
    listing::{Filter, Listing},
};

pub(super) const LISTING: Listing = Listing {
    filters: &[Filter::Int("parent_id"), Filter::Text("external_id")],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "name",
        "parent_id",
        "external_id",
    ],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    call.list(&LISTING, &call.org.departments)
}
