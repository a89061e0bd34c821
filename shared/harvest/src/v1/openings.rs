//! Openings, which are part of their jobs and asked for with them.

use domain::JobId;
use serde::Deserialize;
use serde_json::Value;

use super::{List, Moment, list, one_or_many, rows, time};
use crate::openings::Opening;
use crate::wire::loose_text;

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<Opening>, serde_json::Error> {
    Ok(rows(body, accept)?.into_iter().flatten().collect())
}

pub(crate) fn read_of_one(body: &[u8]) -> Result<Vec<Opening>, serde_json::Error> {
    Ok(one_or_many(body, accept)?.into_iter().flatten().collect())
}

#[derive(Deserialize)]
struct WireJob {
    id: Option<JobId>,
    openings: List<Wire>,
}

#[derive(Deserialize)]
pub(super) struct Wire {
    id: Option<i64>,
    #[serde(default, deserialize_with = "loose_text")]
    opening_id: Option<String>,
    status: Option<String>,
    opened_at: Option<Moment>,
    closed_at: Option<Moment>,
    /// A thing with an id; its name alone tells nothing.
    close_reason: Option<Value>,
}

fn accept(job: WireJob) -> Option<Vec<Opening>> {
    Some(openings(job.id?, job.openings))
}

/// What a job tells of its openings.
pub(super) fn openings(job: JobId, openings: List<Wire>) -> Vec<Opening> {
    let opening = |wire: Wire| {
        Some(Opening {
            id: wire.id?,
            job_id: Some(job),
            opening_id: wire.opening_id,
            open: wire.status.as_deref() == Some("open"),
            opened_at: time(wire.opened_at),
            closed_at: time(wire.closed_at),
            close_reason_id: wire
                .close_reason
                .and_then(|reason| reason.get("id")?.as_i64()),
        })
    };
    list(openings).into_iter().filter_map(opening).collect()
}
