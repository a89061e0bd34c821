//! What recruiters and admins do that ids, names and histories do not survive unchanged.

use greenhouse_sim::{CandidateEdit, JobEdit};
use serde_json::json;

use crate::client::{NONE, Sim};

#[test]
fn a_transfer_keeps_the_application_and_changes_its_job() {
    let sim = Sim::start();
    let (_, id) = sim.candidate("Ann", "ann@mail.example");
    let other = sim.job("Data Analyst");
    let first = sim.sim.state().stages_of_job(other)[0].meta.id;
    assert_eq!(sim.sim.recruiter().transfer(id, other, None), Ok(first));
    let row = sim.get(&format!("/v3/applications?ids={id}")).json()[0].clone();
    assert_eq!(
        (&row["job_id"], &row["stage_name"]),
        (&json!(other), &json!("Application Review"))
    );
    let visits = sim.get(&format!("/v3/application_stages?application_ids={id}"));
    assert_eq!(visits.ids().len(), 2);
    let closed = sim.job("Office Manager");
    assert!(sim.sim.recruiter().transfer(id, closed, None).is_err());
}

#[test]
fn a_hire_taken_back_is_a_new_visit_to_the_last_stage() {
    let sim = Sim::start();
    let (_, id) = sim.candidate("Ann", "ann@mail.example");
    let recruiter = sim.sim.recruiter();
    recruiter.move_to_stage(id, "Offer").unwrap();
    recruiter.hire(id).unwrap();
    recruiter.unhire(id).unwrap();
    let row = sim.get(&format!("/v3/applications?ids={id}")).json()[0].clone();
    assert_eq!(
        (&row["status"], &row["stage_name"]),
        (&json!("in_process"), &json!("Offer"))
    );
    assert!(recruiter.unhire(id).is_err());
}

#[test]
fn a_converted_prospect_gets_a_new_application() {
    let sim = Sim::start();
    let body = json!({"first_name": "A", "last_name": "B", "application": {"prospect": true}});
    let made = sim.post("/v3/candidates", &body).json();
    let (candidate, old) = (
        &made["candidate"]["id"],
        made["application"]["id"].as_i64().unwrap(),
    );
    let job = sim.job("Backend Engineer");
    let new = sim
        .sim
        .recruiter()
        .convert_prospect(old, job, None)
        .unwrap();
    assert_ne!(new, old);
    let rows = sim
        .get(&format!("/v3/applications?candidate_ids={candidate}"))
        .json();
    assert_eq!(
        (&rows[0]["id"], &rows[0]["prospect"]),
        (&json!(new), &json!(false))
    );
    assert_eq!(
        (&rows[1]["id"], &rows[1]["status"]),
        (&json!(old), &json!("converted"))
    );
    assert_eq!(sim.get("/v3/applications?status=converted").ids(), [old]);
    assert!(
        sim.sim
            .recruiter()
            .convert_prospect(new, job, None)
            .is_err()
    );
}

#[test]
fn a_merge_leaves_everything_under_the_first() {
    let sim = Sim::start();
    let (ann, first) = sim.candidate("Ann", "ann@mail.example");
    let (double, second) = sim.candidate("Annie", "annie@mail.example");
    sim.patch(&format!("/v3/candidates/{double}"), &json!({"tags": ["x"]}));
    sim.sim.recruiter().merge_candidates(ann, double).unwrap();
    assert_eq!(sim.get(&format!("/v3/candidates?ids={double}")).ids(), NONE);
    let row = sim.get(&format!("/v3/candidates?ids={ann}")).json()[0].clone();
    assert_eq!(row["email_addresses"].as_array().unwrap().len(), 2);
    assert_eq!(row["tags"], json!(["x"]));
    let own = sim.get(&format!("/v3/applications?candidate_ids={ann}"));
    assert_eq!(own.ids(), [second, first]);
    assert!(sim.sim.recruiter().merge_candidates(ann, ann).is_err());
}

#[test]
fn a_merge_moves_no_time_of_an_application_unless_it_is_told_to() {
    for touches in [false, true] {
        let sim = Sim::start();
        sim.sim
            .configure(|settings| settings.merge_touches = touches);
        let (ann, _) = sim.candidate("Ann", "ann@mail.example");
        let (double, second) = sim.candidate("Annie", "annie@mail.example");
        let path = format!("/v3/applications?ids={second}");
        let before = sim.get(&path).json()[0].clone();
        sim.sim.set_clock(5);
        sim.sim.recruiter().merge_candidates(ann, double).unwrap();
        let after = sim.get(&path).json()[0].clone();
        assert_eq!(after["candidate_id"], ann);
        assert_eq!(after["updated_at"] != before["updated_at"], touches);
    }
}

#[test]
fn the_deleted_are_gone_with_all_that_hung_on_them() {
    let sim = Sim::start();
    let (ann, first) = sim.candidate("Ann", "ann@mail.example");
    let (_, second) = sim.candidate("Bea", "bea@mail.example");
    sim.sim.recruiter().delete_candidate(ann).unwrap();
    sim.sim.recruiter().delete_application(second).unwrap();
    assert_eq!(
        sim.get(&format!("/v3/applications?ids={first},{second}"))
            .ids(),
        NONE
    );
    assert_eq!(sim.get("/v3/application_stages").ids(), NONE);
    assert_eq!(
        sim.patch(&format!("/v3/candidates/{ann}"), &json!({"title": "x"}))
            .status,
        404
    );
    assert!(sim.sim.recruiter().delete_candidate(ann).is_err());
}

