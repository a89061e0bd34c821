//! Requests and bodies, without a network.

use chrono::{DateTime, Utc};
use domain::matching::Contact;
use domain::{
    ApplicationId, CandidateId, CustomFieldId, CustomFieldOptionId, JobId, JobStageId, ReferrerId,
    RejectionReasonId, SourceId, TagId, UserId,
};
use serde_json::{Value, json};

use super::*;
use crate::applications::{ApplicationPatch, ApplicationStatus, NewApplication, Target};
use crate::candidates::{CandidatePatch, InlineNote, NewCandidate};
use crate::custom_field_options::{CustomFieldOption, NewCustomFieldOption};
use crate::custom_fields::{CustomField, CustomFieldValue, FieldType, NewCustomField, ValueType};
use crate::notes::{NewNote, Visibility};
use crate::rejection_reasons::RejectionReason;
use crate::request::Request;

fn body(request: &Request) -> Value {
    serde_json::from_slice(request.body.as_ref().unwrap()).unwrap()
}

fn line(request: &Request) -> String {
    let question = if request.query.is_empty() { "" } else { "?" };
    let (method, path, query) = (&request.method, &request.path, &request.query);
    format!("{method} {path}{question}{query}")
}

fn time_of(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

fn value(name_key: &str, value: Value) -> CustomFieldValue {
    CustomFieldValue {
        name_key: name_key.into(),
        value,
    }
}

#[test]
fn times_are_parameters_of_their_own() {
    let from = time_of("2026-11-24T10:00:00Z");
    let begin = "2026-11-24T10%3A00%3A00.000Z";
    for (request, expected) in [
        (
            candidates::created(from, None),
            format!("GET /v1/candidates?per_page=500&created_after={begin}"),
        ),
        (
            candidates::created(from, Some(from)),
            format!("GET /v1/candidates?per_page=500&created_after={begin}&created_before={begin}"),
        ),
        (
            applications::active_since(from),
            format!("GET /v1/applications?per_page=500&last_activity_after={begin}"),
        ),
    ] {
        assert_eq!(line(&request), expected);
    }
}

#[test]
fn single_records_have_a_path_of_their_own() {
    for (request, expected) in [
        (candidates::with_id(CandidateId(7)), "GET /v1/candidates/7"),
        (
            applications::with_id(ApplicationId(7)),
            "GET /v1/applications/7",
        ),
        (jobs::with_id(JobId(7)), "GET /v1/jobs/7"),
        (job_stages::of_job(JobId(7)), "GET /v1/jobs/7/stages"),
        (job_stages::with_id(JobStageId(7)), "GET /v1/job_stages/7"),
        (users::with_id(UserId(7)), "GET /v1/users/7"),
        (
            users::with_email("a+b@x.org"),
            "GET /v1/users?email=a%2Bb%40x.org",
        ),
        (
            users::with_employee_id("E 7/8"),
            "GET /v1/users?employee_id=E+7%2F8",
        ),
        (
            custom_fields::with_id(CustomFieldId(7)),
            "GET /v1/custom_field/7",
        ),
        (
            custom_fields::of_type(FieldType::Candidate),
            "GET /v1/custom_fields/candidate?per_page=500",
        ),
        (
            custom_fields::options_of(CustomFieldId(7)),
            "GET /v1/custom_field/7/custom_field_options?type=active",
        ),
        (
            candidate_tags::apply(CandidateId(7), TagId(8)),
            "PUT /v1/candidates/7/tags/8",
        ),
        (
            candidate_tags::list(),
            "GET /v1/tags/candidate?per_page=500",
        ),
    ] {
        assert_eq!(line(&request), expected);
    }
}

#[test]
fn a_new_candidate_takes_application_and_note_along() {
    let contact = |value: &str, kind: Option<&str>| Contact {
        value: value.into(),
        kind: kind.map(str::to_owned),
    };
    let candidate = NewCandidate {
        first_name: "Ada".into(),
        last_name: "Lovelace".into(),
        email_addresses: vec![contact("ada@x.org", Some("personal"))],
        social_media_addresses: vec![contact("https://in/ada", Some("other"))],
        tags: vec!["Intrro".into()],
        application: Some(NewApplication {
            target: Target::Job(JobId(5)),
            source_id: Some(SourceId(6)),
            referrer_id: Some(ReferrerId(9)),
            outside_referrer: Some("not needed".into()),
        }),
        note: Some(InlineNote {
            body: "Hello".into(),
            visibility: Visibility::AdminOnly,
        }),
        ..NewCandidate::default()
    };
    let request = candidates::create(&candidate, &[], Some(UserId(3)));
    assert_eq!(line(&request), "POST /v1/candidates");
    assert_eq!(
        body(&request),
        json!({
            "first_name": "Ada", "last_name": "Lovelace",
            "email_addresses": [{"value": "ada@x.org", "type": "personal"}],
            "social_media_addresses": [{"value": "https://in/ada"}],
            "tags": ["Intrro"],
            "activity_feed_notes": [{"user_id": 3, "body": "Hello", "visibility": "admin_only"}],
            "applications": [{"job_id": 5, "source_id": 6, "referrer": {"type": "id", "value": 9}}]
        })
    );
}

#[test]
fn a_dash_stands_for_a_blank_name_beside_another() {
    let sent = |first: &str, last: &str| {
        let candidate = NewCandidate {
            first_name: first.into(),
            last_name: last.into(),
            ..NewCandidate::default()
        };
        body(&candidates::create(&candidate, &[], None))
    };
    let names = |first: &str, last: &str| json!({"first_name": first, "last_name": last});
    assert_eq!(sent(" Ada ", " "), names("Ada", "-"));
    assert_eq!(sent("", "Lovelace"), names("-", "Lovelace"));
    // For Greenhouse to refuse.
    assert_eq!(sent("", " "), names("", ""));
    let read = candidates::read_single(&bytes(&json!({"id": 1, "last_name": "-"}))).unwrap();
    assert_eq!(read[0].last_name, None);
}

#[test]
fn prospects_have_a_path_of_their_own() {
    let candidate = |application| NewCandidate {
        first_name: "Ada".into(),
        last_name: "Lovelace".into(),
        application,
        ..NewCandidate::default()
    };
    let pooled = NewApplication {
        target: Target::PooledProspect {
            job_ids: vec![JobId(5)],
            pool_id: 8,
            pool_stage_id: Some(9),
        },
        source_id: None,
        referrer_id: None,
        outside_referrer: Some("Grace".into()),
    };
    let request = candidates::create(&candidate(Some(pooled.clone())), &[], None);
    assert_eq!(line(&request), "POST /v1/prospects");
    assert_eq!(
        body(&request)["application"],
        json!({
            "job_ids": [5], "prospect_pool_id": 8, "prospect_pool_stage_id": 9,
            "referrer": {"type": "outside", "value": "Grace"}
        })
    );
    let jobless = candidates::create(&candidate(None), &[], None);
    assert_eq!(line(&jobless), "POST /v1/prospects");
    assert_eq!(
        body(&jobless),
        json!({"first_name": "Ada", "last_name": "Lovelace"})
    );
    let added = applications::create(CandidateId(1), &pooled);
    assert_eq!(line(&added), "POST /v1/candidates/1/applications");
    assert_eq!(body(&added)["prospect"], json!("true"));
}

#[test]
fn edits_send_differences_only() {
    let patch = CandidatePatch {
        title: Some("Countess".into()),
        phone_numbers: Some(vec![]),
        ..CandidatePatch::default()
    };
    let request = candidates::update(CandidateId(9), &patch, &[]);
    assert_eq!(line(&request), "PATCH /v1/candidates/9");
    assert_eq!(body(&request), json!({"title": "Countess"}));
    let patch = ApplicationPatch {
        referrer_id: Some(ReferrerId(4)),
        prospect_pool_stage_id: Some(9),
        ..ApplicationPatch::default()
    };
    let request = applications::update(ApplicationId(7), &patch);
    assert_eq!(line(&request), "PATCH /v1/applications/7");
    assert_eq!(
        body(&request),
        json!({"referrer": {"type": "id", "value": 4}, "prospect_stage_id": 9})
    );
    let patch = ApplicationPatch {
        outside_referrer: Some("Olga Outside".into()),
        ..ApplicationPatch::default()
    };
    assert!(!format!("{patch:?}").contains("Olga"));
    let request = applications::update(ApplicationId(7), &patch);
    let referrer = json!({"type": "outside", "value": "Olga Outside"});
    assert_eq!(body(&request), json!({ "referrer": referrer }));
}

#[test]
fn values_are_written_as_v1_takes_them() {
    let option = |id, name: &str| CustomFieldOption {
        id: CustomFieldOptionId(id),
        custom_field_id: None,
        name: name.into(),
        external_id: None,
        sort_order: None,
        active: true,
    };
    let known = CustomField {
        id: CustomFieldId(1),
        name: "Skills".into(),
        name_key: "skills".into(),
        field_type: Some(FieldType::Candidate),
        value_type: Some(ValueType::MultiSelect),
        active: true,
        private: false,
        required: false,
        options: vec![option(11, "Rust"), option(12, "Go")],
    };
    let fields = [
        value("skills", json!(["Go", "Zig"])),
        value("pay", json!({"amount": 1, "currency_code": "EUR"})),
        value(
            "range",
            json!({"min_amount": 1, "max_amount": 2, "currency_code": "EUR"}),
        ),
        value("span", json!({"min_value": 3, "max_value": 4})),
        value("gone", Value::Null),
        value("blank", json!(" ")),
        value("status", json!("New")),
    ];
    assert!(custom_fields::needs_definitions(&fields));
    assert!(!custom_fields::needs_definitions(&fields[1..]));
    let written = custom_fields::written(&fields, &[known]);
    assert_eq!(
        serde_json::to_value(written).unwrap(),
        json!([
            // An option that does not exist is for Greenhouse to refuse.
            {"name_key": "skills", "value": [12, "Zig"]},
            {"name_key": "pay", "value": 1, "unit": "EUR"},
            {"name_key": "range", "min_value": 1, "max_value": 2, "unit": "EUR"},
            {"name_key": "span", "min_value": 3, "max_value": 4},
            {"name_key": "gone", "delete_value": "true"},
            {"name_key": "blank", "delete_value": "true"},
            {"name_key": "status", "value": "New"},
        ])
    );
}

#[test]
fn custom_fields_are_made_with_their_options() {
    let field = NewCustomField {
        name: "Intrro status".into(),
        field_type: FieldType::Candidate,
        value_type: ValueType::SingleSelect,
        description: None,
        private: false,
        options: vec!["New".into(), "Hired".into()],
    };
    let request = custom_fields::create(&field);
    assert_eq!(line(&request), "POST /v1/custom_fields");
    assert_eq!(
        body(&request),
        json!({
            "name": "Intrro status", "field_type": "candidate", "value_type": "single_select", "private": false,
            "custom_field_options": [{"name": "New", "priority": 0}, {"name": "Hired", "priority": 1}]
        })
    );
    let option = NewCustomFieldOption {
        name: "Lost".into(),
        sort_order: 2,
        external_id: Some("x".into()),
    };
    let request = custom_fields::update_option(CustomFieldId(1), CustomFieldOptionId(2), &option);
    assert_eq!(
        line(&request),
        "PATCH /v1/custom_field/1/custom_field_options"
    );
    assert_eq!(
        body(&request),
        json!({"options": [{"id": 2, "name": "Lost", "priority": 2, "external_id": "x"}]})
    );
    let answer = bytes(&json!([{"id": 5, "name": "Intrro status", "name_key": "intrro_status"}]));
    let created = custom_fields::read_one(&answer).unwrap();
    assert_eq!(created.id, CustomFieldId(5));
}

#[test]
fn an_application_tells_stage_source_credit_and_reason_itself() {
    let json = json!({
        "id": 1, "candidate_id": 2, "prospect": false, "status": "active",
        "applied_at": "2017-08-28T21:08:29.000Z", "last_activity_at": "2017-08-29T21:08:29.000Z",
        "source": {"id": 3, "public_name": "Intrro"},
        "credited_to": {"id": 4, "name": "Grace"},
        "rejection_reason": {"id": 5, "name": "Other", "type": {"id": 1, "name": "We rejected them"}},
        "jobs": [{"id": 6, "name": "Engineer"}], "current_stage": {"id": 7, "name": "Onsite"}
    });
    let read = applications::read_one(&bytes(&json)).unwrap();
    assert_eq!(read.status, ApplicationStatus::InProcess);
    assert_eq!(
        (read.job_id, read.source_id),
        (Some(JobId(6)), Some(SourceId(3)))
    );
    assert_eq!(
        (read.referrer_id, read.credited),
        (Some(ReferrerId(4)), true)
    );
    let told = RejectionReason {
        id: RejectionReasonId(5),
        name: Some("Other".into()),
        kind: Some("WE_REJECTED_THEM".into()),
    };
    assert_eq!(read.rejection_reason, Some(told));
    assert_eq!(read.job_stage_id, Some(JobStageId(7)));
    assert_eq!(read.stage_name.as_deref(), Some("Onsite"));
    assert_eq!(read.created_at, Some(time_of("2017-08-28T21:08:29Z")));
    assert_eq!((read.stage_id, read.updated_at), (None, None));
}

#[test]
fn credit_to_a_mere_name_is_credit_to_somebody_we_cannot_name() {
    for (credited_to, credited) in [
        (json!("Grace"), true),
        (json!({"name": "Grace"}), true),
        (json!({"id": null, "name": "Grace"}), true),
        (json!({"id": null, "name": null}), false),
        (json!({}), false),
        (json!(" "), false),
        (json!([]), false),
        (Value::Null, false),
    ] {
        let json = json!([{"id": 1, "credited_to": credited_to}, {"id": 2}]);
        let read = applications::read_list(&bytes(&json)).unwrap();
        assert_eq!(read[0].referrer_id, None, "{credited_to}");
        assert_eq!(read[0].credited, credited, "{credited_to}");
        assert!(!read[1].credited, "credited_to is absent");
    }
}

#[test]
fn the_applications_of_a_person_are_part_of_them() {
    let json = json!({"id": 2, "applications": [
        {"id": 1, "jobs": [{"id": 6}]},
        {"id": 3, "prospect": true, "jobs": [{"id": 6}, {"id": 8}], "current_stage": null},
        null,
    ]});
    let read = applications::read_of_candidate(&bytes(&json)).unwrap();
    assert_eq!(read.len(), 2);
    assert_eq!(read[0].candidate_id, Some(CandidateId(2)));
    assert_eq!(read[1].job_id, None);
    assert_eq!(read[1].prospective_job_ids, [JobId(6), JobId(8)]);
}

/// What is not there is 404.
#[test]
fn an_answer_without_the_record_that_was_asked_for_is_none() {
    for body in ["{}", "[]", "[null]", "{\"id\":0}", "[{\"id\":0}]"] {
        let body = body.as_bytes();
        assert!(jobs::read_single(body).is_err());
        assert!(jobs::read_whole_single(body).is_err());
        assert!(applications::read_single(body).is_err());
        assert!(applications::read_of_candidate(body).is_err());
        assert!(candidates::read_single(body).is_err());
        assert!(users::read_by_id(body).is_err());
        assert!(applications::read_one(body).is_err());
        assert!(candidates::read_created(body).is_err());
    }
    // A filter may find nobody.
    assert!(users::read_single(b"[]").unwrap().is_empty());
}

#[test]
fn notes_say_who_wrote_them_and_are_misspelt() {
    let note = NewNote {
        candidate_id: CandidateId(1),
        body: "Hello".into(),
        visibility: Visibility::Private,
    };
    let request = notes::create(&note, Some(UserId(3)));
    assert_eq!(line(&request), "POST /v1/candidates/1/activity_feed/notes");
    assert_eq!(
        body(&request),
        json!({"user_id": 3, "body": "Hello", "visibility": "private"})
    );
    let answer = bytes(&json!({"id": 9, "body": "Hello", "private": true, "visiblity": "private"}));
    let read = notes::read_one(&answer).unwrap();
    assert_eq!(read.visibility, Some(Visibility::Private));
}

#[test]
fn reasons_have_v3s_keys() {
    let json = json!([
        {"id": 1, "name": "Too junior", "type": {"id": 1, "name": "We rejected them"}},
        {"id": 2, "name": "Salary", "type": {"id": 2, "name": "They rejected us"}},
        {"id": 3, "name": "Other", "type": {"id": 4, "name": "None Specified"}},
        {"id": 4, "name": "New", "type": {"id": 5, "name": "Somebody else did"}},
        {"id": 5, "name": "Old", "type": null},
    ]);
    let read = rejection_reasons::read_list(&bytes(&json)).unwrap();
    let kinds: Vec<_> = read.iter().map(|reason| reason.kind.as_deref()).collect();
    assert_eq!(
        kinds,
        [
            Some("WE_REJECTED_THEM"),
            Some("THEY_REJECTED_US"),
            Some("NONE_SPECIFIED"),
            None,
            None
        ]
    );
}

#[test]
fn a_candidate_is_read_in_full() {
    let json = json!({
        "id": 1, "first_name": "Ada", "is_private": true, "last_activity": "2017-08-28T21:08:29.000Z",
        "photo_url": null, "tags": ["Intrro"], "emails": 7,
        "website_addresses": [{"value": "https://x.org", "type": "other"}],
        "custom_fields": {"level": "Senior"},
        "keyed_custom_fields": {
            "level_1": {"name": "Level", "type": "single_select", "value": "Senior"},
            "pay": {"name": "Pay", "type": "currency", "value": {"value": "1.0", "unit": "USD"}},
            "unset": null
        }
    });
    // Alone, or as the only element of an array.
    for json in [json.clone(), json!([json])] {
        let read = candidates::read_single(&bytes(&json)).unwrap();
        let ada = &read[0];
        assert!(ada.private);
        assert_eq!(ada.last_activity_at, Some(time_of("2017-08-28T21:08:29Z")));
        assert_eq!(
            ada.custom_fields,
            [
                value("level_1", json!("Senior")),
                value("pay", json!({"amount": 1.0, "currency_code": "USD"})),
                value("unset", Value::Null),
            ]
        );
    }
}

#[test]
fn one_mistyped_record_keeps_no_others_from_being_read() {
    let jobs =
        br#"[{"id": 1, "requisition_id": 7, "openings": [{"id": 2, "opening_id": 3}]}, {"id": 4}]"#;
    let jobs = super::jobs::read_whole_list(jobs).unwrap();
    assert_eq!(jobs.len(), 2);
    assert_eq!(jobs[0].job.requisition_id.as_deref(), Some("7"));
    let posts = br#"[{"id": 1, "location": "Berlin"}, {"id": 2, "location": {"name": "Bonn", "office_id": 3}}]"#;
    let posts = super::job_posts::read_locations(posts).unwrap();
    let names: Vec<_> = posts.iter().map(|post| post.name.as_deref()).collect();
    assert_eq!(names, [Some("Berlin"), Some("Bonn")]);
    assert_eq!(posts[1].office_id, Some(3));
    let offices = br#"[{"id": 1, "location": "Berlin"}, {"id": 2, "location": {"name": "Bonn"}}]"#;
    let offices = super::offices::read_list(offices).unwrap();
    let names: Vec<_> = offices.iter().map(|one| one.location.as_deref()).collect();
    assert_eq!(names, [Some("Berlin"), Some("Bonn")]);
}
