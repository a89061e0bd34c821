//! PostgreSQL dies, cannot be reached, falls silent, and commits without anybody being told.

use std::time::Duration;

use greenhouse_sim::Config;
use testkit::relay::Way;
use testkit::{Postgres, Relay};

use super::{
    all_imported, commit_entries, consumers, entry_held, hold_entries, imported, introductions,
    more_imported, one, own, warm, with_a_network_to,
};
use crate::world::{Announced, SOON, World, until};

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
    let network = with_a_network_to(&mut world, "BRIDGE_DATABASE_URL").await;
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

/// A failover without a word: established connections bring nothing any more, and new ones are answered. A supervisor starts the
/// bridge again once it has ended.
#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_that_its_database_has_forgotten_ends_and_the_next_one_goes_on() {
    let mut world = World::with("forgotten", Config::for_benchmarks()).await;
    let network = with_a_network_to(&mut world, "BRIDGE_DATABASE_URL").await;
    let mut world = warm(world).await;
    network.forget();
    world
        .publish_all(&introductions(&world, "during", 50))
        .await;
    // A minute of patience, and half of one to leave.
    let ended = world.bridges()[0].process.ended(SOON + SOON).await;
    assert_eq!(ended.expect("an end").code(), Some(4));
    let log = world.logs();
    assert!(log.contains("More: bridge explain BRG-0906"), "{log}");
    world.bridge().await;
    all_imported(&world, 51).await;
}

/// Fault 12 of the matrix, for one replica of two.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_replica_without_a_database_holds_is_left_to_the_others() {
    let mut world = World::with("cut off", Config::for_benchmarks()).await;
    let network = with_a_network_to(&mut world, "BRIDGE_DATABASE_URL").await;
    let mut world = warm(world).await;
    network.refuse(true);
    network.cut();
    world.publish_all(&introductions(&world, "held", 50)).await;
    let direct = world.env.database_url.clone();
    let direct = ("BRIDGE_DATABASE_URL".to_owned(), direct);
    world.variables.extend([direct]);
    world.bridge().await;
    let patience = Duration::from_secs(60);
    world
        .announced_within(patience + SOON, "the other replica's answers", |events| {
            imported(events) >= 51
        })
        .await;
    network.refuse(false);
    until("a consumer that is back", async || {
        (consumers(&world).await? == 2).then_some(())
    })
    .await;
    all_imported(&world, 51).await;
}

/// The gauges themselves show then what was last read, however well that was.
#[tokio::test(flavor = "multi_thread")]
async fn gauges_that_stand_still_tell_since_when() {
    let mut world = World::with("gauges", Config::for_benchmarks()).await;
    let network = with_a_network_to(&mut world, "BRIDGE_DATABASE_URL").await;
    world.bridge().await;
    network.refuse(true);
    network.cut();
    let last = gauges_read(&world).await;
    until("a read that fails", async || {
        let failed = world.logs().contains("cannot read the gauges");
        failed.then_some(())
    })
    .await;
    assert_eq!(gauges_read(&world).await, last);
    network.refuse(false);
    until("a read", async || {
        (gauges_read(&world).await > last).then_some(())
    })
    .await;
}

async fn gauges_read(world: &World) -> f64 {
    let time = world
        .metric(0, "bridge_gauges_read_timestamp_seconds")
        .await;
    assert!(time > 0.0);
    time
}

/// What was claimed as it entered is then in the ledger, and the process that claimed it does not know: it must not wait
/// for the end of its lease, when it would be claimed again.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_holds_nothing_up() {
    let mut world = World::with("lost answer", Config::for_benchmarks()).await;
    let network = with_a_network_to(&mut world, "BRIDGE_DATABASE_URL").await;
    let world = warm(world).await;
    let once = "CREATE FUNCTION once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'claimed again';
        END $$;
        CREATE TRIGGER once BEFORE UPDATE OF lease ON operations FOR EACH ROW
            WHEN (NEW.lease <> OLD.lease) EXECUTE FUNCTION once()";
    world.env.execute(once).await.expect("a trigger");
    hold_entries(&world).await;
    world.publish_all(&introductions(&world, "held", 1)).await;
    entry_held(&world).await;
    network.stall(Way::ToClient);
    commit_entries(&world).await;
    let committed = "operations WHERE state = 'open'";
    one(&world, "a committed operation", committed).await;
    network.cut();
    network.resume();
    let all = |events: &[Announced]| imported(events) == 2;
    world.announced_until("the answer", all).await;
    all_imported(&world, 2).await;
}

/// Fault 70 of the matrix: each service in a process of its own, and none of them can be told that there is work.
#[tokio::test(flavor = "multi_thread")]
async fn processes_that_hear_nothing_of_each_other_look_for_themselves() {
    let mut world = World::with("deaf", Config::for_benchmarks()).await;
    for service in ["connections", "introductions", "relay"] {
        let mut bridge = world.start_bridge(&[service], &[]);
        let url = bridge.url.clone();
        let ready = bridge.process.ready(&url, SOON).await;
        ready.expect("a bridge that gets ready");
        world.keep(bridge);
    }
    let import = async {
        let (status, answer) = world.connect("acme").await;
        assert_eq!(status, 201, "{answer}");
        world.publish_all(&introductions(&world, "i", 10)).await;
        all_imported(&world, 10).await;
    };
    tokio::select! {
        () = import => {}
        () = deafen(&world) => {}
    }
}

/// Ends whoever listens, again and again.
async fn deafen(world: &World) {
    let listeners = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'LISTEN %'";
    loop {
        world.env.execute(listeners).await.expect("a superuser");
    }
}
