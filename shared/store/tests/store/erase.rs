//! Forgetting a person.

use std::time::Duration;

use chrono::Utc;
use domain::{ApplicationId, CandidateId, Code, IntrroCandidateId, OperationKind, StepKind};
use store::Store;
use store::applications::{Progress, TrackedApplication};
use store::claim::{Claim, StepState, Want};
use store::erase::{Erased, erase};
use store::intake::{Arrival, Refused, Verdict, record_refusals};
use store::journal::{Journal, JournalError, Person, Release, Settlement, StepWrite};
use store::person::PersonKey;

use crate::ledger::{arrival, connect, done, run, sending, step, take_in, tenant};
use crate::statuses::progress;
use crate::{fresh_store, waits_for_a_lock};

async fn claim(store: &Store) -> Vec<Claim> {
    let want = Want {
        kinds: &[OperationKind::IntroductionAccepted],
        room: 10,
        room_per_tenant: 10,
        held: &[],
        lease: Duration::from_secs(60),
    };
    store.claim(&want).await.unwrap()
}

fn introduction(id: &str) -> Arrival {
    arrival("acme", id, "c-1", "ada@example.com")
}

fn request() -> Arrival {
    request_of("e-1", "c-1")
}

fn request_of(id: &str, candidate: &str) -> Arrival {
    Arrival {
        kind: OperationKind::CandidateErasureRequested,
        ..arrival("acme", id, candidate, "unused@example.com")
    }
}

/// Tries the next request; none while a worker has something of the person in hand.
async fn forget(store: &Store) -> Option<Erased> {
    sqlx::query(
        "UPDATE operations SET not_before = now() WHERE kind = 'candidate_erasure_requested'",
    )
    .execute(store.pool())
    .await
    .unwrap();
    let (mut tx, erasure) = store.next_erasure().await.unwrap().expect("a request");
    let erased = erase(&mut tx, &erasure).await.unwrap();
    tx.commit().await.unwrap();
    erased
}

async fn count(store: &Store, what: &'static str) -> i64 {
    sqlx::query_scalar(what)
        .fetch_one(store.pool())
        .await
        .unwrap()
}

/// An introduction of c-1 is done, and three changes were told of its application.
async fn imported() -> (Store, Journal) {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let journal = Journal::start(store.clone());
    take_in(&store, &[introduction("i-1")]).await;
    let claims = claim(&store).await;
    journal
        .settle(&claims[0], done(&claims[0], 7))
        .await
        .unwrap();
    run(&store, "UPDATE applications SET sequence = 3").await;
    (store, journal)
}

#[tokio::test]
async fn what_was_imported_is_forgotten_and_where_they_are_is_told() {
    let (store, journal) = imported().await;
    take_in(&store, &[request()]).await;
    let erased = forget(&store).await.expect("nothing is in hand");
    assert_eq!(erased.greenhouse, [CandidateId(7)]);
    assert!(erased.ended.is_empty() && !erased.perhaps_created);
    assert_eq!(count(&store, "SELECT count(*) FROM person_keys").await, 0);
    assert_eq!(count(&store, "SELECT count(*) FROM applications").await, 0);
    assert_eq!(
        count(&store, "SELECT count(*) FROM operation_keys").await,
        0
    );
    let kept = "SELECT count(*) FROM operations WHERE subject = 'c-1' OR payload <> ''";
    assert_eq!(count(&store, kept).await, 0);

    // Introduced again later: numbers go on where they ended.
    let later = Arrival {
        tells_of: Utc::now() + chrono::TimeDelta::seconds(60),
        ..introduction("i-2")
    };
    assert!(matches!(
        take_in(&store, &[later]).await[..],
        [Verdict::Accepted(_)]
    ));
    let claims = claim(&store).await;
    assert!(claims[0].erased_before && claims[0].known.is_empty());
    journal
        .settle(&claims[0], done(&claims[0], 7))
        .await
        .unwrap();
    assert_eq!(count(&store, "SELECT sequence FROM applications").await, 3);
}

