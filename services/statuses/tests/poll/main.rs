//! Recruiters move people in a strict Greenhouse; what the polls announce about it, on a real PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod clocks;
mod conversion;
mod crash;
mod feed;
mod limit;
mod people;
mod refresh;
mod storm;
mod v1;
mod webhook;
mod world;

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use greenhouse_sim::{Fault, Lag, Settings, Stamp, When};
use serde_json::json;
use sqlx::postgres::PgListener;
use store::wake::Wake;
use tokio_util::sync::CancellationToken;

use world::World;

#[tokio::test]
async fn the_first_sight_of_an_application_is_one_event() {
    let world = World::new().await;
    let application = &world.greenhouse.state().applications()[0];
    world.follow("acme", application.meta.id).await;
    world.poll().await;
    world.poll().await;
    let events = world.events().await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["sequence"], "1");
    assert_eq!(events[0].get("previous"), None);
    assert_eq!(events[0]["current"]["stageName"], "Application Review");
    assert_eq!(events[0]["current"]["phase"], "REVIEW");
    assert_eq!(events[0]["introductionIds"], json!(["intro-1"]));
    assert_eq!(events[0]["jobId"], application.job_id.unwrap().to_string());
    assert_eq!(events[0]["occurredAtQuality"], "EXACT");
}

#[tokio::test]
async fn what_happened_between_the_introduction_and_the_first_look_is_told_in_full() {
    let world = World::new().await;
    let application = world.greenhouse.state().applications()[0].meta.id;
    world.follow("acme", application).await;
    // Longer ago than anything in this Greenhouse: the application was made for the introduction.
    world
        .run("UPDATE applications SET created_at = now() - interval '90 days'")
        .await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    recruiter.move_to_stage(application, "Offer").unwrap();
    recruiter.reject(application, None).unwrap();
    world.poll().await;
    let expected = [
        "1 ACTIVE Application Review",
        "2 ACTIVE Phone Screen",
        "3 ACTIVE Offer",
        "4 REJECTED Offer",
    ];
    assert_eq!(world.told().await, expected);
    let events = world.events().await;
    let late = events.iter().map(|event| event["backfilled"] == true);
    assert_eq!(late.collect::<Vec<_>>(), [true, true, true, false]);
    assert_eq!(events[0].get("previous"), None);
    assert_eq!(events[1]["previous"], events[0]["current"]);
    world.poll().await;
    assert_eq!(world.events().await.len(), 4);
}

#[tokio::test]
async fn two_moves_between_polls_are_two_events_in_order() {
    let (world, application) = World::with_application().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    recruiter.move_to_next_stage(application).unwrap();
    world.poll().await;
    let events = world.events().await;
    assert_eq!(events.len(), 3);
    let (one, other) = (&events[1], &events[2]);
    assert_eq!(
        (&one["sequence"], &other["sequence"]),
        (&json!("2"), &json!("3"))
    );
    assert_eq!(one["current"]["stageName"], "Phone Screen");
    assert_eq!(one["current"], other["previous"]);
    assert_eq!(other["current"]["stageName"], "Technical Interview");
    assert_eq!(other["current"]["phase"], "INTERVIEW");
    assert_eq!(
        (&one["backfilled"], &other["backfilled"]),
        (&json!(true), &json!(false))
    );
}

#[tokio::test]
async fn there_and_back_between_polls_is_told() {
    let (world, application) = World::with_application().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_stage(application, "Offer").unwrap();
    recruiter
        .move_to_stage(application, "Application Review")
        .unwrap();
    world.poll().await;
    let expected = [
        "1 ACTIVE Application Review",
        "2 ACTIVE Offer",
        "3 ACTIVE Application Review",
    ];
    assert_eq!(world.told().await, expected);
}

#[tokio::test]
async fn a_rejection_names_reason_and_type_and_can_be_taken_back() {
    let (world, application) = World::with_application().await;
    let reasons = world.greenhouse.state().rejection_reasons();
    let reason = reasons
        .iter()
        .find(|reason| reason.name == "Type of work")
        .unwrap();
    let recruiter = world.greenhouse.recruiter();
    recruiter.reject(application, Some(reason.meta.id)).unwrap();
    world.poll().await;
    recruiter.unreject(application).unwrap();
    world.poll().await;
    let events = world.events().await;
    let why = json!({"reason": "Type of work", "type": "THEY_REJECTED_US"});
    assert_eq!(
        (&events[1]["rejection"], &events[1]["occurredAtQuality"]),
        (&why, &json!("EXACT"))
    );
    assert_eq!(events[1]["current"]["stageName"], "Application Review");
    assert_eq!(events[2]["current"]["status"], "ACTIVE");
    assert_eq!(events[2].get("rejection"), None);
}

