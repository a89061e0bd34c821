//! `/v3/applied_candidate_tags`

use domain::{CandidateId, TagId};
use serde::{Deserialize, Serialize};

use super::rows;
use crate::applied_candidate_tags::AppliedCandidateTag;
use crate::operation::Operation;
use crate::request::Request;

const PATH: &str = "/v3/applied_candidate_tags";

pub(crate) fn of_candidate(id: CandidateId) -> Request {
    Request::list(Operation::AppliedCandidateTagsList, PATH).with_ids("candidate_ids", &[id])
}

pub(crate) fn pair(candidate: CandidateId, tag: TagId) -> Request {
    Request::get(Operation::AppliedCandidateTagsList, PATH)
        .with_ids("candidate_ids", &[candidate])
        .with_ids("candidate_tag_ids", &[tag])
}

pub(crate) fn create(candidate: CandidateId, tag: TagId) -> Request {
    let body = CreateBody {
        candidate_id: candidate,
        candidate_tag_id: tag,
    };
    Request::post(Operation::AppliedCandidateTagsCreate, PATH, &body)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<AppliedCandidateTag>, serde_json::Error> {
    rows(body, accept)
}

#[derive(Serialize)]
struct CreateBody {
    candidate_id: CandidateId,
    candidate_tag_id: TagId,
}

#[derive(Deserialize)]
struct Wire {
    candidate_id: Option<CandidateId>,
    candidate_tag_id: Option<TagId>,
}

fn accept(wire: Wire) -> Option<AppliedCandidateTag> {
    Some(AppliedCandidateTag {
        candidate_id: wire.candidate_id?,
        tag_id: wire.candidate_tag_id?,
    })
}