#[tokio::test]
async fn what_was_written_to_somebody_lately_is_known_until_they_are_erased() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let journal = Journal::start(store.clone());
    let ada = CandidateId(7);
    let edit = |state| StepWrite {
        kind: StepKind::EditCandidate,
        person: Some(ada),
        ..step("edit_candidate", state, None)
    };
    for (id, state) in [("i-1", StepState::Confirmed), ("i-2", StepState::Rejected)] {
        take_in(&store, &[introduction(id)]).await;
        let claims = claim(&store).await;
        let sending = vec![edit(StepState::Sending)];
        journal.steps(&claims[0], sending).await.unwrap();
        let mut settlement = done(&claims[0], ada.0);
        settlement.outcome = serde_json::json!({ "greenhouse_candidate_id": ada });
        settlement.steps = vec![StepWrite {
            code: Some(Code::CustomFieldRefused),
            ..edit(state)
        }];
        journal.settle(&claims[0], settlement).await.unwrap();
    }
    take_in(&store, &[arrival("acme", "i-3", "c-3", "c@example.com")]).await;
    let next = &claim(&store).await[0];
    let lately = async |person, age| {
        let sent = store.edited_lately(next, person, Duration::from_secs(age));
        let sent = sent.await.unwrap().into_iter();
        sent.map(|one| (one.kind, one.payload, one.fields_left_out))
            .collect::<Vec<_>>()
    };
    let written = (
        OperationKind::IntroductionAccepted,
        b"payload".to_vec(),
        true,
    );
    assert_eq!(lately(ada, 60).await, [written], "what was refused is not");
    assert_eq!(lately(CandidateId(8), 60).await, []);
    assert_eq!(lately(ada, 0).await, []);
    let told = async || {
        let candidate = IntrroCandidateId::try_from("c-1").unwrap();
        store.told(next, &candidate, 9).await.unwrap().len()
    };
    assert_eq!(told().await, 2);
    take_in(&store, &[request()]).await;
    forget(&store).await.expect("nothing is in hand");
    assert_eq!(lately(ada, 60).await, []);
    assert_eq!(told().await, 0);
}

#[tokio::test]
async fn each_of_several_requests_comes_to_its_own_end() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let requests = ["e-1", "e-2", "e-3"].map(|id| request_of(id, "c-1"));
    take_in(&store, &requests).await;
    for _ in &requests {
        let erased = forget(&store).await.expect("nothing is in hand");
        assert!(erased.ended.is_empty(), "{:?}", erased.ended);
    }
    let done = "SELECT count(*) FROM operations WHERE state = 'done' AND code IS NULL";
    assert_eq!(count(&store, done).await, 3);
    let kept = "SELECT count(*) FROM operations WHERE subject = 'c-1' OR payload <> ''";
    assert_eq!(count(&store, kept).await, 0);
}

/// Introduces somebody whom Intrro knows twice, as `c-1` and as `c-2`: both lead to application 90.
async fn introduce_twice() -> Store {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let journal = Journal::start(store.clone());
    for (id, candidate) in [("i-1", "c-1"), ("i-2", "c-2")] {
        take_in(&store, &[arrival("acme", id, candidate, "ada@example.com")]).await;
        let claims = claim(&store).await;
        let settlement = done_for(&claims[0], candidate);
        journal.settle(&claims[0], settlement).await.unwrap();
    }
    run(&store, "UPDATE applications SET sequence = 3").await;
    store
}

fn done_for(claim: &Claim, candidate: &str) -> Settlement {
    let candidate = IntrroCandidateId::try_from(candidate).unwrap();
    let mut settlement = done(claim, 7);
    settlement.person = settlement.person.map(|person| Person {
        candidate_key: PersonKey::candidate(&claim.tenant, &candidate),
        candidate,
        ..person
    });
    settlement
}

