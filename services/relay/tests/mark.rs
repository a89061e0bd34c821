//! What becomes of announcements that the broker has while the database takes no mark.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use boot::metrics::Metrics;
use broker::Publisher;
use domain::Tenant;
use relay::Relay;
use store::Store;
use store::outbox::{Announcement, enqueue};
use store::wake::Wake;
use testkit::TestEnv;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const QUEUE: &str = "intrro.events.v1.CandidateStatusChanged";
/// Well below the lease, after which another relay would publish again.
const SOON: Duration = Duration::from_secs(10);

async fn enqueue_two_of_one_key(store: &Store) {
    let one = |n: u128| Announcement {
        message_id: Uuid::from_u128(n << 64 | n),
        tenant: Tenant::try_from("acme").unwrap(),
        ordering_key: "application".to_owned(),
        routing_key: QUEUE.to_owned(),
        trace: None,
        body: include_bytes!("../../../proto/golden/candidate_status_changed.json").to_vec(),
    };
    let mut tx = store.begin().await.unwrap();
    enqueue(&mut tx, &[one(1), one(2)]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Asks until it is so, and fails after [`SOON`].
async fn until<F: Future<Output = bool>>(what: &str, is_so: impl Fn() -> F) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < SOON, "{what}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_broker_has_is_marked_as_soon_as_the_database_takes_it_and_not_published_twice() {
    let env = TestEnv::new("relay").await.unwrap();
    let store = Store::connect(&store::Config {
        url: env.database_url.clone().into(),
        max_connections: 8,
    })
    .await
    .unwrap();
    store.migrate().await.unwrap();
    env.management
        .declare_queue(&env.vhost, QUEUE)
        .await
        .unwrap();
    env.execute(
        "CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'away'; END $$",
    )
    .await
    .unwrap();
    env.execute(
        "CREATE TRIGGER away BEFORE UPDATE OF published_at ON outbox FOR EACH ROW EXECUTE FUNCTION away()",
    )
    .await
    .unwrap();
    enqueue_two_of_one_key(&store).await;
    let stop = CancellationToken::new();
    let broker = broker::Config::new(env.amqp_url.clone().into(), "relay-test").unwrap();
    let metrics = Metrics::new();
    let relay = Relay {
        store: store.clone(),
        wake: Wake::start(&store).await.unwrap(),
        publisher: Publisher::start(broker, stop.clone()),
        // The one of the broker's own, which routes to the queue of that name.
        exchange: String::new(),
        metrics: metrics.clone(),
    };
    let relaying = tokio::spawn({
        let stop = stop.clone();
        async move { relay.run(stop).await }
    });

    let published = async || {
        let counts = env.management.queue(&env.vhost, QUEUE).await.unwrap();
        counts.is_some_and(|counts| counts.ready == 1)
    };
    until("the first one is published", &published).await;
    assert_eq!(store.outbox_backlog().await.unwrap().rows, 2);
    env.execute("DROP TRIGGER away ON outbox").await.unwrap();
    until("both are marked", async || {
        store.outbox_backlog().await.unwrap().rows == 0
    })
    .await;

    stop.cancel();
    relaying.await.unwrap();
    let taken = env.management.take(&env.vhost, QUEUE, 9).await.unwrap();
    let ids: Vec<_> = taken
        .iter()
        .map(|message| message.properties["message_id"].clone())
        .collect();
    let expected = [1_u128, 2].map(|n| Uuid::from_u128(n << 64 | n).to_string());
    assert_eq!(ids, expected);
    let timed = r#"bridge_status_lag_seconds_count{resource="applications"} 2"#;
    assert!(
        metrics.exposition().contains(timed),
        "from Greenhouse to the broker's word"
    );
}
