//! Inbox, claims, steps and settling.

use std::collections::HashSet;
use std::time::Duration;

use chrono::Utc;
use domain::{
    ApplicationId, CandidateId, Code, IntroductionId, IntrroCandidateId, JobId, StepKind, Tenant,
};
use store::Store;
use store::claim::{Claim, StepState, Want};
use store::intake::{Arrival, Verdict, accept};
use store::journal::{
    End, Identity, Journal, JournalError, Release, Settlement, StepWrite, Tracked,
};
use store::outbox::Announcement;
use store::person::PersonKey;
use uuid::Uuid;

use crate::fresh_store;

pub(crate) fn tenant(name: &str) -> Tenant {
    Tenant::try_from(name).unwrap()
}

pub(crate) fn arrival(name: &str, introduction: &str, candidate: &str, email: &str) -> Arrival {
    let tenant = tenant(name);
    let candidate = IntrroCandidateId::try_from(candidate).unwrap();
    let keys = [
        Some(PersonKey::candidate(&tenant, &candidate)),
        PersonKey::email(&tenant, email),
    ];
    Arrival {
        source: "/intrro".into(),
        message_id: format!("m-{introduction}"),
        kind: "introduction_accepted",
        business_key: introduction.into(),
        subject: candidate.to_string(),
        keys: keys.into_iter().flatten().collect(),
        content_hash: [7; 32],
        payload: b"payload".to_vec(),
        trace: None,
        occurred_at: Utc::now(),
        tells_of: Utc::now(),
        tenant,
    }
}

pub(crate) async fn take_in(store: &Store, arrivals: &[Arrival]) -> Vec<Verdict> {
    let tenants = arrivals.iter().map(|arrival| &arrival.tenant);
    let mut entrance = store.entrance().await.unwrap();
    let mut tx = entrance.begin(tenants).await.unwrap();
    let verdicts = accept(&mut tx, arrivals).await.unwrap();
    tx.commit().await.unwrap();
    entrance.flush().await.unwrap();
    verdicts
}

pub(crate) async fn connect(store: &Store, name: &str) {
    sqlx::query("INSERT INTO tenants (tenant) VALUES ($1) ON CONFLICT DO NOTHING")
        .bind(name)
        .execute(store.pool())
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO connections (id, tenant, api, auth_kind, sealed, key_id, state)
        VALUES (gen_random_uuid(), $1, 'v3', 'client_credentials', '', 'k', 'active')",
    )
    .bind(name)
    .execute(store.pool())
    .await
    .unwrap();
}

pub(crate) async fn claim(store: &Store, room: usize) -> Vec<Claim> {
    claim_for(store, room, Duration::from_secs(60)).await
}

async fn claim_for(store: &Store, room: usize, lease: Duration) -> Vec<Claim> {
    let want = Want {
        kinds: &["introduction_accepted"],
        room,
        room_per_tenant: room,
        held: &[],
        lease,
    };
    store.claim(&want).await.unwrap()
}

pub(crate) fn sending(name: &str) -> StepWrite {
    step(name, StepState::Sending, None)
}

fn step(name: &str, state: StepState, remote_id: Option<i64>) -> StepWrite {
    StepWrite {
        name: name.into(),
        kind: StepKind::CreateCandidate,
        state,
        remote_id,
        code: None,
    }
}

pub(crate) fn announcement(name: &str, key: &str) -> Announcement {
    Announcement {
        message_id: Uuid::new_v4(),
        tenant: tenant(name),
        ordering_key: key.into(),
        routing_key: "intrro.events.v1.IntroductionImported".into(),
        operation: None,
        trace: None,
        body: b"{}".to_vec(),
    }
}

pub(crate) fn done(claim: &Claim, greenhouse: i64) -> Settlement {
    let candidate = IntrroCandidateId::try_from("c-1").unwrap();
    Settlement {
        end: End::Done,
        code: None,
        field: None,
        outcome: serde_json::json!({"how": "created"}),
        steps: vec![step(
            "create_candidate",
            StepState::Confirmed,
            Some(greenhouse),
        )],
        identity: Some(Identity {
            greenhouse: CandidateId(greenhouse),
            candidate_key: PersonKey::candidate(&claim.tenant, &candidate),
            email_keys: PersonKey::email(&claim.tenant, "ada@example.com")
                .into_iter()
                .collect(),
            candidate,
        }),
        tracked: vec![Tracked {
            application: ApplicationId(90),
            job: Some(JobId(4)),
            introduction: IntroductionId::try_from(claim.business_key.as_str()).unwrap(),
        }],
        mark: None,
        announcements: vec![announcement(claim.tenant.as_str(), "c-1")],
    }
}

