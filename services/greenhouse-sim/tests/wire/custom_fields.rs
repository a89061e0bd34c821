//! Custom fields set up and changed through the API.

use serde_json::{Value, json};

use crate::client::Sim;

fn field() -> Value {
    json!({
        "name": "Intrro tier", "field_type": "candidate", "value_type": "single_select",
        "custom_field_options": [{"name": "Gold", "sort_order": 0}, {"name": "Silver", "sort_order": 1}],
    })
}

#[test]
fn a_new_field_stands_unset_on_every_candidate() {
    let sim = Sim::start();
    let (ann, _) = sim.candidate("Ann", "ann@mail.example");
    let answer = sim.post("/v3/custom_fields", &field());
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.json()["name_key"], "intrro_tier");
    let id = answer.json()["id"].as_i64().unwrap();
    let row = sim.get(&format!("/v3/candidates?ids={ann}")).json()[0].clone();
    assert_eq!(
        row["custom_fields"]["intrro_tier"],
        json!({"name": "Intrro tier", "type": "single_select", "value": null})
    );
    let options = sim.get(&format!("/v3/custom_field_options?custom_field_ids={id}"));
    assert_eq!(options.json()[1]["name"], "Gold");
    assert_eq!(
        sim.get("/v3/custom_field_options?custom_field_key=intrro_tier")
            .ids(),
        options.ids()
    );
    assert_eq!(
        sim.get("/v3/custom_fields?name_key=intrro_tier").ids(),
        [id]
    );
    assert_eq!(sim.get("/v3/custom_fields?field_type=person").status, 422);
}

#[test]
fn renamed_fields_and_options_show_in_values_under_the_old_key() {
    let sim = Sim::start();
    let (ann, _) = sim.candidate("Ann", "ann@mail.example");
    let id = sim.post("/v3/custom_fields", &field()).json()["id"].clone();
    let edit = json!({"custom_fields": [{"name_key": "intrro_tier", "value": "Gold"}]});
    sim.patch(&format!("/v3/candidates/{ann}"), &edit);
    let options = sim.get(&format!("/v3/custom_field_options?custom_field_ids={id}"));
    let gold = options.ids()[1];
    let renamed = sim.patch(
        &format!("/v3/custom_field_options/{gold}"),
        &json!({"name": "Platinum"}),
    );
    assert_eq!(renamed.status, 200, "{}", renamed.text);
    assert_eq!(
        sim.patch(&format!("/v3/custom_fields/{id}"), &json!({"name": "Tier"}))
            .status,
        200
    );
    let row = sim.get(&format!("/v3/candidates?ids={ann}")).json()[0].clone();
    assert_eq!(
        row["custom_fields"]["intrro_tier"],
        json!({"name": "Tier", "type": "single_select", "value": "Platinum"})
    );
    let archived = sim.patch(
        &format!("/v3/custom_fields/{id}"),
        &json!({"active": false}),
    );
    assert_eq!(archived.json()["active"], false);
    let row = sim.get(&format!("/v3/candidates?ids={ann}")).json()[0].clone();
    assert!(row["custom_fields"].get("intrro_tier").is_none());
    assert_eq!(
        sim.patch(&format!("/v3/candidates/{ann}"), &edit).status,
        422
    );
}

#[test]
fn an_option_is_added_once() {
    let sim = Sim::start();
    let field = sim.get("/v3/custom_fields?name_key=intrro_status").ids()[0];
    let option =
        json!({"custom_field_id": field, "name": "Paused", "sort_order": 9, "external_id": "P"});
    let made = sim.post("/v3/custom_field_options", &option);
    assert_eq!((made.status, &made.json()["active"]), (201, &json!(true)));
    assert_eq!(sim.post("/v3/custom_field_options", &option).status, 422);
    let path = format!("/v3/custom_field_options/{}", made.json()["id"]);
    assert_eq!(
        sim.patch(&path, &json!({"external_id": null})).json()["external_id"],
        json!(null)
    );
    assert_eq!(sim.patch(&path, &json!({"name": "Hired"})).status, 422);
    assert_eq!(
        sim.patch("/v3/custom_field_options/1", &json!({"name": "X"}))
            .status,
        404
    );
    assert_eq!(
        sim.patch("/v3/custom_fields/1", &json!({"name": "X"}))
            .status,
        404
    );
}

