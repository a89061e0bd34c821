//! Updates: waiting for an introduction, and which of two changes was later.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{CandidateId, Code, IntrroCandidateId, OperationKind};
use serde_json::{Value, json};
use store::Store;
use store::claim::{Claim, Want};
use store::intake::Arrival;
use store::journal::{Journal, Release, Settlement};
use store::person::PersonKey;

use crate::fresh_store;
use crate::ledger::{arrival, connect, done, run, take_in, tenant};

const KIND: OperationKind = OperationKind::CandidateProfileUpdated;

async fn claim(store: &Store) -> Vec<Claim> {
    let want = Want {
        kinds: &[OperationKind::IntroductionAccepted, KIND],
        room: 10,
        room_per_tenant: 10,
        held: &[],
        lease: Duration::from_secs(60),
    };
    store.claim(&want).await.unwrap()
}

fn update(id: &str) -> Arrival {
    Arrival {
        kind: KIND,
        ..arrival("acme", id, "c-1", "ada@example.com")
    }
}

fn waiting() -> Release {
    Release::waiting(Code::WaitingForIntroduction, Duration::from_secs(3600))
}

fn keys(claims: &[Claim]) -> Vec<&str> {
    claims
        .iter()
        .map(|claim| claim.business_key.as_str())
        .collect()
}

#[tokio::test]
async fn an_update_that_waits_holds_nobody_up_and_goes_first_once_the_introduction_is_there() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let journal = Journal::start(store.clone());
    let first = arrival("acme", "i-1", "c-1", "ada@example.com");
    let second = arrival("acme", "i-2", "c-1", "ada@example.com");
    take_in(&store, &[update("u-1"), update("u-2"), first, second]).await;
    for name in ["u-1", "u-2"] {
        let claims = claim(&store).await;
        assert_eq!(keys(&claims), [name]);
        journal.release(&claims[0], waiting()).await.unwrap();
    }
    let claims = claim(&store).await;
    assert_eq!(keys(&claims), ["i-1"]);
    assert!(store.stories("u-1").await.unwrap()[0].waits_for.is_none());
    journal
        .settle(&claims[0], done(&claims[0], 7))
        .await
        .unwrap();
    assert_eq!(keys(&claim(&store).await), ["u-1"], "before u-2 and i-2");
}

#[tokio::test]
async fn the_time_of_a_change_is_remembered_and_only_moves_forward() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let journal = Journal::start(store.clone());
    let candidate = IntrroCandidateId::try_from("c-1").unwrap();
    let key = PersonKey::candidate(&tenant("acme"), &candidate);
    let at = |seconds| DateTime::<Utc>::from_timestamp(seconds, 0).unwrap();
    for (name, seconds, known) in [("u-1", 50, 50), ("u-2", 40, 50), ("u-3", 60, 60)] {
        take_in(&store, &[update(name)]).await;
        let claims = claim(&store).await;
        let settlement = Settlement {
            mark: Some((key, at(seconds))),
            ..done(&claims[0], 7)
        };
        journal.settle(&claims[0], settlement).await.unwrap();
        let known_now = store
            .introduced(key, KIND, claims[0].operation)
            .await
            .unwrap();
        assert_eq!(known_now.changed_at, Some(at(known)), "{name}");
        assert_eq!(known_now.greenhouse, Some(CandidateId(7)));
        assert!(!known_now.expected);
    }
    take_in(&store, &[arrival("acme", "i-1", "c-1", "ada@example.com")]).await;
    let claims = claim(&store).await;
    let other = store
        .introduced(
            key,
            OperationKind::IntroductionStatusChanged,
            domain::OperationId(0),
        )
        .await
        .unwrap();
    assert!(other.expected && other.changed_at.is_none());
    assert_eq!(keys(&claims), ["i-1"]);
}

