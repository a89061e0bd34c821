//! `/v1/tags/candidate`, and putting a tag on somebody.

use serde_json::{Value, json};

use super::{call::Call, candidates, refusal};
use crate::{
    body::{Field, Kind, must},
    http::reply::{Answer, Reply},
    listing::selection::Selection,
    org::rows::Tag,
};

const CREATION: &[Field] = &[must("name", Kind::Filled)];

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let query = call.list_query(&[])?;
    let all = Selection::default();
    call.list(&query, &call.org.tags, all, &|_| true, shown)
}

/// A name that is there, in whatever case, is answered with what is there and 200; a new one is 201.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let name = call.body(CREATION)?.text("name").unwrap_or_default();
    let same = |tag: &&Tag| tag.name.to_lowercase() == name.to_lowercase();
    if let Some(known) = call.org.tags.iter().find(same) {
        return Ok(Reply::ok(&shown(known)));
    }
    let made = call.org.create_tag(&name, call.now);
    let id = made.map_err(|refused| call.refused(refused))?;
    Ok(Reply::created(&call.org.tags.get(id).map(shown)))
}

/// Twice is as good as once.
pub(super) fn apply(call: &mut Call<'_>) -> Answer {
    let [candidate, tag] = call.ids;
    call.touched.candidate_id = Some(candidate);
    call.query(&[])?;
    if !call.body.is_empty() {
        return Err(refusal::invalid("body", "Must be empty"));
    }
    candidates::reachable(call, candidate)?;
    let known = call.org.tags.get(tag);
    let name = known.ok_or_else(refusal::not_found)?.name.clone();
    let already = call
        .org
        .applied_tags
        .find("candidate_ids", candidate)
        .any(|applied| applied.candidate_tag_id == tag);
    if !already {
        let applied = call.org.apply_tag(candidate, tag, call.now);
        applied.map_err(|refused| call.refused(refused))?;
    }
    let message =
        format!("Tag {tag}, '{name}', has been applied to candidate with ID {candidate}.");
    Ok(Reply::ok(&json!({ "message": message })))
}

fn shown(tag: &Tag) -> Value {
    json!({"id": tag.meta.id, "name": tag.name})
}