/// Forgets this candidate; returns what is left of application 90.
async fn left_of_shared(store: &Store, request: Arrival) -> Option<TrackedApplication> {
    take_in(store, &[request]).await;
    forget(store).await.expect("nothing is in hand");
    let acme = tenant("acme");
    let followed = store.tracked_among(&acme, &[ApplicationId(90)]);
    followed.await.unwrap().pop()
}

#[tokio::test]
async fn what_two_candidates_share_goes_on_under_the_one_who_stays() {
    let store = introduce_twice().await;
    let left = left_of_shared(&store, request()).await.expect("followed");
    assert_eq!((left.candidate.as_str(), left.sequence), ("c-2", 3));
    assert_eq!(left.introductions.len(), 1);
    assert_eq!(left.introductions[0].as_str(), "i-2");
    let left = left_of_shared(&store, request_of("e-2", "c-2")).await;
    assert_eq!(left, None, "nobody is left");
    let kept = "SELECT sequence FROM erased_applications WHERE id = 90";
    assert_eq!(count(&store, kept).await, 3);
}

#[tokio::test]
async fn what_stays_with_its_candidate_names_nobody_else_who_was_erased() {
    let store = introduce_twice().await;
    let left = left_of_shared(&store, request_of("e-2", "c-2")).await;
    let left = left.expect("followed");
    assert_eq!((left.candidate.as_str(), left.sequence), ("c-1", 3));
    assert_eq!(left.introductions.len(), 1);
    assert_eq!(left.introductions[0].as_str(), "i-1");
}

/// It is asked twice a second, also with hundreds of thousands waiting for a tenant that is paused.
#[tokio::test]
async fn looking_for_a_request_reads_nothing_else_that_waits() {
    let store = fresh_store().await;
    let before: Vec<Arrival> = (0..1_000)
        .map(|n| introduction(&format!("i-{n}")))
        .collect();
    take_in(&store, &before).await;
    take_in(&store, &[request()]).await;
    let (mut tx, _) = store.next_erasure().await.unwrap().expect("a request");
    let read: i64 = sqlx::query_scalar(
        "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'operations'",
    )
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    assert!(read <= 2, "{read} rows were read");
}

/// Two replicas with a request each would wait for each other: both lock whatever is left of the person.
#[tokio::test]
async fn two_requests_about_one_person_do_not_lock_each_other_out() {
    let store = fresh_store().await;
    for round in 0..20 {
        let person = format!("c-{round}");
        let ids = ["first", "second"].map(|id| format!("{round}-{id}"));
        take_in(&store, &ids.each_ref().map(|id| request_of(id, &person))).await;
        let one = || async {
            let Some((mut tx, erasure)) = store.next_erasure().await.unwrap() else {
                return 0;
            };
            let erased = erase(&mut tx, &erasure).await.unwrap();
            tx.commit().await.unwrap();
            1 + erased.expect("nobody has anything in hand").ended.len()
        };
        let (first, second) = tokio::join!(one(), one());
        assert_eq!(first + second, 2, "the first one ends both");
    }
}

#[tokio::test]
async fn what_a_worker_has_in_hand_is_waited_for_and_nothing_more_is_taken_up() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let journal = Journal::start(store.clone());
    take_in(
        &store,
        &[introduction("i-1"), introduction("i-2"), request()],
    )
    .await;
    let claims = claim(&store).await;
    let step = vec![sending("create_candidate")];
    journal.steps(&claims[0], step).await.unwrap();
    assert!(forget(&store).await.is_none());
    journal
        .settle(&claims[0], done(&claims[0], 7))
        .await
        .unwrap();
    assert!(claim(&store).await.is_empty(), "the second introduction");
    let erased = forget(&store).await.expect("nothing is in hand any more");
    assert_eq!(erased.greenhouse, [CandidateId(7)]);
    let [ended] = &erased.ended[..] else {
        panic!("the second introduction ends")
    };
    assert_eq!(ended.business_key, "i-2");
    assert_eq!(ended.payload, b"payload");
}

