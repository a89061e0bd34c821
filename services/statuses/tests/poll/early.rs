//! What an application does shows in it before it shows in its history or beside it.

use std::time::Duration;

use connected::client_credentials;
use greenhouse_sim::Lag;

use crate::world::World;

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
async fn newcomers_that_cannot_be_told_yet_fill_no_request_by_themselves() {
    let world = World::of(200, client_credentials).await;
    let recruiter = world.greenhouse.recruiter();
    let all = world.greenhouse.state().applications();
    let move_on = |application: &i64| recruiter.move_to_next_stage(*application).is_ok();
    let moved = all.iter().map(|one| one.meta.id).filter(move_on);
    for application in moved.take(60) {
        world.follow("acme", application).await;
    }
    let lag = |seconds| {
        world
            .greenhouse
            .configure(|settings| settings.lag.length = Duration::from_secs(seconds));
    };
    lag(600);
    world.poll().await;
    assert_eq!(world.poll_due().await, 0);
    world
        .run("UPDATE polls SET looked_at = now() - interval '6 s'")
        .await;
    assert_eq!(world.poll_due().await, 0, "they rest");
    lag(0);
    world
        .run("UPDATE applications SET look_again_at = now()")
        .await;
    assert_eq!(world.poll_due().await, 1);
    let told = world.events().await.len();
    assert!(told > 50, "{told} of 60, some of them are hidden");
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
    configure(60_000, 0);
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
