//! What becomes of an introduction whose later writes do not succeed on its last try.

use greenhouse_sim::{Fault, When};
use harvest::{Target, Version};
use serde_json::json;

use crate::world::{Answer, BOTH, World};

const PARKED: &str = "SELECT count(*) FROM operations WHERE state = 'parked'";
const FOLLOWED: &str = "SELECT count(*) FROM applications";

/// The introduction to these jobs while none of these calls succeeds, to its end.
async fn give_up(world: &World, id: &str, jobs: &[i64], operations: &[&str]) -> Answer {
    give_up_over(world, id, jobs, operations, Fault::ErrorBeforeCommit).await
}

/// The same, while each of them meets this.
async fn give_up_over(
    world: &World,
    id: &str,
    jobs: &[i64],
    operations: &[&str],
    fault: Fault,
) -> Answer {
    for operation in operations {
        let calls = When::operation(operation);
        world.greenhouse.faults().add(calls, fault.clone());
    }
    world.take(&world.picking(id, jobs)).await;
    world.try_once().await;
    assert_eq!(world.open().await, 1, "it is tried again");
    world
        .run("UPDATE operations SET attempts = 99 WHERE state = 'open'")
        .await;
    // A lost answer is looked into at once, a few times for each write; the person has two tags.
    for _ in 0..8 * operations.len() {
        world.try_once().await;
    }
    assert_eq!(world.open().await, 0, "still open");
    world.last_answer().await
}

/// What the last try of the only introduction failed with, as `bridge why` tells it.
async fn last_code(world: &World) -> String {
    let stories = world.store.stories("i-1").await.unwrap();
    let outcome = stories[0].outcome.as_ref().unwrap();
    outcome["last_code"].as_str().unwrap_or_default().to_owned()
}

/// What the warnings say was given up.
fn given_up(answer: &Answer) -> Vec<&str> {
    let warnings = answer.data["warnings"].as_array().unwrap().iter();
    let given_up = warnings.filter(|one| one["code"] == "retries_exhausted");
    let messages = given_up.filter_map(|one| one["message"].as_str()?.strip_suffix('.'));
    messages
        .filter_map(|text| text.rsplit_once(": "))
        .map(|(_, field)| field)
        .collect()
}

#[tokio::test]
async fn whoever_is_there_is_imported_without_what_never_succeeds() {
    let world = World::new(Version::V3).await;
    let job = world.jobs()[0];
    let answer = give_up(&world, "i-1", &[job], &["notes:create"]).await;
    assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
    assert_eq!(given_up(&answer), ["message"]);
    assert_eq!(answer.applications(), [("CREATED", None)]);
    assert_eq!(
        (world.number(PARKED).await, world.number(FOLLOWED).await),
        (0, 1)
    );
}

/// v3 credits a new prospect with a call of its own.
#[tokio::test]
async fn a_new_prospect_is_imported_without_a_credit_that_never_succeeds() {
    let world = World::choosing(Version::V3, json!({"import_as": "prospect"})).await;
    let job = world.jobs()[0];
    let answer = give_up(&world, "i-1", &[job], &["applications:update"]).await;
    assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
    assert_eq!(answer.data["how"], "CREATED", "{answer:?}");
    assert_eq!(given_up(&answer), ["referrer"]);
    assert_eq!(answer.applications(), [("CREATED", None)]);
    assert!(world.application("i-1").prospect);
    assert_eq!(
        (world.number(PARKED).await, world.number(FOLLOWED).await),
        (0, 1)
    );
}

#[tokio::test]
async fn each_missing_part_is_named() {
    let world = World::new(Version::V3).await;
    let jobs = world.jobs();
    world
        .plant("i-1", Target::Job(domain::JobId(jobs[0])))
        .await;
    let never = [
        "candidates:update",
        "applications:update",
        "applied_candidate_tags:create",
        "notes:create",
    ];
    let answer = give_up(&world, "i-1", &[jobs[0]], &never).await;
    assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
    assert_eq!(answer.applications(), [("FOUND", None)]);
    let missing = ["referrer", "candidate", "candidate.tags", "message"];
    assert_eq!(given_up(&answer), missing, "{answer:?}");
    assert_eq!(world.number(FOLLOWED).await, 1);
}

#[tokio::test]
async fn a_job_that_never_succeeds_does_not_hide_the_others() {
    for version in BOTH {
        let world = World::new(version).await;
        let jobs = [world.jobs()[0], world.jobs()[1]];
        let answer = give_up(&world, "i-1", &jobs, &["applications:create"]).await;
        assert_eq!(
            answer.name, "IntroductionImported",
            "{version:?} {answer:?}"
        );
        let expected = [("CREATED", None), ("FAILED", Some("retries_exhausted"))];
        assert_eq!(answer.applications(), expected, "{version:?}");
        assert_eq!(world.number(FOLLOWED).await, 1);
    }
}

