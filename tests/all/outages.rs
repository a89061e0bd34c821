//! A Greenhouse that answers nothing but errors for a while, and handlers that panic: what waits loses nothing, costs
//! little, and goes on soon.

use std::time::Duration;

use greenhouse_sim::{Config, Fault, When};
use harvest::Version;
use serde_json::{Value, json};

use crate::accounting::settled;
use crate::world::{World, email, introduction, until};

/// More than are in hand at once of a tenant.
const WAITING: usize = 400;
/// Operations of one tenant in a process's hands, which may all have called when the outage begins.
const IN_HAND: usize = 192;
/// How long it lasts: several looks.
const OUTAGE: Duration = Duration::from_secs(25);
/// Nobody waits for the pause between two tries.
const NOW: &str = "UPDATE operations SET not_before = now() WHERE lease IS NULL";

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_costs_few_calls_and_parks_nothing() {
    let mut config = Config::for_benchmarks();
    config.log_capacity = 10_000;
    let mut world = World::with("outage", config).await;
    world.bridge().await;
    world.connect("acme").await;
    world.publish(&numbered(&world, 0)).await;
    world.answer("i-0").await;
    let faults = world.greenhouse.faults();
    let down = faults.add(When::any(), Fault::ErrorBeforeCommit);
    let state = world.greenhouse.state();
    state.clear_log();
    let events: Vec<Value> = (1..=WAITING).map(|n| numbered(&world, n)).collect();
    world.publish_all(&events).await;
    until("an outage", async || {
        (world.store.outages().await.ok()? == 1).then_some(())
    })
    .await;
    tokio::time::sleep(OUTAGE).await;
    let lookups = state.calls("candidates:list").len();
    assert!(
        (5..=IN_HAND + 10).contains(&lookups),
        "{lookups} calls in an outage"
    );
    let parked = world.store.ledger_gauges().await.expect("gauges").parked;
    assert_eq!(parked, 0);
    faults.remove(down);
    settled(&world, WAITING + 1).await;
    assert_eq!(world.named("IntroductionImported").len(), WAITING + 1);
    assert_eq!(world.store.outages().await.expect("a count"), 0);
}

/// Nobody else is there whose success or failure would tell.
#[tokio::test(flavor = "multi_thread")]
async fn a_single_introduction_outlives_an_outage_however_long_it_waited_before() {
    let mut world = World::with("outage of one", Config::for_benchmarks()).await;
    world.bridge().await;
    world.connect("acme").await;
    let faults = world.greenhouse.faults();
    let down = faults.add(When::operation("candidates:list"), Fault::ErrorBeforeCommit);
    world.publish(&numbered(&world, 1)).await;
    until("a try", async || {
        attempts(&world, "i-1").await.filter(|tries| *tries > 0)
    })
    .await;
    let long_ago = "UPDATE operations SET created_at = now() - interval '3 days', attempts = 60";
    world.env.execute(long_ago).await.expect("a ledger");
    world.env.execute(NOW).await.expect("a ledger");
    until("an outage", async || {
        (world.store.outages().await.ok()? == 1).then_some(())
    })
    .await;
    let (told, _) = crate::why::bridge(&world, &["why", "i-1"]).await;
    assert!(told.contains("cannot be reached"), "{told}");
    faults.remove(down);
    world.env.execute(NOW).await.expect("a ledger");
    let answer = world.answer("i-1").await;
    assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
}

/// What v1 answers once it is switched off, as was announced, is not known.
#[tokio::test(flavor = "multi_thread")]
async fn a_v1_that_is_switched_off_sets_its_tenant_aside_and_loses_no_introduction() {
    let mut world = World::with("switched off", Config::for_benchmarks()).await;
    world.version = Version::V1;
    world.bridge().await;
    let (_, connection) = world.connect("acme").await;
    let id = connection["id"].as_str().expect("an id");
    let verify = format!("/v1/connections/{id}/verify");
    for (index, status) in [301, 400, 403, 404, 410].into_iter().enumerate() {
        let switch = |off| world.greenhouse.configure(|all| all.v1.switched_off = off);
        switch(Some(status));
        let id = format!("i-{status}");
        let event = introduction("acme", &id, &[world.job(index)]);
        world.publish(&event).await;
        let told = world.answer(&id).await;
        assert_eq!(told.data["code"], "v1_not_served", "{status}: {told:?}");
        let (_, seen) = world.post(&verify, Value::Null).await;
        assert_eq!(seen["state"], "reauthorise", "{status}: {seen}");
        switch(None);
        let (_, seen) = world.post(&verify, Value::Null).await;
        assert_eq!(seen["state"], "active", "{status}: {seen}");
        until("the import", async || {
            (world.named("IntroductionImported").len() == index + 1).then_some(())
        })
        .await;
    }
}

/// An edit needs no proof, so nothing but the tries themselves spaces them.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_never_answered_is_tried_ever_more_rarely_and_given_up() {
    let mut world = World::with("indigestible", Config::for_benchmarks()).await;
    world.bridge().await;
    world.connect("acme").await;
    world.publish(&numbered(&world, 1)).await;
    world.answer("i-1").await;
    let faults = world.greenhouse.faults();
    let edits = When::operation("candidates:update");
    faults.add(edits, Fault::ErrorBeforeCommit);
    let mut again = introduction("acme", "i-2", &[world.job(1)]);
    again["data"]["candidate"]["emails"] = json!([{ "value": email("i-1") }]);
    again["data"]["candidate"]["phones"] = json!([{ "value": "+49 30 1234567" }]);
    world.publish(&again).await;
    let tries = until("two tries", async || {
        attempts(&world, "i-2").await.filter(|tries| *tries > 1)
    })
    .await;
    let edits = world.greenhouse.state().calls("candidates:update").len();
    let allowed = 3 + usize::try_from(tries).expect("a count") + 1;
    assert!(edits <= allowed, "{edits} edits in {tries} tries");
    let last = "UPDATE operations SET attempts = 99 WHERE state = 'open' AND lease IS NULL";
    until("the last try", async || {
        world.env.execute(last).await.ok()?;
        world.env.execute(NOW).await.ok()?;
        (world.named("IntroductionImported").len() == 2).then_some(())
    })
    .await;
    let answer = world.answer("i-2").await;
    assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
    let warnings = answer.data["warnings"].to_string();
    assert!(warnings.contains("retries_exhausted"), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_panics_is_tried_again_later_and_stops_nobody() {
    let mut world = World::with("panic", Config::for_benchmarks()).await;
    let panics = [("BRIDGE_PANIC_AT", "step:add_application:before_intent")];
    let mut bridge = world.start_bridge(&["all"], &panics);
    let url = bridge.url.clone();
    let ready = bridge.process.ready(&url, Duration::from_secs(60)).await;
    ready.expect("a bridge that gets ready");
    world.keep(bridge);
    world.connect("acme").await;
    // Whoever has two jobs comes to that point.
    let poison = introduction("acme", "i-1", &[world.job(0), world.job(1)]);
    world.publish_all(&[poison, numbered(&world, 2)]).await;
    until("two tries", async || {
        attempts(&world, "i-1").await.filter(|tries| *tries > 1)
    })
    .await;
    let answer = world.answer("i-2").await;
    assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
}

fn numbered(world: &World, number: usize) -> Value {
    introduction("acme", &format!("i-{number}"), &[world.job(0)])
}

/// How often the introduction was tried in vain.
async fn attempts(world: &World, introduction: &str) -> Option<i32> {
    let stories = world.store.stories(introduction).await.ok()?;
    stories.first().map(|story| story.attempts)
}
