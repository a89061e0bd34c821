//! `several_matches`.

use domain::JobId;
use harvest::Target;
use serde_json::json;

use crate::world::{BOTH, World, email};

/// Two candidates with the address of the introduction's person.
async fn twice(version: harvest::Version) -> World {
    let world = World::new(version).await;
    let target = || Target::Job(JobId(world.jobs()[0]));
    world.plant("i-1", target()).await;
    world.plant("i-1", target()).await;
    world
}

#[tokio::test]
async fn among_several_matches_the_most_recent_one_is_taken_and_the_answer_says_so() {
    for version in BOTH {
        let world = twice(version).await;
        let answer = world.import(world.introduction("i-1")).await;
        assert_eq!(answer.name, "IntroductionImported", "{version:?}");
        assert_eq!(answer.data["how"], "AMBIGUOUS", "{answer:?}");
        let found = world.greenhouse.state().candidates_by_email(&email("i-1"));
        assert_eq!(found.len(), 2, "nobody was created");
    }
}

#[tokio::test]
async fn several_matches_are_held_for_a_person_where_the_tenant_wants_that() {
    for version in BOTH {
        let world = twice(version).await;
        world.choose(json!({"several_matches": "hold"})).await;
        world.greenhouse.state().clear_log();
        let answer = world.import(world.introduction("i-1")).await;
        assert_eq!(answer.name, "IntroductionImportFailed", "{version:?}");
        assert_eq!(answer.data["code"], "several_matches", "{answer:?}");
        assert_eq!(answer.data["field"], "candidate.emails");
        assert_eq!(answer.data["needsHuman"], true);
        let log = world.greenhouse.state().log();
        let wrote = log
            .iter()
            .filter(|call| call.method != "GET" && call.operation != "token");
        let wrote: Vec<_> = wrote.map(|call| call.operation).collect();
        assert!(
            wrote.iter().all(|call| call.starts_with("candidate_tags")),
            "{wrote:?}"
        );
    }
}
