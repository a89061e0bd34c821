//! `/v3/openings`

use chrono::{DateTime, Utc};
use domain::JobId;
use serde::Deserialize;

use super::{Moment, changed_since, rows, time};
use crate::openings::Opening;
use crate::operation::Operation;
use crate::request::Request;
use crate::wire::loose_text;

const PATH: &str = "/v3/openings";

pub(crate) fn changed(since: Option<DateTime<Utc>>) -> Request {
    changed_since(Request::list(Operation::OpeningsList, PATH), since)
}

pub(crate) fn of_jobs(ids: &[JobId]) -> Request {
    Request::list(Operation::OpeningsList, PATH).with_ids("job_ids", ids)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<Opening>, serde_json::Error> {
    rows(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<i64>,
    job_id: Option<JobId>,
    #[serde(default, deserialize_with = "loose_text")]
    opening_id: Option<String>,
    open: Option<bool>,
    opened_at: Option<Moment>,
    closed_at: Option<Moment>,
    close_reason_id: Option<i64>,
}

fn accept(wire: Wire) -> Option<Opening> {
    Some(Opening {
        id: wire.id?,
        job_id: wire.job_id,
        opening_id: wire.opening_id,
        open: wire.open.unwrap_or_default(),
        opened_at: time(wire.opened_at),
        closed_at: time(wire.closed_at),
        close_reason_id: wire.close_reason_id,
    })
}
