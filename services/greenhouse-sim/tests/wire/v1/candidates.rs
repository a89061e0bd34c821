//! Candidates: found, made, edited.

use std::time::Duration;

use greenhouse_sim::{
    CreateAnswer,
    v1::{ActingUserDenied, CreateStatus, UnknownReference, V1PatchAnswer},
};
use serde_json::{Value, json};

use super::{V1, id};
use crate::client::NONE;

#[test]
fn a_candidate_is_found_by_address_by_id_and_by_date() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("Ann@mail.example");
    let (bo, _) = v1.candidate("bo@mail.example");
    let found = |query: &str| v1.get(&format!("/v1/candidates?{query}")).ids();
    assert_eq!(found("email=ann@MAIL.example"), [ann]);
    assert_eq!(found(&format!("candidate_ids={ann},{bo}")), [bo, ann]);
    assert_eq!(
        found(&format!("email=ann@mail.example&candidate_ids={bo}")),
        [ann]
    );
    assert_eq!(found("created_after=2020-01-01T00:00:00Z"), [bo, ann]);
    assert_eq!(found("created_before=2020-01-01T00:00:00Z"), NONE);
    let job = v1.job("Backend Engineer");
    assert_eq!(found(&format!("job_id={job}&email=bo@mail.example")), [bo]);
    assert_eq!(found("job_id=1"), NONE);
    v1.sim
        .sim
        .configure(|settings| settings.v1.email_minds_case = true);
    assert_eq!(found("email=ann@mail.example"), NONE);
    assert_eq!(found("email=Ann@mail.example"), [ann]);
}

#[test]
fn after_includes_its_moment_and_before_does_not() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    let made = v1.get(&format!("/v1/candidates/{ann}")).json();
    let at = made["created_at"].as_str().unwrap();
    let after = v1.get(&format!("/v1/candidates?created_after={at}"));
    assert_eq!(after.ids(), [ann]);
    let before = v1.get(&format!("/v1/candidates?created_before={at}"));
    assert_eq!(before.ids(), NONE);
}

#[test]
fn what_a_list_does_not_know_or_cannot_read_is_422() {
    let v1 = V1::start();
    for wrong in [
        "nonsense=1",
        "ids=1",
        "created_after=2020-01-01",
        "candidate_ids=x",
        "job_id=x",
        "email=a@b.c&email=d@e.f",
    ] {
        let answer = v1.get(&format!("/v1/candidates?{wrong}"));
        assert_eq!(answer.status, 422, "{wrong}");
        assert_eq!(answer.json()["message"], "Validation error");
    }
}

#[test]
fn nobody_asks_whether_a_candidate_exists_already() {
    let v1 = V1::start();
    let (first, _) = v1.candidate("ann@mail.example");
    let (second, _) = v1.candidate("ann@mail.example");
    let both = v1.get("/v1/candidates?email=ann@mail.example");
    assert_eq!(both.ids(), [second, first]);
}

#[test]
fn a_candidate_needs_a_name_and_an_application_on_an_open_job() {
    let v1 = V1::start();
    let whole = v1.person("ann@mail.example");
    let without = |key: &str| {
        let mut person = whole.clone();
        person.as_object_mut().unwrap().remove(key);
        v1.post("/v1/candidates", &person)
    };
    for key in ["first_name", "last_name", "applications"] {
        let answer = without(key);
        let message = format!("Missing required field: {key}");
        let body = json!({"errors": [{"message": message, "field": key}]});
        assert_eq!((answer.status, answer.json()), (422, body));
    }
    let with = |key: &str, value: Value| {
        let mut person = whole.clone();
        person[key] = value;
        v1.post("/v1/candidates", &person)
    };
    let closed = json!([{"job_id": v1.job("Office Manager")}]);
    assert_eq!(with("applications", closed).status, 422);
    assert_eq!(with("applications", json!([])).status, 422);
    let unknown = with("application", json!({})).json();
    assert_eq!(unknown["message"], "Your request included invalid JSON.");
    assert_eq!(
        unknown["errors"][0]["message"],
        "Invalid attribute: application"
    );
    let kind = json!([{"value": "a@b.example", "type": "WORK"}]);
    let wrong = with("email_addresses", kind).json();
    let words = "Must be one of: personal, work, other";
    assert_eq!(wrong["errors"][0]["message"], words);
    assert_eq!(wrong["errors"][0]["field"], "email_addresses[0].type");
    assert_eq!(v1.sim.sim.state().counts().candidates, 0);
}

#[test]
fn what_an_application_names_has_to_exist() {
    let v1 = V1::start();
    let mut person = v1.person("ann@mail.example");
    person["applications"][0]["job_id"] = json!(1);
    let answer = v1.post("/v1/candidates", &person);
    assert_eq!(answer.status, 422);
    let field = &answer.json()["errors"][0]["field"];
    assert_eq!(field, "applications[0].job_id");
    v1.sim.sim.configure(|settings| {
        settings.v1.unknown_reference = UnknownReference::NotFound;
    });
    assert_eq!(v1.post("/v1/candidates", &person).status, 404);
}