#[tokio::test]
async fn whoever_is_named_twice_is_waited_for_once() {
    let store = fresh_store().await;
    let mut named = arrival("acme", "i-1", "c-1", "ada@example.com");
    named.keys.extend_from_within(..);
    take_in(&store, &[named]).await;
    let keys: i64 = sqlx::query_scalar("SELECT count(*) FROM operation_keys")
        .fetch_one(store.pool())
        .await
        .unwrap();
    assert_eq!(keys, 2);
}

#[tokio::test]
async fn the_same_delivery_twice_is_one_operation() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let one = arrival("acme", "i-1", "c-1", "ada@example.com");
    assert!(matches!(
        take_in(&store, std::slice::from_ref(&one)).await[..],
        [Verdict::Accepted(_)]
    ));
    assert_eq!(
        take_in(&store, &[one.clone(), one.clone()]).await,
        [Verdict::Duplicate; 2]
    );
    let other_delivery = Arrival {
        message_id: "m-again".into(),
        ..one
    };
    assert_eq!(
        take_in(&store, &[other_delivery]).await,
        [Verdict::Duplicate]
    );
    assert_eq!(claim(&store, 10).await.len(), 1);
}

#[tokio::test]
async fn the_same_introduction_with_other_content_is_parked_beside_the_first() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let one = arrival("acme", "i-1", "c-1", "ada@example.com");
    let two = Arrival {
        message_id: "m-2".into(),
        content_hash: [8; 32],
        ..one.clone()
    };
    let verdicts = take_in(&store, &[one.clone(), two.clone()]).await;
    assert!(
        matches!(verdicts[..], [Verdict::Accepted(_), Verdict::Conflict(_)]),
        "{verdicts:?}"
    );
    let again = Arrival {
        message_id: "m-3".into(),
        ..two
    };
    assert_eq!(take_in(&store, &[again]).await, [Verdict::Duplicate]);
    let claims = claim(&store, 10).await;
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].business_key, "i-1");
    for (event, state) in [("m-i-1", "open"), ("m-2", "parked"), ("m-3", "parked")] {
        let stories = store.stories(event).await.unwrap();
        assert_eq!(stories.len(), 1, "{event}");
        assert_eq!(stories[0].state, state, "{event}");
    }
}

#[tokio::test]
async fn an_event_that_repeats_another_is_found_by_its_own_id() {
    let store = fresh_store().await;
    let one = arrival("acme", "i-1", "c-1", "ada@example.com");
    let repeat = Arrival {
        message_id: "m-2".into(),
        ..one.clone()
    };
    take_in(&store, &[one]).await;
    assert_eq!(take_in(&store, &[repeat]).await, [Verdict::Duplicate]);
    let of = async |event| {
        store
            .stories(event)
            .await
            .unwrap()
            .pop()
            .unwrap()
            .operation_id
    };
    assert_eq!(of("m-2").await, of("m-i-1").await);
}

#[tokio::test]
async fn an_operation_waits_for_older_ones_of_the_same_person() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let arrivals = [
        arrival("acme", "i-1", "c-1", "ada@example.com"),
        arrival("acme", "i-2", "c-1", "other@example.com"),
        arrival("acme", "i-3", "c-3", "ADA@example.com"),
        arrival("acme", "i-4", "c-4", "bob@example.com"),
    ];
    take_in(&store, &arrivals).await;
    let claims = claim(&store, 10).await;
    let keys: HashSet<&str> = claims.iter().map(|c| c.business_key.as_str()).collect();
    assert_eq!(keys, HashSet::from(["i-1", "i-4"]));
    let first = claims.iter().find(|c| c.business_key == "i-1").unwrap();
    let journal = Journal::start(store.clone());
    journal.settle(first, done(first, 77)).await.unwrap();
    let next = claim(&store, 10).await;
    let keys: HashSet<&str> = next.iter().map(|c| c.business_key.as_str()).collect();
    assert_eq!(keys, HashSet::from(["i-2", "i-3"]));
    assert!(next.iter().all(|c| c.known == [CandidateId(77)]));
}

#[tokio::test]
async fn a_lost_lease_writes_nothing() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    take_in(&store, &[arrival("acme", "i-1", "c-1", "ada@example.com")]).await;
    let zombie = claim_for(&store, 1, Duration::ZERO).await.remove(0);
    let owner = claim(&store, 1).await.remove(0);
    let journal = Journal::start(store.clone());
    let lost = Err(JournalError::LeaseLost);
    assert_eq!(
        journal
            .steps(&zombie, vec![sending("create_candidate")])
            .await,
        lost
    );
    assert_eq!(journal.settle(&zombie, done(&zombie, 1)).await, lost);
    journal.settle(&owner, done(&owner, 2)).await.unwrap();
    assert_eq!(journal.settle(&zombie, done(&zombie, 1)).await, lost);
    assert_eq!(store.outbox_backlog().await.unwrap().rows, 1);
    let remembered = sqlx::query_scalar::<_, i64>("SELECT DISTINCT greenhouse_id FROM person_keys")
        .fetch_all(store.pool())
        .await
        .unwrap();
    assert_eq!(remembered, [2]);
}

