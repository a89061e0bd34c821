//! The documented fields of each record, no more and no less.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{V1, id};

const CANDIDATE: &str = "id first_name last_name company title created_at updated_at last_activity is_private photo_url \
    attachments application_ids phone_numbers addresses email_addresses website_addresses social_media_addresses recruiter \
    coordinator can_email tags applications educations employments linked_user_ids custom_fields keyed_custom_fields";
const NESTED: &str = "id candidate_id prospect applied_at rejected_at last_activity_at location source credited_to \
    recruiter coordinator rejection_reason rejection_details jobs job_post_id status current_stage answers \
    prospective_office prospective_department prospect_detail attachments";
const JOB: &str = "id name requisition_id notes confidential status created_at opened_at closed_at updated_at is_template \
    copied_from_id departments offices custom_fields keyed_custom_fields hiring_team openings";
const STAGE: &str = "id name created_at updated_at active job_id priority interviews";
const USER: &str = "id name first_name last_name primary_email_address updated_at created_at disabled site_admin emails \
    employee_id linked_candidate_ids offices departments";
const POST: &str = "id title location internal external active live first_published_at job_id content internal_content \
    updated_at created_at demographic_question_set_id questions";
const DEPARTMENT: &str = "id name parent_id parent_department_external_id child_ids child_department_external_ids external_id";
const OFFICE: &str = "id name location primary_contact_user_id parent_id parent_office_external_id child_ids \
    child_office_external_ids external_id";
const FIELD: &str = "id name field_type priority value_type private required require_approval trigger_new_version \
    name_key description expose_in_job_board_api api_only offices departments template_token_string custom_field_options";

fn keys(record: &Value) -> BTreeSet<&str> {
    record
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split_whitespace().collect()
}

#[test]
fn records_have_the_documented_fields() {
    let v1 = V1::start();
    let (ann, application) = v1.candidate("ann@mail.example");
    let candidate = v1.get(&format!("/v1/candidates/{ann}")).json();
    assert_eq!(keys(&candidate), words(CANDIDATE));
    assert_eq!(keys(&candidate["applications"][0]), words(NESTED));
    let alone = v1.get(&format!("/v1/applications/{application}")).json();
    let whole = format!("{NESTED} custom_fields keyed_custom_fields");
    assert_eq!(keys(&alone), words(&whole));
    for (list, fields) in [
        ("jobs", JOB),
        ("job_stages", STAGE),
        ("users", USER),
        ("sources", "id name type"),
        ("rejection_reasons", "id name type"),
        ("close_reasons", "id name"),
        ("departments", DEPARTMENT),
        ("offices", OFFICE),
        ("job_posts", POST),
        ("prospect_pools", "id name active prospect_stages"),
        ("custom_fields/candidate", FIELD),
    ] {
        let rows = v1.get(&format!("/v1/{list}")).json();
        assert_eq!(keys(&rows[0]), words(fields), "{list}");
    }
}

#[test]
fn custom_fields_of_applications_belong_to_some_subscriptions() {
    let v1 = V1::start();
    let (_, application) = v1.candidate("ann@mail.example");
    v1.sim
        .sim
        .configure(|settings| settings.v1.application_custom_fields = false);
    let alone = v1.get(&format!("/v1/applications/{application}")).json();
    assert_eq!(keys(&alone), words(NESTED));
}

#[test]
fn what_is_not_there_is_null() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    let candidate = v1.get(&format!("/v1/candidates/{ann}")).json();
    for key in ["company", "title", "photo_url", "recruiter", "coordinator"] {
        assert_eq!(candidate[key], Value::Null, "{key}");
    }
    let nested = &candidate["applications"][0];
    for key in [
        "rejected_at",
        "location",
        "source",
        "credited_to",
        "job_post_id",
    ] {
        assert_eq!(nested[key], Value::Null, "{key}");
    }
    for key in [
        "rejection_reason",
        "rejection_details",
        "prospective_office",
    ] {
        assert_eq!(nested[key], Value::Null, "{key}");
    }
    let empty = json!({"prospect_pool": null, "prospect_stage": null, "prospect_owner": null});
    assert_eq!(nested["prospect_detail"], empty);
}

#[test]
fn a_rejected_application_keeps_its_stage_and_a_hired_one_loses_it() {
    let v1 = V1::start();
    let (_, application) = v1.candidate("ann@mail.example");
    let path = format!("/v1/applications/{application}");
    let recruiter = v1.sim.sim.recruiter();
    recruiter
        .move_to_stage(application, "Phone Screen")
        .unwrap();
    let reasons = v1.sim.sim.state().rejection_reasons();
    let reason = reasons.iter().find(|reason| reason.name == "Type of work");
    let reason = reason.unwrap().meta.id;
    recruiter.reject(application, Some(reason)).unwrap();
    let rejected = v1.get(&path).json();
    assert_eq!(rejected["status"], "rejected");
    assert_eq!(rejected["current_stage"]["name"], "Phone Screen");
    assert_eq!(
        rejected["rejection_reason"]["type"]["name"],
        "They rejected us"
    );
    let none = json!({"custom_fields": {}, "keyed_custom_fields": {}});
    assert_eq!(rejected["rejection_details"], none);
    recruiter.unreject(application).unwrap();
    recruiter.hire(application).unwrap();
    let hired = v1.get(&path).json();
    assert_eq!(hired["status"], "hired");
    assert_eq!(hired["current_stage"], Value::Null);
    assert_eq!(hired["rejection_reason"], Value::Null);
}

#[test]
fn what_was_just_made_shows_less_of_itself() {
    let v1 = V1::start();
    let ann = v1.post("/v1/candidates", &v1.person("ann@mail.example"));
    let ann = ann.json();
    assert_eq!(ann.get("linked_user_ids"), None);
    assert_eq!(ann["applications"][0].get("custom_fields"), None);
    let path = format!("/v1/candidates/{}", id(&ann));
    assert!(v1.get(&path).json()["linked_user_ids"].is_array());
    let body = json!({"job_id": v1.job("Data Analyst")});
    let made = v1.post(&format!("{path}/applications"), &body).json();
    for key in ["location", "keyed_custom_fields", "attachments"] {
        assert_eq!(made.get(key), None, "{key}");
    }
    assert!(made["custom_fields"].is_object());
    let pia = json!({"first_name": "Pia", "last_name": "Prospect"});
    let pia = v1.post("/v1/prospects", &pia).json();
    let prospect = &pia["applications"][0];
    assert!(prospect["keyed_custom_fields"].is_object());
    assert_eq!(prospect.get("attachments"), None);
}
