use chrono::{TimeDelta, TimeZone};
use domain::{ApplicationId, CandidateId, DepartmentId, JobId, JobPostId, JobStageId, OfficeId};
use serde_json::json;

use super::*;

fn read(action: &str, payload: Value) -> Message {
    let body = json!({"action": action, "payload": payload, "organization_id": 1});
    Message::read(body.to_string().as_bytes())
}

/// A payload of each action as Greenhouse documents it, as far as ids go, and what is to be looked at.
fn documented(action: Action) -> (Value, Vec<Notice>) {
    let (application_id, candidate_id) = (ApplicationId(11), CandidateId(22));
    let (job_id, job_post_id) = (JobId(33), JobPostId(44));
    let application = json!({"application": {
        "id": 11, "prospect": false, "status": "active", "current_stage": {"id": 5, "name": "Face to Face"},
        "last_activity_at": "2026-01-02T03:04:05.006Z",
        "candidate": {"id": 22, "first_name": "Ada", "email_addresses": [{"value": "ada@example.com", "type": "work"}]},
        "jobs": [{"id": 33, "name": "Engineer"}],
    }});
    let active_at = Utc.with_ymd_and_hms(2026, 1, 2, 3, 4, 5).unwrap() + TimeDelta::milliseconds(6);
    let changed = |status| Notice::ApplicationChanged {
        application_id,
        candidate_id: Some(candidate_id),
        stands: Some(Standing {
            status,
            job_stage_id: Some(JobStageId(5)),
            active_at: Some(active_at),
        }),
    };
    let offer = json!({"id": 9, "application_id": 11, "job_id": 33, "offer_status": "Created"});
    let offered = Notice::ApplicationChanged {
        application_id,
        candidate_id: None,
        stands: None,
    };
    let job = json!({"approval_flow": {}, "job": {"id": 33, "name": "Engineer", "notes": null}});
    let post = json!({"id": 44, "title": "Engineer", "job_id": 33, "questions": []});
    match action {
        Action::Ping => (json!({"web_hook_id": 7}), Vec::new()),
        Action::Other => (json!({"anything": {"id": 1}}), Vec::new()),
        Action::InterviewDeleted => (json!({"interview": {"id": 8}}), Vec::new()),
        Action::ScorecardDeleted => {
            let payload = json!({"scorecard": {"id": 8, "candidate_id": 22}});
            (payload, Vec::new())
        }
        Action::NewCandidateApplication
        | Action::NewProspectApplication
        | Action::ApplicationUpdated
        | Action::UnhireCandidate
        | Action::CandidateStageChange
        | Action::UnrejectCandidate => (application, vec![changed(Status::InProcess)]),
        Action::HireCandidate => {
            let mut hire = application;
            hire["application"]["status"].take();
            (hire, vec![changed(Status::Hired)])
        }
        Action::RejectCandidate => {
            let mut rejection = application;
            rejection["application"]["status"] = "rejected".into();
            (rejection, vec![changed(Status::Rejected)])
        }
        Action::OfferCreated | Action::OfferApproved | Action::OfferUpdated => {
            (offer, vec![offered])
        }
        Action::OfferDeleted => (json!({ "offer": offer }), vec![offered]),
        Action::DeleteApplication => {
            let payload = json!({"application": {"id": 11, "candidate_id": 22, "job_id": 33}});
            let gone = Notice::ApplicationDeleted {
                application_id,
                candidate_id: Some(candidate_id),
            };
            (payload, vec![gone])
        }
        Action::UpdateCandidate => {
            let payload = json!({"candidate": {"id": 22, "first_name": "Ada", "tags": []}});
            (payload, vec![Notice::CandidateChanged { candidate_id }])
        }
        Action::DeleteCandidate => {
            let payload = json!({"person": {"id": 22, "deleted_application_ids": [11, 12]}});
            let gone = Notice::CandidateDeleted {
                candidate_id,
                application_ids: vec![application_id, ApplicationId(12)],
            };
            (payload, vec![gone])
        }
        Action::MergeCandidate => {
            let payload = json!({"person": {"id": 22, "new_candidate_id": 23}});
            let merged = Notice::CandidateMerged {
                candidate_id,
                new_candidate_id: CandidateId(23),
            };
            (payload, vec![merged])
        }
        Action::CandidateAnonymized => {
            let payload = json!({"candidate_id": 22, "anonymized_fields": ["full_name"]});
            (payload, vec![Notice::CandidateAnonymized { candidate_id }])
        }
        Action::JobCreated | Action::JobUpdated | Action::JobApproved => {
            (job, vec![Notice::JobChanged { job_id }])
        }
        Action::JobDeleted => (job, vec![Notice::JobDeleted { job_id }]),
        Action::JobPostCreated | Action::JobPostUpdated => {
            let changed = Notice::JobPostChanged {
                job_post_id,
                job_id: Some(job_id),
            };
            (post, vec![changed])
        }
        Action::JobPostDeleted => {
            let gone = Notice::JobPostDeleted {
                job_post_id,
                job_id: Some(job_id),
            };
            (json!({ "job_post": post }), vec![gone])
        }
        Action::JobInterviewStageDeleted => {
            let payload =
                json!({"job_interview_stage": {"id": 55, "job_id": 33, "name": "Take Home"}});
            let gone = Notice::JobStageDeleted {
                job_stage_id: JobStageId(55),
                job_id: Some(job_id),
            };
            (payload, vec![gone])
        }
        Action::DepartmentDeleted => {
            let payload = json!({"department": {"id": 66, "child_ids": [67], "parent_id": 1}});
            let department_id = DepartmentId(66);
            (payload, vec![Notice::DepartmentDeleted { department_id }])
        }
        Action::OfficeDeleted => {
            let payload = json!({"office": {"id": 77, "location": {"name": "Berlin"}}});
            let office_id = OfficeId(77);
            (payload, vec![Notice::OfficeDeleted { office_id }])
        }
    }
}

