//! Servers that die, hang and refuse, and bridges that are told to end or freeze, all of it under load: whatever was
//! sent is in Greenhouse once and answered once.
//!
//! A test that harms a server starts one of its own.

use std::path::Path;
use std::time::Duration;

use broker::Topology;
use greenhouse_sim::{Config, When};
use reqwest::Url;
use serde_json::Value;
use testkit::relay::Way;
use testkit::{Postgres, Rabbit, Relay, TestEnv};

use crate::accounting::settled;
use crate::world::{Announced, World, introduction, until};

/// How long a backlog may take on a slow machine.
const BACKLOG: Duration = Duration::from_secs(300);
/// How long a bridge may take to finish what it has in hand.
const DRAIN: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_killed_ten_times_with_a_thousand_events_in_flight() {
    let mut rabbit = Rabbit::start().await.expect("a RabbitMQ");
    let world = warm(own(Some(&rabbit), None, "broker killed").await).await;
    on_disk(&mut rabbit).await;
    let mut sent = 1;
    for round in 0..10 {
        let events = introductions(&world, &format!("round-{round}"), 1500);
        sent += events.len();
        let kill = async {
            // In turn while events arrive and while answers leave.
            match round % 2 {
                0 => more_stored(&world).await,
                _ => more_imported(&world, 10 * round).await,
            }
            let in_flight = sent - imported(&world.announced());
            rabbit.kill9().await.expect("a dead broker");
            assert!(
                in_flight >= 1000,
                "only {in_flight} were in flight in round {round}"
            );
            rabbit.restart().await.expect("a broker again");
        };
        tokio::join!(world.publish_all(&events), kill);
    }
    all_imported(&world, sent).await;
    let reconnects = world.metric(0, "bridge_amqp_reconnects_total").await;
    assert!(reconnects >= 10.0, "{reconnects} reconnects");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_killed_five_times_under_load() {
    let mut postgres = Postgres::start().await.expect("a PostgreSQL");
    let world = warm(own(None, Some(&postgres), "database killed").await).await;
    let mut sent = 1;
    for round in 0..5 {
        let events = introductions(&world, &format!("round-{round}"), 300);
        sent += events.len();
        let kill = async {
            more_imported(&world, 20 * round).await;
            postgres.kill9().await.expect("a dead database");
            postgres.restart().await.expect("a database again");
        };
        tokio::join!(world.publish_all(&events), kill);
    }
    all_imported(&world, sent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_deleted_under_its_consumer_is_declared_and_consumed_again() {
    let world = warm(World::with("queue deleted", Config::for_benchmarks()).await).await;
    world
        .publish_all(&introductions(&world, "before", 300))
        .await;
    // What is in a queue goes with it, so the bridge must have taken everything.
    stored_all(&world, 301).await;
    let management = &world.env.management;
    let consumers = async || {
        let queue = management
            .queue(&world.env.vhost, Topology::INTRODUCTIONS)
            .await
            .ok()?;
        Some(queue.map_or(0, |queue| queue.consumers))
    };
    until("everything acknowledged", async || {
        let queue = management
            .queue(&world.env.vhost, Topology::INTRODUCTIONS)
            .await
            .ok()??;
        (queue.ready + queue.unacknowledged == 0).then_some(())
    })
    .await;
    management
        .delete_queue(&world.env.vhost, Topology::INTRODUCTIONS)
        .await
        .expect("no queue");
    until("a consumer again", async || {
        (consumers().await? == 1).then_some(())
    })
    .await;
    world
        .publish_all(&introductions(&world, "after", 300))
        .await;
    all_imported(&world, 601).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_counts_as_published_while_the_broker_has_no_memory() {
    let rabbit = Rabbit::start().await.expect("a RabbitMQ");
    let world = warm(own(Some(&rabbit), None, "memory alarm").await).await;
    let gate = world
        .greenhouse
        .faults()
        .hold(When::operation("candidates:create"));
    world.publish_all(&introductions(&world, "i", 300)).await;
    stored_all(&world, 301).await;
    rabbit.set_memory_alarm(true).await.expect("an alarm");
    gate.open();
    until("every import done", async || {
        (world.store.ledger_gauges().await.ok()?.open == 0).then_some(())
    })
    .await;
    until("a publish given up", async || {
        (world.metric(0, r#"outcome="timeout""#).await > 0.0).then_some(())
    })
    .await;
    let waiting = world.store.outbox_backlog().await.expect("an answer").rows;
    assert!(waiting > 0, "the alarm stopped nobody");
    for number in 0..300 {
        let introduction = format!("i-{number}");
        if marked_published(&world, &introduction).await {
            world.answer(&introduction).await;
        }
    }
    assert!(
        imported(&world.announced()) < 301,
        "everything arrived in spite of the alarm"
    );
    rabbit.set_memory_alarm(false).await.expect("no alarm");
    all_imported(&world, 301).await;
}

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
    // The minute that the leases last is over, as far as the database can tell.
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
async fn a_broker_that_falls_silent_without_a_word() {
    silent_broker("silent", &[Way::ToServer, Way::ToClient]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_loses_what_is_sent_to_the_broker() {
    silent_broker("deaf", &[Way::ToServer]).await;
}

/// Acknowledgements and answers under way are lost with the connections that the bridge gives up.
async fn silent_broker(name: &str, ways: &[Way]) {
    let mut world = World::with(name, Config::for_benchmarks()).await;
    let network = Relay::start(&world.env.amqp_url).await.expect("a relay");
    let through = network.through(&world.env.amqp_url).expect("an address");
    world
        .variables
        .insert("BRIDGE_AMQP_URL".to_owned(), through);
    let world = warm(world).await;
    world
        .publish_all(&introductions(&world, "before", 500))
        .await;
    more_imported(&world, 50).await;
    let connections = network.connections();
    for way in ways {
        network.stall(*way);
    }
    world
        .publish_all(&introductions(&world, "during", 500))
        .await;
    let noticed = network.connected(connections + 1);
    tokio::time::timeout(BACKLOG, noticed)
        .await
        .expect("a bridge that connects anew")
        .expect("a relay");
    network.resume();
    all_imported(&world, 1001).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_seconds_without_a_way_to_the_database() {
    lost_database("database unreachable", |network| {
        network.refuse(true);
        network.cut();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_silent_for_ten_seconds() {
    lost_database("database silent", Relay::stall_both).await;
}

async fn lost_database(name: &str, lose: impl Fn(&Relay)) {
    let mut world = World::with(name, Config::for_benchmarks()).await;
    let network = behind_a_network(&mut world).await;
    let world = warm(world).await;
    world
        .publish_all(&introductions(&world, "before", 500))
        .await;
    more_imported(&world, 50).await;
    let events = introductions(&world, "during", 500);
    lose(&network);
    tokio::join!(
        tokio::time::sleep(Duration::from_secs(10)),
        world.publish_all(&events)
    );
    network.refuse(false);
    network.resume();
    all_imported(&world, 1001).await;
}

/// What was claimed as it entered is then in the ledger, and the process that claimed it does not know: it must not wait
/// for the end of its lease, a minute.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_holds_nothing_up() {
    let mut world = World::with("lost answer", Config::for_benchmarks()).await;
    let network = behind_a_network(&mut world).await;
    let world = warm(world).await;
    let hold_commits = "CREATE TABLE gate ();
        CREATE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            WHILE NOT EXISTS (SELECT FROM gate) LOOP PERFORM pg_sleep(0.01); END LOOP;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER pass AFTER INSERT ON operations INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION pass()";
    world.env.execute(hold_commits).await.expect("a trigger");
    world.publish_all(&introductions(&world, "held", 1)).await;
    // A division by zero fails until there is one.
    let one = async |what, rows: &str| {
        let statement = format!("SELECT 1 / count(*) FROM {rows}");
        let there = async || world.env.execute(&statement).await.ok();
        until(what, there).await;
    };
    let committing = "pg_stat_activity WHERE datname = current_database() AND query LIKE 'COMMIT%' AND state = 'active'";
    one("a commit under way", committing).await;
    network.stall(Way::ToClient);
    let go_on = world.env.execute("INSERT INTO gate DEFAULT VALUES").await;
    go_on.expect("an open gate");
    one("a committed operation", "operations WHERE state = 'open'").await;
    network.cut();
    network.resume();
    let in_less_than_a_lease = Duration::from_secs(40);
    let all = |events: &[Announced]| imported(events) == 2;
    world
        .announced_within(in_less_than_a_lease, "the answer", all)
        .await;
    all_imported(&world, 2).await;
}

/// A network between the world's bridges and their database.
async fn behind_a_network(world: &mut World) -> Relay {
    let url = world.env.database_url.clone();
    let network = Relay::start(&url).await.expect("a relay");
    let through = network.through(&url).expect("an address");
    let variable = "BRIDGE_DATABASE_URL".to_owned();
    world.variables.insert(variable, through);
    network
}

/// Fault 68 of the matrix: the old password is refused, the new one is in the file.
#[tokio::test(flavor = "multi_thread")]
async fn a_broker_password_replaced_in_its_file_is_used_without_a_restart() {
    let mut world = World::with("password", Config::for_benchmarks()).await;
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&world.env.vhost);
    replace_password(&world.env, &file, "first").await;
    world.variables.extend([
        ("BRIDGE_AMQP_URL".to_owned(), String::new()),
        (
            "BRIDGE_AMQP_URL_FILE".to_owned(),
            file.to_string_lossy().into_owned(),
        ),
    ]);
    let world = warm(world).await;
    replace_password(&world.env, &file, "second").await;
    // Who is connected stays so until thrown out.
    until("new connections", async || {
        let management = &world.env.management;
        management.close_connections(&world.env.vhost).await.ok()?;
        let rebuilt = world.metric(0, "bridge_amqp_reconnects_total").await;
        (rebuilt > 0.0).then_some(())
    })
    .await;
    world.publish_all(&introductions(&world, "after", 10)).await;
    all_imported(&world, 11).await;
    std::fs::remove_file(&file).expect("the file");
}

/// Gives the user of this name another password, and the file the address with it.
async fn replace_password(env: &TestEnv, file: &Path, password: &str) {
    let user = format!("user-{}", env.vhost);
    let replaced = env.management.put_user(&env.vhost, &user, password);
    replaced.await.expect("a user");
    let mut url = Url::parse(&env.amqp_url).expect("an address");
    url.set_username(&user).expect("a user");
    url.set_password(Some(password)).expect("a password");
    std::fs::write(file, url.as_str()).expect("a file");
}

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
