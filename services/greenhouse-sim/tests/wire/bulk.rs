//! Users made in bulk.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{NONE, Sim};

fn user(email: &str) -> Value {
    json!({"first_name": "New", "last_name": "Person", "primary_email": email})
}

#[test]
fn users_come_later_and_only_counts_tell_of_them() {
    let sim = Sim::with(|config| config.settings.bulk_delay = Duration::from_secs(3600));
    let data = [
        user("new.person@acme.example"),
        user("ADA.admin@acme.example"),
    ];
    let asked = sim.post("/v3/users/bulk", &json!({ "data": data }));
    assert_eq!(asked.status, 202, "{}", asked.text);
    assert_eq!(asked.json()["status"], "building");
    let uuid = asked.json()["bulk_action_uuid"]
        .as_str()
        .unwrap()
        .to_owned();
    let status = || sim.get(&format!("/v3/bulk_requests/{uuid}")).json();
    assert_eq!(
        (&status()["record_count"], &status()["completed_at"]),
        (&json!(2), &json!(null))
    );
    assert_eq!(
        sim.get("/v3/users?primary_email=new.person@acme.example")
            .ids(),
        NONE
    );
    sim.sim
        .configure(|settings| settings.clock_offset_ms = 3_599_000);
    assert_eq!(sim.get("/v3/bulk_requests?active=true").ids().len(), 1);
    sim.sim.configure(|settings| {
        settings.clock_offset_ms = 0;
        settings.bulk_delay = Duration::ZERO;
    });
    let again = sim.post(
        "/v3/users/bulk",
        &json!({"data": [user("other@acme.example")]}),
    );
    let uuid = again.json()["bulk_action_uuid"]
        .as_str()
        .unwrap()
        .to_owned();
    let done = sim.get(&format!("/v3/bulk_requests/{uuid}")).json();
    assert_eq!(
        (&done["status"], &done["success_count"]),
        (&json!("completed"), &json!(1))
    );
    assert_eq!(
        sim.get("/v3/users?primary_email=other@acme.example")
            .ids()
            .len(),
        1
    );
}

#[test]
fn one_bad_row_does_not_stop_the_others() {
    let sim = Sim::with(|config| config.settings.bulk_delay = Duration::ZERO);
    let mut nowhere = user("nowhere@acme.example");
    nowhere["office_ids"] = json!([1]);
    let mut tagged = user("tagged@acme.example");
    tagged["interviewer_tag_ids"] = json!([1]);
    let data = [
        user("ada.admin@acme.example"),
        nowhere,
        tagged,
        user("fine@acme.example"),
    ];
    let uuid = sim.post("/v3/users/bulk", &json!({ "data": data })).json()["bulk_action_uuid"]
        .as_str()
        .unwrap()
        .to_owned();
    let done = sim.get(&format!("/v3/bulk_requests/{uuid}")).json();
    assert_eq!(
        (&done["success_count"], &done["failure_count"]),
        (&json!(1), &json!(3))
    );
    let made = sim.get("/v3/users?primary_email=fine@acme.example").json();
    assert_eq!(made[0]["site_admin"], false);
}

#[test]
fn bulk_requests_are_checked_and_counted() {
    let sim = Sim::with(|config| config.settings.bulk_delay = Duration::from_secs(3600));
    let table = [
        json!({}),
        json!({"data": []}),
        json!({"data": [{"first_name": "A"}]}),
        json!({"data": [user("no address")]}),
        json!({"data": [user("a@acme.example")], "async": true}),
        json!({"data": [user("a@acme.example")], "callback_url": "somewhere"}),
    ];
    for body in table {
        assert_eq!(sim.post("/v3/users/bulk", &body).status, 422, "{body}");
    }
    for number in 0..5 {
        let body = json!({"data": [user(&format!("u{number}@acme.example"))]});
        assert_eq!(sim.post("/v3/users/bulk", &body).status, 202);
    }
    let sixth = sim.post(
        "/v3/users/bulk",
        &json!({"data": [user("u6@acme.example")]}),
    );
    assert_eq!(sixth.status, 429);
    assert_eq!(
        sim.post("/v3/users", &user("single@acme.example")).status,
        404
    );
    assert_eq!(sim.get("/v3/bulk_requests/no-such-uuid").status, 404);
    let known = sim.get("/v3/bulk_requests?per_page=1").json();
    let path = format!(
        "/v3/bulk_requests/{}",
        known[0]["bulk_action_uuid"].as_str().unwrap()
    );
    assert_eq!(sim.get(&format!("{path}?fields=status")).status, 422);
    assert_eq!(sim.get(&path).status, 200);
}