#[tokio::test]
async fn somebody_under_none_of_the_jobs_waits_for_a_human() {
    for version in BOTH {
        let world = World::new(version).await;
        let jobs = world.jobs();
        world
            .plant("i-1", Target::Job(domain::JobId(jobs[0])))
            .await;
        let answer = give_up(&world, "i-1", &[jobs[1]], &["applications:create"]).await;
        assert_eq!(answer.name, "IntroductionImportFailed", "{answer:?}");
        assert_eq!(answer.data["code"], "retries_exhausted");
        assert_eq!(answer.data["needsHuman"], true);
        assert_eq!(
            answer.applications(),
            [("FAILED", Some("retries_exhausted"))]
        );
        assert_eq!(world.number(PARKED).await, 1, "{version:?}");
        assert_eq!(last_code(&world).await, "greenhouse_unavailable");
        let spent = "bridge_intro_terminal_total{result=\"failed\"} 1\n";
        assert!(world.metrics.exposition().contains(spent), "of the budget");
    }
}

/// It tells of how we ask, and nothing of the person.
#[tokio::test]
async fn a_read_that_is_refused_is_tried_again_and_left_to_a_human() {
    for (version, status) in [(Version::V3, 422), (Version::V1, 400)] {
        let world = World::new(version).await;
        let jobs = [world.jobs()[0]];
        let body = json!({"message": "Unprocessable Content"});
        let refusal = Fault::Refuse { status, body };
        let answer = give_up_over(&world, "i-1", &jobs, &["candidates:list"], refusal).await;
        assert_eq!(answer.data["code"], "retries_exhausted", "{version:?}");
        assert_eq!(answer.data["needsHuman"], true);
        assert_eq!(last_code(&world).await, "unexpected_answer");
        assert_eq!(world.number(PARKED).await, 1, "{version:?}");
    }
}

#[tokio::test]
async fn what_the_last_try_failed_with_is_kept() {
    for version in BOTH {
        let world = World::new(version).await;
        let jobs = [world.jobs()[0]];
        let answer = give_up(&world, "i-1", &jobs, &["candidates:list"]).await;
        assert_eq!(answer.name, "IntroductionImportFailed", "{answer:?}");
        assert_eq!(answer.data["code"], "retries_exhausted", "{version:?}");
        assert_eq!(last_code(&world).await, "greenhouse_unavailable");
        assert_eq!(world.number(PARKED).await, 1, "{version:?}");
    }
}

/// What is looked up before somebody is made and that they can do without: how it is called, how it is told that it was
/// given up, and that it was refused.
const ACCESSORIES: [(&str, &str, &str); 5] = [
    (
        "custom_fields:list",
        "custom_fields",
        "custom_field_refused",
    ),
    ("sources:list", "source", "source_missing"),
    ("users:list", "referrer", "referrer_unknown"),
    ("candidate_tags:list", "candidate.tags", "tag_refused"),
    ("candidate_tags:create", "candidate.tags", "tag_refused"),
];

/// A tenant that wants all of them.
async fn wanting_all(version: Version) -> World {
    World::choosing(version, json!({ "introduction_fields": true })).await
}

/// In the simulator's seed Rita is somebody who is credited.
fn by_rita(world: &World) -> serde_json::Value {
    let mut event = world.introduction("i-1");
    let rita = json!({"name": "Rita", "email": "rita.recruiter@acme.example"});
    event["data"]["referrer"] = rita;
    event
}

/// v1 says that it is no more by not finding a list that every account has. Fields that are not found are fields that
/// may not be read, and ours are written as they are usually called.
fn tells_more(version: Version, status: u16, operation: &str) -> bool {
    let gone = version == Version::V1 && operation == "sources:list";
    status == 404 && (gone || operation == "custom_fields:list")
}

#[tokio::test]
async fn nobody_is_left_out_for_what_cannot_be_looked_up() {
    for version in BOTH {
        for status in [404, 422] {
            for (operation, _, code) in ACCESSORIES {
                if tells_more(version, status, operation) {
                    continue;
                }
                let world = wanting_all(version).await;
                let body = json!({"message": "Not as it was"});
                let refusal = Fault::Refuse { status, body };
                let calls = When::operation(operation);
                world.greenhouse.faults().add(calls, refusal);
                let answer = world.import(by_rita(&world)).await;
                let case = format!("{version:?} {status} {operation}: {answer:?}");
                assert_eq!(answer.name, "IntroductionImported", "{case}");
                assert_eq!(answer.warnings(), [code], "{case}");
                world.person("i-1");
            }
        }
    }
}

