//! Harvest v3: its operations, and a file for each resource.

mod application_stages;
mod applications;
mod applied_candidate_tags;
pub(crate) mod call;
mod candidate_tags;
mod candidates;
mod close_reasons;
mod custom_field_options;
mod custom_fields;
mod custom_items;
mod departments;
mod job_hiring_managers;
mod job_interview_stages;
mod job_owners;
mod job_post_locations;
mod job_posts;
mod jobs;
mod notes;
mod offices;
mod openings;
pub(crate) mod people;
mod prospect_details;
mod prospect_pool_stages;
mod prospect_pools;
mod referrers;
mod rejection_details;
mod rejection_reasons;
mod sources;
mod users;
mod users_bulk;
mod webhooks;

use call::Call;
use hyper::Method;

use crate::http::reply::Answer;

/// One thing that can be asked for.
pub(crate) struct Operation {
    /// Resource and action, as in its scope.
    pub(crate) name: &'static str,
    method: Method,
    resource: &'static str,
    part: Part,
    pub(crate) scope: &'static str,
    pub(crate) run: fn(&mut Call<'_>) -> Answer,
}

/// What follows the resource in the path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Nothing.
    All,
    /// An id.
    One,
    /// A word, such as a UUID.
    Named,
}

macro_rules! operations {
    ($($name:literal $method:ident $resource:literal $part:ident $scope:literal => $run:path;)*) => {
        /// Every operation served.
        pub(crate) static OPERATIONS: &[Operation] = &[$(Operation {
            name: $name,
            method: Method::$method,
            resource: $resource,
            part: Part::$part,
            scope: concat!("harvest:", $scope),
            run: $run,
        }),*];
    };
}

operations! {
    "candidates:list" GET "candidates" All "candidates:list" => candidates::list;
    "candidates:create" POST "candidates" All "candidates:create" => candidates::create;
    "candidates:update" PATCH "candidates" One "candidates:update" => candidates::update;
    "applications:list" GET "applications" All "applications:list" => applications::list;
    "applications:create" POST "applications" All "applications:create" => applications::create;
    "applications:update" PATCH "applications" One "applications:update" => applications::update;
    "application_stages:list" GET "application_stages" All "application_stages:list" => application_stages::list;
    "job_interview_stages:list" GET "job_interview_stages" All "job_interview_stages:list" => job_interview_stages::list;
    "jobs:list" GET "jobs" All "jobs:list" => jobs::list;
    "notes:list" GET "notes" All "notes:list" => notes::list;
    "notes:create" POST "notes" All "notes:create" => notes::create;
    "candidate_tags:list" GET "candidate_tags" All "candidate_tags:list" => candidate_tags::list;
    "candidate_tags:create" POST "candidate_tags" All "candidate_tags:create" => candidate_tags::create;
    "applied_candidate_tags:list" GET "applied_candidate_tags" All "applied_candidate_tags:list" => applied_candidate_tags::list;
    "applied_candidate_tags:create" POST "applied_candidate_tags" All "applied_candidate_tags:create" => applied_candidate_tags::create;
    "users:list" GET "users" All "users:list" => users::list;
    "users:create" POST "users/bulk" All "users:create" => users_bulk::create;
    "bulk_requests:list" GET "bulk_requests" All "bulk_requests:list" => users_bulk::list;
    "bulk_requests:retrieve" GET "bulk_requests" Named "bulk_requests:list" => users_bulk::retrieve;
    "custom_fields:list" GET "custom_fields" All "custom_fields:list" => custom_fields::list;
    "custom_fields:create" POST "custom_fields" All "custom_fields:create" => custom_fields::create;
    "custom_fields:update" PATCH "custom_fields" One "custom_fields:update" => custom_fields::update;
    "custom_field_options:list" GET "custom_field_options" All "custom_field_options:list" => custom_field_options::list;
    "custom_field_options:create" POST "custom_field_options" All "custom_field_options:create" => custom_field_options::create;
    "custom_field_options:update" PATCH "custom_field_options" One "custom_field_options:update" => custom_field_options::update;
    "webhooks:create" POST "webhooks" All "webhooks:create" => webhooks::create;
    "webhooks:update" PATCH "webhooks" One "webhooks:update" => webhooks::update;
    "webhooks:destroy" DELETE "webhooks" One "webhooks:destroy" => webhooks::destroy;
    "referrers:list" GET "referrers" All "referrers:list" => referrers::list;
    "sources:list" GET "sources" All "sources:list" => sources::list;
    "rejection_reasons:list" GET "rejection_reasons" All "rejection_reasons:list" => rejection_reasons::list;
    "rejection_reasons:retrieve" GET "rejection_reasons" One "rejection_reasons:list" => rejection_reasons::retrieve;
    "rejection_details:list" GET "rejection_details" All "rejection_details:list" => rejection_details::list;
    "departments:list" GET "departments" All "departments:list" => departments::list;
    "offices:list" GET "offices" All "offices:list" => offices::list;
    "job_posts:list" GET "job_posts" All "job_posts:list" => job_posts::list;
    "job_post_locations:list" GET "job_post_locations" All "job_post_locations:list" => job_post_locations::list;
    "close_reasons:list" GET "close_reasons" All "close_reasons:list" => close_reasons::list;
    "prospect_pools:list" GET "prospect_pools" All "prospect_pools:list" => prospect_pools::list;
    "prospect_pool_stages:list" GET "prospect_pool_stages" All "prospect_pool_stages:list" => prospect_pool_stages::list;
    "prospect_details:list" GET "prospect_details" All "prospect_details:list" => prospect_details::list;
    "openings:list" GET "openings" All "openings:list" => openings::list;
    "job_owners:list" GET "job_owners" All "job_owners:list" => job_owners::list;
    "job_hiring_managers:list" GET "job_hiring_managers" All "job_hiring_managers:list" => job_hiring_managers::list;
}

/// The operation behind a path below `/v3/`, with the id the path names.
pub(crate) fn find(method: &Method, path: &str) -> Option<(&'static Operation, Option<i64>)> {
    let of = |resource: &str, part: Part| {
        OPERATIONS.iter().find(|operation| {
            operation.resource == resource && operation.part == part && operation.method == *method
        })
    };
    if let Some(operation) = of(path, Part::All) {
        return Some((operation, None));
    }
    let (resource, last) = path.rsplit_once('/')?;
    match last.parse() {
        Ok(id) => of(resource, Part::One).map(|operation| (operation, Some(id))),
        Err(_) if last.is_empty() => None,
        Err(_) => of(resource, Part::Named).map(|operation| (operation, None)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::auth::scopes;

    #[test]
    fn the_scopes_of_a_full_credential_are_those_the_operations_need() {
        let needed: BTreeSet<&str> = OPERATIONS.iter().map(|operation| operation.scope).collect();
        assert_eq!(needed.into_iter().collect::<Vec<_>>(), scopes::ALL);
    }
}
