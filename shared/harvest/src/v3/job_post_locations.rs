//! `/v3/job_post_locations`

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{changed_since, rows};
use crate::job_post_locations::JobPostLocation;
use crate::operation::Operation;
use crate::request::Request;
use crate::wire::loose_text;

const PATH: &str = "/v3/job_post_locations";

pub(crate) fn changed(since: Option<DateTime<Utc>>) -> Request {
    changed_since(Request::list(Operation::JobPostLocationsList, PATH), since)
}

pub(crate) fn of_posts(ids: &[i64]) -> Request {
    Request::list(Operation::JobPostLocationsList, PATH).with_ids("job_post_ids", ids)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<JobPostLocation>, serde_json::Error> {
    rows(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<i64>,
    job_post_id: Option<i64>,
    #[serde(
        default,
        rename = "plain_text_location",
        deserialize_with = "loose_text"
    )]
    name: Option<String>,
    office_id: Option<i64>,
}

fn accept(wire: Wire) -> Option<JobPostLocation> {
    Some(JobPostLocation {
        id: wire.id?,
        job_post_id: wire.job_post_id,
        name: wire.name,
        office_id: wire.office_id,
    })
}
