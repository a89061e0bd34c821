//! An introduction for which Greenhouse does not answer.

use greenhouse_sim::{Fault, When};

use crate::world::{BOTH, World};

#[tokio::test]
async fn who_was_not_answered_in_a_bad_minute_goes_on_soon_after_it() {
    for version in BOTH {
        let world = World::new(version).await;
        let lookups = When::operation("candidates:list");
        let faults = world.greenhouse.faults();
        let down = faults.add(lookups, Fault::ErrorBeforeCommit);
        world.take(&world.introduction("i-1")).await;
        for failures in 1..=10 {
            // Each by another process, so that none of them takes it for an outage.
            world.try_once().await;
            let [story] = &world.store.stories("i-1").await.unwrap()[..] else {
                panic!("one operation")
            };
            assert_eq!(story.attempts, failures);
            assert_eq!(story.code.as_deref(), Some("greenhouse_unavailable"));
            let rests = (story.not_before - story.now).num_seconds();
            assert!(rests <= 16, "{rests} s after {failures} failures");
        }
        faults.remove(down);
        world.perform().await;
        let answer = world.last_answer().await;
        assert_eq!(answer.data["how"], "CREATED", "{version:?}: {answer:?}");
    }
}
