//! Harvest v1: its operations, and a file for each resource. The rows are those v3 shows; `shown/` has v1's way of showing
//! them.

mod applications;
mod call;
mod candidates;
mod close_reasons;
mod custom_field_options;
mod custom_fields;
mod custom_values;
mod departments;
mod drafts;
mod gate;
mod job_posts;
mod job_stages;
mod jobs;
mod key;
mod notes;
mod offices;
mod page;
mod people;
pub mod permissions;
mod places;
mod prospect_pools;
mod prospects;
mod query;
mod refusal;
mod rejection_reasons;
mod settings;
mod shown;
mod sources;
mod tags;
mod users;

use call::Call;
pub(crate) use gate::answer;
use hyper::Method;
pub(crate) use key::{ApiKey, ApiKeys};
pub(crate) use refusal::too_many;
pub use settings::{
    ActingUserDenied, ActingUserMissing, CreateStatus, CurrencyKey, Order, PermissionMissing,
    SinglePage, UnknownParameters, UnknownReference, V1PatchAnswer, V1Settings,
};

use crate::http::reply::Answer;

/// One thing that can be asked for.
pub(crate) struct Operation {
    /// Resource and action, the same as v3's where both have it.
    pub(crate) name: &'static str,
    method: Method,
    /// The path below `/v1/`; `{}` is an id, `{word}` a word.
    path: &'static str,
    permission: &'static str,
    run: fn(&mut Call<'_>) -> Answer,
}

/// An operation and the ids its path names.
#[derive(Clone, Copy)]
pub(crate) struct Found {
    pub(crate) operation: &'static Operation,
    ids: [i64; 2],
}

macro_rules! operations {
    ($($name:literal $method:ident $path:literal $permission:literal => $run:path;)*) => {
        /// Every operation served.
        static OPERATIONS: &[Operation] = &[$(Operation {
            name: $name,
            method: Method::$method,
            path: $path,
            permission: $permission,
            run: $run,
        }),*];
    };
}

operations! {
    "candidates:list" GET "candidates" "Candidates: list" => candidates::list;
    "candidates:retrieve" GET "candidates/{}" "Candidates: retrieve" => candidates::retrieve;
    "candidates:create" POST "candidates" "Candidates: add" => candidates::create;
    "candidates:update" PATCH "candidates/{}" "Candidates: edit" => candidates::update;
    "applications:create" POST "candidates/{}/applications" "Candidates: add application" => applications::create;
    "applications:list" GET "applications" "Applications: list" => applications::list;
    "applications:retrieve" GET "applications/{}" "Applications: retrieve" => applications::retrieve;
    "applications:update" PATCH "applications/{}" "Applications: update" => applications::update;
    "notes:create" POST "candidates/{}/activity_feed/notes" "Candidates: add note" => notes::create;
    "notes:list" GET "candidates/{}/activity_feed" "Candidates: retrieve activity feed" => notes::feed;
    "candidate_tags:list" GET "tags/candidate" "Tags: list" => tags::list;
    "candidate_tags:create" POST "tags/candidate" "Tags: add" => tags::create;
    "applied_candidate_tags:create" PUT "candidates/{}/tags/{}" "Tags: apply" => tags::apply;
    "jobs:list" GET "jobs" "Jobs: list" => jobs::list;
    "jobs:retrieve" GET "jobs/{}" "Jobs: retrieve" => jobs::retrieve;
    "job_interview_stages:list" GET "job_stages" "Job stages: list" => job_stages::list;
    "job_interview_stages:retrieve" GET "job_stages/{}" "Job stages: retrieve" => job_stages::retrieve;
    "job_interview_stages_of_job:list" GET "jobs/{}/stages" "Job stages: for a job" => job_stages::of_job;
    "job_posts:list" GET "job_posts" "Job posts: list" => job_posts::list;
    "job_posts:retrieve" GET "job_posts/{}" "Job posts: retrieve" => job_posts::retrieve;
    "job_posts_of_job:list" GET "jobs/{}/job_posts" "Job posts: for a job" => job_posts::of_job;
    "job_posts_of_job:retrieve" GET "jobs/{}/job_post" "Job posts: retrieve for a job" => job_posts::single_of_job;
    "departments:list" GET "departments" "Departments: list" => departments::list;
    "departments:retrieve" GET "departments/{}" "Departments: retrieve" => departments::retrieve;
    "offices:list" GET "offices" "Offices: list" => offices::list;
    "offices:retrieve" GET "offices/{}" "Offices: retrieve" => offices::retrieve;
    "close_reasons:list" GET "close_reasons" "Close reasons: list" => close_reasons::list;
    "candidates:create" POST "prospects" "Candidates: add prospect" => prospects::create;
    "prospect_pools:list" GET "prospect_pools" "Prospect pools: list" => prospect_pools::list;
    "prospect_pools:retrieve" GET "prospect_pools/{}" "Prospect pools: retrieve" => prospect_pools::retrieve;
    "custom_fields:list" GET "custom_fields/{word}" "Custom fields: list" => custom_fields::list;
    "custom_fields:retrieve" GET "custom_field/{}" "Custom fields: retrieve" => custom_fields::retrieve;
    "custom_fields:create" POST "custom_fields" "Custom fields: create" => custom_fields::create;
    "custom_fields:update" PATCH "custom_fields/{}" "Custom fields: update" => custom_fields::update;
    "custom_field_options:list" GET "custom_field/{}/custom_field_options" "Custom field options: list" => custom_field_options::list;
    "custom_field_options:create" POST "custom_field/{}/custom_field_options" "Custom field options: create" => custom_field_options::create;
    "custom_field_options:update" PATCH "custom_field/{}/custom_field_options" "Custom field options: update" => custom_field_options::update;
    "users:create" POST "users" "Users: add" => users::create;
    "sources:list" GET "sources" "Sources: list" => sources::list;
    "users:list" GET "users" "Users: list" => users::list;
    "users:retrieve" GET "users/{}" "Users: retrieve" => users::retrieve;
    "rejection_reasons:list" GET "rejection_reasons" "Rejection reasons: list" => rejection_reasons::list;
}

/// The operation behind a path below `/v1/`. A slash at the end means nothing.
pub(crate) fn find(method: &Method, path: &str) -> Option<Found> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let own = OPERATIONS
        .iter()
        .filter(|operation| operation.method == *method);
    own.into_iter().find_map(|operation| {
        let ids = ids(operation.path, path)?;
        Some(Found { operation, ids })
    })
}

