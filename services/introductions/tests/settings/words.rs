//! `tags`, tags that are remembered and gone, `note_visibility`, and a note that may not be looked for.

use std::time::Duration;

use domain::JobId;
use greenhouse_sim::CreateAnswer;
use greenhouse_sim::faults::{Fault, When};
use greenhouse_sim::v1::UnknownReference;
use harvest::{Target, Version};
use serde_json::{Value, json};

use crate::world::{BOTH, World};

/// The tags of an introduction's person.
fn tags(world: &World, id: &str) -> Vec<String> {
    let mut tags = world.person(id).tags;
    tags.sort();
    tags
}

/// Whoever is not found would be another thing to warn of.
fn without_referrer(world: &World, id: &str) -> Value {
    let mut event = world.introduction(id);
    event["data"]["referrer"] = Value::Null;
    event
}

#[tokio::test]
async fn tags_are_applied_unless_they_are_switched_off() {
    for version in BOTH {
        let world = World::new(version).await;
        world.import(world.introduction("with")).await;
        assert_eq!(
            tags(&world, "with"),
            ["Intrro", "Mathematics"],
            "{version:?}"
        );
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
async fn a_tag_that_somebody_deleted_is_made_anew_and_applied() {
    for version in BOTH {
        let world = World::new(version).await;
        world.import(world.introduction("i-1")).await;
        let client = world.other_program().await;
        let known = client.candidate_tags().find("Mathematics").await.unwrap();
        let recruiter = world.greenhouse.recruiter();
        recruiter.delete_tag(known.unwrap().id.0).unwrap();
        // Whoever is there already gets tags one by one.
        let target = Target::Job(JobId(world.jobs()[0]));
        world.plant("i-2", target).await;
        let answer = world.import(without_referrer(&world, "i-2")).await;
        assert_eq!(answer.data["how"], "MATCHED", "{version:?}: {answer:?}");
        assert_eq!(answer.warnings(), [""; 0], "{version:?}: {answer:?}");
        assert_eq!(
            tags(&world, "i-2"),
            ["Intrro", "Mathematics"],
            "{version:?}"
        );
    }
}

/// v3 refuses a tag that somebody has.
#[tokio::test]
async fn a_refused_tag_is_tried_again_where_nothing_tells_whether_they_have_it() {
    let world = World::new(Version::V3).await;
    let target = Target::Job(JobId(world.jobs()[0]));
    world.plant("i-1", target).await;
    let faults = world.greenhouse.faults();
    let refusal = Fault::Refuse {
        status: 422,
        body: json!({ "message": "Validation failed" }),
    };
    let first = When::operation("applied_candidate_tags:create").times(1);
    faults.add(first, refusal);
    let look = When::operation("applied_candidate_tags:list").times(1);
    faults.add(look, Fault::ErrorBeforeCommit);
    let answer = world.import(without_referrer(&world, "i-1")).await;
    assert_eq!(answer.warnings(), [""; 0], "{answer:?}");
    assert_eq!(tags(&world, "i-1"), ["Intrro", "Mathematics"]);
}

#[tokio::test]
async fn a_tag_that_is_there_leaves_no_write_of_it_in_doubt() {
    for version in BOTH {
        for found_by in ["i-1", "i-2"] {
            let world = World::new(version).await;
            let lost = When::operation("candidate_tags:create").nth(1);
            world.greenhouse.faults().add(lost, Fault::CommitThen500);
            world.take(&without_referrer(&world, "i-1")).await;
            world.try_once().await;
            assert_eq!(world.open().await, 1, "{version:?}: it goes on later");
            if found_by == "i-2" {
                world
                    .run("UPDATE operations SET not_before = clock_timestamp() + interval '1 h'")
                    .await;
                world.take(&without_referrer(&world, "i-2")).await;
                assert_eq!(world.process().perform_due().await, 1, "{version:?}");
            }
            world.perform().await;
            let made = world.steps("create_tag").await;
            let confirmed = made.iter().filter(|step| step.ends_with(" confirmed"));
            assert_eq!((made.len(), confirmed.count()), (2, 2), "{made:?}");
        }
    }
}

/// v1 says of the person and of the tag in the same words that they are not found.
#[tokio::test]
async fn somebody_who_is_not_shown_yet_gets_their_tags_once_they_are() {
    let world = World::new(Version::V1).await;
    // Tags go one by one as well where they were once refused with a person.
    world
        .run("INSERT INTO remote_cache (tenant, kind, key, value, expires_at) SELECT tenant, 'feature', concat(id, '/', revision, '/inline_tags'), 'false', clock_timestamp() + interval '1 day' FROM connections")
        .await;
    let hour = Duration::from_secs(3600);
    world
        .greenhouse
        .configure(|settings| settings.create_answer = CreateAnswer::Truncated(hour));
    world.take(&without_referrer(&world, "i-1")).await;
    world.try_once().await;
    let [step] = &world.steps("apply_tag").await[..] else {
        panic!("one tag was tried")
    };
    assert!(step.ends_with(" planned"), "{step}");
    let asked = world.greenhouse.state().calls("candidate_tags:list");
    assert_eq!(asked.len(), 2, "once for each tag");
    world.greenhouse.set_clock(60);
    world.perform().await;
    assert_eq!(world.last_answer().await.warnings(), [""; 0]);
    assert_eq!(tags(&world, "i-1"), ["Intrro", "Mathematics"]);
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

/// Step and cache are named by the tag, and an index takes no name of any length.
#[tokio::test]
async fn a_tag_of_any_length_holds_nobody_up() {
    for version in BOTH {
        let world = World::new(version).await;
        let mut event = world.introduction("i-1");
        let long: String = (0..6_000).map(|_| rand::random_range('a'..='z')).collect();
        event["data"]["candidate"]["tags"] = json!([long]);
        let answer = world.import(event).await;
        assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
        let tags = world.person("i-1").tags;
        assert_eq!(tags.len(), 2, "{version:?}");
    }
}

/// A source that is remembered may be removed; nobody is left out for it.
#[tokio::test]
async fn a_source_that_is_gone_is_left_out_and_looked_for_again() {
    for version in BOTH {
        let world = World::new(version).await;
        world.import(without_referrer(&world, "before")).await;
        let known = world.application("before").source_id.unwrap();
        let recruiter = world.greenhouse.recruiter();
        recruiter.remove_source(known).unwrap();
        let mut event = without_referrer(&world, "after");
        event["data"]["job_ids"] = json!(world.jobs()[..2]);
        let answer = world.import(event).await;
        assert_eq!(
            answer.name, "IntroductionImported",
            "{version:?}: {answer:?}"
        );
        assert_eq!(answer.warnings(), ["source_missing"], "{version:?}");
        let person = world.person("after").meta.id;
        let made = world.greenhouse.state().applications_of(person);
        assert_eq!(made.len(), 2, "{version:?}");
        world.greenhouse.state().clear_log();
        world.import(without_referrer(&world, "later")).await;
        let looked = world.greenhouse.state().calls("sources:list").len();
        assert_eq!(looked, 1, "{version:?}");
    }
}

/// v1 may say so with a 404 that names nothing; who gets the credit stays where it is not them.
#[tokio::test]
async fn a_source_that_is_gone_is_left_out_where_the_refusal_does_not_name_it() {
    for known in [false, true] {
        let world = World::new(Version::V1).await;
        world
            .greenhouse
            .configure(|settings| settings.v1.unknown_reference = UnknownReference::NotFound);
        let by_rita = |id| {
            let mut event = world.introduction(id);
            event["data"]["referrer"] = json!({"email": "rita.recruiter@acme.example"});
            event
        };
        world.import(by_rita("before")).await;
        let source = world.application("before").source_id.unwrap();
        let recruiter = world.greenhouse.recruiter();
        recruiter.remove_source(source).unwrap();
        if known {
            let another = world.jobs()[1];
            world.plant("after", Target::Job(JobId(another))).await;
            world.greenhouse.set_clock(15);
        }
        world.take(&by_rita("after")).await;
        world.try_once().await;
        assert_eq!(world.open().await, 0, "{known}: done at once");
        let answer = world.last_answer().await;
        assert_eq!(answer.applications(), [("CREATED", None)], "{known}");
        assert_eq!(answer.warnings(), ["source_missing"], "{known}");
        let person = world.person("after").meta.id;
        let made = world.greenhouse.state().applications_of(person);
        let credited = made.iter().any(|one| one.referrer_id.is_some());
        assert!(credited, "{known}");
    }
}