#[tokio::test]
async fn nothing_more_is_sent_of_what_a_worker_has_in_hand_and_what_was_sent_is_told_of() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let journal = Journal::start(store.clone());
    let other = arrival("acme", "i-2", "c-2", "other@example.com");
    take_in(&store, &[introduction("i-1"), other, request()]).await;
    let claims = claim(&store).await;
    let create = vec![sending("create_candidate")];
    journal.steps(&claims[0], create).await.unwrap();
    assert!(forget(&store).await.is_none());
    let more = |claim| journal.steps(claim, vec![sending("add_note")]);
    assert_eq!(more(&claims[0]).await, Err(JournalError::Barred));
    assert_eq!(more(&claims[1]).await, Ok(()), "somebody else");
    let made = step("create_candidate", StepState::Confirmed, Some(7));
    let back = Release::waiting(Code::PersonErased, Duration::ZERO).with_steps(vec![made]);
    journal.release(&claims[0], back).await.unwrap();
    let erased = forget(&store).await.expect("nothing is in hand any more");
    assert_eq!(erased.greenhouse, [CandidateId(7)]);
    assert_eq!(erased.ended.len(), 1);
    let notes = "SELECT count(*) FROM steps WHERE name = 'add_note'";
    assert_eq!(count(&store, notes).await, 1);
}

/// A settlement locks an application first, and then writes who the person is: the other way round, the two would wait for
/// each other.
#[tokio::test]
async fn whoever_forgets_has_no_key_in_hand_while_it_waits_for_an_application() {
    let store = introduce_twice().await;
    take_in(&store, &[request()]).await;
    let mut settles = store.begin().await.unwrap();
    sqlx::query("SELECT id FROM applications FOR UPDATE")
        .execute(&mut *settles)
        .await
        .unwrap();
    let other = store.clone();
    let forgetting = tokio::spawn(async move { forget(&other).await });
    waits_for_a_lock(&store, &forgetting).await;
    sqlx::query("SELECT key FROM person_keys FOR UPDATE NOWAIT")
        .execute(&mut *settles)
        .await
        .unwrap();
    settles.commit().await.unwrap();
    assert!(forgetting.await.unwrap().is_some());
}

/// A settlement that finds the application waits for the erasure's end, with a look at what was erased from before it.
#[tokio::test]
async fn numbers_go_on_where_somebody_is_introduced_to_it_while_another_is_forgotten() {
    let (store, journal) = imported().await;
    let other = arrival("acme", "i-2", "c-2", "ada@example.com");
    take_in(&store, &[other, request()]).await;
    let claims = claim(&store).await;
    let (mut tx, erasure) = store.next_erasure().await.unwrap().expect("a request");
    erase(&mut tx, &erasure)
        .await
        .unwrap()
        .expect("nothing in hand");
    let settling = tokio::spawn(async move {
        let settlement = done_for(&claims[0], "c-2");
        journal.settle(&claims[0], settlement).await
    });
    waits_for_a_lock(&store, &settling).await;
    tx.commit().await.unwrap();
    settling.await.unwrap().unwrap();
    let acme = tenant("acme");
    let ids = [ApplicationId(90)];
    let followed = async || store.tracked_among(&acme, &ids).await.unwrap().remove(0);
    let before = followed().await;
    assert_eq!((before.candidate.as_str(), before.sequence), ("c-2", 3));
    let moved = Progress {
        candidate: before.candidate,
        ..progress(90, before.sequence, 1, 1)
    };
    let lost = store.advance_applications(&acme, &[moved]).await.unwrap();
    assert!(lost.is_empty(), "{lost:?}");
    assert_eq!(followed().await.sequence, 4);
}

