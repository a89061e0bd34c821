//! Followed applications and their sequences.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod polls;
mod seen;

use chrono::{DateTime, Utc};
use domain::status::{Snapshot, Stage, Status};
use domain::{ApplicationId, IntrroCandidateId, JobId, JobStageId, Tenant};
use store::Store;
use store::applications::{Progress, Successor};
use store::outbox::Announcement;
use uuid::Uuid;

use crate::{fresh_store, waits_for_a_lock};

fn acme() -> Tenant {
    Tenant::try_from("acme").unwrap()
}

fn candidate(id: &str) -> IntrroCandidateId {
    IntrroCandidateId::try_from(id).unwrap()
}

/// A connected tenant with one followed application.
async fn following(application: i64) -> Store {
    let store = fresh_store().await;
    run(&store, "INSERT INTO tenants (tenant) VALUES ('acme')").await;
    run(
        &store,
        "INSERT INTO connections (id, tenant, api, auth_kind, sealed, key_id, state)
        VALUES (gen_random_uuid(), 'acme', 'v3', 'client_credentials', '', 'k', 'active')",
    )
    .await;
    follow(&store, application).await;
    store
}

async fn follow(store: &Store, application: i64) {
    run(
        store,
        &format!(
            "INSERT INTO applications (tenant, id, greenhouse_id, candidate_id, job_id, introduction_ids)
            VALUES ('acme', {application}, 7, 'c-1', 4, ARRAY['i-1'])"
        ),
    )
    .await;
}

async fn run(store: &Store, sql: &str) {
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .execute(store.pool())
        .await
        .unwrap();
}

fn in_stage(id: i64) -> Snapshot {
    Snapshot {
        status: Status::InProcess,
        stage: Some(Stage {
            job_stage_id: JobStageId(id),
            name: None,
        }),
        job_id: Some(JobId(4)),
        prospect: false,
        as_of: None,
        withdrawn: false,
        rejection: None,
    }
}

/// `events` changes that end in stage `stage`.
pub(crate) fn progress(application: i64, sequence: i64, stage: i64, events: usize) -> Progress {
    let announcement = || Announcement {
        message_id: Uuid::new_v4(),
        tenant: acme(),
        ordering_key: format!("application:{application}"),
        routing_key: "intrro.events.v1.CandidateStatusChanged".into(),
        trace: None,
        body: b"{}".to_vec(),
    };
    Progress {
        application: ApplicationId(application),
        candidate: candidate("c-1"),
        sequence,
        known_as_of: None,
        snapshot: in_stage(stage),
        absent: false,
        observed_at: Utc::now(),
        announcements: std::iter::repeat_with(announcement).take(events).collect(),
        successor: None,
    }
}

async fn advance(store: &Store, progress: &[Progress]) -> Vec<ApplicationId> {
    store.advance_applications(&acme(), progress).await.unwrap()
}

async fn state(store: &Store, application: i64) -> (Option<Snapshot>, i64) {
    let found = store
        .tracked_among(&acme(), &[ApplicationId(application)])
        .await
        .unwrap();
    (found[0].snapshot.clone(), found[0].sequence)
}

