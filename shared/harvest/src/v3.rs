//! Harvest v3's requests and JSON. Pure: functions that build a [`crate::request::Request`], and functions that read
//! the body of a success into the crate's types.

pub(crate) mod application_stages;
pub(crate) mod applications;
pub(crate) mod applied_candidate_tags;
pub(crate) mod candidate_tags;
pub(crate) mod candidates;
pub(crate) mod custom_field_options;
pub(crate) mod custom_fields;
pub(crate) mod introspection;
pub(crate) mod job_interview_stages;
pub(crate) mod jobs;
pub(crate) mod notes;
pub(crate) mod referrers;
pub(crate) mod rejection_details;
pub(crate) mod rejection_reasons;
pub(crate) mod sources;
pub(crate) mod users;

use crate::wire::{List, Moment, list, row, rows, time};

#[cfg(test)]
mod tests;
