//! Adding users.

use serde_json::{Value, json};

use super::{V1, id};

fn newcomer() -> Value {
    json!({"first_name": "Nils", "last_name": "New", "email": "nils@acme.example"})
}

#[test]
fn a_user_is_added_with_places_by_id_or_by_external_id() {
    let v1 = V1::start();
    let mut body = newcomer();
    body["office_ids"] = json!(v1.get("/v1/offices?external_id=O-BER").ids());
    body["external_department_ids"] = json!(["D-SAL"]);
    let answer = v1.post("/v1/users", &body);
    assert_eq!(answer.status, 200, "{}", answer.text);
    let made = answer.json();
    assert_eq!(
        (&made["site_admin"], &made["disabled"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(made["offices"][0]["name"], "Berlin");
    assert_eq!(made["departments"][0]["name"], "Sales");
    assert!(made["custom_fields"].is_object());
    let found = v1.get("/v1/users?email=nils@acme.example");
    assert_eq!(found.ids(), [id(&made)]);
}

#[test]
fn a_user_somebody_else_already_is_or_nobody_can_be_is_422() {
    let v1 = V1::start();
    for (key, value) in [
        ("email", json!("RITA.recruiter@acme.example")),
        ("email", json!("nobody")),
        ("office_ids", json!([1])),
        ("external_office_ids", json!(["nowhere"])),
        ("site_admin", json!(true)),
        (
            "custom_fields",
            json!([{"name_key": "nothing", "value": 1}]),
        ),
    ] {
        let mut body = newcomer();
        body[key] = value;
        assert_eq!(v1.post("/v1/users", &body).status, 422, "{key}");
    }
    let mut both = newcomer();
    both["office_ids"] = json!([]);
    both["external_office_ids"] = json!([]);
    assert_eq!(v1.post("/v1/users", &both).status, 422);
    assert_eq!(v1.post("/v1/users", &json!({})).status, 422);
}

#[test]
fn employee_numbers_belong_to_some_subscriptions() {
    let v1 = V1::start();
    let mut body = newcomer();
    body["employee_id"] = json!("E1000");
    v1.sim
        .sim
        .configure(|settings| settings.v1.employee_ids = false);
    assert_eq!(v1.post("/v1/users", &body).status, 422);
    v1.sim
        .sim
        .configure(|settings| settings.v1.employee_ids = true);
    assert_eq!(v1.post("/v1/users", &body).status, 200);
}

#[test]
fn only_site_admins_add_users() {
    let v1 = V1::start();
    let engineer = v1.user("E0005").to_string();
    let refused = v1.post_for(Some(&engineer), "/v1/users", &newcomer());
    assert_eq!(refused.status, 403);
}
