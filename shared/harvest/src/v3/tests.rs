//! Requests and bodies, without a network.

use chrono::{DateTime, Utc};
use domain::matching::Contact;
use domain::{ApplicationId, CandidateId, JobId, ReferrerId, SourceId, TagId, UserId};
use serde_json::{Value, json};

use super::*;
use crate::applications::{ApplicationPatch, ApplicationStatus, NewApplication, Target};
use crate::candidates::{CandidatePatch, NewCandidate};
use crate::custom_fields::CustomFieldValue;
use crate::jobs::JobStatus;
use crate::notes::{NewNote, Visibility};
use crate::request::Request;

fn contact(value: &str, kind: Option<&str>) -> Contact {
    Contact {
        value: value.into(),
        kind: kind.map(str::to_owned),
    }
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(request.body.as_ref().unwrap()).unwrap()
}

fn line(request: &Request) -> String {
    format!("{} {}?{}", request.method, request.path, request.query)
}

fn time_of(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

#[test]
fn lists_ask_for_the_largest_page_and_lookups_for_ids_alone() {
    let from = time_of("2026-11-24T10:00:00Z");
    let dates = "gte%7C2026-11-24T10%3A00%3A00.000Z";
    for (request, expected) in [
        (
            candidates::with_email("Ada@x.org"),
            "GET /v3/candidates?per_page=500&email=Ada%40x.org".into(),
        ),
        (
            candidates::with_ids(&[CandidateId(7)]),
            "GET /v3/candidates?ids=7".into(),
        ),
        (
            candidates::created(from, None),
            format!("GET /v3/candidates?per_page=500&created_at={dates}"),
        ),
        (
            candidates::created(from, Some(from)),
            format!(
                "GET /v3/candidates?per_page=500&created_at={dates}%7Clte%7C2026-11-24T10%3A00%3A00.000Z"
            ),
        ),
        (
            applications::of_candidates(&[CandidateId(1), CandidateId(2)]),
            "GET /v3/applications?per_page=500&candidate_ids=1,2".into(),
        ),
        (
            applications::updated_between(from, from),
            format!(
                "GET /v3/applications?per_page=500&updated_at={dates}%7Clte%7C2026-11-24T10%3A00%3A00.000Z"
            ),
        ),
        (
            applied_candidate_tags::pair(CandidateId(1), TagId(2)),
            "GET /v3/applied_candidate_tags?candidate_ids=1&candidate_tag_ids=2".into(),
        ),
        (
            users::with_ids(&[UserId(3)]),
            "GET /v3/users?ids=3&show_service_accounts=true".into(),
        ),
        (
            users::with_primary_email("Ada@x.org"),
            "GET /v3/users?primary_email=Ada%40x.org".into(),
        ),
        (
            users::with_employee_id("E 7/8"),
            "GET /v3/users?employee_ids=E+7%2F8".into(),
        ),
        (
            rejection_reasons::list(true),
            "GET /v3/rejection_reasons?per_page=500&include_defaults=true".into(),
        ),
        (jobs::list(), "GET /v3/jobs?per_page=500".into()),
        (jobs::one(), "GET /v3/jobs?per_page=1".into()),
        (
            job_posts::of_jobs(&[JobId(1), JobId(2)]),
            "GET /v3/job_posts?per_page=500&fields=id,job_id,title,internal,active,live,public_url,language&job_ids=1,2"
                .into(),
        ),
    ] {
        assert_eq!(line(&request), expected);
    }
}

#[test]
fn a_new_candidate_takes_their_first_application_along() {
    let candidate = NewCandidate {
        first_name: "Ada".into(),
        last_name: "Lovelace".into(),
        company: Some("Analytical Engines".into()),
        email_addresses: vec![contact("ada@x.org", Some("personal"))],
        social_media_addresses: vec![contact("https://in/ada", Some("other"))],
        tags: vec!["Intrro".into()],
        custom_fields: vec![CustomFieldValue {
            name_key: "level".into(),
            value: json!(["a", 1]),
        }],
        application: Some(NewApplication {
            target: Target::Job(JobId(5)),
            source_id: Some(SourceId(6)),
            referrer_id: None,
            outside_referrer: None,
        }),
        ..NewCandidate::default()
    };
    let request = candidates::create(&candidate);
    assert_eq!(line(&request), "POST /v3/candidates?");
    assert_eq!(
        body(&request),
        json!({
            "first_name": "Ada", "last_name": "Lovelace", "company": "Analytical Engines",
            "email_addresses": [{"value": "ada@x.org", "type": "personal"}],
            "social_media_addresses": [{"value": "https://in/ada"}],
            "tags": ["Intrro"], "custom_fields": [{"name_key": "level", "value": ["a", 1]}],
            "application": {"job_id": 5, "source_id": 6}
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
        body(&candidates::create(&candidate))
    };
    let names = |first: &str, last: &str| json!({"first_name": first, "last_name": last});
    assert_eq!(sent(" Ada ", " "), names("Ada", "-"));
    assert_eq!(sent("", "Lovelace"), names("-", "Lovelace"));
    // For Greenhouse to refuse.
    assert_eq!(sent("", " "), names("", ""));
    let read = candidates::read_list(&bytes(&json!([{"id": 1, "last_name": "-"}]))).unwrap();
    assert_eq!(read[0].last_name, None);
}

#[test]
fn a_prospect_made_with_the_person_is_not_credited_yet() {
    let application = NewApplication {
        target: Target::Prospect {
            job_ids: vec![JobId(2)],
        },
        source_id: Some(SourceId(6)),
        referrer_id: Some(ReferrerId(4)),
        outside_referrer: None,
    };
    let candidate = NewCandidate {
        application: Some(application),
        ..NewCandidate::default()
    };
    assert_eq!(
        body(&candidates::create(&candidate))["application"],
        json!({"prospect": true, "job_ids": [2]})
    );
}

#[test]
fn a_patch_never_sends_an_empty_list() {
    let patch = CandidatePatch {
        title: Some("Countess".into()),
        phone_numbers: Some(vec![]),
        custom_fields: Some(vec![]),
        ..CandidatePatch::default()
    };
    let request = candidates::update(CandidateId(9), &patch, &[]);
    assert_eq!(line(&request), "PATCH /v3/candidates/9?");
    assert_eq!(body(&request), json!({"title": "Countess"}));
    assert!(!patch.is_empty());
    let nothing = CandidatePatch {
        title: None,
        ..patch
    };
    assert!(nothing.is_empty());
}

#[test]
fn applications_are_for_a_job_or_for_a_prospect() {
    let create = |target| {
        let application = NewApplication {
            target,
            source_id: None,
            referrer_id: Some(ReferrerId(4)),
            outside_referrer: None,
        };
        body(&applications::create(CandidateId(1), &application))
    };
    assert_eq!(
        create(Target::Job(JobId(2))),
        json!({"candidate_id": 1, "job_id": 2, "referrer_id": 4})
    );
    assert_eq!(
        create(Target::Prospect {
            job_ids: vec![JobId(2), JobId(3)]
        }),
        json!({"candidate_id": 1, "prospect": true, "job_ids": [2, 3], "referrer_id": 4})
    );
    assert_eq!(
        create(Target::PooledProspect {
            job_ids: vec![],
            pool_id: 8,
            pool_stage_id: Some(9)
        }),
        json!({
            "candidate_id": 1, "prospect": true, "prospect_pool_id": 8,
            "prospect_pool_stage_id": 9, "referrer_id": 4
        })
    );
    let patch = ApplicationPatch {
        source_id: Some(SourceId(6)),
        ..ApplicationPatch::default()
    };
    let request = applications::update(ApplicationId(7), &patch);
    assert_eq!(line(&request), "PATCH /v3/applications/7?");
    assert_eq!(body(&request), json!({"source_id": 6}));
}

#[test]
fn notes_are_written_in_other_words_than_they_are_read() {
    let note = NewNote {
        candidate_id: CandidateId(1),
        body: "Hello".into(),
        visibility: Visibility::AdminOnly,
    };
    assert_eq!(
        body(&notes::create(&note)),
        json!({"candidate_id": 1, "body": "Hello", "note_type": "NOTE", "visibility": "admin_only"})
    );
    let read = bytes(&json!([
        {"id": 1, "type": "NOTE", "visibility": "admin_only_visible", "body": "Hello"},
        {"id": 2, "visibility": "everybody", "body": null},
    ]));
    let read = notes::read_list(&read).unwrap();
    assert_eq!(read[0].visibility, Some(Visibility::AdminOnly));
    assert_eq!((read[1].visibility, read[1].body.as_str()), (None, ""));
}

#[test]
fn a_candidate_is_read_in_full() {
    let json = json!([{
        "id": 4001693002_i64, "first_name": "Ada", "private": true, "new_property": {"deep": [1]},
        "created_at": "2017-08-28T21:08:29.000Z", "updated_at": "whenever", "last_activity_at": 7,
        "tags": ["Intrro", null], "addresses": null,
        "email_addresses": [{"value": "ada@x.org", "type": "personal"}, {"value": null, "type": "work"}, null],
        "social_media_addresses": [{"value": "https://in/ada"}],
        "custom_fields": {
            "level": {"name": "Level", "type": "single_select", "value": "Senior"},
            "pay": {"name": "Pay", "type": "currency", "value": {"value": "100.0", "unit": "USD"}},
            "range": {"type": "currency_range", "value": {"min_value": 1, "max_value": 2, "unit": "EUR"}},
            "owner": {"type": "user", "value": {"name": "G", "user_id": 12}},
            "unset": null
        }
    }, {"message": "This candidate is being processed"}, null]);
    let read = candidates::read_list(&bytes(&json)).unwrap();
    assert_eq!(read.len(), 1);
    let ada = &read[0];
    assert_eq!(ada.id, CandidateId(4_001_693_002));
    assert!(ada.private);
    assert_eq!(ada.created_at, Some(time_of("2017-08-28T21:08:29Z")));
    assert_eq!((ada.updated_at, ada.last_activity_at), (None, None));
    assert_eq!(ada.tags, ["Intrro"]);
    let personal = [contact("ada@x.org", Some("personal"))];
    assert_eq!(ada.email_addresses, personal);
    let fields = |key: &str| {
        let found = ada.custom_fields.iter().find(|field| field.name_key == key);
        found.unwrap().value.clone()
    };
    assert_eq!(fields("level"), json!("Senior"));
    assert_eq!(
        fields("pay"),
        json!({"amount": 100.0, "currency_code": "USD"})
    );
    assert_eq!(
        fields("range"),
        json!({"min_amount": 1, "max_amount": 2, "currency_code": "EUR"})
    );
    assert_eq!(fields("owner"), json!(12));
    assert_eq!(fields("unset"), Value::Null);
    assert!(!format!("{ada:?}").contains("Ada"));
}

#[test]
fn what_creating_answers_has_four_shapes() {
    for (answer, application) in [
        (
            json!({"candidate": {"id": 1}, "application": {"id": 2}}),
            Some(2),
        ),
        (json!({"candidate": {"id": 1}, "application": null}), None),
        (
            json!({"id": 1, "first_name": "Ada", "applications": [{"id": 2}]}),
            Some(2),
        ),
        (json!({"id": 1, "application_ids": [2]}), Some(2)),
        (json!({"candidate_id": 1, "application_id": 2}), Some(2)),
    ] {
        let created = candidates::read_created(&bytes(&answer)).unwrap();
        assert_eq!(created.candidate_id, CandidateId(1));
        assert_eq!(created.application_id, application.map(ApplicationId));
    }
    assert!(candidates::read_created(b"{\"application\":{\"id\":2}}").is_err());
}

#[test]
fn what_has_no_id_was_not_told_to_be_made() {
    for nobody in [
        json!({"id": 0}),
        json!({"candidate": {"id": 0}, "application": {"id": 2}}),
        json!({"candidate_id": -1}),
    ] {
        let read = candidates::read_created(&bytes(&nobody));
        assert!(read.is_err(), "{nobody}");
    }
    for application in [
        json!({"candidate": {"id": 1}, "application": {"id": 0}}),
        json!({"id": 1, "application_ids": [0]}),
    ] {
        let created = candidates::read_created(&bytes(&application)).unwrap();
        assert_eq!(created.application_id, None, "{application}");
        assert!(created.application.is_none(), "{application}");
    }
    assert!(applications::read_one(b"{\"id\":0,\"job_id\":4}").is_err());
}

/// It may be any of them.
#[test]
fn a_job_without_an_id_leaves_open_which_of_those_asked_for_it_is() {
    for row in ["{}", "null", "{\"id\":0}"] {
        let body = format!("[{{\"id\":4}},{row}]");
        assert_eq!(jobs::read_list(body.as_bytes()).unwrap().len(), 1);
        assert!(jobs::read_asked_for(body.as_bytes()).is_err(), "{row}");
    }
    assert!(jobs::read_asked_for(b"[]").unwrap().is_empty());
}

#[test]
fn status_words_have_one_spelling() {
    let status = |word: &str| {
        let read = applications::read_list(&bytes(&json!([{"id": 1, "status": word}])));
        read.unwrap()[0].status
    };
    assert_eq!(status("in_process"), ApplicationStatus::InProcess);
    assert_eq!(status("active"), ApplicationStatus::InProcess);
    assert_eq!(status("hired"), ApplicationStatus::Hired);
    assert_eq!(status("levitating"), ApplicationStatus::Other);
    assert_eq!(ApplicationStatus::Other.known(), None);
    let jobs = jobs::read_list(&bytes(
        &json!([{"id": 1, "status": "open"}, {"id": 2, "status": null}]),
    ));
    let jobs = jobs.unwrap();
    assert_eq!(jobs[0].status, JobStatus::Open);
    assert_eq!(jobs[1].status, JobStatus::Other);
}

#[test]
fn introspection_reads_ids_as_text_and_as_numbers() {
    let answer = json!({
        "active": true, "client_id": "x", "sub": "123", "scope": "harvest:jobs:list  harvest:users:list",
        "https://auth.greenhouse.io/claims": {"organization": {"id": 9, "name": "Acme"}, "user_role": "x"}
    });
    let read = introspection::read(&bytes(&answer)).unwrap();
    assert_eq!(read.sub, Some(UserId(123)));
    assert_eq!(read.scopes, ["harvest:jobs:list", "harvest:users:list"]);
    assert_eq!(read.organization.unwrap().id, 9);
    let inactive = introspection::read(b"{\"active\":false}").unwrap();
    assert_eq!(inactive, crate::Introspection::default());
}

#[test]
fn a_bulk_request_that_may_not_be_known_is_asked_for_in_the_list() {
    let id = crate::BulkRequestId("b-1".into());
    assert_eq!(
        line(&bulk_requests::listed(&id)),
        "GET /v3/bulk_requests?per_page=500&bulk_action_uuid=b-1"
    );
    assert!(bulk_requests::read_ids(b"[]").unwrap().is_empty());
    let found = bytes(&json!([{"bulk_action_uuid": "b-1"}]));
    assert_eq!(bulk_requests::read_ids(&found).unwrap(), [id]);
}

#[test]
fn a_bulk_request_is_read_alone_or_as_the_only_one_of_a_list() {
    let one = json!({
        "bulk_action_uuid": "b-1", "completed_at": "2026-11-24T10:00:00Z", "success_count": 1, "failure_count": 0
    });
    for answer in [json!([one]), one] {
        let answer = bytes(&answer);
        assert_eq!(bulk_requests::read_id(&answer).unwrap().0, "b-1");
        let read = bulk_requests::read_one(&answer).unwrap();
        assert_eq!((read.completed, read.succeeded, read.failed), (true, 1, 0));
    }
    assert!(bulk_requests::read_one(b"[]").is_err());
}