#[test]
fn every_action_leads_to_what_it_is_about() {
    for action in Action::ALL {
        let (payload, notices) = documented(*action);
        let message = read(action.as_str(), payload);
        let wanted = Message {
            action: *action,
            notices,
            readable: true,
        };
        assert_eq!(message, wanted);
    }
}

#[test]
fn an_unknown_action_is_other_and_readable() {
    let message = read("candidate_cloned", json!({"clone": 1}));
    assert_eq!(message, Message::of(Action::Other, Some(Vec::new())));
}

#[test]
fn a_prospect_post_has_no_job() {
    let message = read(
        "job_post_updated",
        json!({"id": 44, "title": "Talent pool"}),
    );
    let changed = Notice::JobPostChanged {
        job_post_id: JobPostId(44),
        job_id: None,
    };
    assert_eq!(message.notices, [changed]);
}

#[test]
fn ids_may_be_written_as_text_and_are_never_guessed() {
    let id = |id: Value| read("job_deleted", json!({"job": {"id": id}}));
    let gone = Notice::JobDeleted { job_id: JobId(7) };
    assert_eq!(id(json!("7")).notices, [gone]);
    for wrong in [
        json!(null),
        json!(0),
        json!(-7),
        json!(7.5),
        json!("x"),
        json!({}),
    ] {
        assert!(!id(wrong.clone()).readable, "{wrong}");
    }
}

#[test]
fn what_has_another_shape_leaves_nothing_to_look_at() {
    for body in [
        "",
        "[]",
        "{}",
        "null",
        "{\"action\":\"ping\"}",
        "{\"action\":7,\"payload\":{}}",
        "{\"action\":\"ping\",\"payload\":{}",
        "\u{feff}{\"action\":\"ping\",\"payload\":{}}",
    ] {
        let message = Message::read(body.as_bytes());
        assert_eq!(message, Message::of(Action::Other, None), "{body}");
    }
    let message = read("merge_candidate", json!({"person": {"id": 22}}));
    assert_eq!(message, Message::of(Action::MergeCandidate, None));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let body = format!("{{\"action\":\"update_candidate\",\"payload\":{deep}}}");
    assert!(Message::read(body.as_bytes()).notices.is_empty());
}

#[test]
fn nothing_but_ids_is_kept_of_a_person() {
    for action in Action::ALL {
        let (payload, _) = documented(*action);
        let message = read(action.as_str(), payload);
        let kept = format!("{:?}", message.notices);
        for personal in ["Ada", "ada@example.com", "Berlin", "Engineer"] {
            assert!(!kept.contains(personal), "{kept}");
        }
    }
}

#[test]
fn a_person_without_attachments_is_still_that_person() {
    let candidate_id = CandidateId(22);
    let changed = Notice::CandidateChanged { candidate_id };
    let gone = Notice::CandidateAnonymized { candidate_id };
    for (fields, notice) in [
        (json!(["attachments"]), &changed),
        (json!(["attachments", "emails", "notes"]), &changed),
        (json!(["attachments", "full_name"]), &gone),
        (json!([]), &gone),
        (json!(null), &gone),
    ] {
        let payload = json!({"candidate_id": 22, "anonymized_fields": fields});
        let read = read("candidate_anonymized", payload);
        assert_eq!(read.notices, std::slice::from_ref(notice), "{fields}");
    }
}

#[test]
fn a_name_that_is_no_text_hides_no_id() {
    for name in [r"\u0000", r"\ud83d", r"\udc00x", r"\ud83d\u0041", "\0"] {
        let body = format!(
            r#"{{"action":"update_candidate","organization_name":"{name}",
                "payload":{{"candidate":{{"first_name":"{name}","id":22,"{name}":1,"tags":["{name}"]}}}}}}"#
        );
        let candidate_id = CandidateId(22);
        let changed = Notice::CandidateChanged { candidate_id };
        assert_eq!(Message::read(body.as_bytes()).notices, [changed], "{name}");
    }
}

#[test]
fn what_cannot_be_read_keeps_nothing_else_from_being_heard() {
    let application_id = ApplicationId(11);
    for odd in [json!({}), json!({"id": "eleven"}), json!([]), json!("Ada")] {
        let application = json!({"application": {"id": 11, "candidate": odd, "status": odd}});
        let told = Notice::ApplicationChanged {
            application_id,
            candidate_id: None,
            stands: None,
        };
        assert_eq!(read("candidate_stage_change", application).notices, [told]);
    }
    let person = json!({"person": {"id": 22, "deleted_application_ids": [11, "x", null]}});
    let gone = Notice::CandidateDeleted {
        candidate_id: CandidateId(22),
        application_ids: vec![application_id],
    };
    assert_eq!(read("delete_candidate", person).notices, [gone]);
    let post = json!({"id": 44, "title": "Cook", "job_id": {"id": 33}});
    let changed = Notice::JobPostChanged {
        job_post_id: JobPostId(44),
        job_id: None,
    };
    assert_eq!(read("job_post_updated", post).notices, [changed]);
}
