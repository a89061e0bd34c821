//! What writes do.

use std::time::Duration;

use greenhouse_sim::{CreateAnswer, PatchAnswer, Processing};
use serde_json::{Value, json};

use crate::client::{NONE, Sim};

#[test]
fn creating_the_same_person_twice_makes_two_people() {
    let sim = Sim::start();
    sim.candidate("Ann", "ann@mail.example");
    sim.candidate("Ann", "ANN@mail.example");
    assert_eq!(
        sim.sim
            .state()
            .candidates_by_email("Ann@Mail.Example")
            .len(),
        2
    );
    assert_eq!(
        sim.get("/v3/candidates?email=ann@MAIL.example").ids().len(),
        2
    );
}

#[test]
fn a_name_alone_makes_a_candidate_without_application() {
    let sim = Sim::start();
    let answer = sim.post(
        "/v3/candidates",
        &json!({"first_name": "A", "last_name": "B"}),
    );
    assert_eq!(answer.status, 201);
    assert!(answer.json()["application"].is_null());
    assert_eq!(sim.sim.state().counts().applications, 0);
}

#[test]
fn a_new_candidate_starts_in_the_first_stage_or_the_one_asked_for() {
    let sim = Sim::start();
    let job = sim.job("Backend Engineer");
    let stages = sim.sim.state().stages_of_job(job);
    for (initial, stage) in [(None, &stages[0]), (Some(stages[2].meta.id), &stages[2])] {
        let mut application = json!({"job_id": job});
        if let Some(id) = initial {
            application["initial_stage_id"] = json!(id);
        }
        let body = json!({"first_name": "A", "last_name": "B", "application": application});
        let made = sim.post("/v3/candidates", &body).json()["application"].clone();
        assert_eq!(made["stage_name"], stage.name.as_str());
        assert_eq!(made["status"], "in_process");
        assert_ne!(made["stage_id"], stage.meta.id);
        let visit = &sim
            .sim
            .state()
            .stages_of_application(made["id"].as_i64().unwrap())[0];
        assert_eq!(
            (json!(visit.meta.id), visit.job_interview_stage_id),
            (made["stage_id"].clone(), stage.meta.id)
        );
    }
}

#[test]
fn the_answer_can_be_flat_or_truncated_until_the_record_is_ready() {
    let sim = Sim::start();
    let body = json!({"first_name": "A", "last_name": "B", "application": {"job_id": sim.job("Data Analyst")}});
    sim.sim
        .configure(|settings| settings.create_answer = CreateAnswer::Flat);
    assert_eq!(sim.post("/v3/candidates", &body).json()["first_name"], "A");

    sim.sim.configure(|settings| {
        settings.create_answer = CreateAnswer::Truncated(Duration::from_secs(60))
    });
    let made = sim.post("/v3/candidates", &body).json();
    let (id, application) = (
        made["candidate"]["id"].as_i64().unwrap(),
        made["application"]["id"].as_i64().unwrap(),
    );
    assert_eq!(
        made,
        json!({"candidate": {"id": id}, "application": {"id": application}})
    );
    let seen = |sim: &Sim| {
        let listed = sim.get(&format!("/v3/candidates?ids={id}")).ids().len();
        let applied = sim
            .get(&format!("/v3/applications?candidate_ids={id}"))
            .ids()
            .len();
        let edited = sim
            .patch(&format!("/v3/candidates/{id}"), &json!({"company": "X"}))
            .status;
        let updated = sim
            .patch(&format!("/v3/applications/{application}"), &json!({}))
            .status;
        let more = json!({"candidate_id": id, "job_id": sim.job("Data Analyst")});
        (
            listed,
            applied,
            edited,
            updated,
            sim.post("/v3/applications", &more).status,
        )
    };
    assert_eq!(seen(&sim), (0, 0, 404, 404, 422));
    sim.sim
        .configure(|settings| settings.processing = Processing::Message);
    let listed = sim.get(&format!("/v3/candidates?ids={id}")).json();
    assert!(listed[0]["message"].is_string() && listed[0].get("id").is_none());
    sim.sim
        .configure(|settings| settings.processing = Processing::Absent);
    sim.sim
        .configure(|settings| settings.clock_offset_ms = 61_000);
    assert_eq!(seen(&sim), (1, 1, 200, 200, 201));
}

