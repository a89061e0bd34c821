//! `/v3/applied_candidate_tags`: which candidate carries which tag.

use super::call::{Call, refusal};
use crate::{
    body::{Field, Kind, must},
    http::reply::{Answer, Reply},
    listing::{Filter, Listing},
    org::rows::AppliedTag,
};

pub(super) const LISTING: Listing = Listing {
    filters: &[
        Filter::Ids("candidate_tag_ids"),
        Filter::Ids("candidate_ids"),
    ],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "candidate_tag_id",
        "candidate_id",
    ],
};

const CREATION: &[Field] = &[
    must("candidate_id", Kind::Id),
    must("candidate_tag_id", Kind::Id),
];

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let permitted = |row: &AppliedTag| call.shows_candidate(row.candidate_id);
    call.list_where(&LISTING, &call.org.applied_tags, &permitted, |_, _| None)
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let body = call.body(CREATION)?;
    let candidate_id = body.id("candidate_id").unwrap_or_default();
    let tag_id = body.id("candidate_tag_id").unwrap_or_default();
    call.touched.candidate_id = Some(candidate_id);
    if !call.reach(candidate_id)? {
        return Err(Reply::invalid("candidate_id", "is unknown"));
    }
    let id = call
        .org
        .apply_tag(candidate_id, tag_id, call.now)
        .map_err(refusal(""))?;
    Ok(Reply::created(&call.org.applied_tags.get(id)))
}
