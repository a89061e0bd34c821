//! Every row has exactly the fields of Greenhouse's schema, nulls included. Copied by hand from the schema, not from the
//! simulator's types.

use serde_json::{Value, json};

use crate::client::Sim;

const SHAPES: [(&str, &str); 13] = [
    (
        "candidates",
        "id created_at updated_at first_name last_name preferred_name company title last_activity_at private can_email \
         time_zone tags linked_user_ids phone_numbers addresses email_addresses website_addresses \
         social_media_addresses custom_fields",
    ),
    (
        "applications",
        "id created_at updated_at agency_note_id candidate_id coordinator_id job_id job_post_id recruiter_id \
         referrer_id source_id stage_id stage_name status needs_decision prospect rejected_at last_activity_at \
         location_address answers prospective_job_ids custom_fields",
    ),
    (
        "application_stages",
        "id created_at updated_at application_id job_interview_stage_id entered_at exited_at days_in_stage current",
    ),
    (
        "job_interview_stages",
        "id created_at updated_at job_id sort_order name active",
    ),
    (
        "jobs",
        "id created_at updated_at name requisition_id notes confidential status opened_at closed_at is_template \
         copied_from_id department_id office_ids custom_fields",
    ),
    (
        "notes",
        "id created_at updated_at candidate_id application_id body subject type user_id email_from email_to email_cc \
         import_hash body_with_tags visibility email_attachment_file_names",
    ),
    ("candidate_tags", "id created_at updated_at name"),
    (
        "applied_candidate_tags",
        "id created_at updated_at candidate_tag_id candidate_id",
    ),
    (
        "users",
        "id created_at updated_at first_name last_name primary_email job_title agency_id name deactivated site_admin \
         employee_id linked_candidate_ids office_ids department_ids interviewer_tags emails custom_fields",
    ),
    ("referrers", "id created_at updated_at user_id name"),
    ("sources", "id created_at updated_at name type"),
    ("rejection_reasons", "id created_at updated_at name type"),
    (
        "rejection_details",
        "id created_at updated_at application_id rejected_by_id rejection_note_id rejection_reason_id rejected_at \
         question_custom_fields",
    ),
];

fn filled() -> Sim {
    let sim = Sim::start();
    let (candidate, application) = sim.candidate("Ann", "ann@mail.example");
    sim.patch(
        &format!("/v3/candidates/{candidate}"),
        &json!({"tags": ["x"]}),
    );
    let note = json!({"candidate_id": candidate, "body": "x", "note_type": "NOTE", "visibility": "public"});
    sim.post("/v3/notes", &note);
    sim.sim.recruiter().reject(application, None).unwrap();
    sim
}

fn sorted_keys(row: &Value) -> Vec<String> {
    let mut keys: Vec<String> = row.as_object().unwrap().keys().cloned().collect();
    keys.sort_unstable();
    keys
}

#[test]
fn rows_have_exactly_the_fields_of_the_schema() {
    let sim = filled();
    for (resource, fields) in SHAPES {
        let mut expected: Vec<&str> = fields
            .split(' ')
            .filter(|field| !field.is_empty())
            .collect();
        expected.sort_unstable();
        let rows = sim.get(&format!("/v3/{resource}")).json();
        assert_eq!(sorted_keys(&rows[0]), expected, "{resource}");
    }
}

#[test]
fn every_field_can_be_asked_for_by_name() {
    let sim = filled();
    for (resource, fields) in SHAPES {
        for field in fields.split(' ').filter(|field| !field.is_empty()) {
            let answer = sim.get(&format!("/v3/{resource}?per_page=1&fields={field}"));
            assert_eq!(sorted_keys(&answer.json()[0]), [field], "{resource}");
        }
    }
}

#[test]
fn moments_are_utc_with_milliseconds() {
    let sim = filled();
    let row = sim.get("/v3/candidates").json();
    let at = row[0]["created_at"].as_str().unwrap();
    assert!(
        at.len() == 24 && at.ends_with('Z') && &at[19..20] == ".",
        "{at}"
    );
}

#[test]
fn answers_to_writes_are_whole_records() {
    let sim = filled();
    let candidate = json!({"first_name": "A", "last_name": "B", "application": {"job_id": sim.job("Data Analyst")}});
    let made = sim.post("/v3/candidates", &candidate).json();
    assert_eq!(sorted_keys(&made), ["application", "candidate"]);
    assert_eq!(sorted_keys(&made["candidate"]).len(), 20);
    assert_eq!(sorted_keys(&made["application"]).len(), 22);
}