#[test]
fn lists_and_custom_fields_are_replaced_as_a_whole() {
    let sim = Sim::start();
    let (id, _) = sim.candidate("Ann", "ann@mail.example");
    let path = format!("/v3/candidates/{id}");
    let first = json!({
        "tags": ["a", "b"],
        "custom_fields": [
            {"name_key": "intrro_referrer", "value": "Emil"},
            {"name_key": "intrro_status", "value": "Introduced"},
        ],
        "website_addresses": [{"value": "https://a.example", "type": "other"}],
    });
    assert_eq!(sim.patch(&path, &first).status, 200);
    let second = json!({
        "email_addresses": [{"value": "new@mail.example", "type": "work"}],
        "tags": ["b", "c"],
        "custom_fields": [{"name_key": "intrro_status", "value": "Accepted"}],
    });
    let now = sim.patch(&path, &second).json();
    assert_eq!(now["tags"], json!(["b", "c"]));
    assert_eq!(
        now["email_addresses"],
        json!([{"value": "new@mail.example", "type": "work"}])
    );
    assert_eq!(now["website_addresses"].as_array().unwrap().len(), 1);
    assert_eq!(
        now["custom_fields"]["intrro_referrer"],
        json!({"name": "Intrro referrer", "type": "short_text", "value": null})
    );
    assert_eq!(now["custom_fields"]["intrro_status"]["value"], "Accepted");
    assert_eq!(sim.get("/v3/candidates?email=ann@mail.example").ids(), NONE);
    assert_eq!(sim.get("/v3/candidates?email=new@mail.example").ids(), [id]);
    assert_eq!(
        sim.get(&format!("/v3/applied_candidate_tags?candidate_ids={id}"))
            .ids()
            .len(),
        2
    );
    assert_eq!(sim.get("/v3/candidate_tags").ids().len(), 3);
    assert_eq!(
        sim.patch(&path, &json!({"email_addresses": []})).json()["email_addresses"],
        json!([])
    );
}

#[test]
fn a_second_application_on_a_job_is_made_or_refused_as_configured() {
    let sim = Sim::start();
    let (candidate, application) = sim.candidate("Ann", "ann@mail.example");
    let again = json!({"candidate_id": candidate, "job_id": sim.job("Backend Engineer")});
    assert_eq!(sim.post("/v3/applications", &again).status, 201);
    assert_eq!(sim.sim.state().applications_of(candidate).len(), 2);
    sim.sim
        .configure(|settings| settings.allow_duplicate_applications = false);
    assert_eq!(sim.post("/v3/applications", &again).status, 422);
    for own in sim.sim.state().applications_of(candidate) {
        sim.sim.recruiter().reject(own.id(), None).unwrap();
    }
    assert_eq!(sim.post("/v3/applications", &again).status, 201);
    assert_eq!(
        sim.sim
            .state()
            .application(application)
            .unwrap()
            .status
            .query_word(),
        "rejected"
    );
}

#[test]
fn a_prospect_has_no_stage_and_any_number_of_jobs() {
    let sim = Sim::start();
    let jobs = [sim.job("Backend Engineer"), sim.job("Data Analyst")];
    let body = json!({"first_name": "A", "last_name": "B", "application": {"prospect": true, "job_ids": jobs}});
    let made = sim.post("/v3/candidates", &body).json()["application"].clone();
    assert_eq!(
        (made["prospect"].clone(), made["job_id"].clone()),
        (json!(true), json!(null))
    );
    assert_eq!(
        (
            made["stage_id"].clone(),
            made["prospective_job_ids"].clone()
        ),
        (json!(null), json!(jobs))
    );
    assert_eq!(
        sim.get(&format!("/v3/applications?prospective_job_ids={}", jobs[1]))
            .ids()
            .len(),
        1
    );
    assert_eq!(
        sim.get(&format!("/v3/applications?job_ids={}", jobs[1]))
            .ids()
            .len(),
        0
    );
    assert_eq!(sim.get("/v3/applications?prospect=true").ids().len(), 1);
}

