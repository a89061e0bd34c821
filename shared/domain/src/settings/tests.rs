use serde_json::json;

use super::*;

fn check(changes: Value) -> Result<Settings, WrongSetting> {
    Settings::check(&json!({}), changes.as_object().unwrap())
}

#[test]
fn nothing_stored_means_the_defaults() {
    for stored in [json!({}), json!(null), json!([1])] {
        assert_eq!(Settings::of_stored(&stored), Settings::default());
    }
    let settings = Settings::default();
    assert_eq!(settings.poll_interval(), Duration::from_secs(60));
    assert_eq!(settings.jobs_interval(), Duration::from_secs(600));
    assert_eq!(settings.jobs_full_interval(), Duration::from_secs(86_400));
    assert!(settings.tags && settings.introduction_status_field);
}

#[test]
fn what_another_version_stored_is_passed_over() {
    let stored = json!({"poll_interval_seconds": 30, "tags": "sometimes", "colour": "green", "import_as": "employee"});
    let expected = Settings {
        poll_interval_seconds: 30,
        ..Settings::default()
    };
    assert_eq!(Settings::of_stored(&stored), expected);
}

#[test]
fn every_setting_can_be_chosen() {
    let settings = check(json!({
        "poll_interval_seconds": 1, "jobs_interval_seconds": 86400, "jobs_full_interval_seconds": 3600,
        "import_as": "prospect", "prospect_pool_id": 7, "prospect_pool_stage_id": "8", "referrer_unknown": "outside",
        "tags": false, "note_visibility": "admin_only", "phases": {" Culture Chat ": "INTERVIEW"},
        "several_matches": "hold", "introduction_status_field": true, "introduction_fields": true,
        "introduction_wait_seconds": 30,
    }));
    let settings = settings.unwrap();
    assert_eq!(settings.prospect_pool_stage_id, Some(8));
    assert_eq!(settings.several_matches, SeveralMatches::Hold);
    assert_eq!(settings.phase_of("culture chat"), Some(Phase::Interview));
    assert_eq!(settings.phase_of("Offer"), None);
    let shown = serde_json::to_value(&settings).unwrap();
    assert_eq!(Settings::of_stored(&shown), settings);
}

#[test]
fn a_wrong_value_is_refused_with_its_name_and_form() {
    for (name, value) in [
        ("poll_interval_seconds", json!(0)),
        ("poll_interval_seconds", json!(86_401)),
        ("poll_interval_seconds", json!("60")),
        ("jobs_interval_seconds", json!(1.5)),
        ("import_as", json!("employee")),
        ("prospect_pool_id", json!(-1)),
        ("tags", json!("yes")),
        ("phases", json!({"Offer": "WON"})),
        ("phases", json!({"Hired": "HIRED"})),
        ("phases", json!({" ": "OFFER"})),
        ("phases", json!({"Offer\0": "OFFER"})),
        ("phases", json!({"Offer": null})),
        ("several_matches", json!("null")),
    ] {
        let wrong = check(json!({ name: value })).unwrap_err();
        assert_eq!(wrong.field, format!("settings.{name}"));
        assert!(wrong.reason.starts_with("is "), "{wrong}");
    }
}

#[test]
fn an_unknown_setting_is_refused_with_the_name_that_was_meant() {
    let wrong = check(json!({"pol_interval_seconds": 30})).unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "settings.pol_interval_seconds is not a setting; did you mean poll_interval_seconds?"
    );
    let wrong = check(json!({"x": null})).unwrap_err();
    assert!(wrong.reason.contains("there are poll_interval_seconds, "));
    assert!(check(json!({"x".repeat(100_000): 1})).is_err());
}

#[test]
fn a_null_puts_back_the_default() {
    let stored = json!({"tags": false, "poll_interval_seconds": 5});
    let changes = json!({"tags": null});
    let settings = Settings::check(&stored, changes.as_object().unwrap()).unwrap();
    assert!(settings.tags);
    assert_eq!(settings.poll_interval_seconds, 5);
}

#[test]
fn a_stage_of_a_pool_needs_the_pool() {
    let wrong = check(json!({"prospect_pool_stage_id": 8})).unwrap_err();
    assert_eq!(wrong.field, "settings.prospect_pool_stage_id");
    let stored = json!({"prospect_pool_id": 7});
    let changes = json!({"prospect_pool_stage_id": 8});
    assert!(Settings::check(&stored, changes.as_object().unwrap()).is_ok());
}
