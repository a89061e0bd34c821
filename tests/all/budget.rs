//! Greenhouse's request limit, shared by replicas and by nobody else's fault: all of it is used, none of it exceeded,
//! and one tenant's backlog is no other tenant's problem.

use std::time::{Duration, Instant};

use greenhouse_sim::{Config, OrganisationConfig, View};
use serde_json::Value;

use crate::world::{World, introduction, until};

/// Requests per window.
const LIMIT: u32 = 20;
/// Windows that work must fill, after the one in which the bridges learn where windows begin.
const FULL_WINDOWS: usize = 3;
const BACKLOG: usize = 5000;
const SINGLES: usize = 9;
/// How often somebody is sent beside a backlog at most: what else runs on the machine slows some of these down.
const ROUNDS: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn four_bridges_fill_every_window_and_are_never_throttled() {
    let mut config = Config::for_benchmarks();
    config.settings.rate_limit = LIMIT;
    config.log_capacity = 1000;
    let mut world = World::with("limit", config).await;
    for _ in 0..4 {
        world.bridge().await;
    }
    let client = world.greenhouse.access().client_id;
    world
        .publish_all(&introductions(&world, "acme", "i", 200))
        .await;
    not_at_a_windows_end().await;
    let (status, answer) = world.connect("acme").await;
    assert_eq!(status, 201, "{answer}");
    let state = world.greenhouse.state();
    all_windows_are_full(&state, &client).await;
    let open = open(&world).await.expect("an answer");
    assert!(open > 0, "there was not enough work");
    // An import takes three calls; some go to what all imports refer to, and to the look for changes.
    let imported = world.named("IntroductionImported").len();
    let calls = LIMIT as usize * FULL_WINDOWS;
    assert!(
        imported * 10 >= calls,
        "{imported} imports for {calls} calls: {:#?}",
        state
            .log()
            .iter()
            .map(|call| format!("{} {:?} {}", call.at, call.status, call.operation))
            .collect::<Vec<_>>()
    );
}

/// Calls at a window's end may arrive in the next one and are charged to both, so the bridges learn before that.
async fn not_at_a_windows_end() {
    until("not the end of a window", async || {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        (now.ok()?.as_secs() % 30 < 20).then_some(())
    })
    .await;
}

/// After the first one, and no call was too much.
async fn all_windows_are_full(state: &View, client: &str) {
    let enough = state.until(|state| state.rate_windows(client).len() >= FULL_WINDOWS + 2);
    tokio::time::timeout(Duration::from_secs(300), enough)
        .await
        .expect("windows with requests");
    let windows = state.rate_windows(client);
    let wasted: Vec<_> = windows[1..=FULL_WINDOWS]
        .iter()
        .filter(|window| window.used * 100 < LIMIT * 95)
        .collect();
    assert!(wasted.is_empty(), "{windows:?}");
    assert_eq!(state.throttled(client), 0, "{windows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tenants_of_one_credential_share_its_windows_and_are_never_throttled() {
    let mut config = Config::for_benchmarks();
    config.settings.rate_limit = LIMIT;
    let mut world = World::with("one credential", config).await;
    world.bridge().await;
    world.bridge().await;
    let client = world.greenhouse.access().client_id;
    let tenants = ["acme", "umbrella"];
    for tenant in tenants {
        let backlog = introductions(&world, tenant, tenant, 100);
        world.publish_all(&backlog).await;
    }
    not_at_a_windows_end().await;
    // The second one's credential is verified beside the first one's backlog.
    for tenant in tenants {
        let (status, answer) = world.connect(tenant).await;
        assert_eq!(status, 201, "{answer}");
    }
    all_windows_are_full(&world.greenhouse.state(), &client).await;
    for tenant in tenants {
        let imported = world.named("IntroductionImported");
        assert!(
            imported.iter().any(|event| event.tenant == tenant),
            "{tenant} had no turn: {imported:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_out_of_budget_does_not_slow_another_tenant_down() {
    let mut config = two_tenants();
    config.settings.rate_limit = 75;
    // Long enough for what a busy machine adds to be little beside it.
    config.settings.latency = Duration::from_millis(60);
    beside_a_backlog("out of budget", config).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_in_slow_progress_does_not_slow_another_tenant_down() {
    let mut config = two_tenants();
    // So slow that the backlog does not take the machine's processors, which both tenants share.
    config.settings.latency = Duration::from_millis(500);
    beside_a_backlog("slow progress", config).await;
}

fn two_tenants() -> Config {
    let mut config = Config::for_benchmarks();
    config.organisations = vec![
        OrganisationConfig::named("busy"),
        OrganisationConfig::named("quiet"),
    ];
    config
}

async fn beside_a_backlog(name: &str, config: Config) {
    let mut world = World::with(name, config).await;
    world.bridge().await;
    for tenant in ["busy", "quiet"] {
        let (status, answer) = world.connect(tenant).await;
        assert_eq!(status, 201, "{answer}");
    }
    // The first one looks up what all others find remembered.
    latency(&world, "first").await;
    let alone = median(&world, "alone").await;
    world
        .publish_all(&introductions(&world, "busy", "b", BACKLOG))
        .await;
    until("a backlog", async || {
        (open(&world).await? > BACKLOG as i64 * 9 / 10).then_some(())
    })
    .await;
    let mut beside = Duration::MAX;
    for round in 0..ROUNDS {
        beside = beside.min(median(&world, &format!("beside-{round}")).await);
        assert!(
            open(&world).await.expect("an answer") > BACKLOG as i64 / 2,
            "the backlog is gone"
        );
        if beside <= alone * 2 {
            return;
        }
    }
    panic!("{beside:?} beside a backlog, {alone:?} alone");
}

async fn open(world: &World) -> Option<i64> {
    Some(world.store.ledger_gauges().await.ok()?.open)
}

/// Publish to answer, the middle of several introductions one after the other.
async fn median(world: &World, name: &str) -> Duration {
    let mut all = Vec::new();
    for number in 0..SINGLES {
        all.push(latency(world, &format!("{name}-{number}")).await);
    }
    all.sort();
    all[SINGLES / 2]
}

async fn latency(world: &World, id: &str) -> Duration {
    let event = introduction("quiet", id, &[job(world, "quiet")]);
    let begun = Instant::now();
    world.publish(&event).await;
    let answer = world.answer(id).await;
    assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
    begun.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_of_whoever_disconnected_is_not_told_any_more() {
    let mut world = World::with("limit gone", Config::default()).await;
    world.bridge().await;
    let (status, connection) = world.connect("acme").await;
    assert_eq!(status, 201, "{connection}");
    let limit = "bridge_harvest_ratelimit_limit";
    until("the limit", async || {
        (world.metric(0, limit).await > 0.0).then_some(())
    })
    .await;
    let id = connection["id"].as_str().expect("an id");
    let (status, answer) = world.delete(&format!("/v1/connections/{id}")).await;
    assert_eq!(status, 204, "{answer}");
    until("no limit", async || {
        (world.metric(0, limit).await == 0.0).then_some(())
    })
    .await;
}

fn introductions(world: &World, tenant: &str, name: &str, count: usize) -> Vec<Value> {
    let job = job(world, tenant);
    (0..count)
        .map(|number| introduction(tenant, &format!("{name}-{number}"), &[job]))
        .collect()
}

/// Any job of the tenant's that is open.
fn job(world: &World, tenant: &str) -> i64 {
    world
        .organisation_of(tenant)
        .job_named("Backend Engineer")
        .expect("a job of the seed")
        .meta
        .id
}
