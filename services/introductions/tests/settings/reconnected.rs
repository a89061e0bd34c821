//! A tenant that connects anew: what was remembered of one account of Greenhouse is not used in the next.

use greenhouse_sim::faults::{Fault, When};
use harvest::Version;
use serde_json::{Value, json};

use crate::referrer::credited;
use crate::world::{BOTH, OTHER, OWN, World, email, open_jobs};

/// The introduction by somebody who has this number in every organisation of the simulator's, and there is a user.
fn by_rita(world: &World, id: &str) -> Value {
    let mut event = world.introduction(id);
    event["data"]["referrer"] = json!({"name": "Rita", "employee_id": "E0002"});
    event
}

/// v1 credits users, v3 records beside them.
#[tokio::test]
async fn whoever_was_credited_through_one_version_is_credited_through_the_other() {
    for (before, after) in [(Version::V1, Version::V3), (Version::V3, Version::V1)] {
        let world = World::new(before).await;
        world.import(by_rita(&world, "i-1")).await;
        world.connect_again(OWN, after).await;
        let answer = world.import(by_rita(&world, "i-2")).await;
        assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
        assert_eq!(answer.warnings(), [""; 0], "{after:?}: {answer:?}");
        for id in ["i-1", "i-2"] {
            let credited = credited(&world, id);
            assert_eq!(credited.as_deref(), Some("Rita Recruiter"), "{after:?}");
        }
    }
}

#[tokio::test]
async fn ids_of_one_organisation_are_not_used_in_another() {
    for version in BOTH {
        let world = World::new(version).await;
        world.import(by_rita(&world, "i-1")).await;
        world.connect_again(OTHER, version).await;
        let other = world.greenhouse.state_of(OTHER);
        let mut event = by_rita(&world, "i-2");
        event["data"]["job_ids"] = json!([open_jobs(&other)[0]]);
        let answer = world.import(event).await;
        assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
        assert_eq!(answer.warnings(), [""; 0], "{version:?}: {answer:?}");
        let person = &other.candidates_by_email(&email("i-2"))[0];
        assert_eq!(person.tags.len(), 2, "{version:?}");
        let application = &other.applications_of(person.meta.id)[0];
        let sources = other.sources();
        let ours = sources.iter().find(|source| source.name == "Intrro");
        assert_eq!(application.source_id, ours.map(|source| source.meta.id));
        let referrers = other.referrers();
        let rita = referrers.iter().find(|one| one.name == "Rita Recruiter");
        assert_eq!(application.referrer_id, rita.map(|one| one.meta.id));
    }
}

/// v1 makes the note together with the person, v3 by a call of its own.
#[tokio::test]
async fn a_note_is_made_once_where_the_version_changes_on_the_way() {
    let (person, application) = ("candidates:create", "applications:create");
    for (first, then, lost) in [
        (Version::V1, Version::V3, &[application][..]),
        (Version::V1, Version::V3, &[person]),
        (Version::V1, Version::V3, &[person, application]),
        (Version::V3, Version::V1, &[application]),
    ] {
        let world = World::new(first).await;
        for operation in lost {
            let rule = When::operation(operation).times(1);
            world.greenhouse.faults().add(rule, Fault::CommitThen500);
        }
        let mut introduction = world.introduction("i-1");
        introduction["data"]["job_ids"] = json!(world.jobs()[..2]);
        world.take(&introduction).await;
        world.try_once().await;
        assert_eq!(world.open().await, 1, "{first:?} {lost:?}: it waits");
        world.connect_again(OWN, then).await;
        world.perform().await;
        let answer = world.last_answer().await;
        let told = (&*answer.name, &answer.data["how"]);
        assert_eq!(
            told,
            ("IntroductionImported", &"CREATED".into()),
            "{answer:?}"
        );
        let person = world.person("i-1").meta.id;
        let state = world.greenhouse.state();
        assert_eq!(state.notes_of(person).len(), 1, "{first:?} {lost:?}");
        assert_eq!(state.applications_of(person).len(), 2, "{first:?} {lost:?}");
    }
}
