//! `/v1/tags/candidate`, and tags on candidates.

use domain::{CandidateId, TagId};
use serde::{Deserialize, Serialize};

use super::{only, rows};
use crate::candidate_tags::CandidateTag;
use crate::operation::Operation;
use crate::request::Request;

const PATH: &str = "/v1/tags/candidate";

pub(crate) fn list() -> Request {
    Request::list(Operation::CandidateTagsList, PATH)
}

/// Answers 201 with the new tag, or 200 with the one that has this name, in any case.
pub(crate) fn create(name: &str) -> Request {
    Request::post(Operation::CandidateTagsCreate, PATH, &CreateBody { name })
}

/// Idempotent.
pub(crate) fn apply(candidate: CandidateId, tag: TagId) -> Request {
    let path = format!("/v1/candidates/{candidate}/tags/{tag}");
    Request::put(Operation::AppliedCandidateTagsCreate, path)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<CandidateTag>, serde_json::Error> {
    rows(body, accept)
}

pub(crate) fn read_one(body: &[u8]) -> Result<CandidateTag, serde_json::Error> {
    only(body, accept)
}

#[derive(Serialize)]
struct CreateBody<'a> {
    name: &'a str,
}

#[derive(Deserialize)]
struct Wire {
    id: Option<TagId>,
    name: Option<String>,
}

fn accept(wire: Wire) -> Option<CandidateTag> {
    Some(CandidateTag {
        id: wire.id?,
        name: wire.name.unwrap_or_default(),
    })
}
