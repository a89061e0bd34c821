//! Harvest v3's requests and JSON. Pure: functions that build a [`crate::request::Request`], and functions that read
//! the body of a success into the crate's types.

pub(crate) mod application_stages;
pub(crate) mod applications;
pub(crate) mod applied_candidate_tags;
pub(crate) mod bulk_requests;
pub(crate) mod candidate_tags;
pub(crate) mod candidates;
pub(crate) mod close_reasons;
pub(crate) mod custom_field_options;
pub(crate) mod custom_fields;
pub(crate) mod departments;
pub(crate) mod introspection;
pub(crate) mod job_hiring_managers;
pub(crate) mod job_interview_stages;
pub(crate) mod job_owners;
pub(crate) mod job_post_locations;
pub(crate) mod job_posts;
pub(crate) mod jobs;
pub(crate) mod notes;
pub(crate) mod offices;
pub(crate) mod openings;
pub(crate) mod prospect_details;
pub(crate) mod prospect_pools;
pub(crate) mod referrers;
pub(crate) mod rejection_details;
pub(crate) mod rejection_reasons;
pub(crate) mod sources;
pub(crate) mod users;

use chrono::{DateTime, Utc};

use crate::request::Request;
use crate::wire::{List, Moment, list, only, row, rows, stored, time};

/// Narrows a list to what changed since then, that moment included.
fn changed_since(list: Request, since: Option<DateTime<Utc>>) -> Request {
    match since {
        Some(since) => list.with_dates("updated_at", since, None),
        None => list,
    }
}

#[cfg(test)]
mod tests;
