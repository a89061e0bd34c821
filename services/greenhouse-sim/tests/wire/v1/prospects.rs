//! Prospects, and the pools they are filed in.

use serde_json::{Value, json};

use super::{V1, id};

fn prospect(application: Value) -> Value {
    json!({"first_name": "Pia", "last_name": "Prospect", "application": application})
}

fn introductions(v1: &V1) -> Value {
    let pools = v1.get("/v1/prospect_pools").json();
    let mut pools = pools.as_array().unwrap().iter();
    let wanted = |pool: &&Value| pool["name"] == "Introductions";
    pools.find(wanted).unwrap().clone()
}

#[test]
fn a_pool_comes_with_its_stages() {
    let v1 = V1::start();
    let pool = &introductions(&v1);
    assert_eq!(pool["active"], true);
    assert_eq!(pool["prospect_stages"].as_array().unwrap().len(), 2);
    let one = v1.get(&format!("/v1/prospect_pools/{}", id(pool)));
    assert_eq!(&one.json(), pool);
    assert_eq!(v1.get("/v1/prospect_pools/1").status, 404);
}

#[test]
fn a_prospect_is_a_candidate_with_an_application_on_no_job() {
    let v1 = V1::start();
    let body = json!({"first_name": "Pia", "last_name": "Prospect"});
    let made = v1.post("/v1/prospects", &body).json();
    let application = &made["applications"][0];
    assert_eq!(
        (&application["prospect"], &application["jobs"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(application["current_stage"], Value::Null);
    let path = format!("/v1/applications/{}", id(application));
    assert_eq!(v1.get(&path).json()["candidate_id"], made["id"]);
    let by_job = format!("/v1/candidates?job_id={}", v1.job("Data Analyst"));
    assert_eq!(v1.get(&by_job).json(), json!([]));
    assert_eq!(
        v1.post("/v1/prospects", &json!({"first_name": "Pia"}))
            .status,
        422
    );
}

#[test]
fn a_prospect_is_filed_in_a_pool_and_moved_within_it() {
    let v1 = V1::start();
    let pool = &introductions(&v1);
    let stage = |at: usize| id(&pool["prospect_stages"][at]);
    let job = v1.job("Data Analyst");
    let filing = json!({
        "job_ids": [job],
        "prospect_pool_id": id(pool),
        "prospect_pool_stage_id": stage(0),
        "prospect_owner_id": v1.user("E0002"),
        "referrer": {"type": "id", "value": v1.user("E0005")},
    });
    let made = v1.post("/v1/prospects", &prospect(filing)).json();
    let application = &made["applications"][0];
    let detail = &application["prospect_detail"];
    assert_eq!(detail["prospect_pool"]["name"], pool["name"]);
    assert_eq!(detail["prospect_stage"]["id"], stage(0));
    assert_eq!(detail["prospect_owner"]["name"], "Rita Recruiter");
    assert_eq!(application["jobs"][0]["id"], job);
    assert_eq!(application["credited_to"]["name"], "Emil Engineer");
    let path = format!("/v1/applications/{}", id(application));
    let moved = v1.patch(&path, &json!({"prospect_stage_id": stage(1)}));
    let moved = &moved.json()["prospect_detail"];
    assert_eq!(moved["prospect_stage"]["id"], stage(1));
}

#[test]
fn what_a_prospect_cannot_be_filed_under_is_422() {
    let v1 = V1::start();
    let pools = v1.get("/v1/prospect_pools").json();
    let stage = id(&pools[0]["prospect_stages"][0]);
    for wrong in [
        json!({"prospect_pool_id": 1}),
        json!({ "prospect_pool_stage_id": stage }),
        json!({"prospective_office_id": 1}),
        json!({"job_ids": [1]}),
        json!({"job_id": v1.job("Data Analyst")}),
        json!({"prospect": "true"}),
    ] {
        let answer = v1.post("/v1/prospects", &prospect(wrong.clone()));
        assert_eq!(answer.status, 422, "{wrong}");
    }
    assert_eq!(v1.sim.sim.state().counts().candidates, 0);
}

#[test]
fn places_of_a_prospect_are_whole_records() {
    let v1 = V1::start();
    let department = v1.get("/v1/departments?external_id=D-ENG").ids()[0];
    let office = v1.get("/v1/offices?external_id=O-BER").ids()[0];
    let filing = json!({"prospective_department_id": department, "prospective_office_id": office});
    let made = v1.post("/v1/prospects", &prospect(filing)).json();
    let application = &made["applications"][0];
    assert_eq!(application["prospective_department"]["name"], "Engineering");
    assert_eq!(
        application["prospective_office"]["location"]["name"],
        "Berlin"
    );
}
