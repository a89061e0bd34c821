//! `tags`, `note_visibility`, and a note that may not be looked for.

use greenhouse_sim::faults::{Fault, When};
use harvest::Version;
use serde_json::json;

use crate::world::{BOTH, World};

#[tokio::test]
async fn tags_are_applied_unless_they_are_switched_off() {
    for version in BOTH {
        let world = World::new(version).await;
        world.import(world.introduction("with")).await;
        let mut tags = world.person("with").tags;
        tags.sort();
        assert_eq!(tags, ["Intrro", "Mathematics"], "{version:?}");
        world.choose(json!({"tags": false})).await;
        world.greenhouse.state().clear_log();
        world.import(world.introduction("without")).await;
        assert_eq!(world.person("without").tags, [""; 0], "{version:?}");
        let log = world.greenhouse.state().log();
        let about_tags = log.iter().filter(|call| call.operation.contains("tags"));
        assert_eq!(about_tags.count(), 0, "{version:?}");
    }
}

#[tokio::test]
async fn notes_are_read_by_those_whom_the_tenant_chose() {
    for version in BOTH {
        let world = World::new(version).await;
        for (chosen, kept) in [
            ("public", "publicly_visible"),
            ("private", "privately_visible"),
            ("admin_only", "admin_only_visible"),
        ] {
            world.choose(json!({"note_visibility": chosen})).await;
            world.import(world.introduction(chosen)).await;
            let notes = world
                .greenhouse
                .state()
                .notes_of(world.person(chosen).meta.id);
            let kept_as: Vec<_> = notes
                .iter()
                .map(|note| note.visibility.as_deref())
                .collect();
            assert_eq!(kept_as, [Some(kept)], "{version:?}");
        }
    }
}

/// v3 shows notes to whoever may list them, and nobody has to be allowed that.
#[tokio::test]
async fn a_note_that_may_be_there_is_left_to_a_person_where_notes_may_not_be_read() {
    let world = World::new(Version::V3).await;
    let access = world.greenhouse.access();
    let scope = "harvest:notes:list";
    assert!(world.greenhouse.set_scope(&access.client_id, scope, false));
    let rule = When::operation("notes:create").nth(1);
    world.greenhouse.faults().add(rule, Fault::CommitThen500);
    let answer = world.import(world.introduction("i-1")).await;
    assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
    assert!(answer.warnings().contains(&"remote_unknown"), "{answer:?}");
    let notes = world.greenhouse.state();
    let notes = notes.notes_of(world.person("i-1").meta.id);
    assert_eq!(notes.len(), 1, "not written twice");
    assert_eq!(world.steps("add_note").await, ["add_note parked"]);
}
