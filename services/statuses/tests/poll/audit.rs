//! The nightly look at everything.

use crate::world::World;

async fn audit(world: &World) {
    world
        .run("UPDATE polls SET audited_at = now() - interval '25 h'")
        .await;
    world.poll().await;
}

#[tokio::test]
async fn what_nobody_had_told_is_counted_and_told() {
    let (world, application) = World::with_application().await;
    world.greenhouse.set_clock(-60);
    world
        .run("UPDATE applications SET snapshot = jsonb_set(snapshot, '{as_of}', to_jsonb(now() - interval '2 h'))")
        .await;
    world
        .greenhouse
        .recruiter()
        .move_to_next_stage(application)
        .unwrap();
    world.greenhouse.set_clock(0);
    world.poll().await;
    assert_eq!(world.events().await.len(), 1, "outside the window");
    let parts = world.parts();
    let metrics = std::sync::Arc::clone(&parts.metrics);
    world
        .run("UPDATE polls SET audited_at = now() - interval '25 h'")
        .await;
    world.pass().await;
    statuses::poll_due(parts).await;
    let told = &world.events().await[1];
    assert_eq!(
        (&told["backfilled"], &told["detectedBy"]),
        (&true.into(), &"STAGE_HISTORY".into())
    );
    let counted = metrics.exposition();
    assert!(
        counted.contains("bridge_reconcile_mismatches_total{kind=\"state\"} 1"),
        "{counted}"
    );
}

#[tokio::test]
async fn one_audit_a_night_is_enough() {
    let (world, _) = World::with_application().await;
    audit(&world).await;
    world.greenhouse.state().clear_log();
    world.poll().await;
    assert_eq!(world.calls(), ["applications:list"]);
}

#[tokio::test]
async fn what_is_not_shown_for_two_nights_is_gone_and_no_sooner() {
    let (world, _) = World::with_application().await;
    world
        .run("UPDATE applications SET id = 404, job_id = NULL")
        .await;
    audit(&world).await;
    assert_eq!(world.events().await.len(), 1);
    world
        .run("UPDATE applications SET missed_at = now() - interval '24 h'")
        .await;
    audit(&world).await;
    assert_eq!(world.told().await.last().unwrap(), "2 DELETED");
    audit(&world).await;
    assert_eq!(world.events().await.len(), 2);
}

#[tokio::test]
async fn what_was_deleted_before_anybody_saw_it_is_told_all_the_same() {
    let (world, _) = World::with_application().await;
    world.follow("acme", 404).await;
    world
        .run("UPDATE applications SET missed_at = now() - interval '24 h' WHERE id = 404")
        .await;
    audit(&world).await;
    assert_eq!(world.events().await.len(), 1, "it may show yet");
    world
        .run("UPDATE applications SET created_at = now() - interval '24 h' WHERE id = 404")
        .await;
    audit(&world).await;
    assert_eq!(world.told().await.last().unwrap(), "1 DELETED");
}

#[tokio::test]
async fn a_person_deleted_while_no_webhook_came_is_told_with_every_application() {
    let (world, application) = World::with_application().await;
    let state = world.greenhouse.state();
    let person = state.application(application).unwrap().candidate_id;
    let recruiter = world.greenhouse.recruiter();
    recruiter.delete_candidate(person).unwrap();
    audit(&world).await;
    assert_eq!(
        world.events().await.len(),
        1,
        "the first night proves nothing"
    );
    world
        .run("UPDATE applications SET missed_at = now() - interval '24 h'")
        .await;
    // Another one of theirs that Greenhouse has not been missed in for as long.
    world
        .run(&format!(
            "INSERT INTO applications (tenant, id, greenhouse_id, candidate_id, introduction_ids)
            VALUES ('acme', 404, {person}, 'person-1', ARRAY['intro-2'])"
        ))
        .await;
    audit(&world).await;
    audit(&world).await;
    // Which of two applications comes first means nothing.
    let mut told = world.told().await;
    told.sort();
    assert_eq!(
        told,
        ["1 ACTIVE Application Review", "1 DELETED", "2 DELETED"]
    );
    let erased = world.events_of("CandidateErased").await;
    assert_eq!(erased.len(), 1, "{erased:?}");
    assert_eq!(erased[0]["cause"], "DELETED");
    assert_eq!(erased[0]["oldGreenhouseCandidateId"], person.to_string());
}

#[tokio::test]
async fn a_deleted_application_does_not_make_its_person_a_deleted_one() {
    let (world, application) = World::with_application().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.delete_application(application).unwrap();
    world
        .run("UPDATE applications SET missed_at = now() - interval '24 h'")
        .await;
    audit(&world).await;
    assert_eq!(world.told().await.last().unwrap(), "2 DELETED");
    assert_eq!(world.count("outbox").await, 2, "nobody is erased");
}

#[tokio::test]
async fn what_its_hidden_job_hides_is_not_gone() {
    let (world, _) = World::with_application().await;
    world
        .run("UPDATE applications SET id = 404, job_id = 405, missed_at = now() - interval '24 h'")
        .await;
    audit(&world).await;
    assert_eq!(world.events().await.len(), 1);
}
