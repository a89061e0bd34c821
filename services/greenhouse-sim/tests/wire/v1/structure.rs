//! Departments, offices, posts, close reasons, and what a job says of them.

use serde_json::{Value, json};

use super::{V1, id};
use crate::client::NONE;

/// The entry of this name.
fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    let mut rows = list.as_array().unwrap().iter();
    rows.find(|row| row["name"] == name).unwrap()
}

#[test]
fn a_department_names_its_parent_and_children_in_two_ways() {
    let v1 = V1::start();
    let all = v1.get("/v1/departments").json();
    let top = named(&all, "Engineering");
    let (platform, data) = (named(&all, "Platform"), named(&all, "Data"));
    assert_eq!(top["parent_id"], Value::Null);
    assert_eq!(top["parent_department_external_id"], Value::Null);
    assert_eq!(top["child_ids"], json!([id(platform), id(data)]));
    let external = json!(["D-DAT", "D-PLT"]);
    assert_eq!(top["child_department_external_ids"], external);
    assert_eq!(platform["parent_department_external_id"], "D-ENG");
    let one = v1.get(&format!("/v1/departments/{}", id(data)));
    assert_eq!(&one.json(), data);
    assert_eq!(
        v1.get("/v1/departments?external_id=D-PLT").ids(),
        [id(platform)]
    );
    assert_eq!(v1.get("/v1/departments/1").status, 404);
    assert_eq!(v1.get("/v1/departments?parent_id=1").status, 422);
}

#[test]
fn as_a_tree_only_the_roots_are_listed_and_the_rest_hangs_below() {
    let v1 = V1::start();
    let trees = v1.get("/v1/departments?render_as=tree").json();
    assert_eq!(trees.as_array().unwrap().len(), 3);
    let top = named(&trees, "Engineering");
    assert_eq!(top["children"].as_array().unwrap().len(), 2);
    assert_eq!(top["children"][0]["children"], json!([]));
    let keys: Vec<&String> = top.as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 4, "{keys:?}");
    let offices = v1.get("/v1/offices?render_as=tree").json();
    assert_eq!(offices.as_array().unwrap().len(), 2);
    let berlin = &named(&offices, "Europe")["children"][0];
    assert_eq!(berlin["location"], json!({"name": "Berlin"}));
    let one = format!("/v1/offices/{}?render_as=tree", id(berlin));
    assert_eq!(&v1.get(&one).json(), berlin);
    assert_eq!(v1.get("/v1/offices?render_as=heap").status, 422);
}

#[test]
fn an_office_has_its_place_below_a_key() {
    let v1 = V1::start();
    let all = v1.get("/v1/offices").json();
    let berlin = named(&all, "Berlin");
    assert_eq!(berlin["location"]["name"], "Berlin");
    assert_eq!(berlin["parent_office_external_id"], "O-EU");
    let external = &named(&all, "Europe")["child_office_external_ids"];
    assert_eq!(external, &json!(["O-BER"]));
}

#[test]
fn a_job_carries_its_places_people_and_openings() {
    let v1 = V1::start();
    let job = v1.job("Backend Engineer");
    let shown = v1.get(&format!("/v1/jobs/{job}")).json();
    assert_eq!(shown["departments"][0]["name"], "Engineering");
    assert_eq!(shown["offices"][0]["name"], "Europe");
    let recruiter = &shown["hiring_team"]["recruiters"][0];
    assert_eq!(recruiter["name"], "Rita Recruiter");
    assert_eq!(recruiter["responsible"], true);
    let manager = &shown["hiring_team"]["hiring_managers"][0];
    assert_eq!(manager["employee_id"], "E0004");
    assert_eq!(manager.get("responsible"), None);
    let opening = &shown["openings"][0];
    assert_eq!(
        (&opening["status"], &opening["close_reason"]),
        (&json!("open"), &Value::Null)
    );
    let by = |query: &str| v1.get(&format!("/v1/jobs?{query}")).ids();
    let opening = opening["opening_id"].as_str().unwrap();
    assert_eq!(by(&format!("opening_id={opening}")), [job]);
    assert_eq!(by("opening_id=nothing"), NONE);
    assert!(by("external_department_id=D-ENG").contains(&job));
    assert!(by("external_office_id=O-EU").contains(&job));
    let department = id(&shown["departments"][0]);
    assert!(by(&format!("department_id={department}")).contains(&job));
}

