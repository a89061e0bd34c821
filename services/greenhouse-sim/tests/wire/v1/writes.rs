//! Notes and tags.

use serde_json::json;

use super::{V1, id};

#[test]
fn a_note_is_answered_with_its_author_and_in_two_spellings() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    let path = format!("/v1/candidates/{ann}/activity_feed/notes");
    let note = json!({"user_id": v1.user("E0002"), "body": "Hello", "visibility": "admin_only"});
    let answer = v1.post(&path, &note);
    assert_eq!(answer.status, 200);
    let made = answer.json();
    assert_eq!(made["user"]["name"], "Rita Recruiter");
    assert_eq!(
        (&made["visiblity"], &made["visibility"]),
        (&json!("admin_only"), &json!("admin_only"))
    );
    assert_eq!(made["private"], true);
    let stored = v1.sim.sim.state().notes_of(ann);
    assert_eq!(stored[0].visibility.as_deref(), Some("admin_only_visible"));
}

#[test]
fn a_note_needs_a_candidate_an_author_a_text_and_an_audience() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    let path = format!("/v1/candidates/{ann}/activity_feed/notes");
    let author = v1.user("E0002");
    let bodyless = v1.post(&path, &json!({"user_id": author, "visibility": "public"}));
    let words = json!({"errors": [{"message": "Missing required field: body", "field": "body"}]});
    assert_eq!((bodyless.status, bodyless.json()), (422, words));
    let stranger = json!({"user_id": 1, "body": "x", "visibility": "public"});
    assert_eq!(v1.post(&path, &stranger).status, 404);
    let loud = json!({"user_id": author, "body": "x", "visibility": "publicly_visible"});
    assert_eq!(v1.post(&path, &loud).status, 422);
    let note = json!({"user_id": author, "body": "x", "visibility": "public"});
    let orphan = v1.post("/v1/candidates/1/activity_feed/notes", &note);
    assert_eq!(orphan.status, 404);
}

#[test]
fn notes_cannot_be_read_back_with_what_is_granted() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    let path = format!("/v1/candidates/{ann}/activity_feed");
    assert_eq!(v1.get(&path).status, 403);
    let key = v1.sim.sim.access().api_key;
    let permission = "Candidates: retrieve activity feed";
    assert!(v1.sim.sim.set_permission(&key, permission, true));
    assert_eq!(v1.get(&path).json()["notes"], json!([]));
}

#[test]
fn a_tag_that_exists_in_any_case_is_answered_with_200() {
    let v1 = V1::start();
    let made = v1.post("/v1/tags/candidate", &json!({"name": "Intrro"}));
    assert_eq!(made.status, 201);
    let again = v1.post("/v1/tags/candidate", &json!({"name": "INTRRO"}));
    assert_eq!((again.status, again.json()), (200, made.json()));
    assert_eq!(v1.get("/v1/tags/candidate").json(), json!([made.json()]));
    assert_eq!(v1.post("/v1/tags/candidate", &json!({})).status, 422);
}

#[test]
fn a_tag_can_be_applied_twice() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    let tag = id(&v1
        .post("/v1/tags/candidate", &json!({"name": "Intrro"}))
        .json());
    let path = format!("/v1/candidates/{ann}/tags/{tag}");
    for _ in 0..2 {
        let answer = v1.put(&path);
        assert_eq!(answer.status, 200, "{}", answer.text);
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with(&format!("Tag {tag}, 'Intrro', has been applied")));
    }
    assert_eq!(v1.sim.sim.state().counts().applied_candidate_tags, 1);
    let seen = v1.get(&format!("/v1/candidates/{ann}")).json();
    assert_eq!(seen["tags"], json!(["Intrro"]));
    assert_eq!(v1.put(&format!("/v1/candidates/{ann}/tags/1")).status, 404);
    assert_eq!(v1.put(&format!("/v1/candidates/1/tags/{tag}")).status, 404);
}

#[test]
fn who_has_left_writes_no_notes() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    let users = v1.sim.sim.state().users();
    let path = format!("/v1/candidates/{ann}/activity_feed/notes");
    for user in users
        .iter()
        .filter(|user| user.deactivated || user.service_account)
    {
        let note = json!({"user_id": user.meta.id, "body": "x", "visibility": "public"});
        assert_eq!(v1.post(&path, &note).status, 404, "{:?}", user.name);
    }
}

#[test]
fn a_tag_is_applied_by_its_path_alone() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    let made = v1.post("/v1/tags/candidate", &json!({"name": "Intrro"}));
    let path = format!("/v1/candidates/{ann}/tags/{}", id(&made.json()));
    let body = v1.call("PUT", &path, Some(&json!({}))).unwrap();
    assert_eq!(body.status, 422);
    assert_eq!(v1.put(&format!("{path}?quietly=true")).status, 422);
    assert_eq!(v1.put(&path).status, 200);
}
