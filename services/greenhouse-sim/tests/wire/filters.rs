//! What the filters find.

use serde_json::json;

use crate::client::{NONE, Sim};

#[test]
fn active_is_asked_for_and_in_process_is_answered() {
    let sim = Sim::start();
    let (_, kept) = sim.candidate("Ann", "ann@mail.example");
    let (_, rejected) = sim.candidate("Bea", "bea@mail.example");
    let (_, hired) = sim.candidate("Cleo", "cleo@mail.example");
    sim.sim.recruiter().reject(rejected, None).unwrap();
    sim.sim.recruiter().hire(hired).unwrap();
    for (asked, id, answered) in [
        ("active", kept, "in_process"),
        ("rejected", rejected, "rejected"),
        ("hired", hired, "hired"),
    ] {
        let rows = sim.get(&format!("/v3/applications?status={asked}")).json();
        assert_eq!(rows.as_array().unwrap().len(), 1, "{asked}");
        assert_eq!(
            (&rows[0]["id"], &rows[0]["status"]),
            (&json!(id), &json!(answered))
        );
    }
}

#[test]
fn date_windows_are_exact_in_both_spellings() {
    let sim = Sim::start();
    let (id, _) = sim.candidate("Ann", "ann@mail.example");
    let at = sim.get("/v3/candidates").json()[0]["updated_at"]
        .as_str()
        .unwrap()
        .to_owned();
    let table = [
        (format!("updated_at=gte|{at}"), true),
        (format!("updated_at=lte|{at}"), true),
        (format!("updated_at=gt|{at}"), false),
        (format!("updated_at=lt|{at}"), false),
        (format!("updated_at=gte|{at}|lte|{at}"), true),
        (format!("updated_at=gt|{at}|lt|{at}"), false),
        (format!("updated_at=gte%7C{at}"), true),
        (format!("updated_at[gte]={at}&updated_at[lte]={at}"), true),
        (format!("updated_at%5Blt%5D={at}"), false),
        (format!("created_at=gte|{at}"), true),
        (
            format!("last_activity_at[gte]={at}&created_at[gte]={at}"),
            true,
        ),
        (format!("updated_at=gte|{at}&ids={id}"), true),
        (
            format!("updated_at=gte|{at}&email=nobody@mail.example"),
            false,
        ),
    ];
    for (query, found) in table {
        let answer = sim.get(&format!("/v3/candidates?{query}"));
        assert_eq!(answer.status, 200, "{query}: {}", answer.text);
        assert_eq!(!answer.ids().is_empty(), found, "{query}");
    }
}

#[test]
fn several_filters_all_hold() {
    let sim = Sim::start();
    let (ann, first) = sim.candidate("Ann", "ann@mail.example");
    let (bea, second) = sim.candidate("Bea", "bea@mail.example");
    let other = sim.job("Data Analyst");
    let job = sim.job("Backend Engineer");
    let third = sim
        .post(
            "/v3/applications",
            &json!({"candidate_id": ann, "job_id": other}),
        )
        .json()["id"]
        .as_i64();
    let table = [
        (format!("candidate_ids={ann}"), vec![third.unwrap(), first]),
        (
            format!("candidate_ids={ann},{bea}&job_ids={job}"),
            vec![second, first],
        ),
        (
            format!("candidate_ids={ann}&job_ids={other}&status=active"),
            vec![third.unwrap()],
        ),
        (format!("job_ids={other}&ids={first}"), vec![]),
        (format!("ids={first},{second},1"), vec![second, first]),
        ("stage_name=Phone%20Screen".to_owned(), vec![]),
        (
            format!(
                "stage_ids={}",
                sim.sim
                    .state()
                    .application(first)
                    .unwrap()
                    .stage_id
                    .unwrap()
            ),
            vec![first],
        ),
        (
            format!(
                "stage_ids={}",
                sim.sim.state().stages_of_job(job)[0].meta.id
            ),
            vec![],
        ),
    ];
    for (query, ids) in table {
        assert_eq!(
            sim.get(&format!("/v3/applications?{query}")).ids(),
            ids,
            "{query}"
        );
    }
}

