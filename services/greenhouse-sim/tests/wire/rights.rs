//! What somebody may do with candidates who are private, or known from confidential jobs only.

use greenhouse_sim::NewJob;
use serde_json::{Value, json};

use crate::client::{NONE, Sim};

/// Requests that write about a candidate, with the status each answers where the candidate is not there.
fn writes(sim: &Sim, candidate: i64) -> Vec<(&'static str, String, Value, u16)> {
    let tag = sim.post("/v3/candidate_tags", &json!({"name": "Intrro"}));
    let applied = json!({"candidate_id": candidate, "candidate_tag_id": tag.json()["id"]});
    let application = json!({"candidate_id": candidate, "job_id": sim.job("Data Analyst")});
    vec![
        (
            "PATCH",
            format!("/v3/candidates/{candidate}"),
            json!({"company": "X"}),
            404,
        ),
        (
            "POST",
            "/v3/applied_candidate_tags".to_owned(),
            applied,
            422,
        ),
        ("POST", "/v3/applications".to_owned(), application, 422),
    ]
}

fn note(candidate: i64) -> Value {
    json!({"candidate_id": candidate, "body": "x", "note_type": "NOTE", "visibility": "public"})
}

#[test]
fn a_private_candidate_is_for_site_admins() {
    let sim = Sim::start();
    let (ann, application) = sim.candidate("Ann", "ann@mail.example");
    let path = format!("/v3/candidates/{ann}");
    assert_eq!(sim.patch(&path, &json!({"is_private": true})).status, 200);
    let nobody = sim.token_for("");
    let write = |token: &str, method: &str, path: &str, body: &Value| {
        sim.call_as(token, method, path, Some(body)).unwrap().status
    };
    for (method, path, body, _) in writes(&sim, ann) {
        assert_eq!(write(&nobody, method, &path, &body), 403, "{path}");
        assert!(write(&sim.token, method, &path, &body) < 300, "{path}");
    }
    assert_eq!(write(&nobody, "POST", "/v3/notes", &note(ann)), 403);
    let path = format!("/v3/applications/{application}");
    assert_eq!(write(&nobody, "PATCH", &path, &json!({})), 403);
}

#[test]
fn whoever_is_known_from_confidential_jobs_is_not_there_for_others() {
    let mut sim = Sim::start();
    let admin = sim.sim.access().site_admin_id;
    let secret = NewJob {
        name: "Secret".to_owned(),
        confidential: true,
        hiring_team: vec![admin],
        ..NewJob::default()
    };
    let secret = sim.sim.recruiter().add_job(secret).unwrap();
    let email = json!([{"value": "eve@mail.example", "type": "work"}]);
    let eve = json!({"first_name": "Eve", "last_name": "Secret", "email_addresses": email, "application": {"job_id": secret}});
    let eve = sim.post("/v3/candidates", &eve).json()["candidate"]["id"].clone();
    let eve = eve.as_i64().unwrap();
    let found = "/v3/candidates?email=eve@mail.example";
    assert_eq!(sim.get(found).ids(), [eve]);
    let other = greenhouse_sim::NewUser {
        first_name: "Otto".to_owned(),
        last_name: "Other".to_owned(),
        email: "otto@acme.example".to_owned(),
        site_admin: true,
        ..greenhouse_sim::NewUser::default()
    };
    let other = sim.sim.recruiter().add_user(other).unwrap();
    sim.post("/v3/notes", &note(eve));
    sim.token = sim.token_for(&format!("sub={other}&"));
    assert_eq!(sim.get(found).ids(), NONE);
    assert_eq!(sim.get(&format!("/v3/candidates?ids={eve}")).ids(), NONE);
    assert_eq!(sim.get("/v3/notes").ids(), NONE);
    for (method, path, body, status) in writes(&sim, eve) {
        let answer = sim.call(method, &path, Some(&body)).unwrap();
        assert_eq!(answer.status, status, "{path}");
    }
    assert_eq!(sim.post("/v3/notes", &note(eve)).status, 403);
}
