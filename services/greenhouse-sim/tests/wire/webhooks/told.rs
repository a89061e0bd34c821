//! Webhooks: which action is told of what, and with which payload.

use greenhouse_sim::{CandidateEdit, JobEdit, NewJob, NewPost, PostEdit};
use serde_json::{Value, json};

use super::{actions, listening, settled};

#[test]
fn every_action_on_an_application_is_told() {
    let (sim, endpoint) = listening(&[]);
    let (ann, id) = sim.candidate("Ann", "ann@mail.example");
    assert_eq!(actions(&sim, &endpoint), ["new_candidate_application"]);
    let recruiter = sim.sim.recruiter();
    let told = |expected: &[&str]| assert_eq!(actions(&sim, &endpoint), expected);
    recruiter.move_to_next_stage(id).unwrap();
    told(&["candidate_stage_change"]);
    recruiter
        .transfer(id, sim.job("Data Analyst"), None)
        .unwrap();
    told(&["candidate_stage_change"]);
    recruiter.reject(id, None).unwrap();
    told(&["reject_candidate"]);
    recruiter.unreject(id).unwrap();
    told(&["unreject_candidate"]);
    recruiter.hire(id).unwrap();
    told(&["hire_candidate"]);
    recruiter.unhire(id).unwrap();
    told(&["unhire_candidate"]);
    sim.patch(
        &format!("/v3/applications/{id}"),
        &json!({"source_id": sim.sim.state().sources()[0].meta.id}),
    );
    told(&["application_updated"]);
    recruiter.delete_application(id).unwrap();
    told(&["delete_application"]);
    let prospect = json!({"candidate_id": ann, "prospect": true});
    let made = sim.post("/v3/applications", &prospect).json()["id"]
        .as_i64()
        .unwrap();
    told(&["new_prospect_application"]);
    recruiter
        .convert_prospect(made, sim.job("Data Analyst"), None)
        .unwrap();
    told(&["new_candidate_application"]);
}

#[test]
fn every_action_on_a_candidate_is_told() {
    let (sim, endpoint) = listening(&[]);
    let (ann, _) = sim.candidate("Ann", "ann@mail.example");
    let (bea, other) = sim.candidate("Bea", "bea@mail.example");
    actions(&sim, &endpoint);
    let recruiter = sim.sim.recruiter();
    recruiter
        .edit_candidate(ann, CandidateEdit::default())
        .unwrap();
    assert_eq!(actions(&sim, &endpoint), ["update_candidate"]);
    recruiter.merge_candidates(ann, bea).unwrap();
    settled(&sim);
    let merged = endpoint.take()[0].json();
    assert_eq!(merged["action"], "merge_candidate");
    assert_eq!(
        (
            &merged["payload"]["person"]["id"],
            &merged["payload"]["person"]["new_candidate_id"]
        ),
        (&json!(bea), &json!(ann))
    );
    recruiter
        .anonymise_candidate(ann, &["emails".to_owned()])
        .unwrap();
    settled(&sim);
    assert_eq!(
        endpoint.take()[0].json()["payload"],
        json!({"candidate_id": ann, "anonymized_fields": ["emails"]})
    );
    recruiter.delete_candidate(ann).unwrap();
    settled(&sim);
    let deleted = endpoint.take()[0].json();
    assert_eq!(deleted["action"], "delete_candidate");
    assert!(
        deleted["payload"]["person"]["deleted_application_ids"]
            .as_array()
            .unwrap()
            .contains(&json!(other))
    );
}

