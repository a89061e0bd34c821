//! What happens to people as a whole: merged, anonymised, deleted.

use serde_json::{Value, json};

use crate::world::World;

async fn greenhouse_id(world: &World) -> i64 {
    let sql = "SELECT greenhouse_id FROM applications WHERE tenant = 'acme'";
    sqlx::query_scalar(sql)
        .fetch_one(world.store.pool())
        .await
        .unwrap()
}

/// An application that was seen, and its candidate.
async fn with_person() -> (World, i64, i64) {
    let (world, application) = World::with_application().await;
    let shown = world.greenhouse.state().application(application).unwrap();
    (world, application, shown.candidate_id)
}

#[tokio::test]
async fn an_application_that_belongs_to_somebody_else_now_tells_of_a_merge() {
    let (world, application, candidate) = with_person().await;
    world.run("UPDATE applications SET greenhouse_id = 7").await;
    world
        .greenhouse
        .recruiter()
        .move_to_next_stage(application)
        .unwrap();
    world.poll().await;
    let told = world.events_of("CandidateMerged").await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["oldGreenhouseCandidateId"], "7");
    assert_eq!(told[0]["newGreenhouseCandidateId"], candidate.to_string());
    assert_eq!(told[0]["applicationIds"], json!([application.to_string()]));
    assert_eq!(greenhouse_id(&world).await, candidate);
    assert_eq!(
        world.events().await[1]["greenhouseCandidateId"],
        candidate.to_string()
    );
}

#[tokio::test]
async fn a_merge_by_webhook_is_told_once_and_moves_the_way_to_the_person() {
    let (world, _, candidate) = with_person().await;
    world
        .run(&format!(
            "UPDATE applications SET greenhouse_id = 99 WHERE greenhouse_id = {candidate}"
        ))
        .await;
    world.run("INSERT INTO person_keys (key, tenant, greenhouse_id, candidate_id) VALUES (gen_random_uuid(), 'acme', 99, 'person-1')").await;
    let ids = json!({"candidate_id": 99, "new_candidate_id": candidate});
    world.webhook("candidate_merged", ids.clone()).await;
    world.webhook("candidate_merged", ids).await;
    assert_eq!(world.events_of("CandidateMerged").await.len(), 1);
    assert_eq!(greenhouse_id(&world).await, candidate);
    let moved = format!("person_keys WHERE greenhouse_id = {candidate}");
    assert_eq!(world.count(&moved).await, 1);
    assert_eq!(world.events().await.len(), 1, "the sequence goes on");
}

/// Greenhouse's lists may lag behind its webhooks, and show the record that is gone.
#[tokio::test]
async fn an_answer_that_is_older_than_a_merge_does_not_undo_it() {
    let (world, application, candidate) = with_person().await;
    for (old, new) in [(candidate, 98), (98, 99)] {
        let ids = json!({"candidate_id": old, "new_candidate_id": new});
        world.webhook("candidate_merged", ids).await;
    }
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    world.changed(application).await;
    world.poll().await;
    let told = world.events_of("CandidateMerged").await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(greenhouse_id(&world).await, 99);
    assert_eq!(world.events().await[1]["greenhouseCandidateId"], "99");
}

#[tokio::test]
async fn a_merge_that_greenhouse_tells_itself_counts_more_than_one_that_was_misread() {
    let (world, _, candidate) = with_person().await;
    world.run("UPDATE applications SET greenhouse_id = 7").await;
    let recruiter = world.greenhouse.recruiter();
    let application = world.greenhouse.state().applications()[0].meta.id;
    recruiter.move_to_next_stage(application).unwrap();
    world.poll().await;
    assert_eq!(greenhouse_id(&world).await, candidate, "as a list shows");
    let ids = json!({"candidate_id": candidate, "new_candidate_id": 7});
    world.webhook("candidate_merged", ids).await;
    assert_eq!(greenhouse_id(&world).await, 7);
}

#[tokio::test]
async fn a_deleted_person_ends_every_application_and_is_forgotten() {
    let (world, _, candidate) = with_person().await;
    let ids = json!({"candidate_id": candidate, "application_ids": []});
    world.webhook("candidate_deleted", ids.clone()).await;
    world.webhook("candidate_deleted", ids).await;
    assert_eq!(
        world.told().await,
        ["1 ACTIVE Application Review", "2 DELETED"]
    );
    let erased = world.events_of("CandidateErased").await;
    assert_eq!(erased.len(), 1);
    assert_eq!(erased[0]["cause"], "DELETED");
    assert_eq!(erased[0]["oldGreenhouseCandidateId"], candidate.to_string());
}

