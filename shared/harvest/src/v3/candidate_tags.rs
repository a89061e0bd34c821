//! `/v3/candidate_tags`

use domain::TagId;
use serde::{Deserialize, Serialize};

use super::{row, rows};
use crate::candidate_tags::CandidateTag;
use crate::operation::Operation;
use crate::request::Request;

const PATH: &str = "/v3/candidate_tags";

pub(crate) fn list() -> Request {
    Request::list(Operation::CandidateTagsList, PATH)
}

pub(crate) fn create(name: &str) -> Request {
    Request::post(Operation::CandidateTagsCreate, PATH, &CreateBody { name })
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<CandidateTag>, serde_json::Error> {
    rows(body, accept)
}

pub(crate) fn read_one(body: &[u8]) -> Result<CandidateTag, serde_json::Error> {
    row(body, accept)
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