#[tokio::test]
async fn steps_survive_their_process_and_a_confirmed_one_stays_so() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    take_in(&store, &[arrival("acme", "i-1", "c-1", "ada@example.com")]).await;
    let crashed = claim_for(&store, 1, Duration::ZERO).await.remove(0);
    let journal = Journal::start(store.clone());
    journal
        .steps(&crashed, vec![sending("create_candidate")])
        .await
        .unwrap();
    let next = claim_for(&store, 1, Duration::ZERO).await.remove(0);
    let record = next.step("create_candidate").unwrap();
    assert_eq!(record.state, StepState::Sending);
    assert!(record.last_sent_at.is_some());
    let confirmed = step("create_candidate", StepState::Confirmed, Some(5));
    journal.steps(&next, vec![confirmed]).await.unwrap();
    let last = claim(&store, 1).await.remove(0);
    journal
        .steps(&last, vec![sending("create_candidate")])
        .await
        .unwrap();
    journal.release(&last, rest(Duration::ZERO)).await.unwrap();
    let last = claim(&store, 1).await.remove(0);
    let record = last.step("create_candidate").unwrap();
    assert_eq!(
        (record.state, record.remote_id),
        (StepState::Confirmed, Some(5))
    );
}

fn rest(delay: Duration) -> Release {
    Release {
        delay,
        counts: true,
        code: Some(Code::GreenhouseUnavailable),
        steps: vec![],
        announcements: vec![],
    }
}

#[tokio::test]
async fn a_released_operation_rests_and_counts_its_attempt() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    take_in(&store, &[arrival("acme", "i-1", "c-1", "ada@example.com")]).await;
    let journal = Journal::start(store.clone());
    let first = claim(&store, 1).await.remove(0);
    journal
        .release(&first, rest(Duration::from_secs(3600)))
        .await
        .unwrap();
    assert!(claim(&store, 1).await.is_empty());
    sqlx::query("UPDATE operations SET not_before = now()")
        .execute(store.pool())
        .await
        .unwrap();
    assert_eq!(claim(&store, 1).await.remove(0).attempts, 1);
}

#[tokio::test]
async fn tenants_take_turns_and_the_unconnected_wait() {
    let store = fresh_store().await;
    connect(&store, "big").await;
    connect(&store, "small").await;
    let mut arrivals: Vec<Arrival> = (0..50)
        .map(|n| {
            arrival(
                "big",
                &format!("b-{n}"),
                &format!("c-{n}"),
                &format!("p{n}@example.com"),
            )
        })
        .collect();
    arrivals.push(arrival("small", "s-1", "c-1", "ada@example.com"));
    arrivals.push(arrival("absent", "a-1", "c-1", "ada@example.com"));
    let verdicts = take_in(&store, &arrivals).await;
    assert!(matches!(verdicts[51], Verdict::AcceptedUnconnected(_)));
    let claims = claim(&store, 4).await;
    assert_eq!(
        claims
            .iter()
            .filter(|c| c.tenant.as_str() == "small")
            .count(),
        1
    );
    assert_eq!(
        claims.iter().filter(|c| c.tenant.as_str() == "big").count(),
        3
    );
    connect(&store, "absent").await;
    let claims = claim(&store, 4).await;
    assert_eq!(
        claims
            .iter()
            .filter(|c| c.tenant.as_str() == "absent")
            .count(),
        1
    );
}

#[tokio::test]
async fn two_workers_never_claim_the_same_operation() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let arrivals: Vec<Arrival> = (0..200)
        .map(|n| {
            arrival(
                "acme",
                &format!("i-{n}"),
                &format!("c-{n}"),
                &format!("p{n}@example.com"),
            )
        })
        .collect();
    take_in(&store, &arrivals).await;
    let workers = (0..4).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            for _ in 0..10 {
                mine.extend(claim(&store, 10).await.into_iter().map(|c| c.operation));
            }
            mine
        })
    });
    let mut all = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        all.extend(worker.await.unwrap());
    }
    let distinct: HashSet<_> = all.iter().collect();
    assert_eq!((all.len(), distinct.len()), (200, 200));
}
