//! What the checker would not let pass.

use chrono::Utc;
use serde_json::{Value, json};

use super::{each_of_one_person, numbered_in_order, one_answer_each};
use crate::world::Announced;

fn told(id: &str, name: &str, data: Value) -> Announced {
    Announced {
        id: id.to_owned(),
        name: name.to_owned(),
        tenant: "acme".to_owned(),
        time: Utc::now(),
        timestamp: None,
        data,
        trace: None,
    }
}

fn imported(id: &str) -> Announced {
    told(
        id,
        "IntroductionImported",
        json!({ "introductionId": "i-1" }),
    )
}

fn failed(id: &str, code: &str) -> Announced {
    let data = json!({ "introductionId": "i-1", "code": code, "needsHuman": true });
    told(id, "IntroductionImportFailed", data)
}

fn step(id: &str, number: i64) -> Announced {
    let data = json!({ "applicationId": "90", "sequence": number.to_string() });
    told(id, "CandidateStatusChanged", data)
}

#[test]
fn whoever_waits_for_somebody_to_act_is_not_answered_yet() {
    let conflict = failed("d", "conflicting_content");
    let waited = failed("a", "not_connected");
    one_answer_each(&[waited, imported("b"), imported("b"), conflict]);
}

#[test]
#[should_panic(expected = "answered more than once")]
fn two_imports_are_two_answers() {
    one_answer_each(&[imported("a"), imported("b")]);
}

#[test]
#[should_panic(expected = "answered more than once")]
fn two_failures_are_two_answers() {
    one_answer_each(&[failed("a", "job_closed"), failed("b", "job_unknown")]);
}

#[test]
#[should_panic(expected = "answered more than once")]
fn a_failure_after_an_import_is_a_second_answer() {
    one_answer_each(&[imported("a"), failed("b", "candidate_refused")]);
}

#[test]
fn a_step_may_be_told_again_behind_the_next_one() {
    numbered_in_order(&[step("a", 1), step("b", 2), step("a", 1), step("c", 3)]);
}

#[test]
#[should_panic(expected = "acme")]
fn a_step_before_the_one_that_it_follows_is_out_of_order() {
    numbered_in_order(&[step("b", 2), step("a", 1)]);
}

#[test]
#[should_panic(expected = "acme")]
fn a_number_that_is_missing_is_a_gap() {
    numbered_in_order(&[step("a", 1), step("c", 3)]);
}

#[test]
#[should_panic(expected = "acme")]
fn a_number_of_two_events_is_told_of_one_of_them_too_often() {
    numbered_in_order(&[step("a", 1), step("b", 1)]);
}

#[test]
#[should_panic(expected = "two people have")]
fn an_address_of_two_people_is_one_person_twice() {
    let of = |person| ("ada@people.example".to_owned(), person);
    each_of_one_person(&[of(1), of(1), of(2)]);
}