#[test]
fn anonymising_makes_a_history_look_like_a_beginning() {
    let sim = Sim::start();
    let (ann, id) = sim.candidate("Ann", "ann@mail.example");
    sim.sim.recruiter().move_to_stage(id, "Offer").unwrap();
    sim.sim.recruiter().anonymise_candidate(ann, &[]).unwrap();
    let row = sim.get(&format!("/v3/candidates?ids={ann}")).json()[0].clone();
    assert!(row["first_name"].is_null() && row["email_addresses"] == json!([]));
    let row = sim.get(&format!("/v3/applications?ids={id}")).json()[0].clone();
    assert_eq!(row["stage_name"], "Application Review");
    assert_eq!(
        sim.get(&format!("/v3/application_stages?application_ids={id}"))
            .ids()
            .len(),
        1
    );
    let unknown = ["shoe_size".to_owned()];
    assert!(
        sim.sim
            .recruiter()
            .anonymise_candidate(ann, &unknown)
            .is_err()
    );
}

#[test]
fn stages_are_renamed_under_running_applications_and_deleted_when_empty() {
    let sim = Sim::start();
    let (_, id) = sim.candidate("Ann", "ann@mail.example");
    let job = sim.job("Backend Engineer");
    let stages = sim.sim.state().stages_of_job(job);
    let recruiter = sim.sim.recruiter();
    let before = sim.get(&format!("/v3/applications?ids={id}")).json()[0].clone();
    recruiter.rename_stage(stages[0].meta.id, "Inbox").unwrap();
    let after = sim.get(&format!("/v3/applications?ids={id}")).json()[0].clone();
    assert_eq!(after["stage_name"], "Inbox");
    assert_eq!(after["updated_at"], before["updated_at"]);
    assert!(recruiter.delete_stage(stages[0].meta.id).is_err());
    recruiter.delete_stage(stages[1].meta.id).unwrap();
    let active = sim.get(&format!(
        "/v3/job_interview_stages?job_ids={job}&active=true"
    ));
    assert_eq!(active.ids().len(), 4);
    assert_eq!(
        sim.get(&format!("/v3/job_interview_stages?job_ids={job}"))
            .ids()
            .len(),
        5
    );
    recruiter.add_stage(job, "Reference Check").unwrap();
    assert_eq!(
        recruiter.move_to_stage(id, "Reference Check").ok(),
        sim.sim
            .state()
            .stages_of_job(job)
            .last()
            .map(|stage| stage.meta.id)
    );
}

#[test]
fn jobs_are_edited_and_deleted_departments_leave_no_trace_in_time() {
    let sim = Sim::start();
    let job = sim.job("Backend Engineer");
    let recruiter = sim.sim.recruiter();
    let edit = JobEdit {
        name: Some("Rust Engineer".to_owned()),
        ..JobEdit::default()
    };
    recruiter.edit_job(job, edit).unwrap();
    let row = sim.get(&format!("/v3/jobs?ids={job}")).json()[0].clone();
    assert_eq!(row["name"], "Rust Engineer");
    recruiter
        .delete_department(row["department_id"].as_i64().unwrap())
        .unwrap();
    recruiter
        .delete_office(row["office_ids"][0].as_i64().unwrap())
        .unwrap();
    let after = sim.get(&format!("/v3/jobs?ids={job}")).json()[0].clone();
    assert_eq!(
        (&after["department_id"], &after["office_ids"]),
        (&json!(null), &json!([]))
    );
    assert_eq!(after["updated_at"], row["updated_at"]);
    let orphans = sim.sim.state().departments();
    assert!(orphans.iter().all(|row| row.parent_id.is_none()));
}

#[test]
fn a_deleted_job_takes_posts_stages_and_applications_along() {
    let sim = Sim::start();
    let (_, id) = sim.candidate("Ann", "ann@mail.example");
    let job = sim.job("Backend Engineer");
    sim.sim.recruiter().delete_job(job).unwrap();
    for resource in [
        "jobs?ids",
        "job_posts?job_ids",
        "openings?job_ids",
        "job_interview_stages?job_ids",
        "applications?job_ids",
    ] {
        assert_eq!(
            sim.get(&format!("/v3/{resource}={job}")).ids(),
            NONE,
            "{resource}"
        );
    }
    assert!(sim.sim.state().application(id).is_none());
    assert!(sim.sim.recruiter().delete_job(job).is_err());
}

#[test]
fn a_recruiters_edit_moves_updated_at() {
    let sim = Sim::start();
    let (ann, _) = sim.candidate("Ann", "ann@mail.example");
    let before = sim.get(&format!("/v3/candidates?ids={ann}")).json()[0].clone();
    sim.sim
        .configure(|settings| settings.clock_offset_ms = 5_000);
    let edit = CandidateEdit {
        emails: Some(vec!["ann@home.example".to_owned()]),
        tags: Some(vec!["seen".to_owned()]),
        ..CandidateEdit::default()
    };
    sim.sim.recruiter().edit_candidate(ann, edit).unwrap();
    let after = sim.get(&format!("/v3/candidates?ids={ann}")).json()[0].clone();
    assert!(after["updated_at"].as_str() > before["updated_at"].as_str());
    assert_eq!(sim.get("/v3/candidates?email=ann@mail.example").ids(), NONE);
    assert_eq!(sim.get("/v3/candidates?tag=seen").ids(), [ann]);
}
