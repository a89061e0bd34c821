//! Who sees what.

use greenhouse_sim::{ListWithoutSiteAdmin, NewJob};
use serde_json::json;

use crate::client::{NONE, Sim};

const LISTS: [&str; 13] = [
    "candidates",
    "applications",
    "application_stages",
    "job_interview_stages",
    "jobs",
    "notes",
    "candidate_tags",
    "applied_candidate_tags",
    "users",
    "referrers",
    "sources",
    "rejection_reasons",
    "rejection_details",
];

#[test]
fn lists_need_a_site_admin() {
    let sim = Sim::start();
    let plain = sim
        .sim
        .state()
        .users()
        .into_iter()
        .find(|user| !user.site_admin && !user.service_account)
        .unwrap();
    for fields in [String::new(), format!("sub={}&", plain.meta.id)] {
        let token = sim.token_for(&fields);
        for list in LISTS {
            sim.sim.configure(|settings| {
                settings.list_without_site_admin = ListWithoutSiteAdmin::Forbidden
            });
            let path = format!("/v3/{list}");
            assert_eq!(
                sim.call_as(&token, "GET", &path, None).unwrap().status,
                403,
                "{list}"
            );
            sim.sim.configure(|settings| {
                settings.list_without_site_admin = ListWithoutSiteAdmin::Empty
            });
            assert_eq!(
                sim.call_as(&token, "GET", &path, None).unwrap().text,
                "[]",
                "{list}"
            );
        }
    }
}

#[test]
fn a_confidential_job_is_invisible_outside_its_hiring_team() {
    let sim = Sim::start();
    let admin = sim.sim.access().site_admin_id;
    let job = sim.job("Chief Something Officer");
    assert_eq!(sim.get(&format!("/v3/jobs?ids={job}")).ids(), NONE);
    assert_eq!(
        sim.get(&format!("/v3/job_interview_stages?job_ids={job}"))
            .ids(),
        NONE
    );
    assert_eq!(sim.get("/v3/jobs?confidential=true").ids(), NONE);
    let mine = NewJob {
        name: "Secret".to_owned(),
        confidential: true,
        hiring_team: vec![admin],
        ..NewJob::default()
    };
    let mine = sim.sim.recruiter().add_job(mine).unwrap();
    assert_eq!(sim.get("/v3/jobs?confidential=true").ids(), [mine]);
    let body = json!({"first_name": "A", "last_name": "B", "application": {"job_id": mine}});
    assert_eq!(sim.post("/v3/candidates", &body).status, 201);
}

#[test]
fn service_accounts_and_default_reasons_are_shown_on_request() {
    let sim = Sim::start();
    let users = sim.get("/v3/users").ids().len();
    assert_eq!(
        sim.get("/v3/users?show_service_accounts=true").ids().len(),
        users + 1
    );
    assert_eq!(
        sim.get("/v3/users?show_service_accounts=false").ids().len(),
        users
    );
    let reasons = sim.get("/v3/rejection_reasons").ids();
    let all = sim.get("/v3/rejection_reasons?include_defaults=true").ids();
    assert_eq!((reasons.len(), all.len()), (4, 5));
    let default = all.iter().find(|id| !reasons.contains(id)).unwrap();
    let one = sim
        .get(&format!("/v3/rejection_reasons/{default}?fields=id,type"))
        .json();
    assert_eq!(one["type"]["key"], "NONE_SPECIFIED");
    assert_eq!(sim.get("/v3/rejection_reasons/1").status, 404);
}

#[test]
fn people_are_found_by_what_they_have() {
    let sim = Sim::start();
    let carl = "carl.coordinator@acme.example";
    let user = sim.get(&format!("/v3/users?primary_email={carl}")).ids();
    assert_eq!(user.len(), 1);
    assert_eq!(
        sim.get("/v3/users?primary_email=Carl.Coordinator@acme.example")
            .ids(),
        NONE
    );
    assert_eq!(
        sim.get(&format!("/v3/referrers?user_ids={}", user[0]))
            .ids(),
        NONE
    );
    assert_eq!(sim.get("/v3/users?employee_ids=E0001,E0002").ids().len(), 2);
    assert_eq!(sim.get("/v3/users?deactivated=true").ids().len(), 1);
    let rita = sim.get("/v3/users?employee_ids=E0002").ids()[0];
    assert_eq!(
        sim.get(&format!("/v3/referrers?user_ids={rita}"))
            .ids()
            .len(),
        1
    );
}

