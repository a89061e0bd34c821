//! `import_as`, `prospect_pool_id`, `prospect_pool_stage_id`.

use domain::{ApplicationId, JobId};
use greenhouse_sim::faults::{Fault, When};
use greenhouse_sim::rows::ProspectDetail;
use harvest::{ApplicationPatch, Target, Version};
use serde_json::json;

use crate::world::{BOTH, World};

/// A user of the seed who can be credited.
const EMPLOYEE: &str = "rita.recruiter@acme.example";

/// The seed's pool "Introductions" and its second stage, and the first stage of the pool "Alumni" with that pool.
fn pools(world: &World) -> ((i64, i64), (i64, i64)) {
    let state = world.greenhouse.state();
    let pool = |name: &str| {
        let pools = state.prospect_pools();
        let pool = pools.iter().find(|pool| pool.name == name).unwrap();
        pool.meta.id
    };
    let stage = |pool: i64, position: usize| {
        let stages = state.prospect_pool_stages();
        let mut own = stages.iter().filter(|stage| stage.prospect_pool_id == pool);
        own.nth(position).unwrap().meta.id
    };
    let (ours, other) = (pool("Introductions"), pool("Alumni"));
    ((ours, stage(ours, 1)), (other, stage(other, 0)))
}

async fn world(version: Version) -> (World, (i64, i64), (i64, i64)) {
    let world = World::new(version).await;
    let (ours, other) = pools(&world);
    let chosen = json!({"import_as": "prospect", "prospect_pool_id": ours.0, "prospect_pool_stage_id": ours.1});
    world.choose(chosen).await;
    (world, ours, other)
}

fn filed(world: &World, application: i64) -> (Option<i64>, Option<i64>) {
    let detail: ProspectDetail = world
        .greenhouse
        .state()
        .prospect_detail(application)
        .unwrap();
    (detail.pool_id, detail.pool_stage_id)
}

/// The first job, as a prospect.
fn prospect(world: &World) -> Target {
    Target::Prospect {
        job_ids: vec![JobId(world.jobs()[0])],
    }
}

#[tokio::test]
async fn whoever_chose_nothing_gets_a_candidate_under_each_job() {
    for version in BOTH {
        let world = World::new(version).await;
        let mut event = world.introduction("i-1");
        event["data"]["job_ids"] = json!(world.jobs()[..2]);
        assert_eq!(world.import(event).await.name, "IntroductionImported");
        let person = world.person("i-1").meta.id;
        let applications = world.greenhouse.state().applications_of(person);
        assert_eq!(applications.len(), 2);
        assert!(applications.iter().all(|one| !one.prospect), "{version:?}");
    }
}

#[tokio::test]
async fn a_prospect_begins_in_the_chosen_stage_of_the_chosen_pool() {
    for version in BOTH {
        let (world, ours, _) = world(version).await;
        let mut event = world.introduction("i-1");
        event["data"]["job_ids"] = json!(world.jobs()[..2]);
        let answer = world.import(event).await;
        assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
        let application = world.application("i-1");
        assert!(application.prospect);
        assert_eq!(application.prospective_job_ids, world.jobs()[..2]);
        let filed = filed(&world, application.meta.id);
        assert_eq!(filed, (Some(ours.0), Some(ours.1)), "{version:?}");
        let notes = world.greenhouse.state().notes_of(application.candidate_id);
        assert_eq!(notes.len(), 1, "{version:?}");
    }
}

/// No choice of the tenant asks for prospects, so nobody else waits for the right to add them.
#[tokio::test]
async fn a_missing_right_to_add_prospects_ends_the_one_event_that_asks_for_it() {
    let world = World::new(Version::V1).await;
    let access = world.greenhouse.access();
    let right = "Candidates: add prospect";
    assert!(
        world
            .greenhouse
            .set_permission(&access.api_key, right, false)
    );
    let mut event = world.introduction("i-1");
    event["data"]["prospect"] = json!(true);
    let answer = world.import(event).await;
    let told = (&answer.data["code"], &answer.data["field"]);
    assert_eq!(told, (&json!("scope_missing"), &json!(right)), "{answer:?}");
    let answer = world.import(world.introduction("i-2")).await;
    assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
}

/// v3 takes neither source nor referrer along with a prospect.
#[tokio::test]
async fn a_new_prospect_gets_source_and_referrer_whatever_the_version_takes_along() {
    for version in BOTH {
        let (world, ..) = world(version).await;
        let mut event = world.introduction("i-1");
        event["data"]["job_ids"] = json!(world.jobs()[..2]);
        event["data"]["referrer"] = json!({"name": "Rita", "email": EMPLOYEE});
        let answer = world.import(event).await;
        assert_eq!(answer.data["how"], "CREATED", "{version:?}: {answer:?}");
        assert!(answer.warnings().is_empty(), "{version:?}: {answer:?}");
        let application = world.application("i-1");
        assert!(application.source_id.is_some(), "{version:?}");
        assert!(application.referrer_id.is_some(), "{version:?}");
        let edits = world.greenhouse.state().calls("applications:update").len();
        assert_eq!(edits, usize::from(version == Version::V3), "{version:?}");
    }
}