#[test]
fn definitions_that_do_not_fit_are_422() {
    let sim = Sim::start();
    let text = json!({"name": "X", "field_type": "candidate", "value_type": "short_text"});
    let with = |key: &str, value: Value| {
        let mut body = text.clone();
        body[key] = value;
        body
    };
    let table = [
        json!({"name": "X", "field_type": "candidate"}),
        with("name", json!("")),
        with("name", json!("Intrro status")),
        with("field_type", json!("person")),
        with("value_type", json!("json")),
        with("value_type", json!("single_select")),
        with("required", json!(true)),
        with("trigger_new_version", json!(true)),
        with("api_only", json!(true)),
        with("priority", json!(1)),
        with("name_key", json!("x")),
        with(
            "custom_field_options",
            json!([{"name": "A", "sort_order": 0}]),
        ),
        json!({"name": "X", "field_type": "candidate", "value_type": "multi_select",
               "custom_field_options": [{"name": "A"}]}),
        json!({"name": "X", "field_type": "user_attribute", "value_type": "short_text"}),
    ];
    for body in table {
        let answer = sim.post("/v3/custom_fields", &body);
        assert_eq!(answer.status, 422, "{body}: {}", answer.text);
    }
    assert_eq!(sim.post("/v3/custom_fields", &text).status, 201);
    let offer = with("field_type", json!("offer"));
    assert_eq!(
        sim.post("/v3/custom_fields", &offer).json()["private"],
        true
    );
}

#[test]
fn values_that_are_not_what_the_field_holds_are_422() {
    let sim = Sim::start();
    let (ann, _) = sim.candidate("Ann", "ann@mail.example");
    let mentor = json!({"name": "Mentor", "field_type": "candidate", "value_type": "user"});
    assert_eq!(sim.post("/v3/custom_fields", &mentor).status, 201);
    let edit = |items: Value| {
        let body = json!({ "custom_fields": items });
        sim.patch(&format!("/v3/candidates/{ann}"), &body).status
    };
    let admin = sim.sim.access().site_admin_id;
    assert_eq!(edit(json!([{"name_key": "mentor", "value": admin}])), 200);
    let service = sim.get("/v3/users?show_service_accounts=true").json();
    let mut users = service.as_array().unwrap().iter();
    let service = users.find(|user| user["first_name"] == "Harvest").unwrap();
    let once = json!({"name_key": "intrro_referrer", "value": "Emil"});
    for items in [
        json!([{"name_key": "mentor", "value": 999}]),
        json!([{"name_key": "mentor", "value": service["id"]}]),
        json!([{"name_key": "desired_salary", "value": {"amount": [], "currency_code": "EUR"}}]),
        json!([{"name_key": "desired_salary", "value": {"amount": 1, "currency_code": "***"}}]),
        json!([once, once]),
    ] {
        assert_eq!(edit(items.clone()), 422, "{items}");
    }
}

#[test]
fn rich_text_is_shown_and_cannot_be_written_back() {
    let sim = Sim::start();
    let (ann, _) = sim.candidate("Ann", "ann@mail.example");
    let recruiter = sim.sim.recruiter();
    recruiter
        .write_rich_text(ann, "Story", "<b>Hi</b>")
        .unwrap();
    let shown = || {
        sim.get(&format!("/v3/candidates?ids={ann}")).json()[0]["custom_fields"]["story"].clone()
    };
    let story = json!({"name": "Story", "type": "rich_text", "value": "<b>Hi</b>"});
    assert_eq!(shown(), story);
    let again = json!({"custom_fields": [{"name_key": "story", "value": "<b>Hi</b>"}]});
    let path = format!("/v3/candidates/{ann}");
    assert_eq!(sim.patch(&path, &again).status, 422);
    assert_eq!(shown(), story);
    // Whoever leaves it out takes it away.
    let other = json!({"custom_fields": [{"name_key": "work_remotely", "value": true}]});
    assert_eq!(sim.patch(&path, &other).status, 200);
    assert_eq!(shown()["value"], Value::Null);
    assert!(recruiter.write_rich_text(0, "Other", "").is_err());
}
