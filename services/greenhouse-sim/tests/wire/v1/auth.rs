//! Keys, permissions, and whom a write is made for.

use greenhouse_sim::{
    OrganisationConfig,
    v1::{ActingUserMissing, PermissionMissing},
};
use serde_json::json;

use super::{V1, basic, id};

#[test]
fn without_a_working_key_every_path_is_401() {
    let v1 = V1::start();
    let key = v1.sim.sim.access().api_key;
    let bearer = format!("Bearer {}", v1.sim.token);
    let wrong = [
        Vec::new(),
        vec![("Authorization", basic("nobody", ""))],
        vec![("Authorization", basic(&key, "x"))],
        vec![("Authorization", basic(&key.to_uppercase(), ""))],
        vec![("Authorization", bearer)],
    ];
    for headers in wrong {
        for path in ["/v1/jobs", "/v1/nothing", "/v1", "/v2/users/disable"] {
            let answer = v1.raw("GET", path, &headers, "").unwrap();
            assert_eq!(answer.status, 401, "{headers:?} {path}");
            assert_eq!(
                answer.json(),
                json!({"message": "Invalid Basic Auth credentials"})
            );
        }
    }
    assert_eq!(v1.get("/v1/jobs").status, 200);
    for path in ["/v1/nothing", "/v2/users"] {
        let nowhere = v1.get(path);
        let words = json!({"message": "Resource not found"});
        assert_eq!((nowhere.status, nowhere.json()), (404, words));
    }
}

#[test]
fn a_key_may_do_what_it_was_given_and_nothing_else() {
    let v1 = V1::start();
    let key = v1.sim.sim.access().api_key;
    assert!(v1.sim.sim.set_permission(&key, "Sources: list", false));
    let refused = v1.get("/v1/sources");
    let words = json!({"message": "This API Key does not have permission for this endpoint"});
    assert_eq!((refused.status, refused.json()), (403, words.clone()));
    v1.sim.sim.configure(|settings| {
        settings.v1.permission_missing = PermissionMissing::Unauthorized;
    });
    let refused = v1.get("/v1/sources");
    assert_eq!((refused.status, refused.json()), (401, words));
    assert_eq!(v1.get("/v1/jobs").status, 200);
    assert!(v1.sim.sim.set_permission(&key, "Sources: list", true));
    assert_eq!(v1.get("/v1/sources").status, 200);
    assert!(!v1.sim.sim.set_permission(&key, "Sources: make up", true));
}

#[test]
fn a_key_that_was_deleted_opens_nothing_until_it_is_back() {
    let v1 = V1::start();
    let key = v1.sim.sim.access().api_key;
    assert!(v1.sim.sim.set_api_key(&key, false));
    assert_eq!(v1.get("/v1/jobs").status, 401);
    assert!(v1.sim.sim.set_api_key(&key, true));
    assert_eq!(v1.get("/v1/jobs").status, 200);
    assert!(!v1.sim.sim.set_api_key("nobody", true));
}

#[test]
fn a_write_is_made_for_a_user_by_number() {
    let v1 = V1::start();
    let admin = v1.sim.sim.access().site_admin_id;
    let gone = v1.user("E0007").to_string();
    let service = v1.sim.sim.state().users();
    let service = service.iter().find(|user| user.service_account).unwrap();
    let service = service.meta.id.to_string();
    let tag = json!({"name": "x"});
    for nobody in ["1", "ada.admin@acme.example", "", "x", &gone, &service] {
        let answer = v1.post_for(Some(nobody), "/v1/tags/candidate", &tag);
        assert_eq!(answer.status, 404, "{nobody}");
        assert_eq!(answer.json(), json!({"message": "Resource not found"}));
    }
    let answer = v1.post_for(Some(&admin.to_string()), "/v1/tags/candidate", &tag);
    assert_eq!(answer.status, 201);
}

#[test]
fn a_write_for_nobody_is_404_or_422() {
    let v1 = V1::start();
    let tag = json!({"name": "x"});
    let answer = v1.post_for(None, "/v1/tags/candidate", &tag);
    assert_eq!(answer.status, 404);
    v1.sim.sim.configure(|settings| {
        settings.v1.acting_user_missing = ActingUserMissing::Unprocessable;
    });
    let answer = v1.post_for(None, "/v1/tags/candidate", &tag);
    assert_eq!(answer.status, 422);
    assert_eq!(answer.json()["errors"][0]["field"], "On-Behalf-Of");
    assert_eq!(v1.sim.sim.state().counts().candidate_tags, 0);
}

#[test]
fn reads_are_made_for_nobody_whatever_the_header_says() {
    let v1 = V1::start();
    let key = basic(&v1.sim.sim.access().api_key, "");
    let headers = [
        ("Authorization", key),
        ("On-Behalf-Of", "nobody".to_owned()),
    ];
    assert_eq!(v1.raw("GET", "/v1/jobs", &headers, "").unwrap().status, 200);
}

#[test]
fn a_get_with_a_body_is_403() {
    let v1 = V1::start();
    let key = basic(&v1.sim.sim.access().api_key, "");
    let headers = [("Authorization", key)];
    let answer = v1.raw("GET", "/v1/jobs", &headers, "{}").unwrap();
    assert_eq!(answer.status, 403);
}

#[test]
fn key_and_client_of_an_organisation_see_the_same_and_others_nothing() {
    let v1 = V1::with(|config| {
        let other = OrganisationConfig::named("globex");
        config.organisations.push(other);
    });
    let (candidate, application) = v1.candidate("ann@mail.example");
    let path = format!("/v3/candidates?ids={candidate}");
    assert_eq!(v1.sim.get(&path).ids(), [candidate]);
    let (theirs, _) = v1.sim.candidate("Bo", "bo@mail.example");
    let seen = v1.get(&format!("/v1/candidates/{theirs}"));
    assert_eq!(id(&seen.json()), theirs);
    let key = basic(&v1.sim.sim.all_access()[1].api_key, "");
    let path = format!("/v1/applications/{application}");
    let foreign = v1.raw("GET", &path, &[("Authorization", key)], "");
    assert_eq!(foreign.unwrap().status, 404);
}

#[test]
fn a_key_sees_confidential_jobs_but_not_everybody_may_write_to_them() {
    let v1 = V1::start();
    let secret = v1.job("Chief Something Officer");
    assert_eq!(v1.get(&format!("/v1/jobs/{secret}")).status, 200);
    let mut person = v1.person("ann@mail.example");
    person["applications"] = json!([{"job_id": secret}]);
    let refused = v1.post("/v1/candidates", &person);
    assert_eq!(refused.status, 422, "{}", refused.text);
}
