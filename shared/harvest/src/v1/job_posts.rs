//! `/v1/job_posts`, with the place of the work in each, and the posts of one job, which are not paged.

use chrono::{DateTime, Utc};
use domain::JobId;
use serde::Deserialize;
use serde_json::Value;

use super::{changed_since, one_or_many, rows};
use crate::job_post_locations::JobPostLocation;
use crate::job_posts::{JobPost, PlacedPost};
use crate::operation::Operation;
use crate::request::Request;
use crate::wire::{loose_text, text_in};

pub(crate) fn changed(since: Option<DateTime<Utc>>) -> Request {
    list("true", since)
}

pub(crate) fn deleted(since: Option<DateTime<Utc>>) -> Request {
    list("false", since)
}

fn list(active: &str, since: Option<DateTime<Utc>>) -> Request {
    let list = Request::list(Operation::JobPostsList, "/v1/job_posts");
    changed_since(list.with("active", active), since)
}

pub(crate) fn of_job(id: JobId) -> Request {
    let path = format!("/v1/jobs/{id}/job_posts");
    Request::get(Operation::JobPostsOfJob, path).with("active", "true")
}

/// The one post that a job had before it could have several.
pub(crate) fn single_of_job(id: JobId) -> Request {
    let path = format!("/v1/jobs/{id}/job_post");
    Request::get(Operation::JobPostsRetrieve, path)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<JobPost>, serde_json::Error> {
    rows(body, accept)
}

pub(crate) fn read_single(body: &[u8]) -> Result<Vec<JobPost>, serde_json::Error> {
    one_or_many(body, accept)
}

pub(crate) fn read_locations(body: &[u8]) -> Result<Vec<JobPostLocation>, serde_json::Error> {
    rows(body, place)
}

pub(crate) fn read_placed(body: &[u8]) -> Result<Vec<PlacedPost>, serde_json::Error> {
    rows(body, accept_placed)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<i64>,
    /// None of a post that collects prospects.
    job_id: Option<JobId>,
    #[serde(default, deserialize_with = "loose_text")]
    title: Option<String>,
    internal: Option<bool>,
    active: Option<bool>,
    live: Option<bool>,
}

#[derive(Deserialize)]
struct WirePlaced {
    #[serde(flatten)]
    post: Wire,
    location: Option<Location>,
}

#[derive(Deserialize)]
struct WirePlace {
    id: Option<i64>,
    location: Option<Location>,
}

/// Or its name alone.
#[derive(Deserialize)]
#[serde(from = "Value")]
struct Location {
    name: Option<String>,
    office_id: Option<i64>,
}

impl From<Value> for Location {
    fn from(location: Value) -> Self {
        Self {
            name: text_in(&location),
            office_id: location.get("office_id").and_then(Value::as_i64),
        }
    }
}

fn accept(wire: Wire) -> Option<JobPost> {
    Some(JobPost {
        id: wire.id?,
        job_id: wire.job_id,
        title: wire.title,
        internal: wire.internal.unwrap_or_default(),
        active: wire.active.unwrap_or(true),
        live: wire.live.unwrap_or_default(),
        public_url: None,
        language: None,
    })
}

/// Known by its post, which has one: that `location.id` is another one at each post is not described, and posts at one place may
/// well share it.
fn place(wire: WirePlace) -> Option<JobPostLocation> {
    let location = wire.location?;
    Some(JobPostLocation {
        id: wire.id?,
        job_post_id: wire.id,
        name: location.name,
        office_id: location.office_id,
    })
}

fn accept_placed(wire: WirePlaced) -> Option<PlacedPost> {
    let post = accept(wire.post)?;
    let place = place(WirePlace {
        id: Some(post.id),
        location: wire.location,
    });
    Some(PlacedPost {
        post,
        places: Some(place.into_iter().collect()),
    })
}
