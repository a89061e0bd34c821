//! Bridges are told to end, and freeze for longer than they hold what they have in hand.

use std::time::Duration;

use greenhouse_sim::{Config, When};
use testkit::Http;

use super::{all_imported, introductions, more_imported, warm};
use crate::world::{World, until};

/// How long a bridge may take to finish what it has in hand.
const DRAIN: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_told_to_end_under_load_ends_in_good_order() {
    let mut world = warm(World::with("sigterm", Config::for_benchmarks()).await).await;
    world.publish_all(&introductions(&world, "i", 1000)).await;
    more_imported(&world, 100).await;
    let mut first = world.bridges().remove(0);
    let status = first
        .process
        .terminate(DRAIN)
        .await
        .expect("a bridge that ends");
    assert!(status.success(), "{status}\n{}", first.process.log());
    let open = world.store.ledger_gauges().await.expect("an answer").open;
    assert!(open > 0, "it was not under load");
    world.bridge().await;
    all_imported(&world, 1001).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_that_slept_through_its_leases_changes_nothing() {
    let mut world = warm(World::with("frozen", Config::for_benchmarks()).await).await;
    let gate = world
        .greenhouse
        .faults()
        .hold_answers(When::operation("notes:create"));
    world.publish_all(&introductions(&world, "i", 40)).await;
    gate.reached_by(40).await;
    world.bridges()[0].process.freeze();
    gate.open();
    // The time that the leases last is over, as far as the database can tell.
    let expire =
        "UPDATE operations SET not_before = now() WHERE state = 'open' AND lease IS NOT NULL";
    world.env.execute(expire).await.expect("expired leases");
    world.bridge().await;
    all_imported(&world, 41).await;
    let sleeper = &mut world.bridges()[0].process;
    sleeper.thaw();
    let status = sleeper.terminate(DRAIN).await.expect("a bridge that ends");
    assert!(status.success(), "{status}\n{}", sleeper.log());
    all_imported(&world, 41).await;
    for number in 0..40 {
        let stories = world
            .store
            .stories(&format!("i-{number}"))
            .await
            .expect("an answer");
        assert_eq!(stories[0].answers.len(), 1, "{:?}", stories[0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_that_ends_publishes_what_it_finished_last() {
    let mut world = warm(World::with("last words", Config::for_benchmarks()).await).await;
    let gate = world
        .greenhouse
        .faults()
        .hold_answers(When::operation("notes:create"));
    world.publish_all(&introductions(&world, "i", 5)).await;
    gate.reached_by(5).await;
    let mut bridge = world.bridges().remove(0);
    let (http, url) = (Http::new().unwrap(), format!("{}/ready", bridge.url));
    let told = async {
        until("a bridge that knows that it ends", async || {
            let answer = http.get(&url, None).await.ok()?;
            (answer.status == 503).then_some(())
        })
        .await;
        gate.open();
    };
    let (ended, ()) = tokio::join!(bridge.process.terminate(DRAIN), told);
    let status = ended.expect("a bridge that ends");
    assert!(status.success(), "{status}\n{}", bridge.process.log());
    let left = world.store.outbox_backlog().await.expect("an answer").rows;
    assert_eq!(left, 0, "nobody else is there to publish it");
    all_imported(&world, 6).await;
}