#[test]
fn an_unknown_id_is_an_empty_list() {
    let sim = Sim::start();
    for resource in [
        "candidates",
        "applications",
        "jobs",
        "users",
        "notes",
        "sources",
        "referrers",
    ] {
        let answer = sim.get(&format!("/v3/{resource}?ids=1"));
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (200, "[]"),
            "{resource}"
        );
    }
}

#[test]
fn fields_cut_rows_down() {
    let sim = Sim::start();
    sim.candidate("Ann", "ann@mail.example");
    let rows = sim.get("/v3/candidates?fields=id,email_addresses").json();
    let mut keys: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
    keys.sort_unstable();
    assert_eq!(keys, ["email_addresses", "id"]);
}

#[test]
fn private_candidates_and_option_ids_can_be_asked_for() {
    let sim = Sim::start();
    let (ann, _) = sim.candidate("Ann", "ann@mail.example");
    sim.candidate("Bea", "bea@mail.example");
    let edit = json!({"is_private": true, "custom_fields": [{"name_key": "intrro_status", "value": "Hired"}]});
    assert_eq!(
        sim.patch(&format!("/v3/candidates/{ann}"), &edit).json()["private"],
        true
    );
    assert_eq!(sim.get("/v3/candidates?private=true").ids(), [ann]);
    assert_eq!(sim.get("/v3/candidates").ids().len(), 2);
    assert_eq!(
        sim.get("/v3/candidates?custom_field_option_id=175000000004")
            .ids(),
        [ann]
    );
}

#[test]
fn a_candidate_and_a_linked_user_know_of_each_other() {
    let sim = Sim::start();
    let (ann, _) = sim.candidate("Ann", "ann@mail.example");
    let (bea, _) = sim.candidate("Bea", "bea@mail.example");
    let admin = sim.sim.access().site_admin_id;
    let linked = |candidate: i64| {
        sim.get(&format!("/v3/users?linked_candidate_ids={candidate}"))
            .ids()
    };
    let edit = |candidate: i64, users: &[i64]| {
        let path = format!("/v3/candidates/{candidate}");
        sim.patch(&path, &json!({ "linked_user_ids": users }))
            .status
    };
    assert_eq!(edit(bea, &[admin]), 200);
    assert_eq!((linked(ann), linked(bea)), (vec![], vec![admin]));
    sim.sim.recruiter().merge_candidates(ann, bea).unwrap();
    assert_eq!((linked(ann), linked(bea)), (vec![admin], vec![]));
    assert_eq!(edit(ann, &[]), 200);
    assert_eq!(linked(ann), NONE);
}

#[test]
fn users_are_found_by_their_choices_and_by_their_places() {
    let sim = Sim::start();
    let field = json!({
        "name": "Shirt", "field_type": "user_attribute", "value_type": "single_select",
        "custom_field_options": [{"name": "L", "sort_order": 0}],
    });
    let field = sim.post("/v3/custom_fields", &field).json()["id"].clone();
    let options = sim.get(&format!(
        "/v3/custom_field_options?custom_field_ids={field}"
    ));
    sim.sim
        .configure(|settings| settings.bulk_delay = std::time::Duration::ZERO);
    let user = json!({
        "first_name": "Una", "last_name": "User", "primary_email": "una@acme.example",
        "external_office_ids": ["O-BER"], "external_department_ids": ["D-ENG"],
        "custom_fields": [{"name_key": "shirt", "value": "L"}],
    });
    assert_eq!(
        sim.post("/v3/users/bulk", &json!({"data": [user]})).status,
        202
    );
    let una = sim.get("/v3/users?primary_email=una@acme.example").ids();
    assert_eq!(una.len(), 1);
    let found = |query: &str| sim.get(&format!("/v3/users?{query}")).ids();
    assert_eq!(
        found(&format!("custom_field_option_id={}", options.ids()[0])),
        una
    );
    assert_eq!(found("external_office_id=O-BER"), una);
    assert_eq!(found("external_department_id=D-ENG"), una);
    let office = sim.get("/v3/offices?external_id=O-BER").ids()[0];
    sim.sim.recruiter().delete_office(office).unwrap();
    assert_eq!(found("external_office_id=O-BER"), NONE);
    assert_eq!(found(&format!("office_ids={office}")), NONE);
}
