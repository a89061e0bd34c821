//! What becomes of an introduction when a statement of the database fails once.

use domain::JobId;
use harvest::Target;
use sqlx::AssertSqlSafe;

use crate::world::{BOTH, World};

/// Tables that are written on the way, each the first time in another statement: what was looked up, an intent, the end.
const WRITTEN: [&str; 3] = ["remote_cache", "steps", "outbox"];

/// The next statement that inserts into the table fails, and none after it.
async fn fail_once(world: &World, table: &str) {
    fail_nth(world, table, 1).await;
}

/// The same, of the statement with this number.
async fn fail_nth(world: &World, table: &str, number: u32) {
    let statements = format!(
        "CREATE SEQUENCE hiccups;
        CREATE FUNCTION hiccup() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('hiccups') = {number} THEN RAISE EXCEPTION 'hiccup'; END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER hiccup BEFORE INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION hiccup()"
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

/// Else nobody could tell in v1 whether the note is there.
#[tokio::test]
async fn what_was_written_is_known_though_the_entry_that_says_so_fails() {
    for version in BOTH {
        // The intent of what comes next, and the end.
        for (table, number, last) in [("steps", 2, "add_application"), ("outbox", 1, "add_note")] {
            let world = World::new(version).await;
            // What it refers to is known from now on.
            world.import(world.introduction("i-0")).await;
            let elsewhere = Target::Job(JobId(world.jobs()[1]));
            let person = world.plant("i-1", elsewhere).await;
            fail_nth(&world, table, number).await;
            world.take(&world.introduction("i-1")).await;
            world.try_once().await;
            assert_eq!(world.open().await, 1, "{version:?} {table}: no failure");
            let written = world.steps(last).await.pop().unwrap();
            assert!(written.ends_with("confirmed"), "{version:?} {written}");
            world.perform().await;
            let answer = world.last_answer().await;
            assert!(!answer.warnings().contains(&"remote_unknown"), "{answer:?}");
            let notes = world.greenhouse.state().notes_of(person);
            assert_eq!(notes.len(), 1, "{version:?} {table}");
        }
    }
}
