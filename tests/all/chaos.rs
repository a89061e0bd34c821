//! Servers that die, hang and refuse, and bridges that are told to end or freeze, all of it under load: whatever was
//! sent is in Greenhouse once and answered once.
//!
//! A test that harms a server starts one of its own.

mod bridges;
mod broker;
mod database;

use std::time::Duration;

use ::broker::Topology;
use greenhouse_sim::Config;
use serde_json::Value;
use testkit::{Postgres, Rabbit, Relay, TestEnv};

use crate::accounting::settled;
use crate::world::{Announced, World, introduction, until};

/// How long a backlog may take on a slow machine.
const BACKLOG: Duration = Duration::from_secs(300);

/// A world on a server of the test's own, which it is going to harm.
async fn own(rabbit: Option<&Rabbit>, postgres: Option<&Postgres>, name: &str) -> World {
    let env = TestEnv::beside(rabbit, postgres, name)
        .await
        .expect("the servers of `cargo xtask test`");
    World::on(env, Config::for_benchmarks()).await
}

/// RabbitMQ 3.10 may bring a quorum queue back as `down` for good when it is killed soon after the declare, also when
/// messages went through it. Stopping in good order writes what the queue needs.
async fn on_disk(rabbit: &mut Rabbit) {
    rabbit.restart().await.expect("a broker again");
}

/// A network between the world's bridges and the server that this variable names.
async fn with_a_network_to(world: &mut World, variable: &str) -> Relay {
    let url = match variable {
        "BRIDGE_AMQP_URL" => &world.env.amqp_url,
        "BRIDGE_DATABASE_URL" => &world.env.database_url,
        other => panic!("{other} names no server"),
    };
    let network = Relay::start(url).await.expect("a relay");
    let through = network.through(url).expect("an address");
    world.variables.insert(variable.to_owned(), through);
    network
}

/// A bridge, a connected tenant, and one introduction that went all the way.
async fn warm(mut world: World) -> World {
    world.bridge().await;
    let (status, answer) = world.connect("acme").await;
    assert_eq!(status, 201, "{answer}");
    world
        .publish_all(&introductions(&world, "warm-up", 1))
        .await;
    world.answer("warm-up-0").await;
    world
}

/// How many take from the queue of introductions.
async fn consumers(world: &World) -> Option<u64> {
    let management = &world.env.management;
    let queue = management
        .queue(&world.env.vhost, Topology::INTRODUCTIONS)
        .await
        .ok()?;
    Some(queue.map_or(0, |queue| queue.consumers))
}

/// So many introductions, each of somebody of their own.
fn introductions(world: &World, name: &str, count: usize) -> Vec<Value> {
    let job = world.job(0);
    (0..count)
        .map(|number| introduction("acme", &format!("{name}-{number}"), &[job]))
        .collect()
}

fn imported(events: &[Announced]) -> usize {
    events
        .iter()
        .filter(|event| event.name == "IntroductionImported")
        .count()
}

async fn more_imported(world: &World, more: usize) {
    let enough = imported(&world.announced()) + more;
    world
        .announced_within(BACKLOG, "some imports", |events| imported(events) >= enough)
        .await;
}

/// Waits until an introduction more is stored than now.
async fn more_stored(world: &World) {
    let now = acknowledged(world).await;
    until("a delivery more", async || {
        (acknowledged(world).await > now).then_some(())
    })
    .await;
}

async fn acknowledged(world: &World) -> f64 {
    world
        .metric(0, r#"bridge_messages_total{outcome="ack""#)
        .await
}

/// Waits until the ledger holds so many introductions, imported ones included.
async fn stored_all(world: &World, count: usize) {
    until("every introduction stored", async || {
        (acknowledged(world).await >= count as f64).then_some(())
    })
    .await;
}

/// From now on no operation that enters the ledger is committed, until [`commit_entries`].
async fn hold_entries(world: &World) {
    let gate = "CREATE TABLE gate ();
        CREATE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            WHILE NOT EXISTS (SELECT FROM gate) LOOP PERFORM pg_sleep(0.01); END LOOP;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER pass AFTER INSERT ON operations INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION pass()";
    world.env.execute(gate).await.expect("a trigger");
}

async fn commit_entries(world: &World) {
    let go_on = world.env.execute("INSERT INTO gate DEFAULT VALUES").await;
    go_on.expect("an open gate");
}

/// Waits for a commit that waits; others come and go.
async fn entry_held(world: &World) {
    let held = "pg_stat_activity WHERE datname = current_database() AND query LIKE 'COMMIT%' AND wait_event = 'PgSleep'";
    one(world, "a commit that is held", held).await;
}

/// Waits until there is one of the rows: a division by zero fails until then.
async fn one(world: &World, what: &str, rows: &str) {
    let statement = format!("SELECT 1 / count(*) FROM {rows}");
    until(what, async || world.env.execute(&statement).await.ok()).await;
}

async fn marked_published(world: &World, introduction: &str) -> bool {
    let stories = world.store.stories(introduction).await.expect("an answer");
    stories
        .iter()
        .flat_map(|story| &story.answers)
        .any(|answer| answer.published_at.is_some())
}

/// The books balance, nobody failed, and the bridges lived through it.
async fn all_imported(world: &World, sent: usize) {
    world
        .announced_within(BACKLOG, "the backlog", |events| imported(events) >= sent)
        .await;
    let account = settled(world, sent).await;
    assert!(account.failed.is_empty(), "{:?}", account.failed);
}
