//! Greenhouse fails, refuses or limits: what is told all the same, what waits, and for how long.

use std::time::Duration;

use accounts::health::set_aside;
use chrono::{TimeDelta, Utc};
use domain::{Code, Problem, Tenant};
use greenhouse_sim::{Fault, ListWithoutSiteAdmin, When};

use crate::refresh::everybody;
use crate::world::World;

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
        // The first is the window, then comes the nightly sample.
        let sample = When::operation("applications:list").after(1);
        world
            .greenhouse
            .faults()
            .add(sample, Fault::ErrorBeforeCommit);
        let before = world.watermark().await;
        world.poll().await;
        assert_eq!(world.greenhouse.state().calls("applications:list").len(), 3);
        assert!(world.watermark().await > before);
        assert!(world.told().await.last().unwrap().ends_with(stage));
    }
    world.greenhouse.faults().clear();
    world.greenhouse.state().clear_log();
    world.poll().await;
    let again = world.greenhouse.state().calls("applications:list");
    assert_eq!(again.len(), 2, "the night's sample is made up for");
    assert_eq!(
        world
            .count("applications WHERE missed_at IS NOT NULL")
            .await,
        0
    );
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
    world.run("UPDATE polls SET failures = 20").await;
    let fault = world.greenhouse.faults().add(
        When::operation("applications:list").times(1),
        Fault::ErrorBeforeCommit,
    );
    world.poll().await;
    assert_eq!(world.greenhouse.faults().fired(fault), 1);
    assert_eq!(world.watermark().await, before);
    assert_eq!(world.poll_due().await, 0, "a failed poll backs off");
    let back_soon = "polls WHERE failures = 21 AND not_before < now() + interval '20 s'";
    assert_eq!(world.count(back_soon).await, 1);
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
async fn in_v1_one_that_cannot_be_read_keeps_back_nobody_new() {
    let world = World::of_v1().await;
    world.follow_first(3).await;
    world.fail_at(world.greenhouse.state().applications()[0].meta.id);
    world.poll().await;
    assert_eq!(world.events().await.len(), 2);
}

