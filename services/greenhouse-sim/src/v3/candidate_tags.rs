//! `/v3/candidate_tags`: the organisation's tags.

use super::call::{Call, refusal};
use crate::{
    body::{Field, Kind, must},
    http::reply::{Answer, Reply},
    listing::Listing,
};

pub(super) const LISTING: Listing = Listing {
    filters: &[],
    fields: &["id", "created_at", "updated_at", "name"],
};

const CREATION: &[Field] = &[must("name", Kind::Filled)];

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    call.list(&LISTING, &call.org.tags)
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let name = call.body(CREATION)?.text("name").unwrap_or_default();
    let id = call.org.create_tag(&name, call.now).map_err(refusal(""))?;
    Ok(Reply::created(&call.org.tags.get(id)))
}