#[tokio::test]
async fn a_tenants_own_words_for_its_stages_tell_the_phase() {
    let world = World::new().await;
    let set = r#"UPDATE connections SET settings = '{"phases": {"application review": "SCREEN"}}'"#;
    world.run(set).await;
    let application = world.greenhouse.state().applications()[0].meta.id;
    world.follow("acme", application).await;
    world.poll().await;
    assert_eq!(world.events().await[0]["current"]["phase"], "SCREEN");
}

#[tokio::test]
async fn a_day_without_looks_is_told_in_full_and_flagged() {
    let (world, application) = World::with_application().await;
    let yesterday = |settings: &mut Settings| settings.clock_offset_ms = -20 * 3_600_000;
    world.greenhouse.configure(yesterday);
    let recruiter = world.greenhouse.recruiter();
    // Before the first look by Greenhouse's clock, so the snapshot is put back as well.
    world
        .run("UPDATE applications SET snapshot = jsonb_set(snapshot, '{as_of}', to_jsonb(now() - interval '21 h'))")
        .await;
    world
        .run("UPDATE polls SET watermark = now() - interval '22 h'")
        .await;
    recruiter
        .move_to_stage(application, "Phone Screen")
        .unwrap();
    recruiter.move_to_stage(application, "Offer").unwrap();
    recruiter.hire(application).unwrap();
    world
        .greenhouse
        .configure(|settings| settings.clock_offset_ms = 0);
    world.poll().await;
    let expected = [
        "1 ACTIVE Application Review",
        "2 ACTIVE Phone Screen",
        "3 ACTIVE Offer",
        "4 HIRED",
    ];
    assert_eq!(world.told().await, expected);
    let late = world.events().await.split_off(1);
    assert!(
        late.iter().all(|event| event["backfilled"] == true),
        "{late:?}"
    );
}

#[tokio::test]
async fn a_hire_after_a_move_is_two_events() {
    let (world, application) = World::with_application().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_stage(application, "Offer").unwrap();
    recruiter.hire(application).unwrap();
    world.poll().await;
    let expected = ["1 ACTIVE Application Review", "2 ACTIVE Offer", "3 HIRED"];
    assert_eq!(world.told().await, expected);
}

#[tokio::test]
async fn what_is_not_followed_is_read_by_the_page_and_not_told() {
    let (world, application) = World::with_application().await;
    let state = world.greenhouse.state();
    for other in state
        .applications()
        .iter()
        .filter(|one| one.meta.id != application)
    {
        let _ = world
            .greenhouse
            .recruiter()
            .move_to_next_stage(other.meta.id);
    }
    state.clear_log();
    world.poll().await;
    assert_eq!(world.events().await.len(), 1);
    assert_eq!(state.calls("applications:list").len(), 1);
    assert_eq!(state.calls("application_stages:list").len(), 0);
}

#[tokio::test]
async fn an_unchanged_application_costs_no_call_of_its_own() {
    let (world, application) = World::with_application().await;
    world
        .greenhouse
        .recruiter()
        .move_to_next_stage(application)
        .unwrap();
    world.poll().await;
    let state = world.greenhouse.state();
    state.clear_log();
    world.poll().await;
    assert_eq!(world.calls(), ["applications:list"]);
}

/// The change lies at `end` of the window that begins two minutes before the watermark and ends at most a day after it.
async fn a_change_is_told_at(end: fn(Stamp) -> Stamp) {
    let (world, application) = World::with_application().await;
    world.greenhouse_clock(-10);
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    world.greenhouse_clock(0);
    let moved = world.greenhouse.state().application(application).unwrap();
    let watermark = end(moved.meta.updated_at);
    let set = format!("UPDATE polls SET watermark = '{watermark}'");
    world.run(&set).await;
    world.poll().await;
    assert_eq!(world.told().await.len(), 2);
    world.run(&set).await;
    world.poll().await;
    assert_eq!(world.told().await.len(), 2);
}

