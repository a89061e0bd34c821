//! What an application that is there lacks of its credit, where part of what it would get is gone.

use domain::{CandidateId, Code, JobId};
use greenhouse_sim::faults::{Fault, When};
use greenhouse_sim::v1::UnknownReference;
use harvest::{NewApplication, Target, Version};
use serde_json::{Value, json};

use crate::referrer::credited;
use crate::refusals::unprocessable;
use crate::world::{Answer, BOTH, World};

const RITA: &str = "rita.recruiter@acme.example";

fn by_rita(world: &World, id: &str) -> Value {
    let mut event = world.introduction(id);
    event["data"]["referrer"] = json!({ "name": "Rita", "email": RITA });
    event
}

/// A tenant whose references are looked up, and somebody known for long who has applied already.
async fn world(version: Version) -> World {
    let world = World::new(version).await;
    world.import(by_rita(&world, "before")).await;
    world
        .plant("after", Target::Job(JobId(world.jobs()[0])))
        .await;
    world.greenhouse.set_clock(15);
    world
}

fn remove_source(world: &World) {
    let source = world.application("before").source_id.unwrap();
    let recruiter = world.greenhouse.recruiter();
    recruiter.remove_source(source).unwrap();
}

/// The answer to the introduction of whoever has applied already, given at the first try.
async fn import(world: &World) -> Answer {
    world.take(&by_rita(world, "after")).await;
    world.try_once().await;
    assert_eq!(world.open().await, 0, "done at once");
    let answer = world.last_answer().await;
    assert_eq!(answer.applications(), [("FOUND", None)], "{answer:?}");
    answer
}

/// How often the next import looks for this.
async fn looks_of_the_next(world: &World, operation: &str) -> usize {
    world.greenhouse.state().clear_log();
    world.import(by_rita(world, "later")).await;
    world.greenhouse.state().calls(operation).len()
}

#[tokio::test]
async fn a_source_that_is_gone_does_not_cost_the_credit_of_an_application_that_is_there() {
    for version in BOTH {
        let world = world(version).await;
        remove_source(&world);
        let answer = import(&world).await;
        assert_eq!(answer.warnings(), ["source_missing"], "{version:?}");
        let credited = credited(&world, "after");
        assert_eq!(credited.as_deref(), Some("Rita Recruiter"), "{version:?}");
        assert_eq!(looks_of_the_next(&world, "sources:list").await, 1);
    }
}

#[tokio::test]
async fn a_source_that_is_gone_does_not_cost_the_credit_where_the_refusal_does_not_name_it() {
    let world = world(Version::V1).await;
    world
        .greenhouse
        .configure(|settings| settings.v1.unknown_reference = UnknownReference::NotFound);
    remove_source(&world);
    let answer = import(&world).await;
    assert_eq!(answer.warnings(), ["source_missing"]);
    let credited = credited(&world, "after");
    assert_eq!(credited.as_deref(), Some("Rita Recruiter"));
}

#[tokio::test]
async fn a_referrer_who_is_gone_does_not_cost_the_source_of_an_application_that_is_there() {
    for (version, field, warning) in [
        (Version::V1, "referrer", "referrer_unknown"),
        (Version::V3, "referrer_id", "referrer_not_listed"),
    ] {
        let world = world(version).await;
        let once = When::operation("applications:update").times(1);
        let faults = world.greenhouse.faults();
        faults.add(once, unprocessable(Some(field)));
        let answer = import(&world).await;
        assert_eq!(answer.warnings(), [warning], "{version:?}");
        assert_eq!(credited(&world, "after"), None);
        assert!(world.application("after").source_id.is_some());
        assert_eq!(looks_of_the_next(&world, "users:list").await, 1);
    }
}

/// Nothing was learnt about source and referrer by leaving them out in vain.
#[tokio::test]
async fn an_edit_that_is_not_found_whatever_is_left_out_is_a_refused_edit() {
    let world = world(Version::V1).await;
    let edit = When::operation("applications:update");
    let missing = Fault::Refuse {
        status: 404,
        body: json!({ "message": "Resource not found" }),
    };
    world.greenhouse.faults().add(edit, missing);
    let answer = import(&world).await;
    let told = [Code::EditRefused.as_str()];
    assert_eq!(answer.warnings(), told, "{answer:?}");
}

