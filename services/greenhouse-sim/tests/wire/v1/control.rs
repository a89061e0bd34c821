//! What `/_sim/` does about v1.

use serde_json::{Value, json};

use super::V1;
use crate::client::{Answer, send};

fn control(v1: &V1, method: &str, path: &str, body: &Value) -> Answer {
    let path = format!("/_sim/{path}");
    let base = v1.sim.sim.api_url();
    send(&base, method, &path, &[], &body.to_string()).unwrap()
}

#[test]
fn keys_and_permissions_are_shown_and_changed() {
    let v1 = V1::start();
    let key = v1.sim.sim.access().api_key;
    let shown = control(&v1, "GET", "organisations", &json!({})).json();
    assert_eq!(shown[0]["api_key"], json!(key));
    let permissions = shown[0]["permissions"].as_array().unwrap();
    assert!(permissions.contains(&json!("Jobs: list")));
    let change = json!({"api_key": key, "permission": "Jobs: list", "granted": false});
    let changed = control(&v1, "POST", "permissions", &change);
    assert_eq!(changed.json(), json!({"changed": true}));
    assert_eq!(v1.get("/v1/jobs").status, 403);
    let unknown = json!({"api_key": key, "permission": "Jobs: close", "granted": false});
    assert_eq!(control(&v1, "POST", "permissions", &unknown).status, 409);
    let deleted = json!({"api_key": key, "works": false});
    assert_eq!(control(&v1, "POST", "api_keys", &deleted).status, 204);
    assert_eq!(v1.get("/v1/sources").status, 401);
    let nobody = json!({"api_key": "x", "works": false});
    assert_eq!(control(&v1, "POST", "api_keys", &nobody).status, 409);
    control(&v1, "POST", "reset", &json!({}));
    assert_eq!(v1.get("/v1/jobs").status, 200);
}

#[test]
fn every_setting_can_be_read_and_written_back() {
    let v1 = V1::start();
    let shown = control(&v1, "GET", "settings", &json!({})).json()["v1"].clone();
    let again = control(&v1, "PATCH", "settings", &json!({ "v1": shown }));
    assert_eq!((again.status, &again.json()["v1"]), (200, &shown));
    for (key, word) in [
        ("permission_missing", "unauthorized"),
        ("acting_user_missing", "unprocessable"),
        ("acting_user_denied", "not_found"),
        ("unknown_reference", "not_found"),
        ("create_status", "created"),
        ("patch_answer", "object"),
        ("single_page", "last_only"),
        ("order", "ascending"),
        ("unknown_parameters", "ignored"),
        ("currency_key", "value"),
    ] {
        let change = json!({"v1": {key: word}});
        let changed = control(&v1, "PATCH", "settings", &change).json();
        assert_eq!(changed["v1"][key], word, "{key}");
        let wrong = json!({"v1": {key: "sideways"}});
        assert_eq!(
            control(&v1, "PATCH", "settings", &wrong).status,
            409,
            "{key}"
        );
    }
    assert_eq!(v1.get("/v1/jobs?nonsense=1").status, 200);
}

#[test]
fn v1_can_be_switched_off_for_good_or_for_a_while() {
    let v1 = V1::start();
    let off = |status: u16| {
        control(
            &v1,
            "PATCH",
            "settings",
            &json!({"v1": {"switched_off": status}}),
        )
    };
    for status in [404, 410] {
        off(status);
        assert_eq!(v1.get("/v1/jobs").status, status);
        assert_eq!(v1.sim.get("/v3/jobs").status, 200);
    }
    off(0);
    assert_eq!(v1.get("/v1/jobs").status, 200);
}