#[tokio::test]
async fn a_change_at_the_begin_of_a_window_is_told_once() {
    a_change_is_told_at(|change| change.plus(Duration::from_secs(120))).await;
}

#[tokio::test]
async fn a_change_at_the_end_of_a_window_is_told_once() {
    a_change_is_told_at(|change| change.minus_millis(24 * 3600 * 1000)).await;
}

#[tokio::test]
async fn a_long_absence_is_read_window_by_window() {
    let (world, application) = World::with_application().await;
    world
        .greenhouse
        .recruiter()
        .move_to_next_stage(application)
        .unwrap();
    world
        .run("UPDATE polls SET watermark = now() - interval '70 h'")
        .await;
    world.pass().await;
    let mut windows = 0;
    while world.poll_due().await > 0 {
        windows += 1;
    }
    assert_eq!(windows, 3);
    assert_eq!(world.told().await.len(), 2);
    assert!(Utc::now() - world.watermark().await < TimeDelta::minutes(1));
}

#[tokio::test]
async fn what_greenhouse_fails_at_behind_the_window_keeps_back_no_changes() {
    let (world, application) = World::with_application().await;
    let recruiter = world.greenhouse.recruiter();
    for stage in ["Phone Screen", "Offer"] {
        world
            .run("UPDATE polls SET audited_at = now() - interval '25 h'")
            .await;
        recruiter.move_to_stage(application, stage).unwrap();
        world.greenhouse.state().clear_log();
        world.greenhouse.faults().clear();
        // The first is the window, the second the nightly sample.
        let sample = When::operation("applications:list").nth(2);
        world
            .greenhouse
            .faults()
            .add(sample, Fault::ErrorBeforeCommit);
        let before = world.watermark().await;
        world.poll().await;
        assert_eq!(world.greenhouse.state().calls("applications:list").len(), 2);
        assert!(world.watermark().await > before);
        assert!(world.told().await.last().unwrap().ends_with(stage));
    }
    world.greenhouse.faults().clear();
    world.greenhouse.state().clear_log();
    world.poll().await;
    let again = world.greenhouse.state().calls("applications:list");
    assert_eq!(again.len(), 2, "the night's sample is still due");
}

#[tokio::test]
async fn a_failed_page_moves_no_watermark_and_loses_nothing() {
    let (world, application) = World::with_application().await;
    world
        .greenhouse
        .recruiter()
        .move_to_next_stage(application)
        .unwrap();
    let before = world.watermark().await;
    let fault = world.greenhouse.faults().add(
        When::operation("applications:list").times(1),
        Fault::ErrorBeforeCommit,
    );
    world.poll().await;
    assert_eq!(world.greenhouse.faults().fired(fault), 1);
    assert_eq!(world.watermark().await, before);
    assert_eq!(world.poll_due().await, 0, "a failed poll backs off");
    world.poll().await;
    assert_eq!(
        world.told().await,
        ["1 ACTIVE Application Review", "2 ACTIVE Phone Screen"]
    );
}

#[tokio::test]
async fn one_whose_history_cannot_be_read_keeps_back_no_others() {
    let world = World::new().await;
    world.follow_first(3).await;
    world.fail_at_one("application_stages:list");
    world.poll().await;
    assert_eq!(world.events().await.len(), 2);
    world.poll().await;
    assert_eq!(world.events().await.len(), 2, "it is put off");
    world
        .run("UPDATE applications SET observed_at = NULL")
        .await;
    world.poll().await;
    assert_eq!(world.events().await.len(), 3);
}

#[tokio::test]
async fn an_outage_of_the_history_costs_three_calls() {
    let world = World::new().await;
    world.follow_first(3).await;
    let down = When::operation("application_stages:list");
    world
        .greenhouse
        .faults()
        .add(down, Fault::ErrorBeforeCommit);
    world.poll().await;
    let calls = world.greenhouse.state().calls("application_stages:list");
    assert_eq!(calls.len(), 3);
    world.greenhouse.faults().clear();
    world.poll().await;
    assert_eq!(world.events().await.len(), 3);
}