async fn events(store: &Store) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM outbox")
        .fetch_one(store.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn snapshot_sequence_and_events_move_together() {
    let store = following(90).await;
    assert_eq!(state(&store, 90).await, (None, 0));
    assert!(advance(&store, &[progress(90, 0, 1, 1)]).await.is_empty());
    assert!(advance(&store, &[progress(90, 1, 3, 2)]).await.is_empty());
    assert_eq!(state(&store, 90).await, (Some(in_stage(3)), 3));
    assert_eq!(events(&store).await, 3);
}

#[tokio::test]
async fn a_change_found_before_a_later_look_that_told_nothing_writes_nothing() {
    let store = following(90).await;
    advance(&store, &[progress(90, 0, 1, 1)]).await;
    let late = progress(90, 1, 2, 1);
    let as_of: DateTime<Utc> = "2026-03-12T14:03:22.120Z".parse().unwrap();
    let mut nothing = progress(90, 1, 1, 0);
    nothing.snapshot.as_of = Some(as_of);
    assert!(advance(&store, &[nothing.clone()]).await.is_empty());
    assert_eq!(
        advance(&store, std::slice::from_ref(&late)).await,
        [ApplicationId(90)]
    );
    assert_eq!(state(&store, 90).await, (Some(nothing.snapshot), 1));
    let known_as_of = Some(as_of);
    let again = Progress {
        known_as_of,
        ..late
    };
    assert!(advance(&store, &[again]).await.is_empty());
    assert_eq!(state(&store, 90).await, (Some(in_stage(2)), 2));
}

#[tokio::test]
async fn a_change_found_from_an_old_sequence_writes_nothing() {
    let store = following(90).await;
    follow(&store, 91).await;
    advance(&store, &[progress(90, 0, 1, 1)]).await;
    let lost = advance(&store, &[progress(90, 0, 2, 1), progress(91, 0, 2, 1)]).await;
    assert_eq!(lost, [ApplicationId(90)]);
    assert_eq!(state(&store, 90).await, (Some(in_stage(1)), 1));
    assert_eq!(state(&store, 91).await, (Some(in_stage(2)), 1));
    assert_eq!(events(&store).await, 2);
}

#[tokio::test]
async fn a_change_found_before_its_candidate_was_erased_is_found_again_for_who_stays() {
    let store = following(90).await;
    run(&store, "UPDATE applications SET candidate_id = 'c-2'").await;
    let found_before = progress(90, 0, 1, 1);
    let lost = advance(&store, std::slice::from_ref(&found_before)).await;
    assert_eq!(lost, [ApplicationId(90)]);
    assert_eq!(events(&store).await, 0);
    let found_again = Progress {
        candidate: candidate("c-2"),
        ..found_before
    };
    assert!(advance(&store, &[found_again]).await.is_empty());
    assert_eq!(state(&store, 90).await, (Some(in_stage(1)), 1));
}

#[tokio::test]
async fn of_two_observers_at_once_one_gives_the_number() {
    let store = following(90).await;
    follow(&store, 91).await;
    let one = [progress(90, 0, 1, 1), progress(91, 0, 1, 1)];
    let other = [progress(91, 0, 2, 1), progress(90, 0, 2, 1)];
    let (lost, also_lost) = tokio::join!(advance(&store, &one), advance(&store, &other));
    assert_eq!(lost.len() + also_lost.len(), 2);
    assert_eq!(state(&store, 90).await.1, 1);
    assert_eq!(events(&store).await, 2);
}

#[tokio::test]
async fn a_snapshot_without_a_change_moves_no_sequence() {
    let store = following(90).await;
    advance(&store, &[progress(90, 0, 1, 1)]).await;
    assert!(advance(&store, &[progress(90, 1, 2, 0)]).await.is_empty());
    assert_eq!(state(&store, 90).await, (Some(in_stage(2)), 1));
}

/// Application 90, a prospect's, is replaced by `successor`.
async fn convert(store: &Store, successor: i64) {
    let successor = Successor {
        application: ApplicationId(successor),
        job: Some(JobId(4)),
        origin: in_stage(1),
    };
    let converted = Progress {
        successor: Some(successor),
        ..progress(90, 0, 2, 1)
    };
    assert!(advance(store, &[converted]).await.is_empty());
}

#[tokio::test]
async fn what_takes_the_place_of_another_one_begins_where_its_numbers_ended() {
    let store = following(90).await;
    let erased = "INSERT INTO erased_applications (tenant, id, sequence) VALUES ('acme', 91, 4)";
    run(&store, erased).await;
    convert(&store, 91).await;
    assert_eq!(state(&store, 91).await, (None, 4));
    assert!(advance(&store, &[progress(91, 4, 1, 1)]).await.is_empty());
    assert_eq!(state(&store, 91).await, (Some(in_stage(1)), 5));
}

#[tokio::test]
async fn what_takes_the_place_of_another_one_and_was_never_followed_begins_at_none() {
    let store = following(90).await;
    convert(&store, 91).await;
    assert_eq!(state(&store, 91).await, (None, 0));
}

#[tokio::test]
async fn what_takes_the_place_of_two_has_the_introductions_of_both() {
    let store = following(90).await;
    follow(&store, 89).await;
    let introductions =
        "UPDATE applications SET introduction_ids = ARRAY['i-3', 'i-1', 'i-2'] WHERE id = 90";
    run(&store, introductions).await;
    let converted = [90, 89].map(|application| Progress {
        successor: Some(Successor {
            application: ApplicationId(91),
            job: Some(JobId(4)),
            origin: in_stage(application),
        }),
        ..progress(application, 0, 2, 1)
    });
    assert!(advance(&store, &converted).await.is_empty());
    let found = store.tracked_among(&acme(), &[ApplicationId(91)]).await;
    let successor = found.unwrap().remove(0);
    let introductions = successor.introductions.iter().map(|one| one.as_str());
    assert_eq!(introductions.collect::<Vec<_>>(), ["i-1", "i-3", "i-2"]);
    assert_eq!(successor.converted_from, Some(ApplicationId(89)));
    assert_eq!(successor.origin, Some(in_stage(89)));
}

#[tokio::test]
async fn only_followed_applications_of_the_tenant_are_found() {
    let store = following(90).await;
    let ids = [ApplicationId(90), ApplicationId(91)];
    let found = store.tracked_among(&acme(), &ids).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].job, Some(JobId(4)));
    assert_eq!(found[0].introductions[0].as_str(), "i-1");
    let other = Tenant::try_from("globex").unwrap();
    assert!(store.tracked_among(&other, &ids).await.unwrap().is_empty());
}