#[tokio::test]
async fn each_part_that_is_refused_is_told_by_its_own_name() {
    for version in BOTH {
        let world = world(version).await;
        world
            .choose(json!({ "import_as": "prospect", "prospect_pool_id": 999 }))
            .await;
        let job_ids = vec![JobId(world.jobs()[0])];
        world.plant("filed", Target::Prospect { job_ids }).await;
        // The first is refused for the pool, the second, without it, for reasons that Greenhouse keeps to itself.
        let second = When::operation("applications:update").nth(2);
        let faults = world.greenhouse.faults();
        faults.add(second, unprocessable(None));
        let answer = world.import(by_rita(&world, "filed")).await;
        assert_eq!(
            answer.warnings(),
            ["pool_missing", "edit_refused"],
            "{version:?}"
        );
    }
}

/// The user who is credited, as v1 is asked for them.
fn rita(world: &World) -> When {
    let users = world.greenhouse.state().users();
    let rita = users
        .iter()
        .find(|user| user.emails.iter().any(|one| one == RITA));
    When::request("GET", &format!("/v1/users/{}", rita.unwrap().meta.id))
}

fn refuse(status: u16) -> Fault {
    let body = json!({ "message": "Resource not found" });
    Fault::Refuse { status, body }
}

/// A v1 that names nothing where it does not find what the next new person is to get; what that is, it has shown before.
async fn nameless() -> World {
    let world = World::new(Version::V1).await;
    world.import(by_rita(&world, "before")).await;
    let once = When::operation("candidates:create").times(1);
    world.greenhouse.faults().add(once, refuse(404));
    world
}

/// v1 names nothing, but it can be looked for.
#[tokio::test]
async fn a_referrer_who_is_gone_does_not_cost_a_new_person_their_source() {
    // Who may not be looked for is left out before a source that is shown.
    for status in [404, 403] {
        let world = nameless().await;
        let look = rita(&world);
        world.greenhouse.faults().add(look, refuse(status));
        let answer = world.import(by_rita(&world, "after")).await;
        let told = answer.warnings();
        assert_eq!(told, ["referrer_unknown"], "{status}: {answer:?}");
        assert!(world.application("after").source_id.is_some(), "{status}");
    }
}

#[tokio::test]
async fn a_source_that_is_shown_is_not_told_as_missing() {
    let world = nameless().await;
    let answer = world.import(by_rita(&world, "after")).await;
    assert_eq!(answer.warnings(), ["edit_refused"], "{answer:?}");
    assert!(credited(&world, "after").is_some());
    assert_eq!(looks_of_the_next(&world, "sources:list").await, 0);
}

/// Not all of Greenhouse may know it yet, however long it has known the person.
#[tokio::test]
async fn an_application_that_was_made_moments_ago_is_credited_by_a_later_try() {
    for version in BOTH {
        let world = World::new(version).await;
        let jobs = world.jobs();
        let person = world.plant("after", Target::Job(JobId(jobs[1]))).await;
        world.greenhouse.set_clock(15);
        let application = NewApplication {
            target: Target::Job(JobId(jobs[0])),
            source_id: None,
            referrer_id: None,
            outside_referrer: None,
        };
        let client = world.other_program().await;
        let made = client.applications();
        let made = made.create(CandidateId(person), &application).await;
        let made = made.unwrap().id;
        let once = When::operation("applications:update").times(1);
        world.greenhouse.faults().add(once, refuse(404));
        world.take(&by_rita(&world, "after")).await;
        world.try_once().await;
        assert_eq!(world.open().await, 1, "{version:?}: it is tried again");
        world.perform().await;
        let answer = world.last_answer().await;
        assert!(answer.warnings().is_empty(), "{version:?}: {answer:?}");
        let applications = world.greenhouse.state().applications_of(person);
        let credited = applications.iter().find(|one| one.meta.id == made.0);
        assert!(credited.unwrap().source_id.is_some(), "{version:?}");
    }
}
