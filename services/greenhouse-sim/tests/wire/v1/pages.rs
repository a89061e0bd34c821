//! Pages with numbers.

use greenhouse_sim::{
    CandidateEdit, Seed,
    v1::{Order, SinglePage},
};

use super::{V1, link};
use crate::client::NONE;

fn demo() -> V1 {
    V1::with(|config| config.organisations[0].seed = Seed::Candidates(25))
}

#[test]
fn following_next_meets_every_row_once() {
    let v1 = demo();
    let mut answer = v1.get("/v1/candidates?per_page=10");
    let mut ids = answer.ids();
    while let Some(next) = link(&answer, "next") {
        answer = v1.get(&next);
        ids.extend(answer.ids());
    }
    assert_eq!(ids.len(), 25);
    assert!(ids.is_sorted_by(|a, b| a > b));
}

#[test]
fn links_lead_forward_back_and_to_the_end_and_repeat_the_filters() {
    let v1 = demo();
    let answer = v1.get("/v1/applications?status=active&per_page=5&page=2");
    let to = |page| format!("/v1/applications?status=active&page={page}&per_page=5");
    assert_eq!(link(&answer, "next"), Some(to(3)));
    assert_eq!(link(&answer, "prev"), Some(to(1)));
    let last = link(&answer, "last").unwrap();
    let end = v1.get(&last);
    assert!(link(&end, "next").is_none() && link(&end, "prev").is_some());
    let uncounted = v1.get("/v1/candidates?per_page=5&skip_count=true");
    assert!(
        link(&uncounted, "next")
            .unwrap()
            .contains("skip_count=true")
    );
    assert_eq!(link(&uncounted, "last"), None);
}

#[test]
fn a_single_page_has_no_link_or_one_to_itself() {
    let v1 = V1::start();
    assert_eq!(v1.get("/v1/sources").header("link"), None);
    v1.sim
        .sim
        .configure(|settings| settings.v1.single_page = SinglePage::LastOnly);
    let answer = v1.get("/v1/sources");
    let own = format!(
        "<{}/v1/sources?page=1&per_page=100>; rel=\"last\"",
        v1.sim.sim.api_url()
    );
    assert_eq!(answer.header("link"), Some(own.as_str()));
}

#[test]
fn a_page_is_a_hundred_unless_asked_otherwise_and_never_more_than_500() {
    let v1 = V1::with(|config| config.organisations[0].seed = Seed::Candidates(120));
    assert_eq!(v1.get("/v1/candidates").ids().len(), 100);
    assert_eq!(v1.get("/v1/candidates?per_page=500").ids().len(), 120);
    assert_eq!(v1.get("/v1/candidates?page=3").ids(), NONE);
    for wrong in [
        "per_page=0",
        "per_page=501",
        "page=0",
        "page=x",
        "per_page=",
    ] {
        let answer = v1.get(&format!("/v1/candidates?{wrong}"));
        assert_eq!(answer.status, 422, "{wrong}");
    }
}

#[test]
fn rows_made_while_paging_shift_the_pages() {
    let v1 = demo();
    let first = v1.get("/v1/candidates?per_page=10");
    v1.candidate("new@mail.example");
    let second = v1.get(&link(&first, "next").unwrap()).ids();
    assert_eq!(
        second[0],
        first.ids()[9],
        "the last of page one comes again"
    );
    v1.sim
        .sim
        .configure(|settings| settings.v1.order = Order::Ascending);
    assert!(v1.get("/v1/candidates").ids().is_sorted());
}

#[test]
fn a_row_that_is_touched_while_paging_can_jump_over_the_pages() {
    let v1 = demo();
    let sim = &v1.sim.sim;
    sim.configure(|settings| settings.v1.order = Order::Activity);
    let first = v1.get("/v1/candidates?per_page=10");
    let next = link(&first, "next").unwrap();
    let jumping = v1.get(&next).ids()[0];
    sim.recruiter()
        .edit_candidate(jumping, CandidateEdit::default())
        .unwrap();
    assert_eq!(v1.get("/v1/candidates?per_page=10").ids()[0], jumping);
    assert_eq!(v1.get(&next).ids()[0], first.ids()[9]);
}
