//! Custom field values: merged, deleted, and read in two ways.

use greenhouse_sim::v1::CurrencyKey;
use serde_json::{Value, json};

use super::V1;
use crate::client::Answer;

fn edit(v1: &V1, ann: i64, item: Value) -> Answer {
    let body = json!({"custom_fields": [item]});
    v1.patch(&format!("/v1/candidates/{ann}"), &body)
}

#[test]
fn a_write_changes_what_it_names_and_leaves_the_rest() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    let text = json!({"name_key": "intrro_referrer", "value": "Emil"});
    edit(&v1, ann, text);
    edit(
        &v1,
        ann,
        json!({"name_key": "intrro_status", "value": "Accepted"}),
    );
    let merged = v1.get(&format!("/v1/candidates/{ann}")).json();
    assert_eq!(merged["custom_fields"]["intrro_referrer"], "Emil");
    assert_eq!(merged["custom_fields"]["intrro_status"], "Accepted");
    let nothing = v1.patch(
        &format!("/v1/candidates/{ann}"),
        &json!({"custom_fields": []}),
    );
    let nothing = &nothing.json()[0];
    assert_eq!(nothing["custom_fields"]["intrro_status"], "Accepted");
    let gone = json!({"name_key": "intrro_status", "delete_value": "true"});
    let gone = &edit(&v1, ann, gone).json()[0];
    assert_eq!(gone["custom_fields"]["intrro_status"], Value::Null);
    assert_eq!(gone["custom_fields"]["intrro_referrer"], "Emil");
}

#[test]
fn values_stand_under_the_name_and_under_the_key() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    let shown = &edit(
        &v1,
        ann,
        json!({"name_key": "work_remotely", "value": true}),
    )
    .json()[0];
    assert_eq!(shown["custom_fields"]["works_remotely"], true);
    let keyed = json!({"name": "Works remotely", "type": "boolean", "value": true});
    assert_eq!(shown["keyed_custom_fields"]["work_remotely"], keyed);
    assert_eq!(shown["custom_fields"]["desired_salary"], Value::Null);
    assert_eq!(shown["keyed_custom_fields"]["desired_salary"], Value::Null);
}

#[test]
fn money_is_written_with_a_unit_and_read_under_either_key() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    let money = json!({"name_key": "desired_salary", "value": 80_000, "unit": "EUR"});
    let shown = &edit(&v1, ann, money).json()[0];
    let salary = &shown["custom_fields"]["desired_salary"];
    assert_eq!(salary, &json!({"amount": 80_000, "unit": "EUR"}));
    v1.sim
        .sim
        .configure(|settings| settings.v1.currency_key = CurrencyKey::Value);
    let shown = v1.get(&format!("/v1/candidates/{ann}")).json();
    let salary = &shown["custom_fields"]["desired_salary"];
    assert_eq!(salary, &json!({"value": 80_000, "unit": "EUR"}));
    let v3 = v1.sim.get(&format!("/v3/candidates?ids={ann}")).json();
    let money = &v3[0]["custom_fields"]["desired_salary"]["value"];
    assert_eq!(money, &json!({"amount": 80_000, "currency_code": "EUR"}));
}

#[test]
fn a_choice_is_an_option_by_id_or_by_exact_name() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    let named = edit(
        &v1,
        ann,
        json!({"name_key": "intrro_status", "value": "Hired"}),
    );
    assert_eq!(named.json()[0]["custom_fields"]["intrro_status"], "Hired");
    let candidate = v1.sim.sim.state().candidate(ann).unwrap();
    let values = candidate.custom_fields.unwrap();
    let option = values["intrro_status"].option_ids[0] - 1;
    let by_id = edit(
        &v1,
        ann,
        json!({"name_key": "intrro_status", "value": option}),
    );
    let by_id = &by_id.json()[0]["custom_fields"]["intrro_status"];
    assert_eq!(by_id, "Interviewing");
}

#[test]
fn items_that_do_not_fit_are_refused() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    for item in [
        json!({"name_key": "intrro_referrer", "value": ""}),
        json!({"name_key": "intrro_referrer", "value": null}),
        json!({"name_key": "intrro_referrer"}),
        json!({"name_key": "intrro_referrer", "value": 1}),
        json!({"name_key": "intrro_status", "value": "hired"}),
        json!({"name_key": "intrro_status", "delete_value": true}),
        json!({"name_key": "intrro_status", "delete_value": "true", "value": "Hired"}),
        json!({"name_key": "desired_salary", "value": 1}),
        json!({"name_key": "desired_salary", "value": "inf", "unit": "EUR"}),
        json!({"name_key": "desired_salary", "value": 1, "unit": "eur"}),
        json!({"name_key": "work_remotely", "value": "true"}),
        json!({"name_key": "notice_period", "value": "an application's"}),
        json!({"custom_field_id": 1, "value": "x"}),
        json!({"value": "x"}),
        json!("x"),
    ] {
        assert_eq!(edit(&v1, ann, item.clone()).status, 422, "{item}");
    }
}

#[test]
fn a_field_is_named_once() {
    let v1 = V1::start();
    let (ann, _) = v1.candidate("ann@mail.example");
    let item = json!({"name_key": "intrro_referrer", "value": "Emil"});
    let twice = json!({"custom_fields": [item, item]});
    let path = format!("/v1/candidates/{ann}");
    assert_eq!(v1.patch(&path, &twice).status, 422);
}