#[tokio::test]
async fn a_new_prospect_is_credited_once_whichever_answer_is_lost() {
    for lost in ["candidates:create", "applications:update"] {
        let (world, ..) = world(Version::V3).await;
        let rule = When::operation(lost).nth(1);
        world.greenhouse.faults().add(rule, Fault::CommitThen500);
        let answer = world.import(world.introduction("i-1")).await;
        assert_eq!(answer.data["how"], "CREATED", "{lost}: {answer:?}");
        let application = world.application("i-1");
        assert!(application.source_id.is_some(), "{lost}");
        let edits = world.greenhouse.state().calls("applications:update").len();
        assert_eq!(edits, 1, "{lost}");
        let step = format!("credit_application:{} confirmed", application.meta.id);
        assert_eq!(world.steps("credit_application").await, [step], "{lost}");
    }
}

#[tokio::test]
async fn a_prospect_who_was_there_without_a_pool_is_put_into_the_chosen_one() {
    for version in BOTH {
        let (world, ours, _) = world(version).await;
        world.plant("i-1", prospect(&world)).await;
        let answer = world.import(world.introduction("i-1")).await;
        assert_eq!(answer.data["how"], "MATCHED", "{answer:?}");
        let application = world.application("i-1");
        let filed = filed(&world, application.meta.id);
        assert_eq!(filed, (Some(ours.0), Some(ours.1)), "{version:?}");
        assert!(application.source_id.is_some(), "credited as well");
        let id = application.meta.id;
        let step = format!("credit_application:{id} confirmed");
        assert_eq!(world.steps("credit_application").await, [step]);
    }
}

#[tokio::test]
async fn a_prospect_whom_a_recruiter_has_filed_stays_there() {
    for version in BOTH {
        let (world, ours, other) = world(version).await;
        for (id, pool, stage) in [
            ("elsewhere", other.0, Some(other.1)),
            ("further", ours.0, Some(first_stage(&world, ours.0))),
        ] {
            world.plant(id, prospect(&world)).await;
            let application = world.application(id).meta.id;
            let patch = ApplicationPatch {
                prospect_pool_id: Some(pool),
                prospect_pool_stage_id: stage,
                ..ApplicationPatch::default()
            };
            let client = world.other_program().await;
            let applications = client.applications();
            let filing = applications.update(ApplicationId(application), &patch);
            filing.await.unwrap();
            world.import(world.introduction(id)).await;
            let filed = filed(&world, world.application(id).meta.id);
            assert_eq!(filed, (Some(pool), stage), "{version:?} {id}");
        }
    }
}

fn first_stage(world: &World, pool: i64) -> i64 {
    let stages = world.greenhouse.state().prospect_pool_stages();
    let first = stages.iter().find(|stage| stage.prospect_pool_id == pool);
    first.unwrap().meta.id
}

#[tokio::test]
async fn whoever_has_applied_already_is_no_prospect_and_gets_no_pool() {
    for version in BOTH {
        let (world, ..) = world(version).await;
        world
            .plant("i-1", Target::Job(JobId(world.jobs()[0])))
            .await;
        let answer = world.import(world.introduction("i-1")).await;
        assert_eq!(answer.warnings(), ["referrer_unknown"], "{answer:?}");
        let application = world.application("i-1");
        assert!(!application.prospect, "{version:?}");
        let detail = world
            .greenhouse
            .state()
            .prospect_detail(application.meta.id);
        assert!(detail.is_none());
    }
}

#[tokio::test]
async fn a_pool_that_is_gone_costs_neither_the_credit_nor_the_import() {
    for version in BOTH {
        let world = World::choosing(
            version,
            json!({"import_as": "prospect", "prospect_pool_id": 999}),
        )
        .await;
        world.plant("i-1", prospect(&world)).await;
        let answer = world.import(world.introduction("i-1")).await;
        assert_eq!(
            answer.warnings(),
            ["referrer_unknown", "pool_missing"],
            "{answer:?}"
        );
        let application = world.application("i-1");
        assert!(application.source_id.is_some(), "{version:?}");
        assert_eq!(filed(&world, application.meta.id).0, None);

        let mut again = world.introduction("i-1");
        again["id"] = json!("again");
        again["data"]["introduction_id"] = json!("again");
        let answer = world.import(again).await;
        assert_eq!(
            answer.warnings(),
            ["referrer_unknown", "pool_missing"],
            "the pool is all that was left to write, and is told once: {answer:?}"
        );
    }
}
