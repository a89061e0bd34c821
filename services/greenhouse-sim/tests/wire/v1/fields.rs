//! Custom fields and their options: odd paths, odd answers.

use serde_json::{Value, json};

use super::{V1, id, link};
use crate::client::NONE;

fn select(name: &str) -> Value {
    json!({
        "name": name,
        "field_type": "candidate",
        "value_type": "single_select",
        "custom_field_options": [
            {"name": "Yes", "priority": 0},
            {"name": "No", "priority": 1, "external_id": "no"},
        ],
    })
}

#[test]
fn fields_are_listed_by_type_and_one_alone_is_under_a_singular_path() {
    let v1 = V1::start();
    let fields = v1.get("/v1/custom_fields/candidate").json();
    let status = fields.as_array().unwrap().iter();
    let status = status
        .clone()
        .find(|field| field["name_key"] == "intrro_status");
    let status = status.unwrap();
    assert_eq!(status["custom_field_options"].as_array().unwrap().len(), 5);
    let one = v1.get(&format!("/v1/custom_field/{}", id(status)));
    assert_eq!(&one.json(), status);
    assert_eq!(
        v1.get(&format!("/v1/custom_fields/{}", id(status))).status,
        404
    );
    assert_eq!(v1.get("/v1/custom_fields/planet").status, 404);
    assert_eq!(v1.get("/v1/custom_fields/offer").ids(), NONE);
}

#[test]
fn this_list_leads_only_onward() {
    let v1 = V1::start();
    let first = v1.get("/v1/custom_fields/candidate?per_page=2");
    assert_eq!(link(&first, "last"), None);
    let mut ids = first.ids();
    let mut next = link(&first, "next");
    while let Some(path) = next {
        let page = v1.get(&path);
        ids.extend(page.ids());
        next = link(&page, "next");
    }
    assert_eq!(ids, v1.get("/v1/custom_fields/candidate").ids());
    assert!(ids.is_sorted());
    let numbered = v1.get("/v1/custom_fields/candidate?page=2");
    assert_eq!(numbered.status, 422);
}

#[test]
fn what_is_made_is_answered_as_a_list_of_one() {
    let v1 = V1::start();
    let answer = v1.post("/v1/custom_fields", &select("Likes Tea?"));
    assert_eq!(answer.status, 201, "{}", answer.text);
    let made = &answer.json()[0];
    assert_eq!(
        (&made["name_key"], &made["active"]),
        (&json!("likes_tea_"), &json!(true))
    );
    assert_eq!(made["custom_field_options"][1]["external_id"], "no");
    let path = format!("/v1/custom_fields/{}", id(made));
    let edited = v1.patch(&path, &json!({"name": "Likes coffee", "private": true}));
    assert_eq!(edited.status, 200);
    let edited = &edited.json()[0];
    assert_eq!(edited["name"], "Likes coffee");
    assert_eq!(edited["name_key"], "likes_tea_");
    let (ann, _) = v1.candidate("ann@mail.example");
    let shown = v1.get(&format!("/v1/candidates/{ann}")).json();
    assert!(shown["custom_fields"].get("likes_coffee").is_some());
    assert!(shown["keyed_custom_fields"].get("likes_tea_").is_some());
}

#[test]
fn fields_nobody_could_have_are_422() {
    let v1 = V1::start();
    for (key, value) in [
        ("name", json!("Intrro status")),
        ("name", json!("")),
        ("field_type", json!("planet")),
        ("value_type", json!("rich_text")),
        ("value_type", json!("short_text")),
        ("custom_field_options", json!([])),
        ("custom_field_options", json!([{"name": "Yes"}])),
        ("required", json!(true)),
        ("trigger_new_version", json!(true)),
        ("expose_in_job_board_api", json!(true)),
        ("office_ids", json!([1])),
        ("name_key", json!("mine")),
        ("template_token_string", json!("{{X}}")),
    ] {
        let mut body = select("Likes tea");
        body[key] = value;
        let answer = v1.post("/v1/custom_fields", &body);
        assert_eq!(answer.status, 422, "{key}: {}", answer.text);
    }
    let text = json!({"name": "T", "field_type": "user_attribute", "value_type": "short_text"});
    assert_eq!(v1.post("/v1/custom_fields", &text).status, 422);
    assert_eq!(v1.patch("/v1/custom_fields/1", &json!({})).status, 404);
}

