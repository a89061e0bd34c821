//! A crash at every point that matters, then another process: once in Greenhouse, answered once, numbered without gaps.
//!
//! The points come from the code that has them. A new kind of step does not compile here until somebody says which
//! scenario reaches it, and a scenario that does not reach its point fails.

use std::os::unix::process::ExitStatusExt;
use std::panic::catch_unwind;
use std::sync::Mutex;
use std::time::Duration;

use domain::StepKind;
use domain::crash::{CRASH_AT, CrashPoint, Moment};
use serde_json::{Value, json};

use crate::accounting::settled;
use crate::scene;
use crate::world::{Announced, SOON, World, email, until};

const ABORTED: i32 = 6;
/// Points visited at once by one test.
const AT_ONCE: usize = 3;

/// What leads to a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scenario {
    /// Somebody new under two jobs.
    Newcomer,
    /// Somebody whom Greenhouse knows already.
    Acquaintance,
    /// A recruiter moves an application.
    Progress,
    /// Greenhouse delivers a webhook: see `webhooks.rs`.
    Webhook,
    /// Profile and status of somebody introduced change in Intrro.
    Update,
}

fn scenario(point: CrashPoint) -> Scenario {
    match point {
        CrashPoint::Step(kind, _) => match kind {
            StepKind::CreateTag
            | StepKind::CreateCandidate
            | StepKind::AddApplication
            | StepKind::AddNote => Scenario::Newcomer,
            StepKind::CreditApplication | StepKind::EditCandidate | StepKind::ApplyTag => {
                Scenario::Acquaintance
            }
            StepKind::UpdateProfile | StepKind::WriteStatus | StepKind::AddStatusNote => {
                Scenario::Update
            }
        },
        CrashPoint::IntakeBeforeCommit
        | CrashPoint::IntakeAfterCommit
        | CrashPoint::BeforeSettle
        | CrashPoint::AfterSettle
        | CrashPoint::RelayBeforePublish
        | CrashPoint::RelayAfterConfirm => Scenario::Newcomer,
        CrashPoint::StatusBeforeCommit | CrashPoint::StatusAfterCommit => Scenario::Progress,
        CrashPoint::WebhookBeforeCommit | CrashPoint::WebhookAfterCommit => Scenario::Webhook,
    }
}

#[test]
fn everywhere_on_the_way_of_somebody_new() {
    everywhere(Scenario::Newcomer);
}

#[test]
fn everywhere_on_the_way_of_somebody_known() {
    everywhere(Scenario::Acquaintance);
}

#[test]
fn everywhere_on_the_way_of_a_status_change() {
    everywhere(Scenario::Progress);
}

