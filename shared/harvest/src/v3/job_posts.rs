//! `/v3/job_posts`

use chrono::{DateTime, Utc};
use domain::JobId;
use serde::Deserialize;

use super::{changed_since, rows};
use crate::job_posts::JobPost;
use crate::operation::Operation;
use crate::request::Request;
use crate::wire::loose_text;

const PATH: &str = "/v3/job_posts";
/// Without the texts, which would be most of a page.
const FIELDS: &[&str] = &[
    "id",
    "job_id",
    "title",
    "internal",
    "active",
    "live",
    "public_url",
    "language",
];

pub(crate) fn changed(since: Option<DateTime<Utc>>) -> Request {
    changed_since(listing(Operation::JobPostsList), since)
}

pub(crate) fn deleted(since: Option<DateTime<Utc>>) -> Request {
    let deleted = listing(Operation::JobPostsList).with("active", "false");
    changed_since(deleted, since)
}

pub(crate) fn of_jobs(ids: &[JobId]) -> Request {
    listing(Operation::JobPostsOfJob).with_ids("job_ids", ids)
}

pub(crate) fn single_of_job(id: JobId) -> Request {
    listing(Operation::JobPostsRetrieve).with_ids("job_ids", &[id])
}

fn listing(operation: Operation) -> Request {
    Request::list(operation, PATH).with_names("fields", FIELDS)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<JobPost>, serde_json::Error> {
    rows(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<i64>,
    job_id: Option<JobId>,
    #[serde(default, deserialize_with = "loose_text")]
    title: Option<String>,
    internal: Option<bool>,
    active: Option<bool>,
    live: Option<bool>,
    #[serde(default, deserialize_with = "loose_text")]
    public_url: Option<String>,
    #[serde(default, deserialize_with = "loose_text")]
    language: Option<String>,
}

fn accept(wire: Wire) -> Option<JobPost> {
    Some(JobPost {
        id: wire.id?,
        job_id: wire.job_id,
        title: wire.title,
        internal: wire.internal.unwrap_or_default(),
        active: wire.active.unwrap_or(true),
        live: wire.live.unwrap_or_default(),
        public_url: wire.public_url,
        language: wire.language,
    })
}
