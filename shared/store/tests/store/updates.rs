//! Updates: waiting for an introduction, and which of two changes was later.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{CandidateId, Code, IntrroCandidateId, OperationKind};
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
