//! What else can be looked at: jobs, stages, sources, reasons, users.

use serde_json::json;

use super::{V1, id};
use crate::client::NONE;

#[test]
fn jobs_are_listed_with_the_hidden_ones_and_narrowed_by_status() {
    let v1 = V1::start();
    assert_eq!(v1.get("/v1/jobs").ids().len(), 7);
    let closed = v1.get("/v1/jobs?status=closed");
    assert_eq!(closed.ids(), [v1.job("Office Manager")]);
    assert_eq!(v1.get("/v1/jobs?status=gone").status, 422);
    let one = v1.get("/v1/jobs?requisition_id=REQ-1");
    assert_eq!(one.ids(), [v1.job("Backend Engineer")]);
    assert_eq!(v1.get("/v1/jobs/1").status, 404);
}

#[test]
fn the_stages_of_a_job_come_at_once_and_in_order() {
    let v1 = V1::start();
    let job = v1.job("Backend Engineer");
    let stages = v1.get(&format!("/v1/jobs/{job}/stages"));
    assert_eq!(stages.header("link"), None);
    let stages = stages.json();
    let names: Vec<_> = stages.as_array().unwrap().iter().collect();
    assert_eq!(names[0]["name"], "Application Review");
    assert_eq!(
        (&names[0]["priority"], &names[4]["priority"]),
        (&json!(0), &json!(4))
    );
    let first = id(names[0]);
    let one = v1.get(&format!("/v1/job_stages/{first}")).json();
    assert_eq!(&one, names[0]);
    assert_eq!(v1.get("/v1/job_stages").ids().len(), 35);
    assert_eq!(v1.get("/v1/jobs/1/stages").status, 404);
    let later = format!("/v1/jobs/{job}/stages?created_after=2999-01-01T00:00:00Z");
    assert_eq!(v1.get(&later).ids(), NONE);
}

#[test]
fn default_rejection_reasons_are_told_on_request() {
    let v1 = V1::start();
    assert_eq!(v1.get("/v1/rejection_reasons").ids().len(), 4);
    let all = v1.get("/v1/rejection_reasons?include_defaults=true");
    assert_eq!(all.ids().len(), 5);
    assert_eq!(all.json()[0]["type"]["name"], "None Specified");
}

#[test]
fn users_are_found_by_address_and_number() {
    let v1 = V1::start();
    let rita = v1.user("E0002");
    let found = |query: &str| v1.get(&format!("/v1/users?{query}")).ids();
    assert_eq!(found("email=rita.recruiter@acme.example"), [rita]);
    assert_eq!(found("email=Rita.Recruiter@acme.example"), NONE);
    assert_eq!(found("employee_id=E0002"), [rita]);
    assert_eq!(found("per_page=500").len(), 7, "no service accounts");
    let path = format!("/v1/users/{rita}");
    let one = v1.get(&path).json();
    assert_eq!(one["primary_email_address"], "rita.recruiter@acme.example");
    assert_eq!(one.get("custom_fields"), None);
    let alone = format!("{path}?user_attributes=true");
    assert_eq!(v1.get(&alone).status, 422, "only a list shows them");
    let listed = v1.get("/v1/users?user_attributes=true").json();
    assert!(listed[0]["custom_fields"].is_object());
    assert_eq!(v1.get("/v1/users/1").status, 404);
    let users = v1.sim.sim.state().users();
    let service = users.iter().find(|user| user.service_account).unwrap();
    let path = format!("/v1/users/{}", service.meta.id);
    assert_eq!(v1.get(&path).status, 404);
}

#[test]
fn sources_have_types_people_can_read() {
    let v1 = V1::start();
    let sources = v1.get("/v1/sources").json();
    let intrro = sources.as_array().unwrap().iter();
    let intrro = intrro.clone().find(|source| source["name"] == "Intrro");
    assert_eq!(intrro.unwrap()["type"]["name"], "Referrals");
}

#[test]
fn posts_that_are_not_live_cannot_be_asked_for() {
    let v1 = V1::start();
    assert_eq!(v1.get("/v1/job_posts?live=true").status, 200);
    assert_eq!(v1.get("/v1/job_posts?live=false").status, 422);
}

#[test]
fn an_empty_value_is_no_value() {
    let v1 = V1::start();
    for path in [
        "candidates?email=",
        "candidates?candidate_ids=",
        "applications?status=",
    ] {
        assert_eq!(v1.get(&format!("/v1/{path}")).status, 422, "{path}");
    }
    let job = v1.job("Data Analyst");
    let path = format!("/v1/jobs/{job}/job_post?content=");
    assert!(v1.get(&path).json()["content"].is_string());
}