/// Somebody else has locked the successor, and will want what comes after it.
#[tokio::test]
async fn successors_are_locked_in_the_order_of_ids() {
    let store = following(80).await;
    follow(&store, 90).await;
    follow(&store, 95).await;
    let mut other = store.pool().begin().await.unwrap();
    let lock = "SELECT 1 FROM applications WHERE id = $1 FOR NO KEY UPDATE";
    sqlx::query(lock)
        .bind(90)
        .execute(&mut *other)
        .await
        .unwrap();
    let mut converted = progress(80, 0, 1, 1);
    converted.successor = Some(Successor {
        application: ApplicationId(90),
        job: None,
        origin: in_stage(1),
    });
    let ours = tokio::spawn({
        let store = store.clone();
        async move { advance(&store, &[converted, progress(95, 0, 1, 1)]).await }
    });
    waits_for_a_lock(&store, &ours).await;
    let free = "SELECT 1 FROM applications WHERE id = $1 FOR NO KEY UPDATE NOWAIT";
    sqlx::query(free)
        .bind(95)
        .execute(&mut *other)
        .await
        .unwrap();
    other.commit().await.unwrap();
    assert!(ours.await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_never_seen_is_looked_for_ever_more_rarely() {
    let store = following(90).await;
    let unseen = async || store.unseen_applications(&acme(), 10).await.unwrap();
    assert_eq!(unseen().await, [ApplicationId(90)]);
    store
        .looked_in_vain(&acme(), &[ApplicationId(90)])
        .await
        .unwrap();
    assert!(unseen().await.is_empty());
    run(&store, "UPDATE applications SET created_at = now() - interval '2 h', observed_at = now() - interval '59 min'").await;
    assert!(unseen().await.is_empty());
    run(&store, "UPDATE applications SET created_at = now() - interval '2 h', observed_at = now() - interval '61 min'").await;
    assert_eq!(unseen().await, [ApplicationId(90)]);
    advance(&store, &[progress(90, 0, 1, 1)]).await;
    assert!(unseen().await.is_empty());
}

#[tokio::test]
async fn what_fails_after_it_was_seen_is_looked_for_again_twice_as_late_each_time() {
    let store = following(90).await;
    advance(&store, &[progress(90, 0, 1, 1)]).await;
    let mut rests = Vec::new();
    for _ in 0..3 {
        rests.push(minutes_until_the_next_look(&store).await);
        // The same rest, over by now.
        run(&store, "UPDATE applications SET observed_at = observed_at - (look_again_at - now()), look_again_at = now()").await;
    }
    assert_eq!(rests, [1, 2, 4]);
    run(
        &store,
        "UPDATE applications SET observed_at = now() - interval '20 h', look_again_at = now()",
    )
    .await;
    assert_eq!(minutes_until_the_next_look(&store).await, 24 * 60);
}

/// After a look in vain.
async fn minutes_until_the_next_look(store: &Store) -> i64 {
    store
        .looked_in_vain(&acme(), &[ApplicationId(90)])
        .await
        .unwrap();
    let minutes = "SELECT round(extract(epoch FROM look_again_at - observed_at) / 60)::bigint FROM applications";
    let minutes = sqlx::query_scalar(minutes).fetch_one(store.pool());
    minutes.await.unwrap()
}

#[tokio::test]
async fn what_was_never_looked_for_comes_before_what_is_looked_at_again() {
    let store = following(90).await;
    follow(&store, 91).await;
    advance(&store, &[progress(90, 0, 1, 1)]).await;
    run(
        &store,
        "UPDATE applications SET look_again_at = now() WHERE id = 90",
    )
    .await;
    let unseen = store.unseen_applications(&acme(), 1).await.unwrap();
    assert_eq!(unseen, [ApplicationId(91)]);
}

#[tokio::test]
async fn a_last_look_takes_off_the_list_only_what_is_due() {
    let store = following(90).await;
    follow(&store, 91).await;
    follow(&store, 92).await;
    advance(&store, &[progress(90, 0, 1, 1), progress(91, 0, 1, 1)]).await;
    run(
        &store,
        "UPDATE applications SET look_again_at = now() + CASE id WHEN 91 THEN interval '1 h' ELSE interval '0' END",
    )
    .await;
    let all = [90, 91, 92].map(ApplicationId);
    store.looked_at_last(&acme(), &all).await.unwrap();
    let listed = "SELECT id FROM applications WHERE look_again_at IS NOT NULL ORDER BY id";
    let listed: Vec<i64> = sqlx::query_scalar(listed)
        .fetch_all(store.pool())
        .await
        .unwrap();
    assert_eq!(listed, [91, 92], "put off, and never seen");
}

#[tokio::test]
async fn what_was_never_seen_for_an_hour_is_compared_like_what_was_seen() {
    let store = following(90).await;
    follow(&store, 91).await;
    advance(&store, &[progress(90, 0, 1, 1)]).await;
    let sample = async || {
        let sample = store.sample_applications(&acme(), 10).await;
        let mut sample = sample.unwrap();
        sample.sort_unstable();
        sample
    };
    assert_eq!(sample().await, [ApplicationId(90)], "91 is still new");
    run(
        &store,
        "UPDATE applications SET created_at = now() - interval '61 min'",
    )
    .await;
    assert_eq!(sample().await, [90, 91].map(ApplicationId));
    run(
        &store,
        "UPDATE applications SET snapshot = jsonb_build_object('status', 'DELETED') WHERE id = 91",
    )
    .await;
    assert_eq!(sample().await, [ApplicationId(90)]);
}