#[tokio::test]
async fn what_cannot_be_read_holds_the_watermark_for_an_hour() {
    for (minutes, holds) in [(30, true), (90, false)] {
        let (world, application) = World::with_application().await;
        world
            .run("UPDATE applications SET snapshot = jsonb_set(snapshot, '{as_of}', to_jsonb(now() - interval '3 h'))")
            .await;
        world
            .run("UPDATE polls SET watermark = now() - interval '2 h'")
            .await;
        let ago = |minutes: i64| {
            world
                .greenhouse
                .configure(|settings| settings.clock_offset_ms = -60_000 * minutes);
        };
        ago(minutes);
        let recruiter = world.greenhouse.recruiter();
        recruiter.move_to_next_stage(application).unwrap();
        ago(0);
        let history = When::operation("application_stages:list").times(1);
        world
            .greenhouse
            .faults()
            .add(history, Fault::ErrorBeforeCommit);
        world.poll().await;
        assert_eq!(world.told().await.len(), 1);
        let behind = Utc::now() - world.watermark().await;
        assert_eq!(behind > TimeDelta::minutes(20), holds);
        world.poll().await;
        assert_eq!(world.told().await.len(), 1 + usize::from(holds));
    }
}

#[tokio::test]
async fn a_throttled_poll_rests_and_does_not_fail() {
    let (world, application) = World::with_application().await;
    world
        .greenhouse
        .recruiter()
        .move_to_next_stage(application)
        .unwrap();
    let throttle = Fault::Throttle { retry_after: 20 };
    world
        .greenhouse
        .faults()
        .add(When::operation("applications:list").times(1), throttle);
    world.poll().await;
    assert_eq!(world.poll_due().await, 0);
    assert_eq!(world.told().await.len(), 1);
    // Whoever counts the budget may know of the throttling as well.
    world.run("DELETE FROM budgets").await;
    world.poll().await;
    assert_eq!(world.told().await.len(), 2);
}

#[tokio::test]
async fn polls_are_rarer_while_the_limit_is_nearly_used_up() {
    let (world, _) = World::with_application().await;
    let due = async |remaining: u32, since: u32| {
        for statement in [
            format!(
                "INSERT INTO budgets (connection, quota, remaining, window_ends)
                SELECT id, 50, {remaining}, now() + interval '1 hour' FROM connections
                ON CONFLICT (connection) DO UPDATE SET quota = 50, remaining = {remaining},
                    window_ends = now() + interval '1 hour'"
            ),
            format!("UPDATE polls SET polled_at = now() - interval '{since} s'"),
        ] {
            world.run(&statement).await;
        }
        world.poll_due().await
    };
    assert_eq!(due(50, 90).await, 1);
    assert_eq!(due(9, 90).await, 0, "twice the interval of a minute");
    assert_eq!(due(9, 130).await, 1);
}

#[tokio::test]
async fn a_missing_scope_pauses_that_tenant_only() {
    let (world, _) = World::with_application().await;
    let elsewhere = world.greenhouse.state_of("globex").applications()[0]
        .meta
        .id;
    world.follow("globex", elsewhere).await;
    world
        .greenhouse
        .set_scope("acme-harvest", "harvest:applications:list", false);
    world.greenhouse.revoke_tokens(Some("acme-harvest"));
    world.poll().await;
    assert_eq!(world.state("acme").await, "paused");
    assert_eq!(world.state("globex").await, "active");
    let theirs = world.announced("globex", "CandidateStatusChanged").await;
    assert_eq!(theirs.len(), 1);
}

#[tokio::test]
async fn a_move_that_the_history_does_not_show_yet_is_told_later() {
    let world = World::new().await;
    let application = world.greenhouse.state().applications()[0].meta.id;
    world.follow("acme", application).await;
    world
        .greenhouse
        .recruiter()
        .move_to_next_stage(application)
        .unwrap();
    let lag = |length| {
        let by_id = false;
        world
            .greenhouse
            .configure(|settings| settings.lag = Lag { length, by_id });
    };
    lag(Duration::from_secs(3600));
    world.poll().await;
    assert_eq!(world.told().await.len(), 0);
    lag(Duration::ZERO);
    world.poll().await;
    assert_eq!(world.told().await, ["1 ACTIVE Phone Screen"]);
}

#[tokio::test]
async fn a_hire_is_told_after_the_move_before_it_that_shows_later() {
    let (world, application) = World::with_application().await;
    let configure = |offset_ms, lag| {
        world.greenhouse.configure(|settings| {
            settings.clock_offset_ms = offset_ms;
            settings.lag.length = Duration::from_secs(lag);
        });
    };
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_stage(application, "Offer").unwrap();
    // By a clock that is ahead, so that the test need not be fast.
    configure(60_000, 0);
    recruiter.hire(application).unwrap();
    configure(0, 600);
    world.changed_early(application).await;
    assert_eq!(world.told().await, ["1 ACTIVE Application Review"]);
    configure(0, 0);
    world.look_again().await;
    let expected = ["1 ACTIVE Application Review", "2 ACTIVE Offer", "3 HIRED"];
    assert_eq!(world.told().await, expected);
}

