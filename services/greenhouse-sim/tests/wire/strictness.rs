//! What is refused.

use serde_json::{Value, json};

use crate::client::{Sim, send};

#[test]
fn queries_that_do_not_fit_are_422() {
    let sim = Sim::start();
    let many: Vec<String> = (1..=51).map(|id| id.to_string()).collect();
    let many = many.join(",");
    let table = [
        (
            "candidates?nonsense=1".to_owned(),
            r#""Invalid query params: nonsense""#,
        ),
        (
            "candidates?job_ids=1".to_owned(),
            r#""Invalid query params: job_ids""#,
        ),
        (
            "candidates?page=2".to_owned(),
            r#""Invalid query params: page""#,
        ),
        (
            "candidates?created_after=2024-01-01T00:00:00Z".to_owned(),
            "Invalid query params",
        ),
        (
            "candidates?ids[]=1".to_owned(),
            "Invalid query params: ids[]",
        ),
        (
            "candidates?per_page=600".to_owned(),
            r#"{"per_page":"`600` number is greater than: 500"}"#,
        ),
        (
            "candidates?per_page=0".to_owned(),
            "`0` number is less than: 1",
        ),
        (
            "candidates?per_page=x".to_owned(),
            "`x` is not a valid integer",
        ),
        (
            "candidates?per_page=5&per_page=6".to_owned(),
            "more than once",
        ),
        (format!("candidates?ids={many}"), "the most is 50"),
        (format!("applications?job_ids={many}"), "the most is 50"),
        ("candidates?ids=a".to_owned(), "`a` is not a valid integer"),
        ("candidates?ids=".to_owned(), "must not be empty"),
        ("candidates?ids=1,".to_owned(), "must not be empty"),
        (
            "candidates?fields=id,nope".to_owned(),
            "`nope` is not a field",
        ),
        (
            "candidates?private=yes".to_owned(),
            "`yes` is not a valid boolean",
        ),
        (
            "applications?status=in_process".to_owned(),
            "is not one of: active, rejected, hired, converted",
        ),
        (
            "jobs?status=OPEN".to_owned(),
            "is not one of: open, draft, closed",
        ),
        ("notes?visibility=public".to_owned(), "is not one of"),
        (
            "candidates?updated_at=2024-01-01T00:00:00Z".to_owned(),
            "must look like",
        ),
        (
            "candidates?updated_at=gte|2024-01-01".to_owned(),
            "is not a date-time",
        ),
        (
            "candidates?updated_at=gte|2024-01-01T00:00:00+00:00".to_owned(),
            "is not a date-time",
        ),
        (
            "candidates?updated_at[eq]=2024-01-01T00:00:00Z".to_owned(),
            "knows only gte",
        ),
        (
            "candidates?updated_at=gte|2024-01-01T00:00:00Z&updated_at[lte]=2024-01-01T00:00:00Z"
                .to_owned(),
            "two spellings",
        ),
        (
            "candidates?updated_at=gte|2024-01-01T00:00:00Z&created_at=gte|2024-01-01T00:00:00Z"
                .to_owned(),
            "only one of created_at and updated_at",
        ),
        (
            "rejection_reasons/1?per_page=1".to_owned(),
            "Invalid query params: per_page",
        ),
    ];
    for (path, words) in table {
        let answer = sim.get(&format!("/v3/{path}"));
        assert_eq!(answer.status, 422, "{path}: {}", answer.text);
        assert_eq!(answer.json()["message"], "Unprocessable Content");
        assert!(answer.text.contains(words), "{path}: {}", answer.text);
    }
}

#[test]
fn writes_take_no_query_and_only_json() {
    let sim = Sim::start();
    assert_eq!(
        sim.post("/v3/candidate_tags?x=1", &json!({"name": "a"}))
            .status,
        422
    );
    let headers = [
        ("Authorization", format!("Bearer {}", sim.token)),
        ("Content-Type", "text/plain".to_owned()),
    ];
    let answer = send(
        &sim.sim.api_url(),
        "POST",
        "/v3/candidate_tags",
        &headers,
        r#"{"name":"a"}"#,
    )
    .unwrap();
    assert_eq!(answer.status, 400);
    let headers = [
        ("Authorization", format!("Bearer {}", sim.token)),
        ("Content-Type", "application/json".to_owned()),
    ];
    assert_eq!(
        send(
            &sim.sim.api_url(),
            "POST",
            "/v3/candidate_tags",
            &headers,
            "{"
        )
        .unwrap()
        .status,
        400
    );
}

