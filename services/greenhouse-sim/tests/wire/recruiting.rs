//! Recruiters at work, and what the API shows of it.

use greenhouse_sim::NewJob;
use serde_json::json;

use crate::client::{NONE, Sim};

#[test]
fn a_move_closes_one_visit_and_opens_another() {
    let sim = Sim::start();
    let (_, id) = sim.candidate("Ann", "ann@mail.example");
    let before = sim.get(&format!("/v3/applications?ids={id}")).json()[0].clone();
    sim.sim
        .configure(|settings| settings.clock_offset_ms = 5_000);
    sim.sim.recruiter().move_to_next_stage(id).unwrap();
    let after = sim.get(&format!("/v3/applications?ids={id}")).json()[0].clone();
    assert_eq!(after["stage_name"], "Phone Screen");
    assert_ne!(after["stage_id"], before["stage_id"]);
    assert!(after["updated_at"].as_str() > before["updated_at"].as_str());
    assert_eq!(after["last_activity_at"], after["updated_at"]);
    let visits = sim
        .get(&format!("/v3/application_stages?application_ids={id}"))
        .json();
    assert_eq!(visits[0]["current"], true);
    assert_eq!(
        (visits[1]["current"].clone(), visits[1]["exited_at"].clone()),
        (json!(false), visits[0]["entered_at"].clone())
    );
    assert_eq!(
        sim.get("/v3/application_stages?current=true").ids(),
        [visits[0]["id"].as_i64().unwrap()]
    );
}

#[test]
fn going_back_to_a_stage_is_a_new_visit() {
    let sim = Sim::start();
    let (_, id) = sim.candidate("Ann", "ann@mail.example");
    sim.sim.recruiter().move_to_stage(id, "Offer").unwrap();
    sim.sim
        .recruiter()
        .move_to_stage(id, "Application Review")
        .unwrap();
    let visits = sim.sim.state().stages_of_application(id);
    assert_eq!(visits.len(), 3);
    assert_eq!(
        visits[0].job_interview_stage_id,
        visits[2].job_interview_stage_id
    );
    assert!(sim.sim.recruiter().move_to_stage(id, "Nowhere").is_err());
}

#[test]
fn rejection_is_recorded_apart_and_can_be_taken_back() {
    let sim = Sim::start();
    let (_, id) = sim.candidate("Ann", "ann@mail.example");
    let reason = sim.sim.state().rejection_reasons()[1].meta.id;
    sim.sim.recruiter().reject(id, Some(reason)).unwrap();
    let row = sim.get("/v3/applications?status=rejected").json()[0].clone();
    assert!(
        row["rejected_at"].is_string() && row["stage_id"].is_null() && row["stage_name"].is_null()
    );
    let detail = sim
        .get(&format!("/v3/rejection_details?application_ids={id}"))
        .json()[0]
        .clone();
    assert_eq!(
        (&detail["rejection_reason_id"], &detail["rejected_at"]),
        (&json!(reason), &row["rejected_at"])
    );
    assert_eq!(
        sim.get(&format!(
            "/v3/rejection_details?rejection_reason_ids={reason}"
        ))
        .ids()
        .len(),
        1
    );
    assert!(sim.sim.recruiter().reject(id, None).is_err());
    let dated = json!({"rejected_at": "2026-01-02T03:04:05Z"});
    assert_eq!(
        sim.patch(&format!("/v3/applications/{id}"), &dated).status,
        200
    );
    let detail = sim
        .get(&format!("/v3/rejection_details?application_ids={id}"))
        .json();
    assert_eq!(detail[0]["rejected_at"], "2026-01-02T03:04:05.000Z");
    sim.sim.recruiter().unreject(id).unwrap();
    let row = sim.get(&format!("/v3/applications?ids={id}")).json()[0].clone();
    assert_eq!(
        (&row["status"], &row["rejected_at"]),
        (&json!("in_process"), &json!(null))
    );
    assert_eq!(row["stage_name"], "Application Review");
    assert_eq!(
        sim.get(&format!("/v3/rejection_details?application_ids={id}"))
            .ids(),
        NONE
    );
    assert_eq!(sim.sim.state().stages_of_application(id).len(), 2);
}

#[test]
fn a_rejected_application_keeps_its_stage_where_configured() {
    let sim = Sim::with(|config| config.settings.rejected_keeps_stage = true);
    let (_, id) = sim.candidate("Ann", "ann@mail.example");
    sim.sim.recruiter().reject(id, None).unwrap();
    assert_eq!(
        sim.get("/v3/applications").json()[0]["stage_name"],
        "Application Review"
    );
}

#[test]
fn the_hired_have_no_stage_and_prospects_cannot_be_hired() {
    let sim = Sim::start();
    let (_, id) = sim.candidate("Ann", "ann@mail.example");
    sim.sim.recruiter().hire(id).unwrap();
    let row = sim.get("/v3/applications?status=hired").json()[0].clone();
    assert!(row["stage_id"].is_null());
    assert!(sim.sim.recruiter().move_to_next_stage(id).is_err());
    let prospect = json!({"first_name": "A", "last_name": "B", "application": {"prospect": true}});
    let made = sim.post("/v3/candidates", &prospect).json()["application"]["id"]
        .as_i64()
        .unwrap();
    assert!(sim.sim.recruiter().hire(made).is_err());
}

#[test]
fn a_closed_job_takes_nobody_until_it_is_open_again() {
    let sim = Sim::start();
    let job = sim
        .sim
        .recruiter()
        .add_job(NewJob {
            name: "Pilot".to_owned(),
            ..NewJob::default()
        })
        .unwrap();
    let body = json!({"first_name": "A", "last_name": "B", "application": {"job_id": job}});
    sim.sim.recruiter().close_job(job).unwrap();
    assert_eq!(sim.post("/v3/candidates", &body).status, 422);
    let row = sim.get(&format!("/v3/jobs?ids={job}&status=closed")).json()[0].clone();
    assert!(row["closed_at"].is_string());
    sim.sim.recruiter().reopen_job(job).unwrap();
    assert_eq!(sim.post("/v3/candidates", &body).status, 201);
    assert_eq!(
        sim.get(&format!("/v3/job_interview_stages?job_ids={job}"))
            .ids()
            .len(),
        5
    );
}

#[test]
fn days_in_a_stage_are_counted_to_now() {
    let sim = Sim::start();
    let (_, id) = sim.candidate("Ann", "ann@mail.example");
    sim.sim
        .configure(|settings| settings.token_lifetime = std::time::Duration::from_secs(864_000));
    let mut sim = sim;
    sim.renew();
    sim.sim
        .configure(|settings| settings.clock_offset_ms = 3 * 86_400_000 + 1_000);
    let visits = sim
        .get(&format!("/v3/application_stages?application_ids={id}"))
        .json();
    assert_eq!(visits[0]["days_in_stage"], 3);
}

#[test]
fn visits_may_not_say_when_they_began() {
    let sim = Sim::with(|config| config.settings.stage_entries = false);
    let (_, id) = sim.candidate("Ann", "ann@mail.example");
    sim.sim.recruiter().move_to_next_stage(id).unwrap();
    let visits = sim.get("/v3/application_stages").json();
    assert_eq!(visits[0]["entered_at"], json!(null));
    assert_eq!(visits[1]["entered_at"], json!(null));
    assert!(visits[1]["exited_at"].is_string());
}
