//! Everything Greenhouse and the way to it can do to a write: exactly one of everything in the end, and one answer.

mod updates;

use std::collections::BTreeSet;
use std::time::Duration;

use greenhouse_sim::{Config, CreateAnswer, Fault, Lag, When};
use harvest::Version;

use crate::accounting::{dead_letters, settled};
use crate::scene::{self, WRITES};
use crate::world::{Announced, World, email, introduction};

/// Greenhouse's time limit as the client has it, and a little.
const BEYOND_THE_DEADLINE: Duration = Duration::from_secs(11);
/// Longest time that writes without an answer may take when each is looked for after a minute.
const HALF_A_MINUTE_BEHIND: Duration = Duration::from_secs(400);

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_succeeds_after_the_deadline() {
    each_write_meets("slow", Fault::Slow(BEYOND_THE_DEADLINE), Some(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_done_and_answered_with_500() {
    each_write_meets("done 500", Fault::CommitThen500, Some(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_done_and_loses_its_connection() {
    each_write_meets("done reset", Fault::CommitThenDrop, Some(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_whose_answer_is_cut_off() {
    each_write_meets("cut off", Fault::TruncatedBody, Some(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_whose_answer_is_garbage() {
    each_write_meets("garbage", Fault::GarbageBody, Some(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_fails_with_500() {
    each_write_meets("500", Fault::ErrorBeforeCommit, Some(0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_never_arrives() {
    each_write_meets("reset", Fault::DropBeforeCommit, Some(0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_throttled() {
    in_both_versions(async |version| {
        let world = settling("throttled", Config::default(), version, 2).await;
        let throttle = Fault::Throttle { retry_after: 1 };
        let world = each_write_survives(world, throttle, None).await;
        for introduction in [scene::NEW, scene::KNOWN] {
            let stories = world.store.stories(introduction).await.unwrap();
            let [story] = &stories[..] else {
                panic!("one operation: {stories:?}")
            };
            assert_eq!(story.attempts, 0, "a try was counted: {story:?}");
        }
    })
    .await;
}

/// An API key that is revoked is gone for good, so this is a matter of v3 alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_whose_token_was_just_revoked() {
    let world = settling("revoked", Config::default(), Version::V3, 2).await;
    each_write_survives(world, Fault::TokenRevoked, None).await;
}

/// Each kind of write meets the fault once, at its first send, in both versions. `unknown`: how many notes about
/// somebody known there are in v1, where nothing can show it.
async fn each_write_meets(name: &str, fault: Fault, unknown: Option<usize>) {
    in_both_versions(async |version| {
        let world = settling(name, Config::default(), version, 2).await;
        each_write_survives(world, fault.clone(), unknown).await;
    })
    .await;
}

/// At once, because most of the time is spent waiting.
async fn in_both_versions(story: impl AsyncFn(Version)) {
    tokio::join!(story(Version::V3), story(Version::V1));
}

/// A world without a rate limit, in which the absence of a write is proof after so many seconds.
async fn settling(name: &str, mut config: Config, version: Version, seconds: u32) -> World {
    config.settings.rate_limit = 0;
    let mut world = World::with(&format!("fault {name} {version}"), config).await;
    world.version = version;
    let settle = "BRIDGE_SETTLE_SECONDS".to_owned();
    world.variables.insert(settle, seconds.to_string());
    world
}

async fn each_write_survives(mut world: World, fault: Fault, unknown: Option<usize>) -> World {
    world.bridge().await;
    world.connect("acme").await;
    let events = scene::both(&world).await;
    let rules = each_write_fails(&world, &fault);
    world.publish_all(&events).await;
    for event in &events {
        world
            .answer(event["data"]["introduction_id"].as_str().unwrap())
            .await;
    }
    settled(&world, 2).await;
    each_has_failed(&world, rules);
    let [newcomer, acquaintance] = &events[..] else {
        panic!("two introductions")
    };
    scene::once(&world, newcomer);
    match unknown.filter(|_| world.version == Version::V1) {
        None => scene::once(&world, acquaintance),
        Some(notes) => scene::once_and_unsure_of_the_note(&world, acquaintance, notes),
    }
    assert_eq!(dead_letters(&world).await, 0);
    world
}

/// The first send of each kind of write meets the fault; the rules.
fn each_write_fails(world: &World, fault: &Fault) -> Vec<(&'static str, u64)> {
    let faults = world.greenhouse.faults();
    let rule = |write| faults.add(When::operation(write).nth(1), fault.clone());
    WRITES.map(|write| (write, rule(write))).into()
}

fn each_has_failed(world: &World, rules: Vec<(&str, u64)>) {
    for (write, rule) in rules {
        let fired = world.greenhouse.faults().fired(rule);
        assert_eq!(fired, 1, "{write} did not meet the fault");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_that_run_behind_lost_answers() {
    for by_id in [false, true] {
        in_both_versions(async |version| {
            let mut config = lagging(Duration::from_secs(3));
            config.settings.lag.by_id = by_id;
            let world = settling("lag", config, version, 6).await;
            each_write_survives(world, Fault::CommitThenDrop, Some(1)).await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_that_run_half_a_minute_behind_a_lost_answer() {
    in_both_versions(half_a_minute_behind).await;
}

async fn half_a_minute_behind(version: Version) {
    let config = lagging(Duration::from_secs(30));
    let mut world = settling("lag 30", config, version, 60).await;
    // What they are by default.
    world.variables.clear();
    world.bridge().await;
    world.connect("acme").await;
    // Each loses few of its writes, because whoever waits for proof of one lets the others lose theirs.
    let mut events = Vec::new();
    for number in 0..4 {
        events.push(scene::newcomer(&world, "acme", &format!("new-{number}")));
        events.push(scene::acquaintance(&world, "acme", &format!("known-{number}")).await);
    }
    let rules = each_write_fails(&world, &Fault::CommitThenDrop);
    world.publish_all(&events).await;
    let imported = |events: &[Announced]| {
        let imported = events
            .iter()
            .filter(|event| event.name == "IntroductionImported");
        imported.count() >= 8
    };
    world
        .announced_within(HALF_A_MINUTE_BEHIND, "the imports behind a lag", imported)
        .await;
    settled(&world, events.len()).await;
    each_has_failed(&world, rules);
    let mut unsure = 0;
    for event in &events {
        unsure += usize::from(scene::once_sure_or_unsure_of_the_note(&world, event));
    }
    // What v1 cannot read it says of the one whose note was lost.
    assert!(unsure <= usize::from(version == Version::V1), "{unsure}");
}

fn lagging(length: Duration) -> Config {
    let mut config = Config::default();
    config.settings.lag = Lag {
        length,
        by_id: false,
    };
    config
}

/// The client gave up after ten seconds and looked; the write happens only then.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_happens_after_we_looked_for_it() {
    in_both_versions(async |version| {
        let mut world = settling("late", Config::default(), version, 20).await;
        world.bridge().await;
        world.connect("acme").await;
        let late = Fault::Late(Duration::from_secs(14));
        let rule = world
            .greenhouse
            .faults()
            .add(When::operation("candidates:create").nth(1), late);
        let event = scene::newcomer(&world, "acme", scene::NEW);
        world.publish(&event).await;
        world.answer(scene::NEW).await;
        settled(&world, 1).await;
        assert_eq!(world.greenhouse.faults().fired(rule), 1);
        scene::once(&world, &event);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_creating_answers() {
    for answer in [
        CreateAnswer::Flat,
        CreateAnswer::Truncated(Duration::from_secs(3)),
    ] {
        in_both_versions(async |version| {
            let mut config = Config::default();
            config.settings.rate_limit = 0;
            let mut world = World::with("create answer", config).await;
            world.version = version;
            world.bridge().await;
            world.connect("acme").await;
            let events = scene::both(&world).await;
            world
                .greenhouse
                .configure(|settings| settings.create_answer = answer);
            world.publish_all(&events).await;
            settled(&world, 2).await;
            for event in &events {
                scene::once(&world, event);
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_introduced_again_before_greenhouse_shows_them() {
    in_both_versions(async |version| {
        let mut config = Config::default();
        config.settings.create_answer = CreateAnswer::Truncated(Duration::from_secs(3));
        introduced_twice(config, version, |world| [world.job(0), world.job(1)]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_introduced_again_before_greenhouse_lists_their_application() {
    in_both_versions(async |version| {
        let config = lagging(Duration::from_secs(3));
        introduced_twice(config, version, |world| [world.job(0), world.job(0)]).await;
    })
    .await;
}

/// Two introductions of one person, by two employees: one candidate, and one application under each picked job.
async fn introduced_twice(config: Config, version: Version, jobs: fn(&World) -> [i64; 2]) {
    let mut world = settling("introduced twice", config, version, 6).await;
    world.bridge().await;
    world.connect("acme").await;
    let jobs = jobs(&world);
    let events = [("i-1", jobs[0]), ("i-2", jobs[1])].map(|(id, job)| {
        let mut event = introduction("acme", id, &[job]);
        event["data"]["candidate"] =
            introduction("acme", "i-1", &[job])["data"]["candidate"].clone();
        event
    });
    world.publish_all(&events).await;
    settled(&world, 2).await;
    let state = world.greenhouse.state();
    let [person] = &state.candidates_by_email(&email("i-1"))[..] else {
        panic!("one person")
    };
    let applications = state.applications_of(person.meta.id);
    let under: BTreeSet<_> = applications.iter().map(|one| one.job_id).collect();
    assert_eq!(under, jobs.map(Some).into());
    assert_eq!(applications.len(), under.len(), "one application per job");
}
