//! Harvest v3: its operations, and a file for each resource.

mod application_stages;
mod applications;
mod applied_candidate_tags;
pub(crate) mod call;
mod candidate_tags;
mod candidates;
mod custom_items;
mod job_interview_stages;
mod jobs;
mod notes;
pub(crate) mod people;
mod referrers;
mod rejection_details;
mod rejection_reasons;
mod sources;
mod users;

use call::Call;
use hyper::Method;

use crate::http::reply::Answer;

/// One thing that can be asked for.
pub(crate) struct Operation {
    /// Resource and action, as in its scope.
    pub(crate) name: &'static str,
    method: Method,
    resource: &'static str,
    by_id: bool,
    pub(crate) scope: &'static str,
    pub(crate) run: fn(&mut Call<'_>) -> Answer,
}

macro_rules! operations {
    ($($name:literal $method:ident $resource:literal $by_id:literal $scope:literal => $run:path;)*) => {
        /// Every operation served.
        pub(crate) static OPERATIONS: &[Operation] = &[$(Operation {
            name: $name,
            method: Method::$method,
            resource: $resource,
            by_id: $by_id,
            scope: concat!("harvest:", $scope),
            run: $run,
        }),*];
    };
}

operations! {
    "candidates:list" GET "candidates" false "candidates:list" => candidates::list;
    "candidates:create" POST "candidates" false "candidates:create" => candidates::create;
    "candidates:update" PATCH "candidates" true "candidates:update" => candidates::update;
    "applications:list" GET "applications" false "applications:list" => applications::list;
    "applications:create" POST "applications" false "applications:create" => applications::create;
    "applications:update" PATCH "applications" true "applications:update" => applications::update;
    "application_stages:list" GET "application_stages" false "application_stages:list" => application_stages::list;
    "job_interview_stages:list" GET "job_interview_stages" false "job_interview_stages:list" => job_interview_stages::list;
    "jobs:list" GET "jobs" false "jobs:list" => jobs::list;
    "notes:list" GET "notes" false "notes:list" => notes::list;
    "notes:create" POST "notes" false "notes:create" => notes::create;
    "candidate_tags:list" GET "candidate_tags" false "candidate_tags:list" => candidate_tags::list;
    "candidate_tags:create" POST "candidate_tags" false "candidate_tags:create" => candidate_tags::create;
    "applied_candidate_tags:list" GET "applied_candidate_tags" false "applied_candidate_tags:list" => applied_candidate_tags::list;
    "applied_candidate_tags:create" POST "applied_candidate_tags" false "applied_candidate_tags:create" => applied_candidate_tags::create;
    "users:list" GET "users" false "users:list" => users::list;
    "referrers:list" GET "referrers" false "referrers:list" => referrers::list;
    "sources:list" GET "sources" false "sources:list" => sources::list;
    "rejection_reasons:list" GET "rejection_reasons" false "rejection_reasons:list" => rejection_reasons::list;
    "rejection_reasons:retrieve" GET "rejection_reasons" true "rejection_reasons:list" => rejection_reasons::retrieve;
    "rejection_details:list" GET "rejection_details" false "rejection_details:list" => rejection_details::list;
}

/// The operation behind a path below `/v3/`, with the id the path names.
pub(crate) fn find(method: &Method, path: &str) -> Option<(&'static Operation, Option<i64>)> {
    let (resource, id) = match path.split_once('/') {
        Some((resource, id)) => (resource, Some(id.parse().ok()?)),
        None => (path, None),
    };
    let fits = |operation: &&Operation| {
        operation.resource == resource
            && operation.by_id == id.is_some()
            && operation.method == *method
    };
    OPERATIONS
        .iter()
        .find(fits)
        .map(|operation| (operation, id))
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
