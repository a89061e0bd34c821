//! What becomes of an introduction when a statement of the database fails once.

use sqlx::AssertSqlSafe;

use crate::world::{BOTH, World};

/// Tables that are written on the way, each the first time in another statement: what was looked up, an intent, the end.
const WRITTEN: [&str; 3] = ["remote_cache", "steps", "outbox"];

/// The next insert into the table fails, and none after it.
async fn fail_once(world: &World, table: &str) {
    let statements = format!(
        "CREATE SEQUENCE hiccups;
        CREATE FUNCTION hiccup() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('hiccups') = 1 THEN RAISE EXCEPTION 'hiccup'; END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER hiccup BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION hiccup()"
    );
    let failing = sqlx::raw_sql(AssertSqlSafe(statements)).execute(world.store.pool());
    failing.await.unwrap();
}

#[tokio::test]
async fn what_the_database_stops_rests_a_moment_and_not_until_its_lease_ends() {
    for version in BOTH {
        for table in WRITTEN {
            let world = World::new(version).await;
            fail_once(&world, table).await;
            world.take(&world.introduction("i-1")).await;
            world.try_once().await;
            assert_eq!(world.open().await, 1, "{table} was not written");
            let [story] = &world.store.stories("i-1").await.unwrap()[..] else {
                panic!("one operation")
            };
            assert!(!story.in_progress, "{table}: still in hand");
            assert_eq!(story.code.as_deref(), Some("database_unavailable"));
            let rests = story.not_before - story.now;
            // The lease is a minute here, and a rest half of it at most, however slow the machine.
            assert!(rests.num_seconds() <= 30, "{table}: rests for {rests}");
            world.perform().await;
            let answer = world.last_answer().await;
            assert_eq!(answer.name, "IntroductionImported", "{table} {version:?}");
            assert_eq!(answer.data["how"], "CREATED", "{table}: {answer:?}");
            assert!(!answer.warnings().contains(&"remote_unknown"), "{answer:?}");
            world.person("i-1");
        }
    }
}