#[test]
fn everywhere_on_the_way_of_an_update() {
    everywhere(Scenario::Update);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_process_had_in_hand_comes_back_by_itself() {
    let point = CrashPoint::Step(StepKind::CreateCandidate, Moment::AfterCall);
    let mut world = World::new("crash lease").await;
    let event = prepare(&mut world, Scenario::Newcomer).await;
    world.publish(&event).await;
    die_at(&world, point).await;
    world.bridge().await;
    // Beyond the lease of a minute.
    let imported = |events: &[Announced]| {
        events
            .iter()
            .any(|event| event.name == "IntroductionImported")
    };
    world
        .announced_within(
            Duration::from_secs(120),
            "the import after the lease",
            imported,
        )
        .await;
    settled(&world, 1).await;
    scene::once(&world, &event);
}

/// Visits every point of a scenario, each in a world of its own, and names those that went wrong.
fn everywhere(of: Scenario) {
    let points = CrashPoint::all()
        .into_iter()
        .filter(|point| scenario(*point) == of);
    let left = Mutex::new(points.collect::<Vec<_>>());
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let point = left.lock().expect("no panic while it is held").pop();
                    let Some(point) = point else { return };
                    // A panic ends this thread's point only; what it says is in the output already.
                    if catch_unwind(|| runtime().block_on(survive(point))).is_err() {
                        failed
                            .lock()
                            .expect("no panic while it is held")
                            .push(point.to_string());
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("no panic while it was held");
    assert!(failed.is_empty(), "failed: {failed:?}");
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
}

async fn survive(point: CrashPoint) {
    println!("visiting {point}");
    let mut world = World::new(&format!("crash {point}")).await;
    let event = prepare(&mut world, scenario(point)).await;
    match scenario(point) {
        Scenario::Newcomer | Scenario::Acquaintance | Scenario::Webhook => {
            world.publish(&event).await
        }
        Scenario::Progress => {
            let [application] = &world.named("CandidateStatusChanged")[..] else {
                panic!("one application in its first stage")
            };
            let application = application.text("applicationId").parse().expect("an id");
            world
                .greenhouse
                .recruiter()
                .move_to_next_stage(application)
                .expect("a next stage");
        }
        Scenario::Update => world.publish_all(&updates(&event)).await,
    }
    die_at(&world, point).await;
    end_leases(&world).await;
    world.bridge().await;
    match scenario(point) {
        Scenario::Newcomer | Scenario::Acquaintance | Scenario::Webhook => {}
        Scenario::Progress => status_told_once(&world).await,
        Scenario::Update => return updated_once(&world, &event).await,
    }
    settled(&world, 1).await;
    scene::once(&world, &event);
}

fn updates(event: &Value) -> [Value; 2] {
    let status = scene::status_change(event, "Interviewing");
    [scene::profile_update(event), status]
}

/// Both updates are in Greenhouse and answered, once each.
async fn updated_once(world: &World, event: &Value) {
    let answers = |events: &[Announced]| {
        let answers = events
            .iter()
            .filter(|event| event.name.starts_with("CandidateUpdate"));
        let told = answers.map(|event| (event.id.clone(), event.text("how").to_owned()));
        told.collect::<std::collections::BTreeSet<_>>()
    };
    let events = world
        .announced_until("both answers", |events| answers(events).len() >= 2)
        .await;
    settled(world, 1).await;
    let told = answers(&events);
    assert!(
        told.len() == 2 && told.iter().all(|(_, how)| how == "WRITTEN"),
        "{told:?}"
    );
    let id = event["data"]["introduction_id"].as_str().expect("an id");
    let state = world.greenhouse.state();
    let [person] = &state.candidates_by_email(&email(id))[..] else {
        panic!("one candidate")
    };
    assert_eq!(person.title.as_deref(), Some("Countess"));
    assert_eq!(person.email_addresses.len(), 2);
    let status = &person.custom_fields.as_ref().expect("custom fields")["intrro_status"];
    assert_eq!(status.value, "Interviewing");
    assert_eq!(state.notes_of(person.meta.id).len(), 2);
}

/// A connected tenant and whatever the scenario begins with; the bridge that did it has ended in peace.
async fn prepare(world: &mut World, scenario: Scenario) -> Value {
    world
        .variables
        .insert("BRIDGE_SETTLE_SECONDS".to_owned(), "2".to_owned());
    world.bridge().await;
    let (status, connection) = world.connect("acme").await;
    assert_eq!(status, 201, "{connection}");
    let event = match scenario {
        Scenario::Newcomer | Scenario::Webhook => scene::newcomer(world, "acme", scene::NEW),
        Scenario::Acquaintance => scene::acquaintance(world, "acme", scene::KNOWN).await,
        Scenario::Update => {
            let event = scene::newcomer(world, "acme", scene::NEW);
            world.publish(&event).await;
            world.answer(scene::NEW).await;
            event
        }
        Scenario::Progress => {
            let path = format!(
                "/v1/connections/{}",
                connection["id"].as_str().expect("an id")
            );
            let (status, answer) = world
                .patch(&path, json!({ "settings": { "poll_interval_seconds": 1 } }))
                .await;
            assert_eq!(status, 200, "{answer}");
            let mut event = scene::newcomer(world, "acme", scene::NEW);
            event["data"]["job_ids"] = json!([world.job(0)]);
            world.publish(&event).await;
            world
                .announced_until("the first status", |events| {
                    events
                        .iter()
                        .any(|event| event.name == "CandidateStatusChanged")
                })
                .await;
            event
        }
    };
    // What is announced later must be what the crash is about.
    until("an empty outbox", async || {
        (world.store.outbox_backlog().await.ok()?.rows == 0).then_some(())
    })
    .await;
    for mut bridge in world.bridges().drain(..) {
        bridge
            .process
            .terminate(SOON)
            .await
            .expect("a bridge that ends when asked");
    }
    event
}

/// Starts a process that is to die at the point, and sees it die there.
async fn die_at(world: &World, point: CrashPoint) {
    let mut doomed = world.start_bridge(&["all"], &[(CRASH_AT, &point.to_string())]);
    let ended = match doomed.process.ended(SOON).await {
        Ok(ended) => ended,
        Err(error) => panic!("the point was not reached: {error}"),
    };
    assert_eq!(
        ended.signal(),
        Some(ABORTED),
        "ended otherwise: {ended}\n{}",
        doomed.process.log()
    );
}

/// Lets the time pass that the dead process had reserved; that it also passes by itself has a test of its own.
async fn end_leases(world: &World) {
    for statement in [
        "UPDATE operations SET not_before = clock_timestamp() WHERE lease IS NOT NULL",
        "UPDATE outbox SET not_before = clock_timestamp() WHERE published_at IS NULL",
        "UPDATE polls SET lease_until = clock_timestamp(), not_before = clock_timestamp() WHERE lease IS NOT NULL",
    ] {
        world
            .env
            .execute(statement)
            .await
            .expect("the test's own database");
    }
}

/// The move is told, after the first stage and nothing else.
async fn status_told_once(world: &World) {
    let told = |events: &[Announced]| {
        let statuses = events
            .iter()
            .filter(|event| event.name == "CandidateStatusChanged");
        let mut numbered: Vec<(String, String)> = statuses
            .map(|event| (event.text("sequence").to_owned(), event.id.clone()))
            .collect();
        numbered.sort();
        numbered.dedup();
        numbered
            .into_iter()
            .map(|(sequence, _)| sequence)
            .collect::<Vec<_>>()
    };
    let events = world
        .announced_until("the move", |events| told(events).len() >= 2)
        .await;
    assert_eq!(told(&events), ["1", "2"]);
}
