//! Applications: found, made, edited.

use std::time::Duration;

use greenhouse_sim::CreateAnswer;
use serde_json::{Value, json};

use super::{V1, id};
use crate::client::NONE;

#[test]
fn a_status_nobody_has_is_an_empty_list_and_no_error() {
    let v1 = V1::start();
    let (_, application) = v1.candidate("ann@mail.example");
    let found = |query: &str| v1.get(&format!("/v1/applications?{query}")).ids();
    assert_eq!(found("status=active"), [application]);
    assert_eq!(found("status=in_process"), NONE);
    assert_eq!(found("status=hired"), NONE);
    let job = v1.job("Backend Engineer");
    assert_eq!(found(&format!("job_id={job}")), [application]);
    assert_eq!(
        found("last_activity_after=2020-01-01T00:00:00Z"),
        [application]
    );
    assert_eq!(
        v1.get("/v1/applications?updated_after=2020-01-01T00:00:00Z")
            .status,
        422
    );
}

#[test]
fn activity_is_what_moves_an_application_into_the_list_of_the_changed() {
    let v1 = V1::start();
    let (_, application) = v1.candidate("ann@mail.example");
    v1.sim
        .sim
        .configure(|settings| settings.clock_offset_ms = 60_000);
    let since = v1.sim.sim.state().now();
    let path = format!("/v1/applications?last_activity_after={since}");
    assert_eq!(v1.get(&path).ids(), NONE);
    v1.sim
        .sim
        .recruiter()
        .move_to_next_stage(application)
        .unwrap();
    assert_eq!(v1.get(&path).ids(), [application]);
}

#[test]
fn a_second_application_is_made_for_a_candidate_who_has_one() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    let path = format!("/v1/candidates/{ann}/applications");
    let job = v1.job("Data Analyst");
    let made = v1.post(&path, &json!({ "job_id": job })).json();
    assert_eq!(made["jobs"][0]["id"], job);
    assert_eq!(made["current_stage"]["name"], "Application Review");
    v1.post(&path, &json!({ "job_id": job }));
    let all = v1.sim.sim.state().applications_of(ann);
    assert_eq!(all.len(), 3, "the same job again is another application");
    assert_eq!(
        v1.post("/v1/candidates/1/applications", &json!({ "job_id": job }))
            .status,
        404
    );
    assert_eq!(v1.post(&path, &json!({})).status, 422);
    assert_eq!(
        v1.post(&path, &json!({"job_id": job, "answers": []}))
            .status,
        422
    );
}