/// Each body is fine but for one thing.
fn refused_candidates(
    job: i64,
    closed: i64,
    hidden: i64,
    foreign_stage: i64,
) -> Vec<(&'static str, Value)> {
    let with = |key: &str, value: Value| {
        let mut body = json!({"first_name": "A", "last_name": "B"});
        body[key] = value;
        body
    };
    let applying = |application: Value| with("application", application);
    vec![
        ("no last name", json!({"first_name": "A"})),
        ("no first name", json!({"last_name": "B"})),
        ("blank name", with("first_name", json!(" "))),
        ("null name", with("first_name", json!(null))),
        ("unknown key", with("emails", json!([]))),
        ("read-side key", with("private", json!(true))),
        ("v1 key", with("applications", json!([{"job_id": job}]))),
        ("v1 notes", with("activity_feed_notes", json!([]))),
        ("wrong type", with("company", json!(1))),
        ("null list", with("email_addresses", json!(null))),
        (
            "no e-mail",
            with(
                "email_addresses",
                json!([{"value": "nobody", "type": "work"}]),
            ),
        ),
        (
            "no type",
            with("email_addresses", json!([{"value": "a@b.co"}])),
        ),
        (
            "unknown type",
            with(
                "email_addresses",
                json!([{"value": "a@b.co", "type": "home"}]),
            ),
        ),
        (
            "profile with type",
            with(
                "social_media_addresses",
                json!([{"value": "x", "type": "other"}]),
            ),
        ),
        ("tag object", with("tags", json!([{"name": "x"}]))),
        ("unknown linked user", with("linked_user_ids", json!([1]))),
        (
            "unknown custom field",
            with("custom_fields", json!([{"name_key": "nope", "value": "x"}])),
        ),
        (
            "custom fields object",
            with("custom_fields", json!({"intrro_referrer": "x"})),
        ),
        (
            "v1 custom field id",
            with("custom_fields", json!([{"id": 1, "value": "x"}])),
        ),
        ("no job", applying(json!({}))),
        ("unknown job", applying(json!({"job_id": 1}))),
        ("job as text", applying(json!({"job_id": job.to_string()}))),
        ("closed job", applying(json!({"job_id": closed}))),
        ("confidential job", applying(json!({"job_id": hidden}))),
        (
            "stage of another job",
            applying(json!({"job_id": job, "initial_stage_id": foreign_stage})),
        ),
        (
            "unknown source",
            applying(json!({"job_id": job, "source_id": 1})),
        ),
        (
            "unknown referrer",
            applying(json!({"job_id": job, "referrer_id": 1})),
        ),
        (
            "unknown recruiter",
            applying(json!({"job_id": job, "recruiter_id": 1})),
        ),
        (
            "custom fields inside",
            applying(json!({"job_id": job, "custom_fields": []})),
        ),
        (
            "v1 referrer",
            applying(json!({"job_id": job, "referrer": {"type": "id", "value": 1}})),
        ),
        (
            "jobs of a candidate",
            applying(json!({"job_id": job, "job_ids": [job]})),
        ),
        (
            "job of a prospect",
            applying(json!({"prospect": true, "job_id": job})),
        ),
        (
            "unknown pool",
            applying(json!({"prospect": true, "prospect_pool_id": 1})),
        ),
    ]
}

#[test]
fn candidates_that_do_not_fit_are_422_and_leave_nothing_behind() {
    let sim = Sim::start();
    let state = sim.sim.state();
    let (job, closed, hidden) = (
        sim.job("Backend Engineer"),
        sim.job("Office Manager"),
        sim.job("Chief Something Officer"),
    );
    let foreign_stage = state.stages_of_job(sim.job("Data Analyst"))[0].meta.id;
    let before = state.counts();
    for (what, body) in refused_candidates(job, closed, hidden, foreign_stage) {
        let answer = sim.post("/v3/candidates", &body);
        assert_eq!(answer.status, 422, "{what}: {}", answer.text);
        assert!(answer.json()["errors"].is_array(), "{what}");
    }
    assert_eq!(state.counts(), before);
}

/// Added to somebody who is there it takes them.
#[test]
fn a_prospect_inside_a_new_candidate_takes_nothing_in_common() {
    let sim = Sim::start();
    let source = sim.sim.state().sources()[0].meta.id;
    let referrer = sim.sim.state().referrers()[0].meta.id;
    let admin = sim.sim.access().site_admin_id;
    let (candidate, _) = sim.candidate("Ann", "ann@mail.example");
    for (name, id) in [
        ("source_id", source),
        ("referrer_id", referrer),
        ("recruiter_id", admin),
        ("coordinator_id", admin),
    ] {
        let mut prospect = json!({"prospect": true});
        prospect[name] = json!(id);
        let person = json!({"first_name": "A", "last_name": "B", "application": prospect});
        let answer = sim.post("/v3/candidates", &person);
        assert_eq!(answer.status, 422, "{name}: {}", answer.text);
        let path = format!("application.{name}");
        assert!(answer.text.contains(&path), "{name}: {}", answer.text);
        prospect["candidate_id"] = json!(candidate);
        let answer = sim.post("/v3/applications", &prospect);
        assert_eq!(answer.status, 201, "{name}: {}", answer.text);
    }
}

