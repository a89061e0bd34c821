//! Visiting the points: each dies on something of its own, and what the process before it did is settled by then.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use domain::crash::{CRASH_AT, CrashPoint};
use harvest::Version;
use serde_json::{Value, json};

use super::{Scenario, scenario, unknown_notes};
use crate::accounting::settled;
use crate::scene;
use crate::world::{ABORTED, Announced, SOON, World, email, until};

/// Points visited at once by one test.
const AT_ONCE: usize = 3;
/// The poll is no part of the story.
const NEVER: u32 = 86_400;

/// Visits every point of a scenario, and names those that went wrong.
pub(super) fn everywhere(of: Scenario, version: Version) {
    let points = CrashPoint::all()
        .into_iter()
        .filter(|point| scenario(*point, version) == of);
    let left = Mutex::new(points.collect::<Vec<_>>());
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let runtime = runtime();
                let _inside = runtime.enter();
                let mut place = None;
                while let Some(point) = lock(&left).pop() {
                    let visit = async {
                        let place = match &mut place {
                            Some(place) => place,
                            None => place.insert(Place::new(of, version).await),
                        };
                        place.visit(point).await;
                    };
                    // A panic ends this visit only; what it says is in the output already.
                    if catch_unwind(AssertUnwindSafe(|| runtime.block_on(visit))).is_err() {
                        lock(&failed).push(point.to_string());
                        place = None;
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("no panic while it was held");
    assert!(failed.is_empty(), "failed: {failed:?}");
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// A world with a connected tenant and a bridge, for one visit after the other.
pub(super) struct Place {
    pub(super) world: World,
    scenario: Scenario,
    visits: usize,
}

impl Place {
    pub(super) async fn new(scenario: Scenario, version: Version) -> Place {
        let mut world = World::new(&format!("crash {version}")).await;
        world.version = version;
        world
            .variables
            .insert("BRIDGE_SETTLE_SECONDS".to_owned(), "2".to_owned());
        world.bridge().await;
        let (status, connection) = world.connect("acme").await;
        assert_eq!(status, 201, "{connection}");
        let interval = match scenario {
            Scenario::Progress => 1,
            _ => NEVER,
        };
        let referrer = match scenario {
            Scenario::Stranger => "add_user",
            _ => "note_only",
        };
        let id = connection["id"].as_str().expect("an id");
        let settings = json!({ "settings": { "poll_interval_seconds": interval, "referrer_unknown": referrer } });
        let (status, answer) = world
            .patch(&format!("/v1/connections/{id}"), settings)
            .await;
        assert_eq!(status, 200, "{answer}");
        Place {
            world,
            scenario,
            visits: 0,
        }
    }

    /// A process dies at the point, and another one puts everything right.
    async fn visit(&mut self, point: CrashPoint) {
        println!("visiting {point} in {}", self.world.version);
        let story = self.begin().await;
        self.die_at(point).await;
        end_leases(&self.world).await;
        self.world.bridge().await;
        self.put_right(&story, unknown_notes(point, self.world.version))
            .await;
    }

    /// Whatever the scenario begins with, and then what the process is to die of; no bridge runs any more.
    pub(super) async fn begin(&mut self) -> Value {
        self.visits += 1;
        let id = format!("person-{}", self.visits);
        let world = &self.world;
        let mut event = match self.scenario {
            Scenario::Acquaintance => scene::acquaintance(world, "acme", &id).await,
            Scenario::Stranger => scene::introduced_by_a_stranger(world, "acme", &id),
            _ => scene::newcomer(world, "acme", &id),
        };
        // A tag that nobody has used before.
        event["data"]["candidate"]["tags"] = json!([id]);
        let next = match self.scenario {
            Scenario::Newcomer
            | Scenario::Acquaintance
            | Scenario::Stranger
            | Scenario::Webhook
            | Scenario::Consent => vec![event.clone()],
            Scenario::Update => {
                world.publish(&event).await;
                world.answer(&id).await;
                scene::updates(&event).to_vec()
            }
            Scenario::Progress => {
                event["data"]["job_ids"] = json!([world.job(0)]);
                world.publish(&event).await;
                statuses(world, &event, 1).await;
                Vec::new()
            }
        };
        // What is announced later must be what the crash is about.
        until("an empty outbox", async || {
            (world.store.outbox_backlog().await.ok()?.rows == 0).then_some(())
        })
        .await;
        for mut bridge in self.world.bridges().drain(..) {
            let ended = bridge.process.terminate(SOON).await;
            ended.expect("a bridge that ends when asked");
        }
        self.world.publish_all(&next).await;
        if self.scenario == Scenario::Progress {
            move_on(&self.world, &event);
        }
        event
    }

    /// Starts a process that is to die at the point, and sees it die there.
    pub(super) async fn die_at(&self, point: CrashPoint) {
        let variables = [(CRASH_AT, &*point.to_string())];
        let mut doomed = self.world.start_bridge(&["all"], &variables);
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

    /// Once in Greenhouse and answered once. `unknown`: how many notes the dead process wrote although nobody can know.
    pub(super) async fn put_right(&self, story: &Value, unknown: Option<usize>) {
        let world = &self.world;
        match self.scenario {
            Scenario::Newcomer
            | Scenario::Acquaintance
            | Scenario::Stranger
            | Scenario::Webhook
            | Scenario::Consent => {}
            Scenario::Progress => {
                let sequence = statuses(world, story, 2).await;
                assert_eq!(sequence, ["1", "2"]);
            }
            Scenario::Update => {
                return scene::updated_once(world, self.visits, story, unknown).await;
            }
        }
        settled(world, self.visits).await;
        if self.scenario == Scenario::Stranger {
            added_once(world, story);
        }
        match unknown {
            None => scene::once(world, story),
            Some(notes) => scene::once_and_unsure_of_the_note(world, story, notes),
        }
    }
}

/// The employee is a user, once.
fn added_once(world: &World, story: &Value) {
    let users = world.greenhouse.state().users();
    let email = &story["data"]["referrer"]["email"];
    let added = users.iter().filter(|user| user.primary_email == *email);
    assert_eq!(added.count(), 1);
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

/// The numbers of the person's status changes once there are this many, in the order in which they came; a repeated
/// announcement counts once.
async fn statuses(world: &World, story: &Value, count: usize) -> Vec<String> {
    let candidate = &story["data"]["candidate"]["id"];
    let told = |events: &[Announced]| {
        let changes = events
            .iter()
            .filter(|event| event.name == "CandidateStatusChanged")
            .filter(|event| event.data["candidateId"] == *candidate);
        let mut told = BTreeSet::new();
        let first = changes.filter(|event| told.insert(&event.id));
        first
            .map(|event| event.text("sequence").to_owned())
            .collect()
    };
    let enough = |events: &[Announced]| -> bool {
        let told: Vec<String> = told(events);
        told.len() >= count
    };
    told(&world.announced_until("status changes", enough).await)
}

/// A recruiter moves the person's only application.
fn move_on(world: &World, story: &Value) {
    let id = story["data"]["introduction_id"].as_str().expect("an id");
    let state = world.greenhouse.state();
    let [person] = &state.candidates_by_email(&email(id))[..] else {
        panic!("one candidate")
    };
    let [application] = &state.applications_of(person.meta.id)[..] else {
        panic!("one application")
    };
    let recruiter = world.greenhouse.recruiter();
    let moved = recruiter.move_to_next_stage(application.meta.id);
    moved.expect("a next stage");
}
