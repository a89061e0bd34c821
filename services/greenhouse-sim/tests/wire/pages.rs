//! Pages: order, links, cursors.

use greenhouse_sim::Seed;

use crate::client::Sim;

fn demo() -> Sim {
    Sim::with(|config| config.organisations[0].seed = Seed::Candidates(25))
}

/// How many are not on the confidential job alone.
fn visible(sim: &Sim) -> usize {
    let secret = sim.job("Chief Something Officer");
    let state = sim.sim.state();
    let applications = state.applications();
    let open = |one: &&greenhouse_sim::rows::Application| {
        one.job_id != Some(secret) && !one.prospective_job_ids.contains(&secret)
    };
    applications.iter().filter(open).count()
}

#[test]
fn pages_go_down_by_id_and_meet_every_row_once() {
    let sim = demo();
    let mut answer = sim.get("/v3/candidates?per_page=10");
    let mut ids = answer.ids();
    while let Some(next) = answer.next() {
        answer = sim.get(&next);
        ids.extend(answer.ids());
    }
    assert_eq!(ids.len(), visible(&sim));
    assert!(ids.is_sorted_by(|a, b| a > b));
}

#[test]
fn the_last_page_has_no_link_and_the_others_only_next() {
    let sim = demo();
    let all = visible(&sim);
    let first = sim.get(&format!("/v3/candidates?per_page={}", all - 1));
    assert!(first.header("link").unwrap().ends_with(">; rel=\"next\""));
    assert!(
        first
            .header("link")
            .unwrap()
            .starts_with(&format!("<{}/v3/candidates?cursor=", sim.sim.api_url()))
    );
    assert_eq!(sim.get(&first.next().unwrap()).header("link"), None);
    let whole = sim.get(&format!("/v3/candidates?per_page={all}"));
    assert_eq!(whole.header("link"), None);
}

#[test]
fn a_page_is_a_hundred_unless_asked_otherwise() {
    let sim = Sim::with(|config| config.organisations[0].seed = Seed::Candidates(120));
    assert_eq!(sim.get("/v3/candidates").ids().len(), 100);
    let all = sim.get("/v3/candidates?per_page=500").ids().len();
    assert_eq!(all, visible(&sim));
}

#[test]
fn a_cursor_keeps_the_filters_and_fields_of_its_first_page() {
    let sim = demo();
    let first = sim.get("/v3/applications?status=active&per_page=5&fields=id,status");
    let second = sim.get(&first.next().unwrap()).json();
    assert_eq!(second.as_array().unwrap().len(), 5);
    for row in second.as_array().unwrap() {
        assert_eq!(row["status"], "in_process");
        assert_eq!(row.as_object().unwrap().len(), 2);
    }
}

#[test]
fn a_cursor_stands_alone_and_is_not_to_be_tampered_with() {
    let sim = demo();
    let next = sim.get("/v3/candidates?per_page=5").next().unwrap();
    let cursor = next.split_once("cursor=").unwrap().1.to_owned();
    for extra in ["&per_page=5", "&ids=1", "&nonsense=1", "&cursor=x"] {
        let answer = sim.get(&format!("{next}{extra}"));
        assert_eq!(answer.status, 422);
        assert!(
            answer
                .text
                .contains("When passing a cursor, do not include other query params."),
            "{extra}"
        );
    }
    let mut changed = cursor.clone();
    changed.replace_range(30..31, if &cursor[30..31] == "A" { "B" } else { "A" });
    for cursor in [changed.as_str(), "", "x", &cursor[1..]] {
        assert_eq!(
            sim.get(&format!("/v3/candidates?cursor={cursor}")).status,
            422,
            "{cursor}"
        );
    }
    assert_eq!(
        sim.get(&format!("/v3/applications?cursor={cursor}")).status,
        422
    );
}

#[test]
fn rows_made_while_paging_do_not_shift_the_pages() {
    let sim = demo();
    let first = sim.get("/v3/candidates?per_page=10");
    sim.candidate("New", "new@mail.example");
    let second = sim.get(&first.next().unwrap()).ids();
    assert_eq!(second[0], first.ids()[9] - 1);
}

#[test]
fn links_can_be_given_a_public_address() {
    let sim = Sim::with(|config| {
        config.organisations[0].seed = Seed::Candidates(3);
        config.public_url = Some("https://harvest.example".to_owned());
    });
    let link = sim.get("/v3/candidates?per_page=1");
    assert!(
        link.header("link")
            .unwrap()
            .starts_with("<https://harvest.example/v3/candidates?cursor=")
    );
}