#[test]
fn other_bodies_that_do_not_fit_are_422() {
    let sim = Sim::start();
    let (candidate, application) = sim.candidate("Ann", "ann@mail.example");
    let (other, _) = sim.candidate("Bea", "bea@mail.example");
    let job = sim.job("Backend Engineer");
    let note = |key: &str, value: Value| {
        let mut body = json!({"candidate_id": candidate, "body": "x", "note_type": "NOTE", "visibility": "public"});
        body[key] = value;
        body
    };
    let table = [
        ("/v3/applications", json!({"job_id": job})),
        (
            "/v3/applications",
            json!({"candidate_id": 1, "job_id": job}),
        ),
        ("/v3/applications", json!({"candidate_id": candidate})),
        (
            "/v3/applications",
            json!({"candidate_id": candidate, "job_id": sim.job("Office Manager")}),
        ),
        (
            "/v3/applications",
            json!({"candidate_id": candidate, "job_id": 1}),
        ),
        (
            "/v3/applications",
            json!({"candidate_id": candidate, "job_id": job, "status": "active"}),
        ),
        (
            "/v3/applications",
            json!({"candidate_id": candidate, "job_id": job, "created_at": "2024-01-01"}),
        ),
        ("/v3/notes", json!({"candidate_id": candidate})),
        ("/v3/notes", note("body", json!(""))),
        ("/v3/notes", note("visibility", json!("publicly_visible"))),
        ("/v3/notes", note("note_type", json!("note"))),
        ("/v3/notes", note("type", json!("NOTE"))),
        ("/v3/notes", note("user_id", json!(1))),
        ("/v3/notes", note("application_id", json!(1))),
        ("/v3/notes", note("subject", json!("x"))),
        ("/v3/notes", note("email_to", json!(["a@b.co"]))),
        ("/v3/notes", note("note_type", json!("EMAIL"))),
        (
            "/v3/notes",
            json!({"candidate_id": other, "application_id": application, "body": "x",
            "note_type": "NOTE", "visibility": "public"}),
        ),
        ("/v3/candidate_tags", json!({})),
        ("/v3/candidate_tags", json!({"name": " "})),
        ("/v3/candidate_tags", json!({"name": "x", "color": "red"})),
        (
            "/v3/applied_candidate_tags",
            json!({"candidate_id": candidate}),
        ),
        (
            "/v3/applied_candidate_tags",
            json!({"candidate_id": candidate, "candidate_tag_id": 1}),
        ),
    ];
    for (path, body) in table {
        let answer = sim.post(path, &body);
        assert_eq!(answer.status, 422, "{path} {body}: {}", answer.text);
    }
}

#[test]
fn edits_that_do_not_fit_are_422_and_unknown_records_404() {
    let sim = Sim::start();
    let (candidate, application) = sim.candidate("Ann", "ann@mail.example");
    let table = [
        (
            format!("/v3/candidates/{candidate}"),
            json!({"application": {}}),
            422,
        ),
        (
            format!("/v3/candidates/{candidate}"),
            json!({"first_name": ""}),
            422,
        ),
        (
            format!("/v3/candidates/{candidate}"),
            json!({"custom_fields": [{"name_key": "x", "value": 1}]}),
            422,
        ),
        (
            format!("/v3/applications/{application}"),
            json!({"status": "hired"}),
            422,
        ),
        (
            format!("/v3/applications/{application}"),
            json!({"stage_id": 1}),
            422,
        ),
        (
            format!("/v3/applications/{application}"),
            json!({"source_id": 1}),
            422,
        ),
        (
            format!("/v3/applications/{application}"),
            json!({"rejected_at": "2024-01-01T00:00:00Z"}),
            422,
        ),
        (
            format!("/v3/applications/{application}"),
            json!({"prospect_pool_id": 1}),
            422,
        ),
        ("/v3/candidates/1".to_owned(), json!({"company": "x"}), 404),
        ("/v3/applications/1".to_owned(), json!({}), 404),
    ];
    for (path, body, status) in table {
        let answer = sim.patch(&path, &body);
        assert_eq!(answer.status, status, "{path} {body}: {}", answer.text);
    }
    let missing = sim.patch("/v3/candidates/1", &json!({})).json();
    assert!(missing["errors"].is_array() && missing["message"] == "Resource not found");
}
