//! The nightly look at everything.

use connected::client_credentials;
use greenhouse_sim::{Fault, When};
use serde_json::json;

use crate::refresh;
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

/// Greenhouse shows acme's applications and people to nobody for two nights, as where somebody made them private.
async fn hide(world: &World) {
    let faults = world.greenhouse.faults();
    for list in ["applications:list", "candidates:list"] {
        let nobody = Fault::Refuse {
            status: 200,
            body: json!([]),
        };
        faults.add(When::operation(list), nobody);
    }
    world
        .run("UPDATE applications SET missed_at = now() - interval '24 h'")
        .await;
    audit(world).await;
    faults.clear();
}

#[tokio::test]
async fn who_was_hidden_and_shows_again_is_told_again() {
    for way in ["audit", "refresh", "webhook", "window"] {
        let (world, application) = World::with_application().await;
        hide(&world).await;
        assert_eq!(world.told().await.last().unwrap(), "2 DELETED");
        match way {
            "audit" => audit(&world).await,
            "refresh" => refresh::everybody(&world).await,
            "webhook" => world.changed(application).await,
            _ => {
                let recruiter = world.greenhouse.recruiter();
                recruiter.move_to_next_stage(application).unwrap();
                world.poll().await;
                recruiter.move_to_stage(application, "Offer").unwrap();
                world.poll().await;
                let told = world.told().await.split_off(2);
                assert_eq!(told, ["3 ACTIVE Phone Screen", "4 ACTIVE Offer"]);
                continue;
            }
        }
        let back = world.told().await.split_off(2);
        assert_eq!(back, ["3 ACTIVE Application Review"], "{way}");
        assert_eq!(
            world.count("applications WHERE erasure IS NOT NULL").await,
            0
        );
    }
}

#[tokio::test]
async fn who_is_anonymised_stays_so_while_hidden() {
    let (world, application) = World::with_application().await;
    let person = world.greenhouse.state().application(application);
    let ids = json!({"candidate_id": person.unwrap().candidate_id});
    world.webhook("candidate_anonymized", ids).await;
    hide(&world).await;
    assert_eq!(world.told().await.last().unwrap(), "2 DELETED");
    world.changed(application).await;
    assert_eq!(world.told().await.last().unwrap(), "3 ACTIVE");
    let anonymised = "applications WHERE erasure = 'anonymised'";
    assert_eq!(world.count(anonymised).await, 1);
    assert_eq!(world.events_of("CandidateErased").await.len(), 1);
}

#[tokio::test]
async fn an_erasure_by_absence_says_that_they_may_be_hidden() {
    let (world, application) = World::with_application().await;
    hide(&world).await;
    let erased = world.events_of("CandidateErased").await;
    assert_eq!(erased[0]["cause"], "DELETED");
    assert!(erased[0]["remedy"].as_str().unwrap().contains("private"));
    // What Greenhouse itself has deleted does not come back.
    let ids = json!({"application_id": application, "candidate_id": null});
    world.webhook("application_deleted", ids).await;
    world.changed(application).await;
    audit(&world).await;
    assert_eq!(world.told().await.last().unwrap(), "2 DELETED");
}

#[tokio::test]
async fn people_behind_what_is_gone_are_asked_for_together() {
    let world = World::of(60, client_credentials).await;
    world.follow_first(40).await;
    world.poll().await;
    world.greenhouse.state().clear_log();
    hide(&world).await;
    assert_eq!(world.greenhouse.state().calls("candidates:list").len(), 1);
    assert!(world.events_of("CandidateErased").await.len() > 30);
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
