//! RabbitMQ dies, loses a queue, its memory or its voice, and changes the password.

use std::path::Path;
use std::time::Duration;

use broker::Topology;
use greenhouse_sim::{Config, When};
use reqwest::Url;
use testkit::relay::Way;
use testkit::{Alarm, Rabbit, TestEnv};

use super::{
    BACKLOG, all_imported, commit_entries, consumers, entry_held, hold_entries, imported,
    introductions, marked_published, more_imported, more_stored, on_disk, own, stored_all, warm,
    with_a_network_to,
};
use crate::world::{World, until};

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
async fn a_queue_deleted_under_its_consumer_is_declared_and_consumed_again() {
    let world = warm(World::with("queue deleted", Config::for_benchmarks()).await).await;
    world
        .publish_all(&introductions(&world, "before", 300))
        .await;
    // What is in a queue goes with it, so the bridge must have taken everything.
    stored_all(&world, 301).await;
    all_acknowledged(&world).await;
    let management = &world.env.management;
    management
        .delete_queue(&world.env.vhost, Topology::INTRODUCTIONS)
        .await
        .expect("no queue");
    until("a consumer again", async || {
        (consumers(&world).await? == 1).then_some(())
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
    nothing_is_published_under(Alarm::Memory, &rabbit, &world).await;
    rabbit
        .set_alarm(Alarm::Memory, false)
        .await
        .expect("no alarm");
    all_imported(&world, 301).await;
}

/// What it had read before, and what it had not, goes down with it.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_counts_as_published_by_a_broker_without_room_on_the_disk_that_dies() {
    let mut rabbit = Rabbit::start().await.expect("a RabbitMQ");
    let world = warm(own(Some(&rabbit), None, "disk alarm").await).await;
    on_disk(&mut rabbit).await;
    nothing_is_published_under(Alarm::Disk, &rabbit, &world).await;
    rabbit.kill9().await.expect("a dead broker");
    rabbit.restart().await.expect("a broker again");
    all_imported(&world, 301).await;
}

/// Imports 300 introductions whose answers the broker does not take.
async fn nothing_is_published_under(alarm: Alarm, rabbit: &Rabbit, world: &World) {
    let greenhouse = world.greenhouse.faults();
    let gate = greenhouse.hold(When::operation("candidates:create"));
    world.publish_all(&introductions(world, "i", 300)).await;
    stored_all(world, 301).await;
    rabbit.set_alarm(alarm, true).await.expect("an alarm");
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
        if marked_published(world, &introduction).await {
            world.answer(&introduction).await;
        }
    }
    assert!(
        imported(&world.announced()) < 301,
        "everything arrived in spite of the alarm"
    );
}

/// On one connection the acknowledgements would wait behind what the broker does not read.
#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_acknowledged_while_publishing_is_blocked() {
    let rabbit = Rabbit::start().await.expect("a RabbitMQ");
    let world = warm(own(Some(&rabbit), None, "blocked").await).await;
    let greenhouse = world.greenhouse.faults();
    let gate = greenhouse.hold(When::operation("candidates:create"));
    world.publish_all(&introductions(&world, "first", 1)).await;
    gate.reached_by(1).await;
    hold_entries(&world).await;
    world.publish_all(&introductions(&world, "then", 50)).await;
    entry_held(&world).await;
    rabbit
        .set_alarm(Alarm::Memory, true)
        .await
        .expect("an alarm");
    gate.open();
    until("a blocked publisher", async || {
        (world.metric(0, "bridge_blocked_seconds_total").await > 0.0).then_some(())
    })
    .await;
    commit_entries(&world).await;
    all_acknowledged(&world).await;
    let redelivered = world.metric(0, "bridge_redelivered_total").await;
    assert_eq!(redelivered, 0.0, "acknowledged by a connection of its own");
    assert_eq!(imported(&world.announced()), 1, "the alarm stopped nobody");
    rabbit
        .set_alarm(Alarm::Memory, false)
        .await
        .expect("no alarm");
    all_imported(&world, 52).await;
}

/// Waits until the queue of introductions is empty.
async fn all_acknowledged(world: &World) {
    let queue = async || {
        let management = &world.env.management;
        let counts = management.queue(&world.env.vhost, Topology::INTRODUCTIONS);
        counts.await.ok()?
    };
    until("everything acknowledged", async || {
        let queue = queue().await?;
        (queue.ready + queue.unacknowledged == 0).then_some(())
    })
    .await;
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
    let network = with_a_network_to(&mut world, "BRIDGE_AMQP_URL").await;
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

/// Fault 10 of the matrix: half a second from question to answer, then more, and a cut.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_network_makes_everything_slow_and_nothing_else() {
    let mut world = World::with("slow network", Config::for_benchmarks()).await;
    let network = with_a_network_to(&mut world, "BRIDGE_AMQP_URL").await;
    network.delay(Duration::from_millis(250));
    let world = warm(world).await;
    world.publish_all(&introductions(&world, "slow", 500)).await;
    more_imported(&world, 50).await;
    network.delay(Duration::from_millis(400));
    world
        .publish_all(&introductions(&world, "slower", 500))
        .await;
    more_imported(&world, 500).await;
    let reconnects = world.metric(0, "bridge_amqp_reconnects_total{").await;
    assert_eq!(reconnects, 0.0, "slow is not lost");
    network.cut();
    world
        .publish_all(&introductions(&world, "after the cut", 100))
        .await;
    all_imported(&world, 1101).await;
}

/// Fault 20 of the matrix: what is not settled in time is delivered again, over another channel.
#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_takes_back_what_is_not_settled_in_time() {
    let rabbit = Rabbit::start().await.expect("a RabbitMQ");
    let timeout = Duration::from_secs(5);
    let set = rabbit.set_consumer_timeout(timeout).await;
    set.expect("a broker that does not wait");
    let world = warm(own(Some(&rabbit), None, "ack timeout").await).await;
    hold_entries(&world).await;
    world.publish_all(&introductions(&world, "held", 50)).await;
    entry_held(&world).await;
    until("deliveries taken back", async || {
        (world.metric(0, "bridge_redelivered_total").await > 0.0).then_some(())
    })
    .await;
    commit_entries(&world).await;
    all_imported(&world, 51).await;
}

/// Fault 69 of the matrix.
#[tokio::test(flavor = "multi_thread")]
async fn a_virtual_host_with_no_room_for_another_connection_is_named_and_asked_again() {
    let mut world = World::with("no room", Config::for_benchmarks()).await;
    let (management, vhost) = (world.env.management.clone(), world.env.vhost.clone());
    let limit = management.limit_connections(&vhost, Some(0)).await;
    limit.expect("a limit");
    let bridge = world.start_bridge(&["all"], &[]);
    world.keep(bridge);
    until("a refusal in the log", async || {
        world.logs().contains("connection limit").then_some(())
    })
    .await;
    let (status, checks) = world.get(0, "/ready").await;
    assert_eq!(status, 503, "{checks}");
    assert!(checks.contains("refused"), "{checks}");
    let limit = management.limit_connections(&vhost, None).await;
    limit.expect("no limit");
    let (status, answer) = world.connect("acme").await;
    assert_eq!(status, 201, "{answer}");
    world.publish_all(&introductions(&world, "after", 10)).await;
    all_imported(&world, 10).await;
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