#[test]
fn an_application_can_be_edited_and_may_answer_nothing() {
    let sim = Sim::start();
    let (_, application) = sim.candidate("Ann", "ann@mail.example");
    let path = format!("/v3/applications/{application}");
    let state = sim.sim.state();
    let source = state
        .sources()
        .into_iter()
        .find(|source| source.name == "Intrro")
        .unwrap()
        .meta
        .id;
    let referrer = state.referrers()[0].meta.id;
    let answer = sim.patch(
        &path,
        &json!({"source_id": source, "referrer_id": referrer}),
    );
    assert_eq!(
        (answer.status, &answer.json()["source_id"]),
        (200, &json!(source))
    );
    assert_eq!(
        sim.get(&format!("/v3/applications?referrer_ids={referrer}"))
            .ids(),
        [application]
    );
    sim.sim
        .configure(|settings| settings.patch_answer = PatchAnswer::NoContent);
    let answer = sim.patch(
        &path,
        &json!({"custom_fields": [{"name_key": "notice_period", "value": "1 month"}]}),
    );
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
}

#[test]
fn notes_are_read_with_other_words_and_survive_without_a_candidate() {
    let sim = Sim::start();
    let (candidate, application) = sim.candidate("Ann", "ann@mail.example");
    for (written, read) in [
        ("admin_only", "admin_only_visible"),
        ("private", "privately_visible"),
        ("public", "publicly_visible"),
    ] {
        let note = json!({"candidate_id": candidate, "application_id": application, "body": "Hello",
            "note_type": "NOTE", "visibility": written});
        let answer = sim.post("/v3/notes", &note);
        assert_eq!(
            (answer.status, &answer.json()["visibility"]),
            (201, &json!(read))
        );
        assert_eq!(answer.json()["type"], "NOTE");
        assert_eq!(answer.json()["user_id"], sim.sim.access().site_admin_id);
        assert_eq!(
            sim.get(&format!("/v3/notes?visibility={read}&type=NOTE"))
                .ids()
                .len(),
            1
        );
    }
    let orphan =
        json!({"candidate_id": 12345, "body": "x", "note_type": "NOTE", "visibility": "public"});
    assert_eq!(sim.post("/v3/notes", &orphan).status, 201);
    assert_eq!(sim.get("/v3/notes?candidate_ids=12345").ids().len(), 1);
    assert_eq!(sim.sim.state().notes_of(candidate).len(), 3);
}

#[test]
fn an_email_note_keeps_its_addresses() {
    let sim = Sim::start();
    let note = json!({"candidate_id": 1, "body": "x", "note_type": "EMAIL", "visibility": "public", "subject": "Hi",
        "email_from": ["a@b.co"], "email_to": ["c@d.co", "e@f.co"]});
    let made = sim.post("/v3/notes", &note).json();
    assert_eq!(
        (made["email_from"].as_str(), made["email_to"].as_str()),
        (Some("a@b.co"), Some("c@d.co, e@f.co"))
    );
    assert!(made["email_cc"].is_null());
}

#[test]
fn tags_are_unique_down_to_the_case_and_applied_once() {
    let sim = Sim::start();
    let (candidate, _) = sim.candidate("Ann", "ann@mail.example");
    let tag = sim.post("/v3/candidate_tags", &json!({"name": "Intrro"}));
    assert_eq!(tag.status, 201);
    assert_eq!(
        sim.post("/v3/candidate_tags", &json!({"name": "Intrro"}))
            .status,
        422
    );
    assert_eq!(
        sim.post("/v3/candidate_tags", &json!({"name": "intrro"}))
            .status,
        201
    );
    let link = json!({"candidate_id": candidate, "candidate_tag_id": tag.json()["id"]});
    assert_eq!(sim.post("/v3/applied_candidate_tags", &link).status, 201);
    assert_eq!(sim.post("/v3/applied_candidate_tags", &link).status, 422);
    assert_eq!(sim.get("/v3/candidates?tag=Intrro").ids(), [candidate]);
    assert_eq!(sim.get("/v3/candidates?tag=INTRRO").ids(), NONE);
}

#[test]
fn an_email_is_from_and_to_addresses() {
    let sim = Sim::start();
    let email = |from: Value, to: Value| {
        let note = json!({
            "candidate_id": 1, "body": "x", "note_type": "EMAIL", "visibility": "public", "subject": "Hi",
            "email_from": from, "email_to": to,
        });
        sim.post("/v3/notes", &note).status
    };
    let ann = json!(["ann@mail.example"]);
    assert_eq!(email(ann.clone(), ann.clone()), 201);
    for wrong in [json!([]), json!(["Ann"]), json!("ann@mail.example")] {
        assert_eq!(email(ann.clone(), wrong.clone()), 422, "{wrong}");
        assert_eq!(email(wrong.clone(), ann.clone()), 422, "{wrong}");
    }
}
