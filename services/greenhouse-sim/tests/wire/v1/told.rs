//! What webhooks tell of what only v1 writes, in shapes that are neither v1's nor v3's.

use serde_json::{Value, json};

use super::{V1, id};
use crate::webhooks::{settled, subscribed};

/// A new field; returns its key.
fn field(v1: &V1, name: &str, field_type: &str, value_type: &str) -> String {
    let body = json!({"name": name, "field_type": field_type, "value_type": value_type});
    let made = v1.post("/v1/custom_fields", &body).json();
    made[0]["name_key"].as_str().unwrap().to_owned()
}

/// What the one event that came tells.
fn told(v1: &V1, events: &[&str], act: impl FnOnce()) -> Value {
    let endpoint = subscribed(&v1.sim, events);
    act();
    settled(&v1.sim);
    let arrived = endpoint.take();
    assert_eq!(arrived.len(), 1);
    arrived[0].json()["payload"].clone()
}

#[test]
fn values_have_the_shapes_of_webhooks() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    let range = field(&v1, "Pay", "candidate", "currency_range");
    let user = field(&v1, "Mentor", "candidate", "user");
    let rita = v1.user("E0002");
    let values = json!({"custom_fields": [
        {"name_key": "desired_salary", "value": 80_000, "unit": "EUR"},
        {"name_key": range, "min_value": 1, "max_value": "2", "unit": "USD"},
        {"name_key": user, "value": rita},
    ]});
    let payload = told(&v1, &["update_candidate"], || {
        let edited = v1.patch(&format!("/v1/candidates/{ann}"), &values);
        assert_eq!(edited.status, 200, "{}", edited.text);
    });
    let told = &payload["candidate"]["custom_fields"];
    let money = json!({"amount": 80_000, "unit": "EUR"});
    assert_eq!(told["desired_salary"]["value"], money);
    let bounds = json!({"unit": "USD", "min_value": "1", "max_value": "2"});
    assert_eq!(told[range]["value"], bounds);
    let rita = json!({
        "user_id": rita,
        "name": "Rita Recruiter",
        "email": "rita.recruiter@acme.example",
        "employee_id": "E0002",
    });
    assert_eq!(told[user]["value"], rita);
}

#[test]
fn who_looks_after_somebody_and_where_they_worked_is_told() {
    let v1 = V1::start();
    let mut ann = v1.person("ann@mail.example");
    ann["recruiter"] = json!({"id": v1.user("E0002")});
    ann["employments"] = json!([
        {"company_name": "A", "title": "B", "start_date": "2007-09-15T00:00:00Z"},
    ]);
    let payload = told(&v1, &["new_candidate_application"], || {
        assert_eq!(v1.post("/v1/candidates", &ann).status, 200);
    });
    let candidate = &payload["application"]["candidate"];
    assert_eq!(
        candidate["recruiter"]["email"],
        "rita.recruiter@acme.example"
    );
    assert_eq!(candidate["coordinator"], Value::Null);
    let worked = json!([
        {"company_name": "A", "title": "B", "start_date": "09/15/2007", "end_date": null},
    ]);
    assert_eq!(candidate["employments"], worked);
    let ann = candidate["id"].as_i64().unwrap();
    let payload = told(&v1, &["delete_candidate"], || {
        v1.sim.sim.recruiter().delete_candidate(ann).unwrap();
    });
    assert_eq!(payload["person"]["recruiter_user_id"], v1.user("E0002"));
}

#[test]
fn a_prospect_is_told_of_with_their_custom_fields() {
    let v1 = V1::start();
    let values = json!([{"name_key": "notice_period", "value": "A month"}]);
    let body = json!({
        "first_name": "Pia", "last_name": "Prospect",
        "application": {"custom_fields": values},
    });
    let payload = told(&v1, &["new_prospect_application"], || {
        assert_eq!(v1.post("/v1/prospects", &body).status, 200);
    });
    let told = &payload["application"];
    assert_eq!(told["custom_fields"]["notice_period"]["value"], "A month");
    assert_eq!(told["candidate"].get("url"), None);
}

#[test]
fn answers_about_a_rejection_are_told() {
    let v1 = V1::start();
    let (_, application) = v1.candidate("ann@mail.example");
    let key = field(&v1, "Why", "rejection_question", "short_text");
    v1.sim.sim.recruiter().reject(application, None).unwrap();
    let answers =
        json!({"rejection_details": {"custom_fields": [{"name_key": key, "value": "Far"}]}});
    let payload = told(&v1, &["application_updated"], || {
        let edited = v1.patch(&format!("/v1/applications/{application}"), &answers);
        assert_eq!(id(&edited.json()), application);
    });
    let details = &payload["application"]["rejection_details"];
    assert_eq!(details["custom_fields"][key]["value"], "Far");
}
