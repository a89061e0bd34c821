//! The budget on a real database: several processes' worth of it against a server that counts.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use store::Store;
use store::budget::{Budget, Budgets, Denied, Purpose, Report, Timing};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use uuid::Uuid;

use crate::fresh_store;

/// Everything ten times as fast as at Greenhouse: windows of 3 s, told in tenths.
const WINDOW: Duration = Duration::from_secs(3);
const TICK: Duration = Duration::from_millis(100);
pub(crate) const LIMIT: u32 = 20;
/// Windows that work must fill. In the first one the processes learn where windows begin; on a busy machine that takes to its
/// end, and what goes out there is charged to the second one as well.
pub(crate) const FULL: Range<u128> = 2..6;

pub(crate) fn timing() -> Timing {
    Timing {
        margin: TICK,
        doubt: 4 * TICK,
        release: 3 * TICK,
        probe: 10 * TICK,
    }
}

async fn connection(store: &Store) -> Uuid {
    connection_of(store, "acme").await
}

async fn connection_of(store: &Store, tenant: &str) -> Uuid {
    sqlx::query("INSERT INTO tenants (tenant) VALUES ($1)")
        .bind(tenant)
        .execute(store.pool())
        .await
        .unwrap();
    sqlx::query_scalar(
        "INSERT INTO connections (id, tenant, api, auth_kind, sealed, key_id, state)
        VALUES (gen_random_uuid(), $1, 'v3', 'client_credentials', '', 'k', 'active') RETURNING id",
    )
    .bind(tenant)
    .fetch_one(store.pool())
    .await
    .unwrap()
}

/// Four processes: the same database, nothing else in common.
async fn replicas(store: &Store) -> Vec<Budget> {
    let connection = connection(store).await;
    let one = |_| Budgets::with_timing(store.clone(), timing()).of(connection, 1);
    (0..4).map(one).collect()
}

/// Counts calls in fixed windows, as Greenhouse does.
pub(crate) struct Server {
    /// Its first window, with the first call: until then it may be long on a busy machine.
    began: OnceLock<Instant>,
    used: Mutex<BTreeMap<u128, u32>>,
    throttled: Mutex<u32>,
}

impl Server {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            began: OnceLock::new(),
            used: Mutex::default(),
            throttled: Mutex::default(),
        })
    }

    /// Calls answered, by the number of the window.
    pub(crate) fn used(&self) -> BTreeMap<u128, u32> {
        self.used.lock().unwrap().clone()
    }

    pub(crate) fn throttled(&self) -> u32 {
        *self.throttled.lock().unwrap()
    }

    fn window(&self) -> u128 {
        let now = self.began.get().map_or(Duration::ZERO, Instant::elapsed);
        now.as_millis() / WINDOW.as_millis()
    }

    fn call(&self) -> Report {
        let begin = || Instant::now() - Duration::from_millis(1234);
        let now = self.began.get_or_init(begin).elapsed().as_millis();
        let index = now / WINDOW.as_millis();
        let mut used = self.used.lock().unwrap();
        let used = used.entry(index).or_default();
        if *used >= LIMIT {
            *self.throttled.lock().unwrap() += 1;
        } else {
            *used += 1;
        }
        // The date is cut, the end is a whole number of ticks.
        let tick = TICK.as_millis();
        let left = (index + 1) * WINDOW.as_millis() / tick - now / tick;
        Report::Window {
            limit: LIMIT,
            remaining: Some(LIMIT - *used),
            resets_in: Some(TICK * u32::try_from(left).unwrap()),
        }
    }
}