#[test]
fn an_application_goes_to_the_recruiter_of_its_job() {
    let v1 = V1::start();
    let (_, application) = v1.candidate("ann@mail.example");
    let shown = v1.get(&format!("/v1/applications/{application}")).json();
    assert_eq!(shown["recruiter"]["name"], "Rita Recruiter");
}

#[test]
fn posts_are_found_by_themselves_and_by_their_job() {
    let v1 = V1::start();
    let job = v1.job("Backend Engineer");
    let own = v1.get(&format!("/v1/jobs/{job}/job_posts"));
    assert_eq!(own.header("link"), None);
    let post = &own.json()[0];
    assert_eq!(post["job_id"], job);
    assert_eq!(post["location"]["job_post_location_type"]["name"], "Office");
    let one = v1.get(&format!("/v1/job_posts/{}", id(post)));
    assert_eq!(&one.json(), post);
    let full = v1.get(&format!("/v1/job_posts/{}?full_content=true", id(post)));
    let (full, own) = (full.json(), post["content"].as_str().unwrap());
    let full = full["content"].as_str().unwrap();
    assert!(full.ends_with(own) && full.len() > own.len());
    assert_eq!(v1.get("/v1/jobs/1/job_posts").status, 404);
    let closed = v1.job("Office Manager");
    assert_eq!(v1.get(&format!("/v1/jobs/{closed}/job_post")).status, 404);
}

#[test]
fn posts_at_one_place_show_the_same_one() {
    let v1 = V1::start();
    let recruiter = v1.sim.sim.recruiter();
    let at = |place: &str| {
        let post = greenhouse_sim::NewPost {
            title: "Cook".to_owned(),
            location: Some(place.to_owned()),
            ..greenhouse_sim::NewPost::default()
        };
        let post = recruiter.add_post(post).unwrap();
        v1.get(&format!("/v1/job_posts/{post}")).json()["location"]["id"].clone()
    };
    let remote = at("Remote");
    assert!(remote.is_i64());
    assert_eq!(at("Remote"), remote);
    assert_ne!(at("London"), remote);
}

#[test]
fn the_old_way_to_a_post_has_its_text_and_questions_on_request() {
    let v1 = V1::start();
    let path = format!("/v1/jobs/{}/job_post", v1.job("Backend Engineer"));
    let plain = v1.get(&path).json();
    assert!(plain.get("content").is_none() && plain.get("questions").is_none());
    let whole = v1
        .get(&format!("{path}?content=true&questions=true"))
        .json();
    assert!(whole["content"].is_string() && whole["questions"].is_array());
}

#[test]
fn posts_for_prospects_have_no_job_and_deleted_ones_stay_in_the_list() {
    let v1 = V1::start();
    let posts = v1.get("/v1/job_posts").json();
    let posts = posts.as_array().unwrap();
    let community = posts.iter().find(|post| post["job_id"].is_null()).unwrap();
    assert_eq!(community["location"]["job_post_location_type"]["id"], 1);
    let gone = id(community);
    v1.sim.sim.recruiter().delete_post(gone).unwrap();
    let found = |query: &str| v1.get(&format!("/v1/job_posts?{query}")).ids();
    assert!(found("per_page=500").contains(&gone));
    assert!(!found("active=true").contains(&gone));
    assert_eq!(found("active=false"), [gone]);
    assert!(!found("live=true").contains(&gone));
    assert_eq!(found("internal=true"), NONE);
    assert_eq!(v1.get("/v1/job_posts?featured=true").status, 422);
}

#[test]
fn close_reasons_come_at_once() {
    let v1 = V1::start();
    let reasons = v1.get("/v1/close_reasons");
    let first = &reasons.json()[0];
    assert!(first["name"].is_string() && first.get("created_at").is_none());
    assert_eq!(v1.get("/v1/close_reasons?per_page=1").status, 422);
}

#[test]
fn a_deleted_stage_is_told_apart_by_a_flag() {
    let v1 = V1::start();
    let job = v1.job("Backend Engineer");
    let stages = v1.sim.sim.state().stages_of_job(job);
    let last = stages.last().unwrap().meta.id;
    v1.sim.sim.recruiter().delete_stage(last).unwrap();
    let shown = v1.get(&format!("/v1/job_stages/{last}")).json();
    assert_eq!(shown["active"], false);
    let own = v1.get(&format!("/v1/jobs/{job}/stages"));
    assert!(own.ids().contains(&last));
}