#[test]
fn a_candidate_comes_with_several_applications_notes_and_tags() {
    let v1 = V1::start();
    let author = v1.user("E0002");
    let mut person = v1.person("ann@mail.example");
    let second = json!({"job_id": v1.job("Data Analyst")});
    person["applications"].as_array_mut().unwrap().push(second);
    person["activity_feed_notes"] =
        json!([{"user_id": author, "body": "Hello", "visibility": "private"}]);
    person["tags"] = json!(["Intrro"]);
    let made = v1.post("/v1/candidates", &person).json();
    assert_eq!(made["application_ids"].as_array().unwrap().len(), 2);
    assert_eq!(made["tags"], json!(["Intrro"]));
    let notes = v1.sim.sim.state().notes_of(id(&made));
    assert_eq!(notes[0].visibility.as_deref(), Some("privately_visible"));
    person["activity_feed_notes"][0]["user_id"] = json!(1);
    assert_eq!(v1.post("/v1/candidates", &person).status, 404);
    assert_eq!(v1.sim.sim.state().counts().candidates, 1);
}

#[test]
fn an_edit_answers_a_list_of_one_and_replaces_lists() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    let path = format!("/v1/candidates/{ann}");
    let edit = json!({"company": "X", "phone_numbers": [{"value": "1", "type": "mobile"}]});
    let answer = v1.patch(&path, &edit);
    assert_eq!(answer.status, 200);
    let edited = &answer.json()[0];
    assert_eq!(edited["company"], "X");
    assert_eq!(edited["email_addresses"].as_array().unwrap().len(), 1);
    let cleared = v1.patch(&path, &json!({"email_addresses": [], "company": null}));
    let cleared = &cleared.json()[0];
    assert_eq!(cleared["email_addresses"], json!([]));
    assert_eq!(cleared["company"], Value::Null);
    assert_eq!(cleared["phone_numbers"].as_array().unwrap().len(), 1);
    v1.sim
        .sim
        .configure(|settings| settings.v1.patch_answer = V1PatchAnswer::Object);
    assert_eq!(id(&v1.patch(&path, &json!({})).json()), ann);
    assert_eq!(v1.patch("/v1/candidates/1", &json!({})).status, 404);
    assert_eq!(v1.patch(&path, &json!({"can_email": true})).status, 422);
}

#[test]
fn a_creation_can_be_a_200_or_a_201() {
    let v1 = V1::start();
    v1.sim
        .sim
        .configure(|settings| settings.v1.create_status = CreateStatus::Created);
    let answer = v1.post("/v1/candidates", &v1.person("ann@mail.example"));
    assert_eq!(answer.status, 201);
}

#[test]
fn a_truncated_answer_has_ids_only_and_nothing_is_there_until_later() {
    let v1 = V1::with(|config| {
        config.settings.create_answer = CreateAnswer::Truncated(Duration::from_secs(60));
    });
    let made = v1.post("/v1/candidates", &v1.person("ann@mail.example"));
    let made = made.json();
    assert_eq!(made.as_object().unwrap().len(), 2);
    let application = made["application_ids"][0].as_i64().unwrap();
    let candidate = format!("/v1/candidates/{}", id(&made));
    let application = format!("/v1/applications/{application}");
    let both = || [v1.get(&candidate).status, v1.get(&application).status];
    assert_eq!(both(), [404, 404]);
    assert_eq!(v1.get("/v1/candidates").ids(), NONE);
    assert_eq!(v1.patch(&candidate, &json!({})).status, 404);
    let note = json!({"user_id": v1.user("E0002"), "body": "x", "visibility": "public"});
    let noted = v1.post(&format!("{candidate}/activity_feed/notes"), &note);
    assert_eq!(noted.status, 404);
    v1.sim
        .sim
        .configure(|settings| settings.clock_offset_ms = 61_000);
    assert_eq!(both(), [200, 200]);
}

#[test]
fn private_candidates_are_not_for_everybody_to_write() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    v1.patch(
        &format!("/v1/candidates/{ann}"),
        &json!({"is_private": true}),
    );
    let engineer = v1.user("E0005").to_string();
    let note = json!({"user_id": v1.user("E0005"), "body": "x", "visibility": "public"});
    let path = format!("/v1/candidates/{ann}/activity_feed/notes");
    let refused = v1.post_for(Some(&engineer), &path, &note);
    let words = json!({"message": "Access denied"});
    assert_eq!((refused.status, refused.json()), (403, words));
    v1.sim.sim.configure(|settings| {
        settings.v1.acting_user_denied = ActingUserDenied::NotFound;
    });
    let refused = v1.post_for(Some(&engineer), &path, &note);
    let words = json!({"errors": [{"message": "Not found"}]});
    assert_eq!((refused.status, refused.json()), (404, words));
    assert_eq!(v1.post(&path, &note).status, 200);
}

#[test]
fn nobody_has_studied_at_a_school_that_is_not_set_up() {
    let v1 = V1::start();
    for education in [json!({"school_id": 1}), json!({})] {
        let mut ann = v1.person("ann@mail.example");
        ann["educations"] = json!([education]);
        assert_eq!(v1.post("/v1/candidates", &ann).status, 422, "{education}");
    }
}