#[tokio::test]
async fn a_deleted_application_is_told_and_stays_gone_for_whoever_read_it_before() {
    let (world, application, _) = with_person().await;
    let ids = json!({"application_id": application, "candidate_id": null});
    world.webhook("application_deleted", ids).await;
    // The simulator still shows it, as an answer that was under way would.
    world.changed(application).await;
    world.poll().await;
    assert_eq!(
        world.told().await,
        ["1 ACTIVE Application Review", "2 DELETED"]
    );
    let gone = &world.events().await[1];
    assert_eq!(gone["current"].get("stageName"), None);
    assert_eq!(gone["previous"]["stageName"], "Application Review");
}

/// Greenhouse tells its clock in whole seconds, and stamps its rows more finely.
#[tokio::test]
async fn what_is_deleted_right_after_it_was_touched_is_gone() {
    let (world, application, _) = with_person().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    world.changed(application).await;
    let ids = json!({"application_id": application, "candidate_id": null});
    world.webhook("application_deleted", ids).await;
    assert_eq!(world.told().await.last().unwrap(), "3 DELETED");
}

#[tokio::test]
async fn anonymising_is_told_and_moves_nobody_back() {
    let (world, application, candidate) = with_person().await;
    world
        .greenhouse
        .recruiter()
        .move_to_stage(application, "Offer")
        .unwrap();
    world.poll().await;
    world
        .webhook("candidate_anonymized", json!({"candidate_id": candidate}))
        .await;
    // What a real Greenhouse may do to the record of somebody who is anonymised.
    world
        .greenhouse
        .recruiter()
        .move_to_stage(application, "Application Review")
        .unwrap();
    world.changed(application).await;
    world.poll().await;
    assert_eq!(
        world.told().await,
        ["1 ACTIVE Application Review", "2 ACTIVE Offer"]
    );
    let erased: Vec<Value> = world.events_of("CandidateErased").await;
    assert_eq!(erased.len(), 1);
    assert_eq!(erased[0]["cause"], "ANONYMISED");
    assert_eq!(erased[0]["newGreenhouseCandidateId"], candidate.to_string());
}

/// What the import of jobs keeps of the interview plans.
async fn import_plans(world: &World) {
    world
        .run("INSERT INTO job_refreshes (connection, tenant, refreshed_at) SELECT id, tenant, now() FROM connections")
        .await;
    for stage in world.greenhouse.state().job_stages() {
        let content =
            json!({"name": stage.name, "order": stage.sort_order, "active": stage.active});
        let insert = sqlx::query(
            "INSERT INTO job_parts (tenant, kind, id, job_id, content) VALUES ('acme', 'stage', $1, $2, $3)",
        );
        let insert = insert.bind(stage.meta.id).bind(stage.job_id).bind(content);
        insert.execute(world.store.pool()).await.unwrap();
    }
}

/// Two applications in a late stage, of which the first one's person is anonymised before both stand in the first stage.
async fn back_at_the_start(world: &World) {
    import_plans(world).await;
    let applications = world.greenhouse.state().applications();
    let recruiter = world.greenhouse.recruiter();
    for one in &applications[..2] {
        world.follow("acme", one.meta.id).await;
    }
    world.poll().await;
    for one in &applications[..2] {
        recruiter.move_to_stage(one.meta.id, "Offer").unwrap();
    }
    world.greenhouse.state().clear_log();
    world.poll().await;
    assert!(!read_people(world), "on their way forward nobody is read");
    recruiter
        .anonymise_candidate(applications[0].candidate_id, &[])
        .unwrap();
    for one in &applications[..2] {
        recruiter
            .move_to_stage(one.meta.id, "Application Review")
            .unwrap();
    }
    world.poll().await;
    let events = world.events().await;
    let told = |id: i64| {
        let id = json!(id.to_string());
        let theirs = events.iter().filter(|one| one["applicationId"] == id);
        theirs.count()
    };
    assert_eq!(told(applications[0].meta.id), 2, "anonymised");
    assert_eq!(told(applications[1].meta.id), 3, "really back");
    assert_eq!(world.events_of("CandidateErased").await, [] as [Value; 0]);
}

fn read_people(world: &World) -> bool {
    let log = world.greenhouse.state().log();
    log.iter().any(|call| call.path.contains("/candidates"))
}

#[tokio::test]
async fn who_shows_nothing_any_more_is_not_back_in_an_earlier_stage() {
    let world = World::new().await;
    back_at_the_start(&world).await;
    assert_eq!(world.greenhouse.state().calls("candidates:list").len(), 1);
}

/// Without a history, an application that lost its own looks the same.
#[tokio::test]
async fn who_shows_nothing_in_v1_is_not_back_either() {
    let world = World::of_v1().await;
    back_at_the_start(&world).await;
}
