//! Whoever asks is answered, once.

use greenhouse_sim::{Fault, JobEdit, When};

use crate::world::World;

#[tokio::test]
async fn a_request_is_answered_with_counts_time_and_calls() {
    let world = World::new().await;
    world.open_job("Cook");
    world.ask("acme", "r-1", true).await;
    world.go_on().await;
    let answers = world.answers().await;
    assert_eq!(answers.len(), 1);
    let answer = &answers[0];
    assert_eq!(
        (&answer["requestId"], &answer["full"]),
        (&"r-1".into(), &true.into())
    );
    assert_eq!(answer["counts"]["created"], 1);
    assert_eq!(answer["calls"], 10);
    assert!(answer["durationMs"].as_i64().unwrap() > 0);
}

#[tokio::test]
async fn the_calls_of_an_answer_are_those_that_greenhouse_saw() {
    for world in [World::new().await, World::new_v1().await] {
        world.open_job("Cook");
        world.ask("acme", "r-1", false).await;
        world.go_on().await;
        let answers = world.answers().await;
        assert_eq!(answers[0]["calls"], world.calls().len(), "{answers:?}");
    }
}

#[tokio::test]
async fn a_request_that_comes_twice_is_answered_once() {
    let world = World::new().await;
    world.ask("acme", "r-1", false).await;
    world.go_on().await;
    world.ask("acme", "r-1", false).await;
    world.go_on().await;
    assert_eq!(world.answers().await.len(), 1);
}

#[tokio::test]
async fn a_request_id_that_is_used_again_is_answered_again() {
    let world = World::new().await;
    world.ask_by("e-1", "acme", "r-1", false).await;
    world.go_on().await;
    // Both wait for one import; the first one comes once more.
    for (event, whole) in [("e-2", true), ("e-3", false), ("e-1", false)] {
        world.ask_by(event, "acme", "r-1", whole).await;
    }
    world.go_on().await;
    let answers = world.answers().await;
    assert!(answers.iter().all(|answer| answer["requestId"] == "r-1"));
    let full: Vec<bool> = answers
        .iter()
        .map(|answer| answer["full"] == true)
        .collect();
    assert_eq!(full, [false, true, true]);
    assert_eq!(world.different_answers("acme").await, 3);
}

#[tokio::test]
async fn requests_that_arrive_while_one_runs_join_it_and_see_what_changed_meanwhile() {
    let world = World::new().await;
    world.ask("acme", "r-1", true).await;
    let last = When::operation("job_hiring_managers:list").times(1);
    let gate = world.greenhouse.faults().hold_answers(last);
    let job = world.greenhouse.state().jobs()[0].meta.id;
    let meanwhile = async {
        gate.reached_by(1).await;
        let edit = JobEdit {
            name: Some("Renamed meanwhile".to_owned()),
            ..JobEdit::default()
        };
        world.greenhouse.recruiter().edit_job(job, edit).unwrap();
        world.ask("acme", "r-2", false).await;
        world.ask("acme", "r-3", false).await;
        gate.open();
    };
    tokio::join!(world.go_on(), meanwhile);
    let answers = world.answers().await;
    let mut ids: Vec<&str> = answers
        .iter()
        .map(|one| one["requestId"].as_str().unwrap())
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, ["r-1", "r-2", "r-3"]);
    assert_eq!(world.told().await, ["UPDATED Renamed meanwhile: name"]);
    assert_eq!(world.call_counts()["jobs:list"], 2);
}

#[tokio::test]
async fn a_full_request_is_not_answered_by_a_look_for_changes() {
    let world = World::new().await;
    world.ask("acme", "r-1", false).await;
    let gate = world
        .greenhouse
        .faults()
        .hold(When::operation("openings:list").times(1));
    let meanwhile = async {
        gate.reached_by(1).await;
        world.ask("acme", "r-2", true).await;
        gate.open();
    };
    tokio::join!(world.go_on(), meanwhile);
    assert_eq!(world.answers().await.len(), 1);
    world.go_on().await;
    let answers = world.answers().await;
    assert_eq!(
        (&answers[1]["requestId"], &answers[1]["full"]),
        (&"r-2".into(), &true.into())
    );
}