#[test]
fn only_site_admins_set_up_fields() {
    let v1 = V1::start();
    let engineer = v1.user("E0005").to_string();
    let refused = v1.post_for(Some(&engineer), "/v1/custom_fields", &select("Tea"));
    assert_eq!(refused.status, 403);
}

#[test]
fn options_are_added_without_a_word_about_their_ids() {
    let v1 = V1::start();
    let field = id(&v1.post("/v1/custom_fields", &select("Tea")).json()[0]);
    let path = format!("/v1/custom_field/{field}/custom_field_options");
    let more =
        json!({"options": [{"name": "Maybe", "priority": 2}, {"name": "Yes", "priority": 9}]});
    let answer = v1.post(&path, &more);
    assert_eq!(
        (answer.status, answer.json()),
        (201, json!({"success": true}))
    );
    let options = v1.get(&path).json();
    let names: Vec<_> = options.as_array().unwrap().iter().collect();
    assert_eq!(names.len(), 3, "the one that was there is passed over");
    assert_eq!(names[0]["priority"], 0, "and not changed");
    assert_eq!(v1.get(&format!("{path}?type=inactive")).ids(), NONE);
    assert_eq!(v1.get(&format!("{path}?type=all")).ids().len(), 3);
    assert_eq!(v1.get(&format!("{path}?type=some")).status, 422);
    assert_eq!(
        v1.get("/v1/custom_field/1/custom_field_options").status,
        404
    );
}

#[test]
fn options_are_edited_together_or_not_at_all() {
    let v1 = V1::start();
    let field = id(&v1.post("/v1/custom_fields", &select("Tea")).json()[0]);
    let path = format!("/v1/custom_field/{field}/custom_field_options");
    let ids = v1.get(&path).ids();
    let edit = |options: Value| v1.patch(&path, &json!({ "options": options }));
    let taken = edit(json!([{"id": ids[0], "priority": 7}, {"id": ids[1], "name": "Yes"}]));
    assert_eq!(taken.status, 422);
    assert_eq!(edit(json!([{"id": 1, "name": "X"}])).status, 422);
    assert_eq!(v1.get(&path).json()[0]["priority"], 0);
    let good = edit(json!([{"id": ids[1], "name": "Never", "external_id": null}]));
    assert_eq!((good.status, good.json()), (200, json!({"success": true})));
    let changed = &v1.get(&path).json()[1];
    assert_eq!(
        (&changed["name"], &changed["external_id"]),
        (&json!("Never"), &Value::Null)
    );
}

#[test]
fn options_come_one_at_least_and_not_on_an_archived_field() {
    let v1 = V1::start();
    let options = json!([{"name": "A", "priority": 0}]);
    let field = json!({
        "name": "Tier", "field_type": "candidate", "value_type": "single_select",
        "custom_field_options": options,
    });
    let mut twice = field.clone();
    twice["custom_field_options"] = json!([options[0], options[0]]);
    assert_eq!(v1.post("/v1/custom_fields", &twice).status, 422);
    let made = v1.post("/v1/custom_fields", &field);
    assert_eq!(made.status, 201, "the refused one left nothing behind");
    let field = id(&made.json()[0]);
    let path = format!("/v1/custom_field/{field}/custom_field_options");
    let none = json!({"options": []});
    assert_eq!(v1.post(&path, &none).status, 422);
    assert_eq!(v1.patch(&path, &none).status, 422);
    let archived = v1.sim.patch(
        &format!("/v3/custom_fields/{field}"),
        &json!({"active": false}),
    );
    assert_eq!(archived.status, 200);
    let more = json!({"options": [{"name": "B", "priority": 1}]});
    assert_eq!(v1.post(&path, &more).status, 422);
}