#[tokio::test]
async fn a_record_that_is_gone_is_told_as_gone_whoever_the_person_is_by_now() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let journal = Journal::start(store.clone());
    take_in(&store, &[arrival("acme", "i-1", "c-1", "ada@example.com")]).await;
    let claims = claim(&store).await;
    let outcome = serde_json::json!({
        "how": "created", "greenhouse_candidate_id": 7, "applications": [{"application_id": 90}],
    });
    let settlement = Settlement {
        outcome,
        ..done(&claims[0], 7)
    };
    journal.settle(&claims[0], settlement).await.unwrap();
    let told = async || {
        let story = store.stories("i-1").await.unwrap().remove(0);
        (story.greenhouse_now, story.gone, story.deleted)
    };
    assert_eq!(told().await, (Some(7), None, vec![]));
    let hidden = r#"UPDATE applications SET snapshot = '{"status": "DELETED"}', missed_at = now()"#;
    run(&store, hidden).await;
    assert_eq!(told().await, (Some(7), None, vec![]), "it may come back");
    run(&store, "UPDATE applications SET missed_at = NULL").await;
    assert_eq!(told().await, (Some(7), None, vec![90]));
    // Merged first, so that its application has moved on.
    run(&store, "UPDATE applications SET greenhouse_id = 8, erasure = 'deleted'; UPDATE person_keys SET greenhouse_id = 9").await;
    let gone = Some("deleted".to_owned());
    assert_eq!(told().await, (Some(9), gone, vec![90]));
}

/// Takes in something of which its key is the content, and ends it.
async fn settle(store: &Store, journal: &Journal, arrival: Arrival, outcome: Value) -> Claim {
    let payload = arrival.business_key.clone().into_bytes();
    take_in(store, &[Arrival { payload, ..arrival }]).await;
    let claim = claim(store).await.remove(0);
    let settlement = Settlement {
        outcome,
        ..done(&claim, 7)
    };
    journal.settle(&claim, settlement).await.unwrap();
    claim
}

#[tokio::test]
async fn what_was_told_of_somebody_is_what_was_written_of_their_record() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let journal = Journal::start(store.clone());
    let introduction = |id| arrival("acme", id, "c-1", "ada@example.com");
    let outcome = |how: &str, person: i64, superseded: bool| json!({ "how": how, "greenhouse_candidate_id": person, "superseded": superseded });
    let other = arrival("acme", "i-3", "c-3", "c@example.com");
    let refused = json!({ "problem": { "code": "edit_refused" } });
    let before = json!({ "how": "superseded", "greenhouse_candidate_id": 7 });
    for (arrival, outcome) in [
        (introduction("i-1"), outcome("created", 7, false)),
        (update("u-1"), outcome("written", 7, false)),
        (update("late"), before),
        (update("tried again"), outcome("written", 7, true)),
        (update("refused"), refused),
        (other, outcome("created", 9, false)),
        (introduction("i-2"), outcome("matched", 8, false)),
    ] {
        settle(&store, &journal, arrival, outcome).await;
    }
    let own = update("u-2");
    let claim = settle(&store, &journal, own, outcome("written", 8, false)).await;
    let told = async |most| {
        let candidate = IntrroCandidateId::try_from("c-1").unwrap();
        let told = store.told(&claim, &candidate, most).await.unwrap();
        let contents = told.into_iter().map(|one| one.payload);
        contents
            .map(|content| String::from_utf8(content).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(told(9).await, ["i-2", "u-1", "i-1"]);
    assert_eq!(told(2).await, ["i-2", "u-1"], "at most so much");
    let edited = "INSERT INTO steps (operation_id, name, kind, state)
        SELECT id, 'update_profile', 'update_profile', 'confirmed' FROM operations WHERE business_key = 'refused'";
    run(&store, edited).await;
    let all = told(9).await;
    assert_eq!(
        all,
        ["i-2", "refused", "u-1", "i-1"],
        "written all the same"
    );
    let anew = outcome("created", 8, false);
    settle(&store, &journal, introduction("i-4"), anew).await;
    assert_eq!(told(9).await, ["i-4", "i-2"], "another record");
}
