//! What creating a person answers.

use domain::{ApplicationId, CandidateId};
use serde::Deserialize;
use serde::de::Error;

use super::{List, WireId, list};
use crate::candidates::CreatedCandidate;

/// Accepts what was seen or is described: `{candidate, application}`, a flat candidate, and the truncated answers of a
/// busy Greenhouse, which hold ids only.
pub(crate) fn read_created(body: &[u8]) -> Result<CreatedCandidate, serde_json::Error> {
    let wire: WireCreated = serde_json::from_slice(body)?;
    let wrapped = wire.candidate.and_then(|candidate| candidate.id);
    let candidate_id = wrapped.or(wire.id).or(wire.candidate_id);
    let application_id = wire
        .application
        .and_then(|application| application.id)
        .or(wire.application_id)
        .or_else(|| list(wire.application_ids).first().copied())
        .or_else(|| list(wire.applications).first()?.id);
    Ok(CreatedCandidate {
        candidate_id: candidate_id
            .map(CandidateId)
            .ok_or_else(|| serde_json::Error::custom("no id"))?,
        application_id: application_id.map(ApplicationId),
    })
}

#[derive(Deserialize)]
struct WireCreated {
    id: Option<i64>,
    candidate_id: Option<i64>,
    candidate: Option<WireId>,
    application: Option<WireId>,
    application_id: Option<i64>,
    application_ids: List<i64>,
    applications: List<WireId>,
}