#[tokio::test]
async fn who_wants_everything_read_is_told_of_what_was_deleted_before_it_asked() {
    let world = World::new().await;
    let job = world.greenhouse.state().jobs()[0].meta.id;
    world.ask("acme", "r-1", true).await;
    let gate = world
        .greenhouse
        .faults()
        .hold(When::operation("openings:list").times(1));
    let meanwhile = async {
        gate.reached_by(1).await;
        world.greenhouse.recruiter().delete_job(job).unwrap();
        world.ask("acme", "r-2", true).await;
        gate.open();
    };
    tokio::join!(world.go_on(), meanwhile);
    assert_eq!(world.answers().await.len(), 1, "it has read the job");
    world.go_on().await;
    let answers = world.answers().await;
    assert_eq!(answers[1]["requestId"], "r-2");
    assert_eq!(answers[1]["counts"]["deleted"], 1, "{answers:?}");
}

#[tokio::test]
async fn who_is_not_connected_is_told_so() {
    let world = World::new().await;
    world.ask("nobody", "r-1", false).await;
    world.go_on().await;
    world.go_on().await;
    let answers = world.announced("nobody", "JobsRefreshed").await;
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0]["code"], "not_connected");
    assert_eq!(answers[0]["needsHuman"], true);
}

#[tokio::test]
async fn who_is_not_connected_is_told_so_by_one_answer_for_each_event() {
    let world = World::new().await;
    for event in ["e-1", "e-2", "e-1"] {
        world.ask_by(event, "nobody", "r-1", false).await;
    }
    world.go_on().await;
    world.ask_by("e-2", "nobody", "r-1", false).await;
    world.ask_by("e-3", "nobody", "r-1", false).await;
    world.go_on().await;
    let answers = world.announced("nobody", "JobsRefreshed").await;
    assert_eq!(answers.len(), 3);
    assert_eq!(world.different_answers("nobody").await, 3);
}

/// Somebody asked acme's Greenhouse while it answered none of these calls, and the import rests.
async fn asked_in_vain(calls: When) -> World {
    let world = World::new().await;
    world
        .greenhouse
        .faults()
        .add(calls, Fault::ErrorBeforeCommit);
    world.ask("acme", "r-1", true).await;
    world.go_on().await;
    assert_eq!(world.answers().await.len(), 0);
    rest_long(&world).await;
    assert_eq!(jobs::refresh_due(&world.parts).await, 0, "it rests");
    world
}

/// How long a failed import rests is drawn by lot, and may be no time at all.
async fn rest_long(world: &World) {
    world
        .run("UPDATE job_refreshes SET not_before = now() + interval '5 min' WHERE failures > 0")
        .await;
}

#[tokio::test]
async fn who_asks_during_the_rest_of_a_failed_import_does_not_wait_for_its_end() {
    let world = asked_in_vain(When::operation("jobs:list").times(1)).await;
    world.ask("acme", "r-2", false).await;
    assert_eq!(jobs::refresh_due(&world.parts).await, 1);
    assert_eq!(world.answers().await.len(), 2);
}

#[tokio::test]
async fn a_request_that_was_tried_in_vain_waits_with_the_import() {
    let world = asked_in_vain(When::operation("jobs:list")).await;
    world.ask("acme", "r-2", false).await;
    assert_eq!(jobs::refresh_due(&world.parts).await, 1, "one try");
    rest_long(&world).await;
    assert_eq!(jobs::refresh_due(&world.parts).await, 0);
    world.ask("acme", "r-2", false).await;
    assert_eq!(jobs::refresh_due(&world.parts).await, 0, "a repeat");
    assert_eq!(world.call_counts()["jobs:list"], 2);
    world.greenhouse.faults().clear();
    world.go_on().await;
    assert_eq!(world.answers().await.len(), 2);
}

#[tokio::test]
async fn nobody_tries_for_a_request_while_an_outage_is_known() {
    let world = asked_in_vain(When::operation("jobs:list").times(1)).await;
    world
        .run(
            "INSERT INTO outages (connection, next_look)
            SELECT id, now() + interval '20 s' FROM connections WHERE tenant = 'acme'",
        )
        .await;
    world.ask("acme", "r-2", true).await;
    assert_eq!(jobs::refresh_due(&world.parts).await, 0);
}