#[tokio::test]
async fn a_worker_that_died_in_the_middle_leaves_a_doubt() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let journal = Journal::start(store.clone());
    take_in(&store, &[introduction("i-1"), request()]).await;
    let claims = claim(&store).await;
    journal
        .steps(&claims[0], vec![sending("create_candidate")])
        .await
        .unwrap();
    sqlx::query("UPDATE operations SET not_before = now() WHERE lease IS NOT NULL")
        .execute(store.pool())
        .await
        .unwrap();
    let erased = forget(&store).await.expect("the lease is over");
    assert!(erased.perhaps_created && erased.greenhouse.is_empty());
    let late = journal.settle(&claims[0], done(&claims[0], 7)).await;
    assert_eq!(late.unwrap_err(), JournalError::LeaseLost);
}

#[tokio::test]
async fn whoever_was_written_to_is_told_of_though_the_import_did_not_end() {
    for state in [
        StepState::Sending,
        StepState::Unknown,
        StepState::Confirmed,
        StepState::Rejected,
    ] {
        let store = fresh_store().await;
        connect(&store, "acme").await;
        let journal = Journal::start(store.clone());
        take_in(&store, &[introduction("i-1"), request()]).await;
        let claims = claim(&store).await;
        let edit = StepWrite {
            kind: StepKind::EditCandidate,
            person: Some(CandidateId(7)),
            ..step("edit_candidate", state, None)
        };
        journal.steps(&claims[0], vec![edit]).await.unwrap();
        sqlx::query("UPDATE operations SET not_before = now() WHERE lease IS NOT NULL")
            .execute(store.pool())
            .await
            .unwrap();
        let erased = forget(&store).await.expect("the lease is over");
        let told = erased.greenhouse == [CandidateId(7)];
        assert_eq!(told, state != StepState::Rejected, "{state:?}");
        assert!(!erased.perhaps_created && erased.ended.len() == 1);
    }
}

#[tokio::test]
async fn what_tells_of_a_time_before_is_not_stored() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let (known, old, update) = (
        introduction("i-1"),
        introduction("i-2"),
        introduction("u-1"),
    );
    take_in(&store, &[known.clone(), request()]).await;
    forget(&store).await.expect("nothing is in hand");
    let update = Arrival {
        kind: OperationKind::CandidateProfileUpdated,
        tells_of: Utc::now() + chrono::TimeDelta::seconds(60),
        ..update
    };
    let verdicts = take_in(&store, &[old.clone(), known, update]).await;
    assert!(
        matches!(
            verdicts[..],
            [Verdict::Erased(_), Verdict::Duplicate, Verdict::Erased(_)]
        ),
        "{verdicts:?}"
    );
    assert_eq!(
        count(
            &store,
            "SELECT count(*) FROM operations WHERE payload <> ''"
        )
        .await,
        0
    );
    let story = &store.stories("i-2").await.unwrap()[0];
    assert_eq!(story.code.as_deref(), Some(Code::PersonErased.as_str()));
    assert_eq!(take_in(&store, &[old]).await, [Verdict::Duplicate]);
    assert!(claim(&store).await.is_empty());
}

#[tokio::test]
async fn what_was_refused_is_not_found_by_who_was_erased() {
    let store = fresh_store().await;
    let names = ["c-1".to_owned(), "i-1".to_owned()];
    let mut tx = store.begin().await.unwrap();
    for tenant in [Some("acme"), None, Some("globex")] {
        let refused = Refused {
            message_id: tenant,
            tenant,
            event_type: None,
            reason: "no_jobs",
            path: None,
            names: &names,
        };
        record_refusals(&mut tx, &[refused]).await.unwrap();
    }
    tx.commit().await.unwrap();
    take_in(&store, &[request()]).await;
    forget(&store).await.expect("nothing is in hand");
    let told = store.refusals("c-1").await.unwrap();
    let ids: Vec<_> = told.iter().map(|one| one.message_id.as_deref()).collect();
    assert_eq!(ids, [Some("globex")]);
    assert_eq!(store.refusals("i-1").await.unwrap().len(), 3);
}