#[tokio::test]
async fn an_accessory_that_is_not_found_for_a_moment_is_had() {
    for version in BOTH {
        for (operation, ..) in ACCESSORIES {
            if tells_more(version, 404, operation) {
                continue;
            }
            let world = wanting_all(version).await;
            let body = json!({"message": "Not as it was"});
            let refusal = Fault::Refuse { status: 404, body };
            let calls = When::operation(operation).times(2);
            world.greenhouse.faults().add(calls, refusal);
            let answer = world.import(by_rita(&world)).await;
            let case = format!("{version:?} {operation}: {answer:?}");
            assert_eq!(answer.warnings(), [""; 0], "{case}");
        }
    }
}

/// That nothing was answered before tells nothing of an answer.
#[tokio::test]
async fn one_answer_after_an_outage_costs_no_credit() {
    for version in BOTH {
        for (operation, ..) in ACCESSORIES {
            if tells_more(version, 404, operation) {
                continue;
            }
            let world = wanting_all(version).await;
            let faults = world.greenhouse.faults();
            let calls = || When::operation(operation);
            faults.add(calls().times(2), Fault::ErrorBeforeCommit);
            let body = json!({"message": "Not as it was"});
            let refusal = Fault::Refuse { status: 404, body };
            faults.add(calls().times(1), refusal);
            let answer = world.import(by_rita(&world)).await;
            let case = format!("{version:?} {operation}: {answer:?}");
            assert_eq!(answer.warnings(), [""; 0], "{case}");
        }
    }
}

/// The person is there, and the answer tells what was given up.
fn went_without(world: &World, answer: &Answer, field: &str, case: &str) {
    assert_eq!(answer.name, "IntroductionImported", "{case}: {answer:?}");
    let mut fields = given_up(answer);
    fields.dedup();
    assert_eq!(fields, [field], "{case}: {answer:?}");
    world.person("i-1");
}

/// So many tries last a minute or two, and not half a day.
#[tokio::test]
async fn an_accessory_that_is_not_answered_is_gone_on_without() {
    for version in BOTH {
        for (operation, field, _) in ACCESSORIES {
            let world = wanting_all(version).await;
            let calls = When::operation(operation);
            world
                .greenhouse
                .faults()
                .add(calls, Fault::ErrorBeforeCommit);
            world.take(&by_rita(&world)).await;
            for _ in 0..9 {
                world.try_once().await;
                assert_eq!(world.open().await, 1, "{version:?} {operation}: so soon");
            }
            // A lost answer is looked into at once, a few times for each of the two tags.
            for _ in 0..8 {
                world.try_once().await;
            }
            assert_eq!(world.open().await, 0, "{version:?} {operation}: still open");
            let answer = world.last_answer().await;
            went_without(&world, &answer, field, &format!("{version:?} {operation}"));
        }
    }
}

/// A right that the credential lacks still holds its tenant up.
#[tokio::test]
async fn a_tag_that_whoever_acts_may_not_make_pauses_nobody() {
    for version in BOTH {
        let world = World::new(version).await;
        let body = json!({"message": "Access denied"});
        let denied = Fault::Refuse { status: 403, body };
        let calls = When::operation("candidate_tags:create");
        world.greenhouse.faults().add(calls, denied);
        world.take(&by_rita(&world)).await;
        world.try_once().await;
        assert_eq!(world.open().await, 0, "{version:?}: done at once");
        let answer = world.last_answer().await;
        assert_eq!(answer.warnings(), ["tag_refused"], "{version:?}");
        assert_eq!(world.connection().await.reason, None, "{version:?}");
    }
}

#[tokio::test]
async fn an_accessory_that_is_never_answered_is_given_up_and_not_the_person() {
    for version in BOTH {
        for (operation, field, _) in ACCESSORIES {
            let world = wanting_all(version).await;
            let job = world.jobs()[0];
            let answer = give_up(&world, "i-1", &[job], &[operation]).await;
            went_without(&world, &answer, field, &format!("{version:?} {operation}"));
        }
    }
}

/// Looks at what became of one are not looks at the next.
#[tokio::test]
async fn each_of_several_refused_tags_is_told_as_refused() {
    for version in BOTH {
        let world = World::new(version).await;
        let body = json!({"message": "Unprocessable Content"});
        let refusal = Fault::Refuse { status: 422, body };
        let calls = When::operation("candidate_tags:create");
        world.greenhouse.faults().add(calls, refusal);
        let mut event = by_rita(&world);
        event["data"]["candidate"]["tags"] = json!(["new-1", "new-2", "new-3"]);
        let answer = world.import(event).await;
        assert_eq!(answer.warnings(), ["tag_refused"], "{version:?}");
        let steps = world.steps("create_tag").await;
        let refused = steps.iter().filter(|step| step.ends_with("rejected"));
        assert_eq!(refused.count(), steps.len(), "{version:?}: {steps:?}");
    }
}
