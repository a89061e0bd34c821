//! Every endpoint is guarded by a permission of its own.

use std::collections::BTreeSet;

use greenhouse_sim::v1::permissions;
use serde_json::json;

use super::V1;

/// An endpoint for each permission. Ids need not exist: the permission is asked for before the record.
const GUARDED: [(&str, &str, &str); 41] = [
    ("GET", "applications", "Applications: list"),
    ("GET", "applications/1", "Applications: retrieve"),
    ("PATCH", "applications/1", "Applications: update"),
    ("POST", "candidates", "Candidates: add"),
    (
        "POST",
        "candidates/1/applications",
        "Candidates: add application",
    ),
    (
        "POST",
        "candidates/1/activity_feed/notes",
        "Candidates: add note",
    ),
    ("POST", "prospects", "Candidates: add prospect"),
    ("PATCH", "candidates/1", "Candidates: edit"),
    ("GET", "candidates", "Candidates: list"),
    ("GET", "candidates/1", "Candidates: retrieve"),
    ("GET", "close_reasons", "Close reasons: list"),
    (
        "POST",
        "custom_field/1/custom_field_options",
        "Custom field options: create",
    ),
    (
        "GET",
        "custom_field/1/custom_field_options",
        "Custom field options: list",
    ),
    (
        "PATCH",
        "custom_field/1/custom_field_options",
        "Custom field options: update",
    ),
    ("POST", "custom_fields", "Custom fields: create"),
    ("GET", "custom_fields/candidate", "Custom fields: list"),
    ("GET", "custom_field/1", "Custom fields: retrieve"),
    ("PATCH", "custom_fields/1", "Custom fields: update"),
    ("GET", "departments", "Departments: list"),
    ("GET", "departments/1", "Departments: retrieve"),
    ("GET", "jobs/1/job_posts", "Job posts: for a job"),
    ("GET", "job_posts", "Job posts: list"),
    ("GET", "job_posts/1", "Job posts: retrieve"),
    ("GET", "jobs/1/job_post", "Job posts: retrieve for a job"),
    ("GET", "jobs/1/stages", "Job stages: for a job"),
    ("GET", "job_stages", "Job stages: list"),
    ("GET", "job_stages/1", "Job stages: retrieve"),
    ("GET", "jobs", "Jobs: list"),
    ("GET", "jobs/1", "Jobs: retrieve"),
    ("GET", "offices", "Offices: list"),
    ("GET", "offices/1", "Offices: retrieve"),
    ("GET", "prospect_pools", "Prospect pools: list"),
    ("GET", "prospect_pools/1", "Prospect pools: retrieve"),
    ("GET", "rejection_reasons", "Rejection reasons: list"),
    ("GET", "sources", "Sources: list"),
    ("POST", "tags/candidate", "Tags: add"),
    ("PUT", "candidates/1/tags/1", "Tags: apply"),
    ("GET", "tags/candidate", "Tags: list"),
    ("POST", "users", "Users: add"),
    ("GET", "users", "Users: list"),
    ("GET", "users/1", "Users: retrieve"),
];

#[test]
fn every_permission_has_its_endpoint() {
    let listed: BTreeSet<&str> = GUARDED.iter().map(|guarded| guarded.2).collect();
    let all: BTreeSet<&str> = permissions::ALL.iter().copied().collect();
    assert_eq!(listed, all);
}

#[test]
fn taking_a_permission_closes_its_endpoint_and_leaves_others_open() {
    let v1 = V1::start();
    let key = v1.sim.sim.access().api_key;
    let status = |method: &str, path: &str| {
        let body = json!({});
        let body = (method != "GET").then_some(&body);
        let answer = v1.call(method, &format!("/v1/{path}"), body);
        answer.unwrap().status
    };
    for (method, path, permission) in GUARDED {
        v1.sim.sim.set_permission(&key, permission, false);
        assert_eq!(status(method, path), 403, "{permission}");
        let mut others = GUARDED.iter().filter(|other| other.2 != permission);
        let (method, path, other) = others.next_back().unwrap();
        assert_ne!(status(method, path), 403, "{other} without {permission}");
        v1.sim.sim.set_permission(&key, permission, true);
        assert_ne!(status(method, path), 403, "{permission} again");
    }
}
