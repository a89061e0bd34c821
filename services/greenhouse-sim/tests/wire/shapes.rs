//! Every row has exactly the fields of Greenhouse's schema, nulls included. Copied by hand from the schema, not from the
//! simulator's types.

use serde_json::{Value, json};

use crate::client::Sim;

const SHAPES: [(&str, &str); 27] = [
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
    (
        "departments",
        "id created_at updated_at name parent_id external_id",
    ),
    (
        "offices",
        "id created_at updated_at name parent_id external_id location primary_in_house_contact_user_id",
    ),
    (
        "job_posts",
        "id created_at updated_at title internal active live featured first_published_at content internal_content \
         language public_url demographic_question_set_id job_id job_board_id questions",
    ),
    (
        "job_post_locations",
        "id created_at updated_at plain_text_location office_id type job_post_id custom_location_id",
    ),
    ("close_reasons", "id created_at updated_at name"),
    (
        "prospect_pools",
        "id created_at updated_at name active description department_ids office_ids job_ids",
    ),
    (
        "prospect_pool_stages",
        "id created_at updated_at prospect_pool_id name sort_order",
    ),
    (
        "prospect_details",
        "id created_at updated_at application_id pool_id pool_stage_id prospect_owner_id department_id office_id",
    ),
    (
        "openings",
        "id created_at updated_at job_id opened_at closed_at sort_order opening_id application_id close_reason_id \
         target_start_on open custom_fields",
    ),
    (
        "job_owners",
        "id created_at updated_at job_id user_id type responsible",
    ),
    (
        "job_hiring_managers",
        "id created_at updated_at user_id job_id",
    ),
    (
        "custom_fields",
        "id created_at updated_at field_type sort_order name value_type private required require_approval \
         trigger_new_version active updated_by_id internal_type expose_in_job_board_api placeholder name_key \
         description application_type api_only use_for_job_approvals use_for_offer_approvals template_token_string \
         default_value",
    ),
    (
        "custom_field_options",
        "id created_at updated_at custom_field_id name external_id sort_order active",
    ),
    (
        "bulk_requests",
        "id created_at updated_at bulk_action_uuid requested_by_user_id status record_count success_count \
         failure_count callback_url callback_response completed_at expires_at api_endpoint requested_at",
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
    let prospect = json!({"candidate_id": candidate, "prospect": true});
    sim.post("/v3/applications", &prospect);
    let user = json!({"first_name": "A", "last_name": "B", "primary_email": "a.b@acme.example"});
    sim.post("/v3/users/bulk", &json!({ "data": [user] }));
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

#[test]
fn answers_are_dated_by_the_clock_that_stamps_the_rows() {
    let sim = filled();
    for hours in [0, -20] {
        sim.sim
            .configure(|settings| settings.clock_offset_ms = hours * 3_600_000);
        let tag = sim.post(
            "/v3/candidate_tags",
            &json!({"name": format!("at {hours}")}),
        );
        let made = tag.json()["created_at"].as_str().unwrap().to_owned();
        let made = chrono::DateTime::parse_from_rfc3339(&made).unwrap();
        for answer in [&tag, &sim.get("/v3/nothing")] {
            let date = answer.header("date").unwrap();
            assert!(date.ends_with(" GMT"), "{date}");
            let date = chrono::DateTime::parse_from_rfc2822(date).unwrap();
            assert!((date - made).num_seconds().abs() < 60, "{date}, {made}");
        }
    }
}