#[test]
fn users_and_custom_fields_are_made_by_site_admins_alone() {
    let sim = Sim::start();
    let users = sim.sim.state().users();
    let plain = users
        .iter()
        .find(|user| !user.site_admin && !user.service_account)
        .unwrap();
    let token = sim.token_for(&format!("sub={}&", plain.meta.id));
    let field = json!({"name": "Seat", "field_type": "candidate", "value_type": "short_text"});
    let user =
        json!({"data": [{"first_name": "A", "last_name": "B", "primary_email": "a@b.example"}]});
    for (path, body) in [("/v3/custom_fields", field), ("/v3/users/bulk", user)] {
        let answer = sim.call_as(&token, "POST", path, Some(&body)).unwrap();
        assert_eq!(answer.status, 403, "{path}");
    }
}

#[test]
fn a_service_account_is_nobody_to_refer_to() {
    let sim = Sim::start();
    let users = sim.sim.state().users();
    let service = users.iter().find(|user| user.service_account).unwrap();
    let service = service.meta.id;
    let (ann, application) = sim.candidate("Ann", "ann@mail.example");
    let path = format!("/v3/applications/{application}");
    let recruiter = sim.patch(&path, &json!({"recruiter_id": service}));
    assert_eq!(recruiter.status, 422);
    let linked = json!({"linked_user_ids": [service]});
    let linked = sim.patch(&format!("/v3/candidates/{ann}"), &linked);
    assert_eq!(linked.status, 422);
    let note = json!({"candidate_id": ann, "body": "x", "note_type": "NOTE", "visibility": "public", "user_id": service});
    assert_eq!(sim.post("/v3/notes", &note).status, 422);
    let access = sim.sim.access();
    let client = Some((access.client_id.as_str(), access.client_secret.as_str()));
    let form = format!("grant_type=client_credentials&sub={service}");
    assert_eq!(sim.auth("/token", client, &form).status, 400);
}

#[test]
fn who_cannot_list_cannot_retrieve() {
    let sim = Sim::start();
    let reason = sim.get("/v3/rejection_reasons").ids()[0];
    let user =
        json!({"data": [{"first_name": "A", "last_name": "B", "primary_email": "a@b.example"}]});
    let uuid = sim.post("/v3/users/bulk", &user).json()["bulk_action_uuid"].clone();
    let nobody = sim.token_for("");
    for path in [
        format!("/v3/rejection_reasons/{reason}"),
        format!("/v3/bulk_requests/{}", uuid.as_str().unwrap()),
    ] {
        assert_eq!(sim.get(&path).status, 200, "{path}");
        let answer = sim.call_as(&nobody, "GET", &path, None).unwrap();
        assert_eq!(answer.status, 403, "{path}");
    }
}

#[test]
fn a_private_candidate_is_not_there_for_whom_they_are_kept_from() {
    let sim = Sim::start();
    let (ann, application) = sim.candidate("Ann", "ann@mail.example");
    let private = json!({"is_private": true});
    let edited = sim.patch(&format!("/v3/candidates/{ann}"), &private);
    assert_eq!(edited.status, 200);
    let admin = sim.sim.access().site_admin_id;
    let shown = || {
        [
            format!("/v3/candidates?ids={ann}"),
            format!("/v3/applications?ids={application}"),
            format!("/v3/application_stages?application_ids={application}"),
        ]
        .map(|path| sim.get(&path).ids().len())
    };
    assert_eq!(shown(), [1, 1, 1]);
    let hide = |from: Vec<i64>| {
        sim.sim
            .configure(|settings| settings.private_hidden_from = from);
    };
    hide(vec![admin]);
    assert_eq!(shown(), [0, 0, 0]);
    hide(vec![admin + 1]);
    assert_eq!(shown(), [1, 1, 1]);
}
