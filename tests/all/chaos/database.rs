//! PostgreSQL dies, cannot be reached, falls silent, and commits without anybody being told.

use std::time::Duration;

use greenhouse_sim::Config;
use testkit::relay::Way;
use testkit::{Postgres, Relay};

use super::{all_imported, imported, introductions, more_imported, own, warm};
use crate::world::{Announced, World, until};

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
    // Other commits come and go; only this one sleeps.
    let held = "pg_stat_activity WHERE datname = current_database() AND query LIKE 'COMMIT%' AND wait_event = 'PgSleep'";
    one("a commit that is held", held).await;
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