#[test]
fn every_action_on_jobs_and_structure_is_told() {
    let (sim, endpoint) = listening(&[]);
    let recruiter = sim.sim.recruiter();
    let told = |expected: &[&str]| assert_eq!(actions(&sim, &endpoint), expected);
    let job = recruiter
        .add_job(NewJob {
            name: "Pilot".to_owned(),
            ..NewJob::default()
        })
        .unwrap();
    told(&["job_created"]);
    recruiter.edit_job(job, JobEdit::default()).unwrap();
    told(&["job_updated"]);
    let post = NewPost {
        title: "Pilot".to_owned(),
        job_id: Some(job),
        ..NewPost::default()
    };
    let post = recruiter.add_post(post).unwrap();
    told(&["job_post_created"]);
    recruiter.edit_post(post, PostEdit::default()).unwrap();
    told(&["job_post_updated"]);
    recruiter.delete_post(post).unwrap();
    told(&["job_post_deleted"]);
    let stage = sim.sim.state().stages_of_job(job)[4].meta.id;
    recruiter.delete_stage(stage).unwrap();
    told(&["job_interview_stage_deleted"]);
    recruiter.close_job(job).unwrap();
    told(&["job_updated"]);
    recruiter.reopen_job(job).unwrap();
    told(&["job_updated"]);
    recruiter.delete_job(job).unwrap();
    told(&["job_deleted"]);
    recruiter
        .delete_department(sim.sim.state().departments()[0].meta.id)
        .unwrap();
    told(&["department_deleted"]);
    recruiter
        .delete_office(sim.sim.state().offices()[0].meta.id)
        .unwrap();
    told(&["office_deleted"]);
}

#[test]
fn payloads_have_the_keys_of_the_recorded_ones() {
    let (sim, endpoint) = listening(&[
        "new_candidate_application",
        "hire_candidate",
        "reject_candidate",
    ]);
    let (_, id) = sim.candidate("Ann", "ann@mail.example");
    settled(&sim);
    let made = endpoint.take()[0].json()["payload"]["application"].clone();
    let keys = "applied_at candidate credited_to current_stage custom_fields id jobs last_activity_at prospect \
                prospect_detail rejected_at rejection_details rejection_reason source status url";
    assert_eq!(
        sorted_keys(&made),
        keys.split_whitespace().collect::<Vec<_>>()
    );
    let keys = "closed_at confidential created_at created_by_id custom_fields departments hiring_team id job_post_id \
                name notes offices opened_at requisition_id status url";
    assert_eq!(
        sorted_keys(&made["jobs"][0]),
        keys.split_whitespace().collect::<Vec<_>>()
    );
    assert!(made["jobs"][0]["offices"][0]["location"].is_string());
    let stages = sim.sim.state().stages_of_job(sim.job("Backend Engineer"));
    assert_eq!(made["current_stage"]["id"], stages[0].meta.id);
    let reason = sim.sim.state().rejection_reasons()[0].meta.id;
    sim.sim.recruiter().reject(id, Some(reason)).unwrap();
    settled(&sim);
    let rejected = endpoint.take()[0].json()["payload"]["application"].clone();
    assert_eq!(
        (&rejected["status"], &rejected["rejection_reason"]["id"]),
        (&json!("rejected"), &json!(reason))
    );
    assert_eq!(rejected["current_stage"]["name"], "Application Review");
    sim.sim.recruiter().unreject(id).unwrap();
    sim.sim.recruiter().hire(id).unwrap();
    settled(&sim);
    let hired = endpoint.take()[0].json()["payload"]["application"].clone();
    let keys = "candidate credited_to custom_fields id job jobs offer opening source url";
    assert_eq!(
        sorted_keys(&hired),
        keys.split_whitespace().collect::<Vec<_>>()
    );
}

fn sorted_keys(row: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = row
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    keys
}

#[test]
fn what_is_not_kept_here_is_told_in_the_tests_words() {
    let (sim, endpoint) = listening(&[]);
    let recruiter = sim.sim.recruiter();
    let offer = json!({"offer": {"id": 9, "application_id": 11, "offer_status": "Created"}});
    recruiter.announce("offer_created", &offer).unwrap();
    settled(&sim);
    let told = endpoint.take()[0].json();
    assert_eq!(
        (&told["action"], &told["payload"]),
        (&json!("offer_created"), &offer)
    );
    assert!(recruiter.announce("offer_forgotten", &offer).is_err());
}
