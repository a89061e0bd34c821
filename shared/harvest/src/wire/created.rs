//! What creating a person answers.

use domain::{ApplicationId, CandidateId};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{List, WireId, list, no_id, stored};
use crate::applications::Application;
use crate::candidates::CreatedCandidate;

/// Accepts what was seen or is described: `{candidate, application}`, a flat candidate, and the truncated answers of a
/// busy Greenhouse, which hold ids only. `accept` reads an application in the version's own form.
pub(crate) fn read_created<W: DeserializeOwned>(
    body: &[u8],
    accept: fn(W) -> Option<Application>,
) -> Result<CreatedCandidate, serde_json::Error> {
    let wire: WireCreated = serde_json::from_slice(body)?;
    let wrapped = wire.candidate.and_then(|candidate| stored(candidate.id));
    let candidate_id = wrapped.or(stored(wire.id)).or(stored(wire.candidate_id));
    let application_id = wire
        .application
        .and_then(|application| stored(application.id))
        .or(stored(wire.application_id))
        .or_else(|| stored(list(wire.application_ids).first().copied()))
        .or_else(|| stored(list(wire.applications).first()?.id))
        .map(ApplicationId);
    // An application that cannot be read does not unmake the person: it is as good as left out.
    let records = serde_json::from_slice::<WireRecords<W>>(body).ok();
    let record = records.and_then(|records| {
        let told = records.application;
        told.or_else(|| list(records.applications).into_iter().next())
    });
    Ok(CreatedCandidate {
        candidate_id: candidate_id.map(CandidateId).ok_or_else(no_id)?,
        application_id,
        application: record
            .and_then(accept)
            .filter(|record| Some(record.id) == application_id)
            .map(Box::new),
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

#[derive(Deserialize)]
#[serde(bound = "W: DeserializeOwned")]
struct WireRecords<W> {
    application: Option<W>,
    applications: List<W>,
}
