//! Departments, offices, posts, openings, teams and prospect pools.

use greenhouse_sim::NewJob;
use serde_json::json;

use crate::client::{NONE, Sim};

#[test]
fn departments_and_offices_are_flat_trees() {
    let sim = Sim::start();
    let departments = sim.get("/v3/departments").json();
    assert_eq!(departments.as_array().unwrap().len(), 5);
    let top = &sim.sim.state().departments()[0];
    let children = sim.get(&format!("/v3/departments?parent_id={}", top.meta.id));
    assert_eq!(children.ids().len(), 2);
    assert_eq!(
        sim.get("/v3/departments?external_id=D-ENG").ids(),
        [top.meta.id]
    );
    assert_eq!(sim.get("/v3/offices?external_id=O-BER").ids().len(), 1);
    assert_eq!(sim.get("/v3/offices").ids().len(), 3);
    assert_eq!(sim.get("/v3/departments?render_as=tree").status, 422);
}

#[test]
fn posts_of_deleted_hidden_or_no_jobs_are_not_listed() {
    let sim = Sim::start();
    let job = sim.job("Backend Engineer");
    let posts = sim.get(&format!("/v3/job_posts?job_ids={job}"));
    let id = posts.ids()[0];
    assert_eq!(posts.json()[0]["live"], true);
    assert!(sim.get("/v3/job_posts").ids().len() < sim.sim.state().job_posts().len());
    sim.sim.recruiter().delete_post(id).unwrap();
    assert_eq!(sim.get(&format!("/v3/job_posts?ids={id}")).ids(), NONE);
    let gone = sim.get(&format!("/v3/job_posts?ids={id}&active=false"));
    assert_eq!(gone.json()[0]["live"], false);
    let hidden = sim.job("Chief Something Officer");
    for resource in ["openings", "job_interview_stages", "job_owners"] {
        let rows = sim.get(&format!("/v3/{resource}?job_ids={hidden}"));
        assert_eq!(rows.ids(), NONE, "{resource}");
    }
}

#[test]
fn a_post_says_where_through_rows_of_their_own() {
    let sim = Sim::start();
    let job = sim.job("Backend Engineer");
    let post = sim.get(&format!("/v3/job_posts?job_ids={job}")).ids()[0];
    let place = sim.get(&format!("/v3/job_post_locations?job_post_ids={post}"));
    assert_eq!(place.json()[0]["type"], "office");
    let office = sim.sim.state().job_named("Backend Engineer").unwrap();
    let office = office.office_ids.unwrap()[0];
    let found = sim.get(&format!("/v3/job_post_locations?office_ids={office}"));
    assert!(found.ids().contains(&place.ids()[0]));
    assert_eq!(sim.get("/v3/job_post_locations?type=planet").status, 422);
}

#[test]
fn the_last_hire_closes_the_job() {
    let sim = Sim::start();
    let recruiter = sim.sim.recruiter();
    let job = recruiter.add_job(NewJob {
        name: "Pilot".to_owned(),
        openings: Some(1),
        ..NewJob::default()
    });
    let job = job.unwrap();
    let apply = |name: &str| {
        let body = json!({"first_name": name, "last_name": "P", "application": {"job_id": job}});
        sim.post("/v3/candidates", &body).json()["application"]["id"]
            .as_i64()
            .unwrap()
    };
    let (hired, late) = (apply("Ann"), apply("Bea"));
    recruiter.hire(hired).unwrap();
    let opening = sim.get(&format!("/v3/openings?job_ids={job}")).json()[0].clone();
    assert_eq!(
        (&opening["open"], &opening["application_id"]),
        (&json!(false), &json!(hired))
    );
    assert!(opening["close_reason_id"].is_i64());
    let closed = sim.get(&format!("/v3/jobs?ids={job}")).json();
    assert_eq!(closed[0]["status"], "closed");
    assert!(recruiter.hire(late).is_err());
    recruiter.unhire(hired).unwrap();
    let opened = sim.get(&format!("/v3/jobs?ids={job}")).json();
    assert_eq!(opened[0]["status"], "open");
    assert_eq!(
        sim.get(&format!("/v3/openings?job_ids={job}&open=true"))
            .ids()
            .len(),
        1
    );
}

#[test]
fn teams_are_lists_of_their_own() {
    let sim = Sim::start();
    let job = sim.job("Data Analyst");
    let owner = sim
        .get(&format!("/v3/job_owners?job_ids={job}&type=recruiter"))
        .json()[0]
        .clone();
    assert_eq!(owner["responsible"], true);
    let user = owner["user_id"].as_i64().unwrap();
    assert!(
        !sim.get(&format!("/v3/job_owners?user_ids={user}"))
            .ids()
            .is_empty()
    );
    let managers = sim.get(&format!("/v3/job_hiring_managers?job_ids={job}"));
    assert_eq!(managers.ids().len(), 1);
    assert_eq!(sim.get("/v3/job_owners?type=boss").status, 422);
}

#[test]
fn a_prospect_is_filed_and_refiled() {
    let sim = Sim::start();
    let pool = sim.sim.state().prospect_pools()[0].meta.id;
    let stages = sim.get(&format!(
        "/v3/prospect_pool_stages?prospect_pool_ids={pool}"
    ));
    let (late, first) = (stages.ids()[0], stages.ids()[1]);
    let body = json!({"first_name": "A", "last_name": "B",
        "application": {"prospect": true, "prospect_pool_id": pool, "prospect_pool_stage_id": first}});
    let id = sim.post("/v3/candidates", &body).json()["application"]["id"]
        .as_i64()
        .unwrap();
    let filed = || {
        let rows = sim.get(&format!("/v3/prospect_details?application_ids={id}"));
        rows.json()[0].clone()
    };
    assert_eq!(filed()["pool_stage_id"], first);
    let path = format!("/v3/applications/{id}");
    assert_eq!(
        sim.patch(&path, &json!({"prospect_stage_id": late})).status,
        200
    );
    assert_eq!(filed()["pool_stage_id"], late);
    let other = sim.sim.state().prospect_pools()[1].meta.id;
    assert_eq!(
        sim.patch(
            &path,
            &json!({"prospect_stage_id": late, "prospect_pool_id": other})
        )
        .status,
        422
    );
    assert_eq!(
        sim.patch(&path, &json!({"prospect_pool_id": other})).status,
        200
    );
    assert!(filed()["pool_stage_id"].is_null());
    assert_eq!(
        sim.get(&format!("/v3/prospect_details?pool_ids={other}"))
            .ids()
            .len(),
        1
    );
}
