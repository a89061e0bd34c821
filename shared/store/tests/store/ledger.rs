//! What the tests put into the ledger and take from it.

use std::time::Duration;

use chrono::Utc;
use domain::{
    ApplicationId, CandidateId, IntroductionId, IntrroCandidateId, JobId, OperationKind, StepKind,
    Tenant,
};
use store::Store;
use store::claim::{Claim, StepState, Want};
use store::intake::{Arrival, Share, Verdict, accept, accept_and_claim};
use store::journal::{End, Person, Settlement, StepWrite, Tracked};
use store::outbox::Announcement;
use store::person::PersonKey;
use uuid::Uuid;

pub(crate) const LEASE: Duration = Duration::from_secs(60);

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
        kind: OperationKind::IntroductionAccepted,
        business_key: introduction.into(),
        subject: candidate.to_string(),
        keys: keys.into_iter().flatten().collect(),
        ordered_by: None,
        content_hash: [7; 32],
        payload: b"payload".to_vec(),
        trace: None,
        occurred_at: Utc::now(),
        tells_of: Utc::now(),
        tenant,
    }
}

/// Introductions `i-1` and so on, each of somebody else.
pub(crate) fn arrivals(name: &str, count: usize) -> Vec<Arrival> {
    (1..=count)
        .map(|n| {
            let (introduction, candidate) = (format!("i-{n}"), format!("c-{n}"));
            arrival(
                name,
                &introduction,
                &candidate,
                &format!("p{n}@example.com"),
            )
        })
        .collect()
}

pub(crate) async fn take_in(store: &Store, arrivals: &[Arrival]) -> Vec<Verdict> {
    let tenants = arrivals.iter().map(|arrival| &arrival.tenant);
    let mut entrance = store.entrance().await.unwrap();
    let mut tx = entrance.begin(tenants, Share::Whole).await.unwrap();
    let verdicts = accept(&mut tx, arrivals).await.unwrap();
    tx.commit().await.unwrap();
    entrance.flush().await.unwrap();
    verdicts
}

/// As it enters for a hand that is free.
pub(crate) async fn take_in_hand(store: &Store, arrival: &Arrival) -> (Verdict, Option<Claim>) {
    let mut entrance = store.entrance().await.unwrap();
    let mut tx = entrance
        .begin([&arrival.tenant], Share::Whole)
        .await
        .unwrap();
    let accepted = accept_and_claim(&mut tx, arrival, LEASE).await.unwrap();
    tx.commit().await.unwrap();
    entrance.flush().await.unwrap();
    accepted
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

/// Every tenant connected has so many calls left.
pub(crate) async fn limit(store: &Store, calls: i32) {
    sqlx::query(
        "INSERT INTO budgets (connection, window_seconds, quota, metered, remaining, window_started, window_ends)
        SELECT id, 30, 100, true, $1, now(), now() + interval '1 hour' FROM connections",
    )
    .bind(calls)
    .execute(store.pool())
    .await
    .unwrap();
}

pub(crate) async fn run(store: &Store, statements: &'static str) {
    sqlx::raw_sql(statements)
        .execute(store.pool())
        .await
        .unwrap();
}

pub(crate) async fn claim(store: &Store, room: usize) -> Vec<Claim> {
    claim_for(store, room, LEASE).await
}

pub(crate) async fn claim_for(store: &Store, room: usize, lease: Duration) -> Vec<Claim> {
    let want = Want {
        kinds: &[OperationKind::IntroductionAccepted],
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

pub(crate) fn step(name: &str, state: StepState, remote_id: Option<i64>) -> StepWrite {
    StepWrite {
        name: name.into(),
        kind: StepKind::CreateCandidate,
        state,
        remote_id,
        person: None,
        code: None,
    }
}

pub(crate) fn announcement(name: &str, key: &str) -> Announcement {
    Announcement {
        message_id: Uuid::new_v4(),
        tenant: tenant(name),
        ordering_key: key.into(),
        routing_key: "intrro.events.v1.IntroductionImported".into(),
        trace: None,
        body: b"{}".to_vec(),
    }
}

pub(crate) fn done(claim: &Claim, greenhouse: i64) -> Settlement {
    let candidate = IntrroCandidateId::try_from("c-1").unwrap();
    Settlement {
        end: End::Done,
        outcome: serde_json::json!({"how": "created"}),
        steps: vec![step(
            "create_candidate",
            StepState::Confirmed,
            Some(greenhouse),
        )],
        person: Some(Person {
            greenhouse: CandidateId(greenhouse),
            candidate_key: PersonKey::candidate(&claim.tenant, &candidate),
            email_keys: PersonKey::email(&claim.tenant, "ada@example.com")
                .into_iter()
                .collect(),
            candidate,
            tracked: vec![Tracked {
                application: ApplicationId(90),
                job: Some(JobId(4)),
                introduction: IntroductionId::try_from(claim.business_key.as_str()).unwrap(),
                seen: None,
            }],
        }),
        mark: None,
        announcements: vec![announcement(claim.tenant.as_str(), "c-1")],
    }
}