#[test]
fn a_prospect_says_so_with_a_word() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    let path = format!("/v1/candidates/{ann}/applications");
    let jobs = json!([v1.job("Data Analyst"), v1.job("Product Designer")]);
    let made = v1
        .post(&path, &json!({"prospect": "true", "job_ids": jobs}))
        .json();
    assert_eq!(
        (&made["prospect"], &made["current_stage"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(made["jobs"].as_array().unwrap().len(), 2);
    assert_eq!(v1.post(&path, &json!({"prospect": true})).status, 422);
    assert_eq!(v1.post(&path, &json!({"prospect": "false"})).status, 422);
    let mixed = json!({"prospect": "true", "job_id": v1.job("Data Analyst")});
    assert_eq!(v1.post(&path, &mixed).status, 422);
    let office = json!({"prospect": "true", "prospective_office_id": 1});
    assert_eq!(v1.post(&path, &office).status, 422);
}

#[test]
fn credit_goes_to_a_user_by_id_or_address_or_to_somebody_outside() {
    let v1 = V1::start();
    let (_, application) = v1.candidate("ann@mail.example");
    let path = format!("/v1/applications/{application}");
    let credit = |kind: &str, value: Value| {
        let referrer = json!({"referrer": {"type": kind, "value": value}});
        v1.patch(&path, &referrer)
    };
    let newcomer = v1.user("E0006");
    let by_id = credit("id", json!(newcomer)).json();
    assert_eq!(by_id["credited_to"]["id"], newcomer);
    assert_eq!(by_id["credited_to"]["employee_id"], "E0006");
    let by_address = credit("email", json!("rita.recruiter@acme.example")).json();
    assert_eq!(by_address["credited_to"]["name"], "Rita Recruiter");
    let outside = credit("outside", json!("Olga Outside")).json();
    assert_eq!(outside["credited_to"], json!({"name": "Olga Outside"}));
    let referrer = v1.sim.sim.state().referrers();
    let referrer = referrer.iter().find(|row| row.user_id == Some(newcomer));
    assert!(
        referrer.is_some(),
        "v3 knows them as a referrer from now on"
    );
    for (kind, value) in [
        ("id", json!(1)),
        ("id", json!(referrer.unwrap().meta.id)),
        ("id", json!("109")),
        ("email", json!("nobody@acme.example")),
        ("outside", json!(" ")),
        ("name", json!("Olga")),
    ] {
        assert_eq!(credit(kind, value.clone()).status, 422, "{kind} {value}");
    }
}

#[test]
fn an_edit_changes_credits_and_custom_fields_and_no_more() {
    let v1 = V1::start();
    let (_, application) = v1.candidate("ann@mail.example");
    let path = format!("/v1/applications/{application}");
    let sources = v1.sim.sim.state().sources();
    let source = sources.iter().find(|source| source.name == "Intrro");
    let source = source.unwrap().meta.id;
    let notice = json!([{"name_key": "notice_period", "value": "3 months"}]);
    let edit =
        json!({"source_id": source, "recruiter_id": v1.user("E0002"), "custom_fields": notice});
    let edited = v1.patch(&path, &edit).json();
    assert_eq!(
        edited["source"],
        json!({"id": source, "public_name": "Intrro"})
    );
    assert_eq!(edited["recruiter"]["employee_id"], "E0002");
    assert_eq!(edited["custom_fields"]["notice_period"], "3 months");
    for wrong in [
        json!({"status": "rejected"}),
        json!({"referrer_id": 1}),
        json!({"source_id": 1}),
        json!({"prospect_pool_id": 4_400_001}),
    ] {
        assert_eq!(v1.patch(&path, &wrong).status, 422, "{wrong}");
    }
    let rejection = json!({"rejection_details": {"custom_fields": []}});
    let refused = v1.patch(&path, &rejection);
    let words = "Application must be 'rejected', is currently 'active'";
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json(), json!({"errors": [{"message": words}]}));
}

#[test]
fn an_application_made_on_its_own_can_be_truncated_too() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    v1.sim.sim.configure(|settings| {
        settings.create_answer = CreateAnswer::Truncated(Duration::from_secs(60));
    });
    let job = json!({"job_id": v1.job("Data Analyst")});
    let made = v1.post(&format!("/v1/candidates/{ann}/applications"), &job);
    let made = made.json();
    assert_eq!(made, json!({"id": id(&made)}));
    let path = format!("/v1/applications/{}", id(&made));
    assert_eq!(v1.get(&path).status, 404);
    let nested = v1.get(&format!("/v1/candidates/{ann}")).json();
    assert_eq!(nested["application_ids"].as_array().unwrap().len(), 1);
    v1.sim
        .sim
        .configure(|settings| settings.clock_offset_ms = 61_000);
    assert_eq!(v1.get(&path).status, 200);
}

#[test]
fn answers_about_a_rejection_are_a_list() {
    let v1 = V1::start();
    let (_, application) = v1.candidate("ann@mail.example");
    v1.sim.sim.recruiter().reject(application, None).unwrap();
    let path = format!("/v1/applications/{application}");
    let edit = |answers: Value| {
        let body = json!({"rejection_details": {"custom_fields": answers}});
        v1.patch(&path, &body).status
    };
    assert_eq!(edit(json!([])), 200);
    for wrong in [json!("Far"), json!({"why": "Far"}), json!(null)] {
        assert_eq!(edit(wrong.clone()), 422, "{wrong}");
    }
}

#[test]
fn a_converted_prospect_is_edited_no_more() {
    let v1 = V1::start();
    let pia = json!({"first_name": "Pia", "last_name": "Prospect"});
    let pia = v1.post("/v1/prospects", &pia).json();
    let prospect = id(&pia["applications"][0]);
    let job = v1.job("Data Analyst");
    let recruiter = v1.sim.sim.recruiter();
    recruiter.convert_prospect(prospect, job, None).unwrap();
    let edited = v1.patch(&format!("/v1/applications/{prospect}"), &json!({}));
    let words = "Application must be 'active', 'rejected' or 'hired', is currently 'converted'";
    assert_eq!(edited.status, 422);
    assert_eq!(edited.json(), json!({"errors": [{"message": words}]}));
}

#[test]
fn an_application_of_somebody_private_is_for_site_admins() {
    let v1 = V1::start();
    let (ann, application) = v1.candidate("ann@mail.example");
    let private = json!({"is_private": true});
    let path = format!("/v1/candidates/{ann}");
    assert_eq!(v1.patch(&path, &private).status, 200);
    let key = super::basic(&v1.sim.sim.access().api_key, "");
    let headers = [
        ("Authorization", key),
        ("Content-Type", "application/json".to_owned()),
        ("On-Behalf-Of", v1.user("E0002").to_string()),
    ];
    let path = format!("/v1/applications/{application}");
    let edited = v1.raw("PATCH", &path, &headers, "{}").unwrap();
    assert_eq!(edited.status, 403);
}