/// The ids of a path that looks like the pattern.
fn ids(pattern: &str, path: &str) -> Option<[i64; 2]> {
    let mut ids = [0; 2];
    let mut places = ids.iter_mut();
    let mut given = path.split('/');
    for part in pattern.split('/') {
        let text = given.next()?;
        match part {
            "{}" => *places.next()? = text.parse().ok()?,
            "{word}" => {}
            _ if part != text => return None,
            _ => {}
        }
    }
    given.next().is_none().then_some(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_needs_a_permission_that_exists() {
        for operation in OPERATIONS {
            assert!(
                permissions::exists(operation.permission),
                "{}",
                operation.name
            );
        }
    }

    #[test]
    fn every_permission_is_for_something() {
        for permission in permissions::ALL {
            let mut all = OPERATIONS.iter();
            assert!(
                all.any(|operation| operation.permission == *permission),
                "{permission}"
            );
        }
    }

    #[test]
    fn paths_are_told_apart_by_their_shape() {
        let name = |method, path| find(&method, path).map(|found| found.operation.name);
        assert_eq!(name(Method::GET, "candidates/"), Some("candidates:list"));
        assert_eq!(
            name(Method::GET, "candidates/7"),
            Some("candidates:retrieve")
        );
        assert_eq!(name(Method::GET, "candidates/x"), None);
        assert_eq!(name(Method::PUT, "candidates/7"), None);
        let found = find(&Method::PUT, "candidates/7/tags/8").unwrap();
        assert_eq!(found.ids, [7, 8]);
    }
}