#[tokio::test]
async fn in_v1_an_outage_costs_two_calls_and_is_waited_out() {
    let world = World::of_v1().await;
    world.follow_first(3).await;
    world.poll().await;
    let named: Vec<i64> = (world.greenhouse.state().applications().iter())
        .take(3)
        .map(|one| one.meta.id)
        .collect();
    world.named_all(&named).await;
    world.greenhouse.state().clear_log();
    world
        .greenhouse
        .faults()
        .add(When::request("GET", "/v1/*"), Fault::ErrorBeforeCommit);
    statuses::look_due(world.parts()).await;
    assert_eq!(world.calls().len(), 2);
    assert_eq!(world.count("webhook_tasks WHERE attempts = 1").await, 3);
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

/// An application of acme whose last move is this many minutes old, and a bridge that has not looked for two hours.
async fn moved(minutes: i64) -> World {
    let (world, application) = World::with_application().await;
    world
        .run("UPDATE applications SET snapshot = jsonb_set(snapshot, '{as_of}', to_jsonb(now() - interval '3 h'))")
        .await;
    world
        .run("UPDATE polls SET watermark = now() - interval '2 h'")
        .await;
    world.greenhouse.set_clock(-minutes);
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    world.greenhouse.set_clock(0);
    world
}

fn fail_at_the_history(world: &World, times: u64) {
    let history = When::operation("application_stages:list").times(times);
    let faults = world.greenhouse.faults();
    faults.add(history, Fault::ErrorBeforeCommit);
}

#[tokio::test]
async fn one_failing_call_loses_no_change_however_old_it_is() {
    for minutes in [30, 90] {
        for (times, told) in [(1, 2), (2, 1)] {
            let world = moved(minutes).await;
            fail_at_the_history(&world, times);
            world.poll().await;
            assert_eq!(world.told().await.len(), told, "{minutes} minutes");
            world.poll().await;
            assert_eq!(world.told().await.len(), 2, "{minutes} minutes");
        }
    }
}

#[tokio::test]
async fn a_webhook_that_comes_late_and_meets_one_failing_call_is_told() {
    let world = moved(90).await;
    fail_at_the_history(&world, 1);
    let application = world.greenhouse.state().applications()[0].meta.id;
    world.changed(application).await;
    assert_eq!(world.told().await.len(), 2);
}

#[tokio::test]
async fn what_cannot_be_read_holds_the_watermark_for_an_hour_and_is_looked_at_again_after_that() {
    for (minutes, holds) in [(30, true), (90, false)] {
        let world = moved(minutes).await;
        // The one before it is read in between.
        let history = || When::operation("application_stages:list");
        for call in [history().nth(1), history().nth(2)] {
            let faults = world.greenhouse.faults();
            faults.add(call, Fault::ErrorBeforeCommit);
        }
        world.poll().await;
        assert_eq!(world.told().await.len(), 1);
        let behind = Utc::now() - world.watermark().await;
        assert_eq!(behind > TimeDelta::minutes(20), holds);
        world.poll().await;
        assert_eq!(world.told().await.len(), 1 + usize::from(holds));
        let again = "UPDATE applications SET look_again_at = now() WHERE look_again_at > now()";
        world.run(again).await;
        world.poll().await;
        assert_eq!(world.told().await.len(), 2);
        assert_eq!(
            world
                .count("applications WHERE look_again_at IS NOT NULL")
                .await,
            0
        );
    }
}

#[tokio::test]
async fn what_is_read_again_and_has_not_changed_is_read_once() {
    let (world, _) = World::with_application().await;
    // As where Greenhouse failed at it, though nothing had happened to it.
    world
        .run("UPDATE applications SET look_again_at = now()")
        .await;
    world.poll().await;
    let again = "applications WHERE look_again_at IS NOT NULL";
    assert_eq!(world.count(again).await, 0);
    world.greenhouse.state().clear_log();
    world.poll().await;
    let read = world.greenhouse.state().calls("applications:list");
    assert_eq!(read.len(), 1, "the window alone");
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
    assert_eq!(
        world
            .count("connections WHERE reason = 'scope_missing'")
            .await,
        1
    );
    assert_eq!(world.state("globex").await, "active");
    let theirs = world.announced("globex", "CandidateStatusChanged").await;
    assert_eq!(theirs.len(), 1);
}

/// In v3 a list is refused alike to whoever lacks the right.
#[tokio::test]
async fn whoever_may_not_list_is_told_apart_from_a_missing_right_at_once() {
    for look in ["poll", "webhook", "refresh"] {
        let (world, application) = World::with_application().await;
        let admin = world.greenhouse.access().site_admin_id;
        world.greenhouse.recruiter().demote_user(admin).unwrap();
        match look {
            "poll" => world.poll().await,
            "webhook" => {
                world.named_all(&[application]).await;
                Box::pin(statuses::look_due(world.parts())).await;
            }
            _ => {
                everybody(&world).await;
                let answers = world.events_of("StatusesRefreshed").await;
                assert_eq!(answers[0]["code"], "not_site_admin");
            }
        }
        let aside = "connections WHERE state = 'paused' AND reason = 'not_site_admin'";
        assert_eq!(world.count(aside).await, 1, "{look}");
    }
}

/// An introduction meets it. What reading needs stops it all the same, and is not forgotten over the next thing that writes
/// lack.
#[tokio::test]
async fn a_right_that_only_writes_need_keeps_no_status_from_anybody() {
    let (world, application) = World::with_application().await;
    let acme = Tenant::try_from("acme").unwrap();
    let lacks = async |scope: &str| {
        let known = world.store.connection_of(&acme).await.unwrap().unwrap();
        let problem = Problem::new(Code::ScopeMissing).field(scope);
        let rest = set_aside(&world.store, &acme, known.revision, &problem, "a test").await;
        assert_eq!(rest, Duration::ZERO);
        assert_eq!(world.state("acme").await, "paused");
    };
    let recruiter = world.greenhouse.recruiter();
    for (scope, events) in [
        ("harvest:notes:create", 2),
        ("harvest:sources:list", 3),
        ("harvest:applications:list", 3),
        ("harvest:notes:create", 3),
    ] {
        lacks(scope).await;
        recruiter.move_to_next_stage(application).unwrap();
        world.poll().await;
        assert_eq!(world.events().await.len(), events, "{scope}");
    }
}

/// Nobody is told of what changes while whoever acts is shown nothing, and nothing of it is passed over.
#[tokio::test]
async fn whoever_is_shown_nothing_is_set_aside_and_the_watermark_stays() {
    for look in ["poll", "webhook", "refresh"] {
        let (world, application) = World::with_application().await;
        world
            .run("INSERT INTO jobs (tenant, id, content) VALUES ('acme', 1, '{}')")
            .await;
        world
            .greenhouse
            .configure(|settings| settings.list_without_site_admin = ListWithoutSiteAdmin::Empty);
        let admin = world.greenhouse.access().site_admin_id;
        let recruiter = world.greenhouse.recruiter();
        recruiter.demote_user(admin).unwrap();
        recruiter.move_to_next_stage(application).unwrap();
        match look {
            "webhook" => {
                world.named_all(&[application]).await;
                statuses::look_due(world.parts()).await;
                assert_eq!(world.count("webhook_tasks").await, 1, "it waits");
            }
            "poll" => {
                world
                    .run("UPDATE polls SET watermark = now() - interval '10 minutes'")
                    .await;
                world.poll().await;
                let stayed = "polls WHERE watermark < now() - interval '9 minutes'";
                assert_eq!(world.count(stayed).await, 1, "globex goes on");
            }
            _ => {
                everybody(&world).await;
                let answers = world.events_of("StatusesRefreshed").await;
                assert_eq!(answers[0]["code"], "not_site_admin");
            }
        }
        assert_eq!(world.state("acme").await, "paused");
        assert_eq!(world.state("globex").await, "active");
    }
}

/// Where users are shown, whoever acts may list, and there are no jobs indeed.
#[tokio::test]
async fn an_account_whose_jobs_are_all_gone_is_not_taken_for_one_that_is_hidden() {
    let (world, _) = World::with_application().await;
    world
        .run("INSERT INTO jobs (tenant, id, content) VALUES ('acme', 1, '{}')")
        .await;
    let recruiter = world.greenhouse.recruiter();
    for job in world.greenhouse.state().jobs() {
        recruiter.delete_job(job.meta.id).unwrap();
    }
    world
        .run("UPDATE polls SET watermark = now() + interval '30 s'")
        .await;
    world.poll().await;
    assert_eq!(world.state("acme").await, "active");
    assert!(world.calls().contains(&"users:list"));
}