#[tokio::test]
async fn a_rejection_whose_reason_does_not_show_yet_is_told_with_it_later() {
    let (world, application) = World::with_application().await;
    let reason = &world.greenhouse.state().rejection_reasons()[0];
    let lag = |seconds| {
        world.greenhouse.configure(|settings| {
            settings.lag.length = Duration::from_secs(seconds);
        });
    };
    let recruiter = world.greenhouse.recruiter();
    recruiter.reject(application, Some(reason.meta.id)).unwrap();
    lag(600);
    world.changed_early(application).await;
    assert_eq!(world.told().await, ["1 ACTIVE Application Review"]);
    lag(0);
    world.look_again().await;
    let told = world.events().await;
    assert_eq!(told[1]["rejection"]["reason"], reason.name.as_str());
    assert_eq!(told.len(), 2);
}

#[tokio::test]
async fn what_no_history_ever_shows_is_told_as_the_application_shows_it() {
    let world = World::new().await;
    let application = world.greenhouse.state().applications()[0].meta.id;
    world.follow("acme", application).await;
    let configure = |offset_ms| {
        world.greenhouse.configure(|settings| {
            settings.clock_offset_ms = offset_ms;
            settings.stage_history = false;
            settings.rejected_keeps_stage = true;
        });
    };
    let recruiter = world.greenhouse.recruiter();
    configure(-180_000);
    recruiter.move_to_next_stage(application).unwrap();
    configure(0);
    world.poll().await;
    assert_eq!(world.told().await, ["1 ACTIVE Phone Screen"]);
    assert_eq!(world.events().await[0]["occurredAtQuality"], "APPROXIMATE");
    configure(-120_000);
    recruiter.reject(application, None).unwrap();
    configure(0);
    world
        .run("UPDATE polls SET watermark = now() - interval '1 h'")
        .await;
    world.poll().await;
    let expected = ["1 ACTIVE Phone Screen", "2 REJECTED Phone Screen"];
    assert_eq!(world.told().await, expected);
    world
        .greenhouse
        .configure(|settings| settings.stage_history = true);
    world.changed(application).await;
    assert_eq!(world.told().await, expected, "nothing is repeated");
}

#[tokio::test]
async fn a_poll_that_lost_its_lease_repeats_nothing() {
    let (world, application) = World::with_application().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    let history = When::operation("application_stages:list").times(1);
    let gate = world.greenhouse.faults().hold_answers(history);
    world.pass().await;
    let faster = async {
        gate.reached_by(1).await;
        recruiter.move_to_next_stage(application).unwrap();
        world.poll().await;
        gate.open();
    };
    tokio::join!(world.poll_due(), faster);
    let expected = [
        "1 ACTIVE Application Review",
        "2 ACTIVE Phone Screen",
        "3 ACTIVE Technical Interview",
    ];
    assert_eq!(world.told().await, expected);
    world.poll().await;
    assert_eq!(world.told().await.len(), 3);
}

#[tokio::test]
async fn what_greenhouse_does_not_show_is_not_looked_for_at_every_poll() {
    let (world, _) = World::with_application().await;
    world.follow("acme", 404).await;
    world.poll().await;
    let state = world.greenhouse.state();
    state.clear_log();
    world.poll().await;
    assert_eq!(world.calls(), ["applications:list"]);
}

#[tokio::test]
async fn the_service_polls_by_itself_and_stops_when_told() {
    let world = World::new().await;
    let mut outbox = PgListener::connect_with(world.store.pool()).await.unwrap();
    outbox.listen("outbox").await.unwrap();
    let stop = CancellationToken::new();
    let wake = Wake::start(&world.store).await.unwrap();
    let service = tokio::spawn(statuses::look(world.parts(), wake, stop.clone()));
    let application = world.greenhouse.state().applications()[0].meta.id;
    world.follow("acme", application).await;
    outbox.recv().await.unwrap();
    assert_eq!(world.told().await, ["1 ACTIVE Application Review"]);
    stop.cancel();
    service.await.unwrap();
}