/// Works as hard as it may until the end of the run.
pub(crate) async fn work(budget: Budget, server: Arc<Server>, windows: u128) {
    while server.window() < windows {
        match budget.acquire(Purpose::Work).await {
            Ok(()) => {
                tokio::time::sleep(Duration::from_millis(5)).await;
                budget.observe(server.call());
            }
            Err(Denied { retry_after }) => tokio::time::sleep(retry_after).await,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_replicas_use_the_whole_limit_and_are_never_throttled() {
    let store = fresh_store().await;
    let server = Server::new();
    let mut hands = tokio::task::JoinSet::new();
    for budget in replicas(&store).await {
        for _ in 0..4 {
            hands.spawn(work(budget.clone(), server.clone(), FULL.end));
        }
    }
    hands.join_all().await;
    assert_eq!(server.throttled(), 0);
    let used = server.used();
    let full = used.range(FULL).map(|(_, used)| *used);
    assert!(
        full.clone().all(|used| used * 100 >= LIMIT * 95),
        "{used:?}"
    );
    assert_eq!(full.count(), 4, "{used:?}");
}

#[tokio::test]
async fn only_a_few_calls_go_out_before_the_first_answer() {
    let store = fresh_store().await;
    let replicas = replicas(&store).await;
    let mut granted = 0;
    for budget in replicas.iter().cycle().take(4) {
        granted += u32::from(budget.acquire(Purpose::Work).await.is_ok());
    }
    assert_eq!(granted, 4);
    let waits = replicas[0].acquire(Purpose::Work);
    assert!(tokio::time::timeout(3 * TICK, waits).await.is_err());
    let answered = replicas[0].clone();
    let waits = tokio::spawn(async move { answered.acquire(Purpose::Work).await });
    replicas[1].observe(Report::Window {
        limit: 20,
        remaining: Some(19),
        resets_in: Some(WINDOW),
    });
    assert_eq!(waits.await.unwrap(), Ok(()));
}

/// Counts what this thread logs that somebody might have to act on.
struct Warnings(Arc<AtomicUsize>);

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn a_connection_that_was_removed_has_no_budget_and_nobody_has_to_act() {
    let store = fresh_store().await;
    let budget = Budgets::new(store.clone()).of(connection(&store).await, 1);
    let sql = sqlx::query("DELETE FROM connections");
    sql.execute(store.pool()).await.unwrap();
    let warnings = Arc::new(AtomicUsize::new(0));
    let _listening = tracing::subscriber::set_default(Warnings(Arc::clone(&warnings)));
    assert!(budget.acquire(Purpose::Work).await.is_err());
    budget.exhausted(TICK).await;
    assert_eq!(warnings.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_connection_that_is_gone_is_not_counted() {
    let store = fresh_store().await;
    let connection = connection(&store).await;
    let budgets = Budgets::with_timing(store.clone(), timing());
    budgets.of(connection, 1).observe(Report::Window {
        limit: 20,
        remaining: Some(19),
        resets_in: Some(WINDOW),
    });
    while budgets.gauges().metered == 0 {
        tokio::task::yield_now().await;
    }
    budgets.forget_gone(|id| *id == connection);
    assert_eq!(budgets.gauges().metered, 1);
    budgets.forget_gone(|_| false);
    assert_eq!(budgets.gauges().metered, 0);
    assert!(budgets.is_empty());
}

#[tokio::test]
async fn the_scarcest_limit_is_the_one_that_is_told() {
    let store = fresh_store().await;
    let budgets = Budgets::with_timing(store.clone(), timing());
    for (tenant, limit, remaining) in [("a", 100, 90), ("b", 20, 2), ("c", 50, 40)] {
        let budget = budgets.of(connection_of(&store, tenant).await, 1);
        budget.observe(Report::Window {
            limit,
            remaining: Some(remaining),
            resets_in: Some(WINDOW),
        });
    }
    while budgets.gauges().metered < 3 {
        tokio::task::yield_now().await;
    }
    assert_eq!(budgets.gauges().limit, 20);
}

#[tokio::test]
async fn where_no_limit_is_told_a_call_costs_no_query() {
    let store = fresh_store().await;
    let budget = replicas(&store).await.remove(0);
    budget.acquire(Purpose::Work).await.unwrap();
    budget.observe(Report::Absent);
    while metered(&store).await != Some(false) {
        tokio::task::yield_now().await;
    }
    budget.acquire(Purpose::Work).await.unwrap();
    store.pool().close().await;
    for _ in 0..10_000 {
        budget.acquire(Purpose::Poll).await.unwrap();
    }
}

#[tokio::test]
async fn a_limit_that_appears_later_is_kept() {
    let store = fresh_store().await;
    let replicas = replicas(&store).await;
    replicas[0].acquire(Purpose::Work).await.unwrap();
    replicas[0].observe(Report::Absent);
    while metered(&store).await != Some(false) {
        tokio::task::yield_now().await;
    }
    // Every answer tells it: one that arrives while another is being written is not written itself.
    while metered(&store).await != Some(true) {
        replicas[0].observe(Report::Window {
            limit: 2,
            remaining: Some(0),
            resets_in: Some(Duration::from_secs(20)),
        });
    }
    for budget in &replicas {
        let denied = budget.acquire(Purpose::Work).await.unwrap_err();
        assert!(denied.retry_after > Duration::from_secs(10), "{denied:?}");
    }
}

#[tokio::test]
async fn a_throttled_call_stops_all_replicas() {
    let store = fresh_store().await;
    let replicas = replicas(&store).await;
    replicas[0].exhausted(Duration::from_secs(7)).await;
    for budget in &replicas {
        for purpose in [Purpose::Work, Purpose::Proof] {
            let denied = budget.acquire(purpose).await.unwrap_err();
            assert!(denied.retry_after <= Duration::from_secs(7));
        }
    }
}

#[tokio::test]
async fn proofs_have_a_share_that_work_cannot_take() {
    let store = fresh_store().await;
    let budget = Budgets::new(store.clone()).of(connection(&store).await, 1);
    budget.acquire(Purpose::Work).await.unwrap();
    budget.observe(Report::Window {
        limit: 20,
        remaining: Some(19),
        resets_in: Some(Duration::from_secs(25)),
    });
    while metered(&store).await != Some(true) {
        tokio::task::yield_now().await;
    }
    let mut taken = 1;
    while budget.acquire(Purpose::Work).await.is_ok() {
        taken += 1;
    }
    assert_eq!(taken, 19);
    assert!(budget.acquire(Purpose::Poll).await.is_err());
    budget.acquire(Purpose::Proof).await.unwrap();
    assert!(budget.acquire(Purpose::Proof).await.is_err());
}

async fn metered(store: &Store) -> Option<bool> {
    let asked = sqlx::query_scalar("SELECT metered FROM budgets").fetch_optional(store.pool());
    asked.await.unwrap().flatten()
}

#[tokio::test]
async fn windows_of_v1_are_shorter() {
    let store = fresh_store().await;
    let connection = connection(&store).await;
    let change = sqlx::query("UPDATE connections SET api = 'v1', auth_kind = 'api_key'");
    change.execute(store.pool()).await.unwrap();
    let budget = Budgets::with_timing(store.clone(), timing()).of(connection, 1);
    budget.acquire(Purpose::Work).await.unwrap();
    let asked = sqlx::query_scalar("SELECT window_seconds FROM budgets").fetch_one(store.pool());
    let seconds: i32 = asked.await.unwrap();
    assert_eq!(seconds, 10);
}
